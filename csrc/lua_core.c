/* SPDX-License-Identifier: MIT */
/* agentmail.core: the engine of a Lua state, keys, time. Clients and calls have files of their own.
 */
#define _GNU_SOURCE
#include "lua_core.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "clock.h"
#include "key.h"

enum { MOST_PARTS = 200 };

static const char engine_key = 0; /* its address names the engine in the registry */

/* ---- engine ---------------------------------------------------------------------------------- */

static int engine_gc(lua_State *L)
{
    engine_box *box = lua_touserdata(L, 1);
    am_engine_free(box->engine);
    box->engine = NULL;
    return 0;
}

engine_box *am_lua_engine(lua_State *L)
{
    engine_box *box;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &engine_key) == LUA_TUSERDATA) {
        box = lua_touserdata(L, -1);
    } else {
        lua_pop(L, 1);
        box = lua_newuserdatauv(L, sizeof *box, 0); /* engine */
        *box = (engine_box){NULL, false};
        lua_createtable(L, 0, 1); /* engine, metatable */
        lua_pushcfunction(L, engine_gc);
        lua_setfield(L, -2, "__gc");
        lua_setmetatable(L, -2); /* engine */
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &engine_key);
    }
    if (box->engine && am_engine_is_foreign(box->engine))
        box->engine = NULL; /* this process has forked: the old one is the parent's */
    if (!box->engine && !(box->engine = am_engine_new()))
        luaL_error(L, "agentmail: out of memory or file descriptors");
    return box;
}

void am_lua_check_step(lua_State *L, const engine_box *box)
{
    if (box->observing)
        luaL_error(L, "agentmail: nothing can be called from inside on_attempt; keep what you "
                      "need and call after it returned");
}

static int core_pollfd(lua_State *L)
{
    lua_pushinteger(L, am_engine_pollfd(am_lua_engine(L)->engine));
    return 1;
}

static int core_timeout(lua_State *L)
{
    int64_t ms = am_engine_timeout(am_lua_engine(L)->engine);
    if (ms < 0)
        lua_pushnil(L);
    else
        lua_pushnumber(L, (lua_Number)ms / 1000);
    return 1;
}

static int core_step(lua_State *L)
{
    engine_box *box = am_lua_engine(L);
    am_lua_check_step(L, box);
    am_engine_step(box->engine);
    return 0;
}

/* core.observe(f, ...): f(...) under pcall, with stepping forbidden. */
static int core_observe(lua_State *L)
{
    luaL_checkany(L, 1);
    engine_box *box = am_lua_engine(L); /* f, ..., engine */
    lua_insert(L, 1);                   /* engine, f, ... */
    bool was = box->observing;
    box->observing = true;
    int status = lua_pcall(L, lua_gettop(L) - 2, 0, 0); /* engine[, message] */
    box->observing = was;
    lua_pushboolean(L, status == LUA_OK);
    if (status == LUA_OK)
        return 1;
    lua_insert(L, -2); /* engine, false, message */
    return 2;
}

/* ---- keys ------------------------------------------------------------------------------------ */

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

static int core_key(lua_State *L)
{
    am_bytes parts[MOST_PARTS];
    char key[AM_KEY_MAX + 1];
    int count = lua_gettop(L);
    luaL_argcheck(L, count > 0, 1, "a key needs at least one part");
    luaL_argcheck(L, count <= MOST_PARTS, count, "too many parts for one key");
    for (int i = 1; i <= count; i++) {
        if (lua_type(L, i) != LUA_TSTRING && !lua_isinteger(L, i))
            return luaL_argerror(
                L, i,
                lua_pushfstring(L, "a key part must be a string or an integer, not %s",
                                lua_isnumber(L, i) ? "a float" : luaL_typename(L, i)));
        parts[i - 1].data = lua_tolstring(L, i, &parts[i - 1].size);
    }
    if (!am_key_join(parts, (size_t)count, key))
        return luaL_error(L, "agentmail: out of memory");
    lua_pushstring(L, key);
    return 1;
}

/* core.check_key(s) -> s | nil, what is wrong with it */
static int core_check_key(lua_State *L)
{
    size_t size;
    const char *key = luaL_checklstring(L, 1, &size);
    if (am_key_is_valid(key, size)) {
        lua_settop(L, 1);
        return 1;
    }
    size_t span = am_key_span(key, size);
    lua_pushnil(L);
    if (size == 0)
        lua_pushliteral(L, "is empty: use 1 to 256 of A-Z a-z 0-9 - . _ ~");
    else if (span < size)
        lua_pushfstring(L, "holds '%c' at position %d: use only A-Z a-z 0-9 - . _ ~", key[span],
                        (int)span + 1);
    else
        lua_pushfstring(L, "is %d characters long: at most %d are allowed", (int)size, AM_KEY_MAX);
    return 2;
}

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

/* core.fingerprint(method, target, body[, content_type]) */
static int core_fingerprint(lua_State *L)
{
    char digest[AM_DIGEST_SIZE];
    size_t size;
    const char *method = luaL_checkstring(L, 1), *target = luaL_checkstring(L, 2);
    const char *body = luaL_optlstring(L, 3, "", &size);
    const char *content_type = luaL_optstring(L, 4, "application/json");
    if (!am_fingerprint(method, target, content_type, body, size, digest))
        return luaL_error(L, "agentmail: libcrypto failed");
    lua_pushstring(L, digest);
    return 1;
}

/* ---- text ------------------------------------------------------------------------------------ */

/* The size of the UTF-8 sequence at s; 0: there is none. No surrogates, no longer forms than
 * needed, nothing beyond U+10FFFF. */
static size_t utf8_sequence(const unsigned char *s, const unsigned char *end)
{
    unsigned char lead = s[0];
    size_t size = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (size == 0 || lead > 0xF4 || (size_t)(end - s) < size)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    bool wrong = (lead == 0xE0 && s[1] < 0xA0) || (lead == 0xED && s[1] > 0x9F) ||
                 (lead == 0xF0 && s[1] < 0x90) || (lead == 0xF4 && s[1] > 0x8F);
    return wrong ? 0 : size;
}

/* core.utf8_error(s) -> nil | the position of the first byte that is not UTF-8 */
static int core_utf8_error(lua_State *L)
{
    static const uint64_t high_bits = UINT64_C(0x8080808080808080);
    size_t size;
    const unsigned char *start = (const unsigned char *)luaL_checklstring(L, 1, &size);
    const unsigned char *s = start, *end = start + size;
    while (s < end) {
        uint64_t eight = high_bits;
        if (end - s >= 8)
            memcpy(&eight, s, sizeof eight);
        size_t step = (eight & high_bits) == 0 ? sizeof eight : utf8_sequence(s, end);
        if (step == 0) {
            lua_pushinteger(L, s - start + 1);
            return 1;
        }
        s += step;
    }
    lua_pushnil(L);
    return 1;
}

/* ---- time ------------------------------------------------------------------------------------ */

static int core_now(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)am_clock_ms() / 1000);
    return 1;
}

/* core.sleep(seconds) -> true | false if a signal ended it early */
static int core_sleep(lua_State *L)
{
    lua_Number seconds = luaL_checknumber(L, 1);
    luaL_argcheck(L, seconds >= 0 && seconds <= 1e9, 1, "seconds must be 0 or more");
    struct timespec rest = {(time_t)seconds, 0};
    rest.tv_nsec = (long)((seconds - (lua_Number)rest.tv_sec) * 1e9);
    lua_pushboolean(L, nanosleep(&rest, NULL) == 0 || errno != EINTR);
    return 1;
}

/* ---- module ---------------------------------------------------------------------------------- */

/* [-0, +0] a value of a limit as a field of the table at the top, in Lua's units. */
static void set_limit(lua_State *L, const char *field, am_unit unit, int64_t value)
{
    if (unit == AM_UNIT_MS)
        lua_pushnumber(L, (lua_Number)value / 1000);
    else
        lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, field);
}

static int core_limits(lua_State *L)
{
    static const char *const units[] = {
        [AM_UNIT_MS] = "seconds", [AM_UNIT_BYTES] = "bytes", [AM_UNIT_COUNT] = "count"};
    size_t count;
    const am_limit *table = am_limit_table(&count);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_createtable(L, 0, 6);
        lua_pushstring(L, table[i].name);
        lua_setfield(L, -2, "name");
        set_limit(L, "default", table[i].unit, table[i].value);
        set_limit(L, "least", table[i].unit, table[i].least);
        set_limit(L, "most", table[i].unit, table[i].most);
        lua_pushstring(L, units[table[i].unit]);
        lua_setfield(L, -2, "unit");
        lua_pushstring(L, table[i].about);
        lua_setfield(L, -2, "about");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* Keeps this code mapped for ever: with a slow resolver, a thread of libcurl's outlives the Lua
 * state. In a statically linked host there is nothing to pin, and this fails without harm. */
static void pin_module(void)
{
    Dl_info info;
    if (dladdr(&engine_key, &info) && info.dli_fname)
        dlopen(info.dli_fname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
}

static const luaL_Reg core[] = {{"client", am_lua_client_new},
                                {"pollfd", core_pollfd},
                                {"timeout", core_timeout},
                                {"step", core_step},
                                {"observe", core_observe},
                                {"uuid", core_uuid},
                                {"key", core_key},
                                {"check_key", core_check_key},
                                {"sha256", core_sha256},
                                {"fingerprint", core_fingerprint},
                                {"verify_webhook", am_lua_verify_webhook},
                                {"utf8_error", core_utf8_error},
                                {"now", core_now},
                                {"sleep", core_sleep},
                                {NULL, NULL}};

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
int luaopen_agentmail_core(lua_State *L);

int luaopen_agentmail_core(lua_State *L)
{
    luaL_checkversion(L);
    pin_module();
    am_lua_open_client(L);
    am_lua_open_call(L);
    luaL_newlib(L, core);
    lua_pushliteral(L, AM_VERSION);
    lua_setfield(L, -2, "version");
    core_limits(L);
    lua_setfield(L, -2, "limits");
    return 1;
}
