/* SPDX-License-Identifier: MIT */
/* agentmail.core: waits for calls by yielding. */
#define _GNU_SOURCE
#include "lua/lua_await.h"

#include <lauxlib.h>
#include <math.h>

#include "lua/lua_held.h"
#include "lua/lua_parts.h"
#include "lua/lua_tasks.h"
#include "lua/lua_wait.h"

int am_lua_push_waiter(lua_State *L)
{
    if (am_lua_push_own(L) == LUA_TNIL) {
        lua_pop(L, 1);
        am_lua_push_upvalue(L, AM_HANDED_CLAIM);
        lua_call(L, 0, 1); /* a hook cannot yield in between */
    }
    return lua_type(L, -1);
}

/* Whether a task goes on, at an index, because the passes have resumed it: by itself, or by the
 * coroutines of agentmail.coroutine that resume the running one. */
static bool has_turn(lua_State *L, int waiter)
{
    if (am_lua_push_own(L) == LUA_TNIL)
        am_lua_push_waiter(L);
    else
        am_lua_push_upvalue(L, AM_HANDED_CURRENT);
    bool has = lua_rawequal(L, -1, waiter);
    lua_settop(L, lua_gettop(L) - 2);
    return has;
}

int am_lua_push_wait(lua_State *L, int waiter)
{
    if (has_turn(L, waiter)) {
        lua_pushlightuserdata(L, (void *)&am_lua_waiting);
        return 1;
    }
    lua_pushnil(L);
    lua_pushliteral(L, "this coroutine waits: another task has resumed it");
    return 2;
}

/* core.wait_of(waiter) -> what the running coroutine yields while the waiter waits */
static int core_wait_of(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    return am_lua_push_wait(L, 1);
}

static void go_on(lua_State *L, int waiter)
{
    am_lua_push_word(L, AM_WORD_WAITING);
    lua_pushboolean(L, false);
    lua_rawset(L, waiter);
}

void am_lua_await(lua_State *L, int waiter, int call)
{
    am_call_box *box = lua_touserdata(L, call);
    lua_pushvalue(L, waiter);
    am_lua_hold(L, call, AM_HELD_WAITER);
    am_lua_push_word(L, AM_WORD_WHAT);
    lua_pushvalue(L, call);
    lua_rawset(L, waiter);
    am_lua_push_word(L, AM_WORD_WAITING);
    am_lua_push_word(L, AM_WORD_CALL);
    lua_rawset(L, waiter);
    box->sole = true;
    if (am_lua_has(L, waiter, AM_WORD_CANCELLED))
        am_call_cancel(box->call); /* then it wants its owner */
    if (am_lua_is_news(box))
        go_on(L, waiter);
    else if (am_lua_has(L, waiter, AM_WORD_GO_ON))
        am_lua_hold_waiter(L, box->engine, waiter);
}

/* call:own(waiter | nil): who waits for it by yielding */
static int call_own(lua_State *L)
{
    am_lua_to_call(L, 1)->sole = false;
    lua_settop(L, 2);
    am_lua_hold(L, 1, AM_HELD_WAITER);
    return 0;
}

/* [-0, +0] lets the waiter at an index go on. Lua takes it off the other calls of its set. */
static void wake(lua_State *L, am_engine_box *box, const am_call_box *call, int waiter)
{
    if (!call->sole) {
        am_lua_tell(L, AM_HANDED_WAKE, waiter);
        return;
    }
    lua_pushvalue(L, waiter);
    am_lua_enqueue(L, box);
    go_on(L, waiter);
}

/* core.wake_owners(stop | nil) -> whether any are left: lets those go on whose calls have news,
 * until a time of core.now(). To be called by core.whole. */
static int core_wake_owners(lua_State *L)
{
    lua_Number stop = luaL_optnumber(L, 1, HUGE_VAL);
    lua_settop(L, 0);
    am_engine_box *box = am_lua_engine(L); /* engine */
    am_lua_adopt(L, box);
    for (am_call *call; (call = am_engine_look(box->engine, NULL)) != NULL; lua_settop(L, 1)) {
        const am_call_box *owned = am_lua_push_call(L, 1, call); /* engine, call */
        if (!owned) {                                            /* it is being collected */
            am_call_take(call);
            continue;
        }
        am_lua_arm(L, box);
        am_lua_held(L, 2, AM_HELD_WAITER);
        if (lua_toboolean(L, 3))
            wake(L, box, owned, 3);
        lua_settop(L, 2);
        lua_pushnil(L);
        am_lua_hold(L, 2, AM_HELD_WAITER);
        if (owned->call && !am_engine_is_foreign(am_call_engine(owned->call)))
            am_call_take(owned->call);
        if (stop < HUGE_VAL && am_lua_now() >= stop && am_engine_look(box->engine, NULL)) {
            lua_pushboolean(L, true);
            return 1;
        }
    }
    return 0;
}

void am_lua_add_await(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"wake_owners", core_wake_owners}, {"wait_of", core_wait_of}, {NULL, NULL}};
    am_lua_add_task_functions(L, functions);
    luaL_getmetatable(L, AM_LUA_CALL);
    lua_getfield(L, -1, "__index"); /* metatable, methods */
    lua_pushcfunction(L, call_own);
    lua_setfield(L, -2, "own");
    lua_pop(L, 2);
}
