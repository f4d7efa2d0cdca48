/* SPDX-License-Identifier: MIT */
/* agentmail.core: keys and digests. */
#include <lauxlib.h>
#include <sys/random.h>

#include "lua/lua_parts.h"
#include "retry/key.h"

enum { MOST_PARTS = 200 };

/* core.uuid() -> a random UUID */
static int core_uuid(lua_State *L)
{
    unsigned char bytes[16];
    char uuid[AM_UUID_SIZE];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return luaL_error(L, "agentmail: the system gave no random bytes");
    am_key_uuid(bytes, uuid);
    lua_pushstring(L, uuid);
    return 1;
}

/* core.key(part, ...) -> one key of all parts. Its errors name it agentmail.key, as programs do:
 * luaL_argerror takes the name from whichever loaded module comes first. */
static int core_key(lua_State *L)
{
    am_bytes parts[MOST_PARTS];
    char key[AM_KEY_MAX + 1];
    int count = lua_gettop(L);
    if (count < 1 || count > MOST_PARTS)
        return luaL_error(L, "agentmail.key takes 1 to %d parts, not %d", (int)MOST_PARTS, count);
    for (int i = 1; i <= count; i++) {
        if (lua_type(L, i) != LUA_TSTRING && !lua_isinteger(L, i))
            return luaL_error(L, "agentmail.key: part %d must be a string or an integer, not %s", i,
                              lua_isnumber(L, i) ? "a float" : luaL_typename(L, i));
        parts[i - 1].data = lua_tolstring(L, i, &parts[i - 1].size);
    }
    if (!am_key_join(parts, (size_t)count, key))
        return luaL_error(L, "agentmail.key: out of memory");
    lua_pushstring(L, key);
    return 1;
}

/* core.sha256(bytes) -> hexadecimal */
static int core_sha256(lua_State *L)
{
    char digest[AM_DIGEST_SIZE];
    size_t size;
    const char *bytes = luaL_checklstring(L, 1, &size);
    if (!am_sha256(bytes, size, digest))
        return luaL_error(L, "agentmail: libcrypto failed");
    lua_pushstring(L, digest);
    return 1;
}

void am_lua_add_keys(lua_State *L)
{
    static const luaL_Reg keys[] = {
        {"uuid", core_uuid}, {"key", core_key}, {"sha256", core_sha256}, {NULL, NULL}};
    luaL_setfuncs(L, keys, 0);
}
