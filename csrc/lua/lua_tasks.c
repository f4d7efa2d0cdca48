/* SPDX-License-Identifier: MIT */
/* agentmail.core: the records of the tasks. */
#define _GNU_SOURCE
#include "lua/lua_tasks.h"

#include "lua/lua_parts.h"

const char am_lua_waiting = 0;

int am_lua_push_upvalue(lua_State *L, am_handed what)
{
    return lua_rawgeti(L, lua_upvalueindex(1), (lua_Integer)what + 1);
}

/* ---- fields ---------------------------------------------------------------------------------- */

int am_lua_field(lua_State *L, int index, const char *name)
{
    lua_pushstring(L, name);
    return lua_rawget(L, index);
}

bool am_lua_has(lua_State *L, int index, const char *name)
{
    am_lua_field(L, index, name);
    bool is_set = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return is_set;
}

void am_lua_set_field(lua_State *L, int index, const char *name)
{
    lua_pushstring(L, name);
    lua_insert(L, -2);
    lua_rawset(L, index);
}

/* ---- whose code runs ------------------------------------------------------------------------- */

void am_lua_adopt(lua_State *L, am_engine_box *box)
{
    if (box->engine && am_engine_is_foreign(box->engine)) {
        am_lua_engine(L);
        lua_pop(L, 1);
    }
    if (box->forks == box->orphaned)
        return;
    am_lua_push_handed(L, AM_HANDED_ORPHAN);
    lua_call(L, 0, 0);
    box->orphaned = box->forks;
}

int am_lua_push_own(lua_State *L)
{
    am_lua_push_handed(L, AM_HANDED_TASKS);
    lua_pushthread(L);
    int type = lua_rawget(L, -2);
    lua_remove(L, -2);
    return type;
}

void am_lua_push_here(lua_State *L, am_engine_box *box)
{
    am_lua_adopt(L, box);
    if (am_lua_push_own(L) == LUA_TNIL) {
        lua_pop(L, 1);
        am_lua_push_handed(L, AM_HANDED_CURRENT);
    }
}

/* core.here() -> the task whose code runs, even if in a coroutine within it | false: none */
static int core_here(lua_State *L)
{
    am_lua_push_here(L, am_lua_engine_box(L));
    return 1;
}

/* ---- who there is ---------------------------------------------------------------------------- */

/* [-0, +0] takes the key at an index off the table of all; whether it was there. */
static bool release(lua_State *L, am_engine_box *box, int key)
{
    am_lua_push_upvalue(L, AM_HANDED_TASKS);
    lua_pushvalue(L, key);
    bool was_there = lua_rawget(L, -2) != LUA_TNIL;
    if (was_there) {
        lua_pushvalue(L, key);
        lua_pushnil(L);
        lua_rawset(L, -4);
        box->unfinished--;
    }
    lua_pop(L, 2);
    return was_there;
}

/* core.hold(waiter): a coroutine of the host's waits, until core.release(waiter). Nobody else may
 * hold it, or know that it does. */
static int core_hold(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    am_engine_box *box = am_lua_engine_box(L);
    release(L, box, 1);
    am_lua_push_upvalue(L, AM_HANDED_TASKS);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 1);
    lua_rawset(L, -3);
    box->unfinished++;
    return 0;
}

/* core.release(waiter) */
static int core_release(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    release(L, am_lua_engine_box(L), 1);
    return 0;
}

/* core.unfinished() -> how many tasks, and waits of hosts, there are */
static int core_unfinished(lua_State *L)
{
    lua_pushinteger(L, am_lua_engine_box(L)->unfinished);
    return 1;
}

/* [-0, +0] wakes who waits for the last task of the scope at an index. */
static void wake_scope(lua_State *L, int scope)
{
    am_lua_field(L, scope, "live");
    if (lua_tointeger(L, -1) == 1 && am_lua_has(L, scope, "waiter")) {
        am_lua_field(L, scope, "waiter");
        am_lua_tell(L, AM_HANDED_WAKE, lua_gettop(L));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/* [-0, +0] */
static void leave_scope(lua_State *L, int scope, int task, bool is_counted)
{
    am_lua_field(L, scope, "tasks");
    lua_pushvalue(L, task);
    lua_pushnil(L);
    lua_rawset(L, -3);
    lua_pop(L, 1);
    if (!is_counted)
        return;
    am_lua_field(L, scope, "live");
    lua_pushinteger(L, lua_tointeger(L, -1) - 1);
    am_lua_set_field(L, scope, "live");
    lua_pop(L, 1);
}

/* What may fail comes first. */
void am_lua_leave(lua_State *L, am_engine_box *box, int task, const char *over)
{
    am_lua_field(L, task, "scope");
    am_lua_field(L, task, "co"); /* ..., scope, co */
    int co = lua_gettop(L), scope = co - 1;
    if (lua_istable(L, scope))
        wake_scope(L, scope);
    lua_pushstring(L, over);
    am_lua_set_field(L, task, "over");
    bool is_counted = release(L, box, co);
    if (lua_istable(L, scope))
        leave_scope(L, scope, task, is_counted);
    lua_pop(L, 2);
}

/* core.leave(task, state): it has ended */
static int core_leave(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    const char *over = luaL_checkstring(L, 2);
    am_lua_leave(L, am_lua_engine_box(L), 1, over);
    return 0;
}

/* ---- who can go on --------------------------------------------------------------------------- */

void am_lua_arm(lua_State *L, am_engine_box *box)
{
    if (box->armed)
        return;
    am_engine_alarm(am_lua_engine(L)->engine, 0);
    lua_pop(L, 1);
    box->armed = true;
}

/* core.arm(): the host that watches the descriptor shall step. */
static int core_arm(lua_State *L)
{
    am_lua_arm(L, am_lua_engine_box(L));
    return 0;
}

void am_lua_enqueue(lua_State *L, am_engine_box *box)
{
    am_lua_push_upvalue(L, AM_HANDED_READY);
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
    am_lua_enqueue(L, box);
    return 0;
}

bool am_lua_tell(lua_State *L, am_handed what, int waiter)
{
    am_lua_push_upvalue(L, what);
    lua_pushvalue(L, waiter);
    lua_call(L, 1, 1);
    bool is = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return is;
}

/* core.forget_all(): there are no tasks and no waits of hosts, and nobody can go on. */
static int core_forget_all(lua_State *L)
{
    am_engine_box *box = am_lua_engine_box(L);
    am_lua_push_upvalue(L, AM_HANDED_READY);
    for (lua_Integer place = box->first_ready; place <= box->last_ready; place++) {
        lua_pushnil(L);
        lua_rawseti(L, -2, place);
    }
    box->first_ready = 1;
    box->last_ready = box->unfinished = 0;
    return 0;
}

void am_lua_add_task_functions(lua_State *L, const luaL_Reg *functions)
{
    am_lua_push_all_handed(L);
    luaL_setfuncs(L, functions, 1);
}

void am_lua_add_tasks(lua_State *L)
{
    static const luaL_Reg functions[] = {{"here", core_here},
                                         {"hold", core_hold},
                                         {"release", core_release},
                                         {"unfinished", core_unfinished},
                                         {"leave", core_leave},
                                         {"arm", core_arm},
                                         {"enqueue", core_enqueue},
                                         {"forget_all", core_forget_all},
                                         {NULL, NULL}};
    am_lua_add_task_functions(L, functions);
    lua_pushlightuserdata(L, (void *)&am_lua_waiting);
    lua_setfield(L, -2, "WAIT");
}
