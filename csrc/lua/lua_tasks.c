/* SPDX-License-Identifier: MIT */
/* agentmail.core: the turns of tasks. */
#define _GNU_SOURCE
#include "lua/lua_tasks.h"

#include <lauxlib.h>
#include <math.h>

#include "base/clock.h"
#include "lua/lua_handed.h"
#include "lua/lua_held.h"
#include "lua/lua_parts.h"
#include "lua/lua_wait.h"

const char am_lua_waiting = 0;

static lua_Number seconds_now(void)
{
    return (lua_Number)am_monotonic_ms() / 1000;
}

/* The functions of the core here have all that is handed over as their upvalue. */
static void push(lua_State *L, am_handed what)
{
    lua_rawgeti(L, lua_upvalueindex(1), (lua_Integer)what + 1);
}

/* ---- records --------------------------------------------------------------------------------- */

/* Whether a field of the table at an index is set, and not false. */
static bool has(lua_State *L, int index, const char *field)
{
    lua_getfield(L, index, field);
    bool is_set = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return is_set;
}

/* After a fork, the tasks belong to the parent. */
static void adopt(lua_State *L)
{
    am_engine_box *box = am_lua_engine(L);
    lua_pop(L, 1);
    if (box->forks == box->orphaned)
        return;
    am_lua_push_handed(L, AM_HANDED_ORPHAN);
    lua_call(L, 0, 0);
    box->orphaned = box->forks;
}

/* [-0, +1] the task of the running coroutine | nil */
static int push_own(lua_State *L)
{
    am_lua_push_handed(L, AM_HANDED_TASKS);
    lua_pushthread(L);
    int type = lua_rawget(L, -2);
    lua_remove(L, -2);
    return type;
}

void am_lua_push_here(lua_State *L)
{
    adopt(L);
    if (push_own(L) == LUA_TNIL) {
        lua_pop(L, 1);
        am_lua_push_handed(L, AM_HANDED_CURRENT);
    }
}

/* core.here() -> the task whose code runs, even if in a coroutine within it | false: none */
static int core_here(lua_State *L)
{
    am_lua_push_here(L);
    return 1;
}

/* [-1, +0] the waiter at the top can go on. */
static void enqueue(lua_State *L, am_engine_box *box)
{
    push(L, AM_HANDED_READY);
    lua_insert(L, -2);
    lua_rawseti(L, -2, box->last_ready + 1);
    box->last_ready++;
    lua_pop(L, 1);
}

/* core.enqueue(waiter): it can go on. */
static int core_enqueue(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    am_engine_box *box = am_lua_engine_box(L);
    lua_settop(L, 1);
    enqueue(L, box);
    return 0;
}

/* core.forget_ready(): nobody can go on. */
static int core_forget_ready(lua_State *L)
{
    am_engine_box *box = am_lua_engine_box(L);
    push(L, AM_HANDED_READY);
    for (lua_Integer place = box->first_ready; place <= box->last_ready; place++) {
        lua_pushnil(L);
        lua_rawseti(L, -2, place);
    }
    box->first_ready = 1;
    box->last_ready = 0;
    return 0;
}

/* ---- waits ----------------------------------------------------------------------------------- */

int am_lua_push_waiter(lua_State *L)
{
    if (push_own(L) == LUA_TNIL) {
        lua_pop(L, 1);
        am_lua_push_handed(L, AM_HANDED_CLAIM);
        lua_call(L, 0, 1); /* a hook cannot yield in between */
    }
    return lua_type(L, -1);
}

bool am_lua_is_waiting(lua_State *L, int waiter)
{
    return has(L, waiter, "waiting");
}

static void go_on(lua_State *L, int waiter)
{
    lua_pushboolean(L, false);
    lua_setfield(L, waiter, "waiting");
}

void am_lua_await(lua_State *L, int waiter, int call)
{
    am_call_box *box = lua_touserdata(L, call);
    lua_pushvalue(L, waiter);
    am_lua_hold(L, call, AM_HELD_WAITER);
    lua_pushvalue(L, call);
    lua_setfield(L, waiter, "what");
    lua_pushliteral(L, "call");
    lua_setfield(L, waiter, "waiting");
    box->sole = true;
    if (!has(L, waiter, "co")) /* a host's loop shall step */
        am_engine_alarm(box->engine->engine, 0);
    if (has(L, waiter, "cancelled"))
        am_call_cancel(box->call); /* then it wants its owner */
    if (am_lua_is_news(box))
        go_on(L, waiter);
}

/* call:own(waiter | nil): who waits for it by yielding */
static int call_own(lua_State *L)
{
    am_lua_to_call(L, 1)->sole = false;
    lua_settop(L, 2);
    am_lua_hold(L, 1, AM_HELD_WAITER);
    return 0;
}

/* [-0, +0] calls a function of Lua's with the task or waiter at an index; its result. */
static bool tell(lua_State *L, am_handed what, int task)
{
    push(L, what);
    lua_pushvalue(L, task);
    lua_call(L, 1, 1);
    bool is = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return is;
}

/* [-0, +0] wakes the waiter at an index. */
static void wake(lua_State *L, am_engine_box *box, const am_call_box *call, int waiter)
{
    if (!call->sole) {
        tell(L, AM_HANDED_WAKE, waiter);
        return;
    }
    lua_pushvalue(L, waiter);
    enqueue(L, box);
    go_on(L, waiter);
}

/* core.wake_owners(stop | nil) -> whether any are left: wakes those whose calls have news, until a
 * time of core.now(). To be called by core.whole. */
static int core_wake_owners(lua_State *L)
{
    lua_Number stop = luaL_optnumber(L, 1, HUGE_VAL);
    adopt(L);
    lua_settop(L, 0);
    am_engine_box *box = am_lua_engine(L); /* engine */
    for (am_call *call; (call = am_engine_look(box->engine, NULL)) != NULL; lua_settop(L, 1)) {
        const am_call_box *owned = am_lua_push_call(L, 1, call); /* engine, call */
        if (!owned) {                                            /* it is being collected */
            am_call_take(call);
            continue;
        }
        am_engine_alarm(box->engine, 0);
        am_lua_held(L, 2, AM_HELD_WAITER);
        if (lua_toboolean(L, 3))
            wake(L, box, owned, 3);
        lua_settop(L, 2);
        lua_pushnil(L);
        am_lua_hold(L, 2, AM_HELD_WAITER);
        if (owned->call && !am_engine_is_foreign(am_call_engine(owned->call)))
            am_call_take(owned->call);
        if (stop < HUGE_VAL && seconds_now() >= stop && am_engine_look(box->engine, NULL)) {
            lua_pushboolean(L, true);
            return 1;
        }
    }
    return 0;
}

/* ---- turns ----------------------------------------------------------------------------------- */

/* [-1, +0] */
static void set_current(lua_State *L)
{
    lua_rawseti(L, lua_upvalueindex(1), AM_HANDED_CURRENT + 1);
}

/* A task whose turn an error has cut short, unless it runs, and has called us. */
static void recover(lua_State *L)
{
    push(L, AM_HANDED_CURRENT);
    if (lua_toboolean(L, -1) && tell(L, AM_HANDED_SETTLE, lua_gettop(L))) {
        lua_pushboolean(L, false);
        set_current(L);
    }
    lua_pop(L, 1);
}

/* The end of a task is booked here, outside of its coroutine, in which a hook may yield. */
static void resume_task(lua_State *L, am_engine_box *box, int task)
{
    lua_getfield(L, task, "co");
    lua_State *co = lua_tothread(L, -1);
    bool has_begun = lua_status(co) == LUA_YIELD;
    if (has(L, task, "over") || (!has_begun && has(L, task, "cancelled") && has(L, task, "fn"))) {
        tell(L, AM_HANDED_SKIP, task);
        return;
    }
    int count;
    int status = lua_resume(co, L, 0, &count);
    bool waits = status == LUA_YIELD && count > 0 && lua_touserdata(co, -count) == &am_lua_waiting;
    lua_pop(co, status == LUA_OK || status == LUA_YIELD ? count : 1);
    push(L, AM_HANDED_CURRENT);
    if (!lua_rawequal(L, -1, task))
        recover(L);
    if (waits)
        return;
    if (status == LUA_YIELD) { /* it yielded by itself, or a hook did */
        lua_pushvalue(L, task);
        enqueue(L, box);
    } else {
        tell(L, status == LUA_OK ? AM_HANDED_ENDED : AM_HANDED_SETTLE, task);
    }
}

/* [-0, +0] `outer` is the task whose code runs the pass, or false. */
static void take_turn(lua_State *L, am_engine_box *box, int task, int outer)
{
    lua_pushvalue(L, task);
    set_current(L);
    push(L, AM_HANDED_READY);
    lua_pushnil(L);
    lua_rawseti(L, -2, box->first_ready++);
    lua_pop(L, 1);
    resume_task(L, box, task);
    lua_pushvalue(L, outer);
    set_current(L);
}

/* A host's coroutine may run at once. Its waiter stays in its place until it has been told, unless
 * others have moved the places; if memory runs out in between, it is told again. */
static void tell_host(lua_State *L, am_engine_box *box, int waiter)
{
    lua_Integer place = box->first_ready++;
    lua_getfield(L, waiter, "go_on");
    int status = lua_pcall(L, 0, 0, 0);
    push(L, AM_HANDED_READY);
    lua_rawgeti(L, -1, place);
    if (lua_rawequal(L, -1, waiter)) {
        if (status == LUA_ERRMEM && box->first_ready == place + 1) {
            box->first_ready = place;
        } else {
            lua_pushnil(L);
            lua_rawseti(L, -3, place);
        }
    }
    lua_pop(L, 2);
    if (status != LUA_OK)
        lua_error(L);
}

/* core.turns(stop | nil): of those that are ready now, until a time of core.now(); those that join
 * them meanwhile are left to the next. To be called by core.whole. */
static int core_turns(lua_State *L)
{
    lua_Number stop = luaL_optnumber(L, 1, HUGE_VAL);
    lua_settop(L, 0);
    recover(L);
    am_engine_box *box = am_lua_engine_box(L);
    push(L, AM_HANDED_READY);
    push(L, AM_HANDED_CURRENT); /* engine, ready, outer */
    lua_Integer last = box->last_ready;
    for (lua_Integer place = 0; box->first_ready <= last && box->first_ready <= box->last_ready &&
                                box->first_ready > place;
         lua_settop(L, 3)) {
        place = box->first_ready;
        lua_rawgeti(L, 2, place); /* engine, ready, outer, waiter */
        if (has(L, 4, "co"))
            take_turn(L, box, 4, 3);
        else
            tell_host(L, box, 4);
        if (stop < HUGE_VAL && seconds_now() >= stop)
            break;
    }
    if (!lua_toboolean(L, 3) && box->first_ready > box->last_ready) {
        box->first_ready = 1; /* no pass is under way that knows a place */
        box->last_ready = 0;
    }
    return 0;
}

void am_lua_add_tasks(lua_State *L)
{
    static const luaL_Reg functions[] = {{"here", core_here},
                                         {"enqueue", core_enqueue},
                                         {"forget_ready", core_forget_ready},
                                         {"wake_owners", core_wake_owners},
                                         {"turns", core_turns},
                                         {NULL, NULL}};
    am_lua_push_all_handed(L);
    luaL_setfuncs(L, functions, 1);
    lua_pushlightuserdata(L, (void *)&am_lua_waiting);
    lua_setfield(L, -2, "WAIT");
    luaL_getmetatable(L, AM_LUA_CALL);
    lua_getfield(L, -1, "__index"); /* metatable, methods */
    lua_pushcfunction(L, call_own);
    lua_setfield(L, -2, "own");
    lua_pop(L, 2);
}
