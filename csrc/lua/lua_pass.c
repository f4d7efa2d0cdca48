/* SPDX-License-Identifier: MIT */
/* agentmail.core: the turns of those that can go on. */
#define _GNU_SOURCE
#include <lauxlib.h>
#include <math.h>

#include "lua/lua_parts.h"
#include "lua/lua_tasks.h"

/* [-1, +0] */
static void set_current(lua_State *L)
{
    lua_rawseti(L, lua_upvalueindex(1), AM_HANDED_CURRENT + 1);
}

/* A task whose turn an error has cut short, unless it runs, and has called us. */
static void recover(lua_State *L)
{
    am_lua_push_upvalue(L, AM_HANDED_CURRENT);
    if (lua_toboolean(L, -1) && am_lua_tell(L, AM_HANDED_SETTLE, lua_gettop(L))) {
        lua_pushboolean(L, false);
        set_current(L);
    }
    lua_pop(L, 1);
}

/* The task at an index has ended, or could not be resumed, as another goes on with its coroutine; a
 * hook cannot yield here. */
static void book_end(lua_State *L, am_engine_box *box, int task, int status)
{
    bool is_usual = status == LUA_OK && am_lua_has(L, task, AM_WORD_WORK) &&
                    !am_lua_has(L, task, AM_WORD_JOINERS) && !am_lua_has(L, task, AM_WORD_AT);
    if (is_usual) {
        am_lua_leave(L, box, task, "done");
    } else {
        am_lua_push_upvalue(L, AM_HANDED_SETTLE);
        lua_pushvalue(L, task);
        lua_pushboolean(L, true);
        lua_call(L, 2, 0);
    }
}

static void resume_task(lua_State *L, am_engine_box *box, int task)
{
    if (am_lua_has(L, task, AM_WORD_OVER))
        return;
    am_lua_field(L, task, AM_WORD_CO);
    lua_State *co = lua_tothread(L, -1);
    int count;
    int status = lua_resume(co, L, 0, &count);
    bool waits = status == LUA_YIELD && count > 0 && lua_touserdata(co, -count) == &am_lua_waiting;
    lua_pop(co, status == LUA_OK || status == LUA_YIELD ? count : 1);
    am_lua_push_upvalue(L, AM_HANDED_CURRENT);
    if (!lua_rawequal(L, -1, task))
        recover(L);
    if (waits)
        return;
    if (status == LUA_YIELD) { /* it yielded by itself, or a hook did */
        lua_pushvalue(L, task);
        am_lua_enqueue(L, box);
    } else {
        book_end(L, box, task, status);
    }
}

/* [-0, +0] `outer` is the task whose code runs the pass, or false. */
static void take_turn(lua_State *L, am_engine_box *box, int task, int outer)
{
    lua_pushvalue(L, task);
    set_current(L);
    am_lua_push_upvalue(L, AM_HANDED_READY);
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
    bool again = false;
    am_lua_field(L, waiter, AM_WORD_GO_ON);
    int status = lua_pcall(L, 0, 0, 0);
    am_lua_push_upvalue(L, AM_HANDED_READY);
    lua_rawgeti(L, -1, place);
    if (lua_rawequal(L, -1, waiter)) {
        again = status == LUA_ERRMEM && box->first_ready == place + 1;
        if (again) {
            box->first_ready = place;
        } else {
            lua_pushnil(L);
            lua_rawseti(L, -3, place);
        }
    }
    lua_pop(L, 2);
    if (!again)
        am_lua_forget(L, box, waiter);
    if (status != LUA_OK)
        lua_error(L);
}

/* core.turns(stop | nil): of those that can go on now, until a time of core.now(); those that join
 * them meanwhile are left to the next. To be called by core.whole. */
static int core_turns(lua_State *L)
{
    lua_Number stop = luaL_optnumber(L, 1, HUGE_VAL);
    lua_settop(L, 0);
    recover(L);
    am_engine_box *box = am_lua_engine_box(L);
    am_lua_push_upvalue(L, AM_HANDED_READY);
    am_lua_push_upvalue(L, AM_HANDED_CURRENT); /* engine, ready, outer */
    lua_Integer last = box->last_ready;
    for (lua_Integer place = 0; box->first_ready > place && box->first_ready <= last &&
                                box->first_ready <= box->last_ready;
         lua_settop(L, 3)) {
        place = box->first_ready;
        lua_rawgeti(L, 2, place); /* engine, ready, outer, waiter */
        if (am_lua_has(L, 4, AM_WORD_GO_ON))
            tell_host(L, box, 4);
        else
            take_turn(L, box, 4, 3);
        if (stop < HUGE_VAL && am_lua_now() >= stop)
            break;
    }
    if (!lua_toboolean(L, 3) && box->first_ready > box->last_ready) {
        box->first_ready = 1; /* no pass is under way that knows a place */
        box->last_ready = 0;
    }
    return 0;
}

void am_lua_add_pass(lua_State *L)
{
    static const luaL_Reg functions[] = {{"turns", core_turns}, {NULL, NULL}};
    am_lua_add_task_functions(L, functions);
}
