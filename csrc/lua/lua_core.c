/* SPDX-License-Identifier: MIT */
/* agentmail.core: the engine of a Lua state, time, limits. The rest has files of its own. */
#define _GNU_SOURCE
#include "lua/lua_core.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

static const char engine_key = 0; /* its address names the engine in the registry */

/* ---- engine ---------------------------------------------------------------------------------- */

static int engine_gc(lua_State *L)
{
    engine_box *box = lua_touserdata(L, 1);
    am_engine_free(box->engine);
    box->engine = NULL;
    box->closed = true;
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
        *box = (engine_box){0};
        lua_createtable(L, 0, 1); /* engine, metatable */
        lua_pushcfunction(L, engine_gc);
        lua_setfield(L, -2, "__gc");
        lua_setmetatable(L, -2); /* engine */
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &engine_key);
    }
    if (box->engine && am_engine_is_foreign(box->engine))
        box->engine = NULL; /* this process has forked: the old one is the parent's */
    if (box->closed)        /* nobody would free another one */
        luaL_error(L, "agentmail: the Lua state is closing");
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

/* ---- time ------------------------------------------------------------------------------------ */

static int core_now(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)am_monotonic_ms() / 1000);
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
                                {"check_headers", am_lua_check_headers},
                                {"pollfd", core_pollfd},
                                {"timeout", core_timeout},
                                {"step", core_step},
                                {"wait_any", am_lua_wait_any},
                                {"observe", core_observe},
                                {"verify_webhook", am_lua_verify_webhook},
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
    am_lua_add_keys(L);
    am_lua_add_save(L);
    am_lua_add_text(L);
    lua_pushliteral(L, AM_VERSION);
    lua_setfield(L, -2, "version");
    core_limits(L);
    lua_setfield(L, -2, "limits");
    return 1;
}
