/* SPDX-License-Identifier: MIT */
/* agentmail.core: the engine of a Lua state, and the functions for a host's loop. */
#include "lua/lua_engine.h"

#include <lauxlib.h>

#include "lua/lua_parts.h"
#include "lua/lua_turn.h"

static const char engine_key = 0; /* its address is the engine's key in the registry */

static int engine_gc(lua_State *L)
{
    am_engine_box *box = lua_touserdata(L, 1);
    am_engine_free(box->engine);
    box->engine = NULL;
    box->closed = true;
    return 0;
}

am_engine_box *am_lua_engine_box(lua_State *L)
{
    am_engine_box *box;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &engine_key) == LUA_TUSERDATA) {
        box = lua_touserdata(L, -1);
    } else {
        lua_pop(L, 1);
        box = lua_newuserdatauv(L, sizeof *box, 1); /* engine */
        *box = (am_engine_box){.first_ready = 1};
        lua_createtable(L, 0, 1); /* engine, metatable */
        lua_pushcfunction(L, engine_gc);
        lua_setfield(L, -2, "__gc");
        lua_setmetatable(L, -2);  /* engine */
        lua_newtable(L);          /* engine, calls */
        lua_createtable(L, 0, 1); /* engine, calls, metatable */
        lua_pushliteral(L, "v");
        lua_setfield(L, -2, "__mode");
        lua_setmetatable(L, -2);
        lua_setiuservalue(L, -2, 1); /* engine */
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &engine_key);
    }
    return box;
}

am_engine_box *am_lua_engine(lua_State *L)
{
    am_engine_box *box = am_lua_engine_box(L);
    if (box->engine && am_engine_is_foreign(box->engine)) {
        box->engine = NULL; /* this process has forked: the old one belongs to the parent */
        box->armed = false;
        box->forks++;
    }
    if (box->closed) /* otherwise no one would free it */
        luaL_error(L, "agentmail: the Lua state is closing");
    if (!box->engine && !(box->engine = am_engine_new()))
        luaL_error(L, "agentmail: out of memory or file descriptors");
    return box;
}

void am_lua_check_step(lua_State *L, const am_engine_box *box)
{
    if (box->observing)
        luaL_error(L, "agentmail: an observer is running");
}

/* core.pollfd() -> the descriptor to watch for reading */
static int core_pollfd(lua_State *L)
{
    lua_pushinteger(L, am_engine_pollfd(am_lua_engine(L)->engine));
    return 1;
}

/* core.timeout() -> seconds until step has something to do without the descriptor | nil: never */
static int core_timeout(lua_State *L)
{
    int64_t ms = am_engine_timeout(am_lua_engine(L)->engine);
    if (ms < 0)
        lua_pushnil(L);
    else
        lua_pushnumber(L, (lua_Number)ms / 1000);
    return 1;
}

/* core.step() -> unfinished calls: does what can be done now; never blocks. */
static int core_step(lua_State *L)
{
    am_engine_box *box = am_lua_engine(L);
    am_lua_check_step(L, box);
    am_engine_step(box->engine);
    lua_pushinteger(L, (lua_Integer)am_engine_unfinished(box->engine));
    return 1;
}

/* The seconds at index 1; nil: never; 0 while anyone can go on. */
static void set_alarm(lua_State *L, am_engine_box *box)
{
    lua_Number seconds = luaL_optnumber(L, 1, -1);
    luaL_argcheck(L, lua_isnoneornil(L, 1) || (seconds >= 0 && seconds <= 1e9), 1,
                  "seconds must be 0 or more");
    int64_t ms = (int64_t)(seconds * 1000);
    if (seconds >= 0 && (lua_Number)ms < seconds * 1000)
        ms++; /* never early */
    if (box->first_ready <= box->last_ready)
        ms = 0;
    else if (seconds < 0)
        ms = -1;
    am_engine_alarm(box->engine, ms);
    box->armed = ms == 0;
}

/* core.alarm(seconds | nil): from then on, step has something to do, until the alarm is set anew.
 */
static int core_alarm(lua_State *L)
{
    lua_settop(L, 1);
    set_alarm(L, am_lua_engine(L));
    return 0;
}

/* core.rest(seconds | nil): sets the alarm, steps, and blocks until the engine wants its owner
 * (am_engine_is_wanted), but at most for a turn (lua_turn.h). */
static int core_rest(lua_State *L)
{
    lua_settop(L, 1);
    am_engine_box *box = am_lua_engine(L);
    am_lua_check_step(L, box);
    set_alarm(L, box);
    am_turn turn = am_turn_begin(&box->waited_ms);
    bool goes_on;
    do {
        bool uninterrupted = am_engine_wait(am_lua_engine(L)->engine, am_turn_left_ms(L, &turn));
        goes_on = am_turn_take(L, &turn, 0, am_turn_leave) && uninterrupted;
    } while (goes_on && !am_engine_is_wanted(am_lua_engine(L)->engine));
    return 0;
}

/* core.tasking(): from now on, calls ask the functions `enter`, `await` and `queue` that Lua has
 * handed over. */
static int core_tasking(lua_State *L)
{
    am_lua_engine_box(L)->tasking = true;
    return 0;
}

/* core.forks() -> how often this state has found itself in a child process */
static int core_forks(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)am_lua_engine(L)->forks);
    return 1;
}

/* core.whole(f, ...) -> what f returns: calls it so that no yield can come in between, as one of
 * a host's count hook. */
static int core_whole(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

/* core.observe(f, ...) -> true | false, message: f(...) under pcall, with stepping forbidden */
static int core_observe(lua_State *L)
{
    luaL_checkany(L, 1);
    am_engine_box *box = am_lua_engine(L); /* f, ..., engine */
    lua_insert(L, 1);                      /* engine, f, ... */
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

/* core.observing() -> whether an observer runs */
static int core_observing(lua_State *L)
{
    lua_pushboolean(L, am_lua_engine_box(L)->observing);
    return 1;
}

void am_lua_add_engine(lua_State *L)
{
    static const luaL_Reg functions[] = {{"pollfd", core_pollfd},
                                         {"timeout", core_timeout},
                                         {"step", core_step},
                                         {"alarm", core_alarm},
                                         {"rest", core_rest},
                                         {"tasking", core_tasking},
                                         {"forks", core_forks},
                                         {"observe", core_observe},
                                         {"whole", core_whole},
                                         {"observing", core_observing},
                                         {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
