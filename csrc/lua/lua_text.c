/* SPDX-License-Identifier: MIT */
/* agentmail.core: text on its way to the wire. */
#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#include "encode/encode.h"
#include "lua/lua_parts.h"

/* core.utf8_error(s) -> nil | the position of the first byte that is not UTF-8 */
static int core_utf8_error(lua_State *L)
{
    size_t size;
    const char *text = luaL_checklstring(L, 1, &size);
    size_t position = am_utf8_error(text, size);
    if (position)
        lua_pushinteger(L, (lua_Integer)position);
    else
        lua_pushnil(L);
    return 1;
}

static bool is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-_.!~*'()", c));
}

/* core.percent(s) -> s with all percent-encoded but what JavaScript's encodeURIComponent leaves */
static int core_percent(lua_State *L)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t size, plain = 0;
    const unsigned char *s = (const unsigned char *)luaL_checklstring(L, 1, &size);
    while (plain < size && is_unreserved(s[plain]))
        plain++;
    if (plain == size) {
        lua_settop(L, 1);
        return 1;
    }
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    luaL_addlstring(&buffer, (const char *)s, plain);
    for (size_t i = plain; i < size; i++) {
        if (is_unreserved(s[i])) {
            luaL_addchar(&buffer, (char)s[i]);
        } else {
            char *out = luaL_prepbuffsize(&buffer, 3);
            out[0] = '%';
            out[1] = hex[s[i] >> 4];
            out[2] = hex[s[i] & 15];
            luaL_addsize(&buffer, 3);
        }
    }
    luaL_pushresult(&buffer);
    return 1;
}

void am_lua_add_text(lua_State *L)
{
    static const luaL_Reg text[] = {
        {"utf8_error", core_utf8_error}, {"percent", core_percent}, {NULL, NULL}};
    luaL_setfuncs(L, text, 0);
}
