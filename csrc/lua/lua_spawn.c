/* SPDX-License-Identifier: MIT */
/* agentmail.core: makes tasks, and runs their functions. */
#define _GNU_SOURCE
#include <lauxlib.h>

#include "lua/lua_parts.h"
#include "lua/lua_tasks.h"

/* The most fields that a task has unless it sleeps, in a scope. */
enum { FIELDS = 8 };

/* Packs the values from an index on into a table { ..., n = } at that index. */
static void pack(lua_State *L, int from)
{
    int count = lua_gettop(L) - from + 1;
    lua_createtable(L, count, 1);
    lua_insert(L, from);
    for (int i = count; i > 0; i--)
        lua_rawseti(L, from, i);
    lua_pushinteger(L, count);
    am_lua_set_field(L, from, "n");
}

/* ---- in the task's coroutine ----------------------------------------------------------------- */

enum { TASK = 1, TRACE, FUNCTION, RESULTS = FUNCTION };

/* Keeps with the error where it was raised. */
static int trace(lua_State *L)
{
    lua_settop(L, 1);
    if (lua_type(L, 1) != LUA_TSTRING || am_lua_push_own(L) == LUA_TNIL)
        return 1;
    luaL_traceback(L, L, lua_tostring(L, 1), 1);
    am_lua_set_field(L, 2, "trace");
    lua_settop(L, 1);
    return 1;
}

/* The function has ended; a hook may have yielded within it. The scheduler books that. */
static int ended(lua_State *L, int status, lua_KContext context)
{
    (void)context;
    bool returned = status == LUA_OK || status == LUA_YIELD;
    if (!returned) {
        am_lua_set_field(L, TASK, "problem");
        lua_pushboolean(L, false);
    } else if (lua_gettop(L) < RESULTS) {
        lua_pushboolean(L, true);
    } else {
        pack(L, RESULTS);
    }
    am_lua_set_field(L, TASK, "results");
    return 0;
}

/* [-0, +1] takes a field of the task. */
static int take(lua_State *L, const char *name)
{
    int type = am_lua_field(L, TASK, name);
    if (type != LUA_TNIL) {
        lua_pushnil(L);
        am_lua_set_field(L, TASK, name);
    }
    return type;
}

/* Calls the function in such a way that its variables are closed if it raises: they would stay open
 * if the error ended the coroutine. One who resumes it may not pass arguments. */
static int body(lua_State *L)
{
    lua_settop(L, 0);
    if (am_lua_push_own(L) == LUA_TNIL || am_lua_has(L, TASK, "cancelled"))
        return 0;
    lua_pushcfunction(L, trace);
    take(L, "fn");
    if (take(L, "given") == LUA_TTABLE) {
        int given = lua_gettop(L);
        am_lua_field(L, given, "n");
        int count = (int)lua_tointeger(L, -1);
        lua_pop(L, 1);
        luaL_checkstack(L, count, "too many arguments");
        for (int i = 1; i <= count; i++)
            lua_rawgeti(L, given, i);
        lua_remove(L, given);
    } else {
        lua_pop(L, 1);
    }
    int count = lua_gettop(L) - FUNCTION;
    return ended(L, lua_pcallk(L, count, LUA_MULTRET, TRACE, 0, ended), 0);
}

/* ---- spawning -------------------------------------------------------------------------------- */

enum { HERE = 1, SCOPE, SPAWNED, GIVEN };

/* [-0, +1] the time at which all waits of the task that spawns end | nil */
static void push_deadline(lua_State *L, const am_engine_box *box)
{
    if (box->bounded) {
        am_lua_push_upvalue(L, AM_HANDED_DEADLINE);
        lua_pushvalue(L, HERE);
        lua_call(L, 1, 1);
    } else if (lua_istable(L, HERE)) {
        am_lua_field(L, HERE, "deadline");
    } else {
        lua_pushnil(L);
    }
}

/* [-0, +0] puts the task at an index, and its coroutine above, on record. If memory runs out, it
 * has a place that does not count, or is in a scope that does not count it. */
static void enter(lua_State *L, am_engine_box *box, int task)
{
    lua_Integer live = 0;
    am_lua_push_upvalue(L, AM_HANDED_READY);
    lua_pushvalue(L, task);
    lua_rawseti(L, -2, box->last_ready + 1);
    if (lua_istable(L, SCOPE)) {
        am_lua_field(L, SCOPE, "live");
        live = lua_tointeger(L, -1);
        am_lua_field(L, SCOPE, "tasks");
        lua_pushvalue(L, task);
        lua_pushboolean(L, true);
        lua_rawset(L, -3);
    }
    am_lua_push_upvalue(L, AM_HANDED_TASKS);
    lua_pushvalue(L, task + 1);
    lua_pushvalue(L, task);
    lua_rawset(L, -3);
    if (lua_istable(L, SCOPE)) {
        lua_pushinteger(L, live + 1);
        am_lua_set_field(L, SCOPE, "live");
    }
    box->last_ready++;
    box->unfinished++;
    lua_settop(L, task);
}

/* core.spawn(here | false, scope | false, f, ...) -> task of f(...), which the next pass begins */
static int core_spawn(lua_State *L)
{
    luaL_checkany(L, SPAWNED);
    bool has_given = lua_gettop(L) >= GIVEN;
    if (has_given)
        pack(L, GIVEN);
    am_engine_box *box = am_lua_engine_box(L);
    am_lua_arm(L, box);
    lua_createtable(L, 0, FIELDS);
    int task = lua_gettop(L);
    am_lua_push_upvalue(L, AM_HANDED_TASK_MT);
    lua_setmetatable(L, task);
    lua_State *co = lua_newthread(L);
    lua_pushcfunction(co, body);
    lua_pushvalue(L, -1);
    am_lua_set_field(L, task, "co");
    lua_pushvalue(L, SPAWNED);
    am_lua_set_field(L, task, "fn");
    lua_pushvalue(L, SCOPE);
    am_lua_set_field(L, task, "scope");
    if (has_given) {
        lua_pushvalue(L, GIVEN);
        am_lua_set_field(L, task, "given");
    }
    push_deadline(L, box);
    am_lua_set_field(L, task, "deadline");
    enter(L, box, task);
    if (box->unfinished == 1 && am_lua_push_upvalue(L, AM_HANDED_BEGAN) == LUA_TFUNCTION)
        lua_call(L, 0, 0);
    lua_settop(L, task);
    return 1;
}

/* core.bound(whether): there are deadlines besides those of tasks. */
static int core_bound(lua_State *L)
{
    am_lua_engine_box(L)->bounded = lua_toboolean(L, 1);
    return 0;
}

void am_lua_add_spawn(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"spawn", core_spawn}, {"bound", core_bound}, {NULL, NULL}};
    am_lua_add_task_functions(L, functions);
}
