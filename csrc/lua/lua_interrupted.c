/* SPDX-License-Identifier: MIT */
/* agentmail.core: the end of a call's scope. A call that an error has interrupted is noted in Lua
 * (interrupted.lua): its caller gets the error, and no failure. */
#include <lauxlib.h>

#include "lua/lua_handed.h"
#include "lua/lua_held.h"
#include "lua/lua_parts.h"
#include "lua/lua_request.h"

static int noted(lua_State *L, int status, lua_KContext context)
{
    (void)L, (void)status, (void)context;
    return 0;
}

/* Of a call and the problem. */
static int note(lua_State *L)
{
    const am_call_box *box = lua_touserdata(L, 1);
    am_lua_push_handed(L, AM_HANDED_NOTE);
    am_lua_push_request(L, 1);
    lua_pushvalue(L, 2);
    if (box->call)
        lua_pushvalue(L, 1);
    else
        lua_pushnil(L);
    lua_callk(L, 3, 0, 0, noted);
    return 0;
}

static int give_back(lua_State *L, int status, lua_KContext context)
{
    (void)status, (void)context;
    am_lua_give_back(L, 1);
    return 0;
}

static int empty(lua_State *L, int status, lua_KContext context)
{
    (void)status, (void)context;
    am_lua_empty(L, 1);
    return 0;
}

static int end(lua_State *L, lua_KFunction after)
{
    const am_call_box *box = am_lua_to_call(L, 1);
    lua_settop(L, 2);
    if (!(box->held & 1u << AM_HELD_PLAN) || !(box->open || !lua_isnil(L, 2)))
        return after(L, LUA_OK, 0);
    lua_pushcfunction(L, note);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    return after(L, lua_pcallk(L, 2, 0, 0, 0, after), 0);
}

/* call:abandon(problem): notes it, and ends it for a coroutine that will not go on. */
static int call_abandon(lua_State *L)
{
    return end(L, empty);
}

/* call:leave(problem | nil): as nothing needs the call any more, its userdata goes back to its
 * client. close() and the collector do not do so: another variable may hold it, and it would not be
 * finalized again. If memory does not allow the note, there is none. */
static int call_leave(lua_State *L)
{
    return end(L, give_back);
}

void am_lua_add_interrupted(lua_State *L)
{
    luaL_getmetatable(L, AM_LUA_CALL);
    lua_pushcfunction(L, call_leave);
    lua_setfield(L, -2, "__close");
    lua_getfield(L, -1, "__index"); /* metatable, methods */
    lua_pushcfunction(L, call_leave);
    lua_setfield(L, -2, "leave");
    lua_pushcfunction(L, call_abandon);
    lua_setfield(L, -2, "abandon");
    lua_pop(L, 2);
}
