/* SPDX-License-Identifier: MIT */
/* agentmail.core: makes tasks, and runs their functions. */
#define _GNU_SOURCE
#include <lauxlib.h>

#include "lua/lua_parts.h"
#include "lua/lua_tasks.h"

/* The fields of a task that waits for a call, in a scope: co, scope, work, over, waiting, what. */
enum { FIELDS = 8 };

/* Packs the values from an index on into a table { ..., n = } at that index. */
static void pack(lua_State *L, int from)
{
    int count = lua_gettop(L) - from + 1;
    lua_createtable(L, count, 1);
    lua_insert(L, from);
    for (int i = count; i > 0; i--)
        lua_rawseti(L, from, i);
    am_lua_push_word(L, AM_WORD_N);
    lua_pushinteger(L, count);
    lua_rawset(L, from);
}

/* ---- in the task's coroutine ----------------------------------------------------------------- */

enum { TASK = 1, TRACE, FUNCTION, RESULTS = FUNCTION };

/* Keeps with the error where it was raised. */
static int trace(lua_State *L)
{
    lua_settop(L, 1);
    if (lua_type(L, 1) == LUA_TSTRING && am_lua_push_own(L) != LUA_TNIL) {
        am_lua_push_word(L, AM_WORD_TRACE);
        luaL_traceback(L, L, lua_tostring(L, 1), 1);
        lua_rawset(L, 2);
    }
    lua_settop(L, 1);
    return 1;
}

/* [-1, +0] sets a field of the task. */
static void set(lua_State *L, am_word word)
{
    am_lua_push_word(L, word);
    lua_insert(L, -2);
    lua_rawset(L, TASK);
}

/* The function has ended; a hook may have yielded within it. The scheduler books that. */
static int ended(lua_State *L, int status, lua_KContext context)
{
    (void)context;
    bool returned = status == LUA_OK || status == LUA_YIELD;
    if (!returned) {
        set(L, AM_WORD_PROBLEM);
        lua_pushboolean(L, false);
    } else if (lua_gettop(L) < RESULTS) {
        lua_pushboolean(L, true);
    } else {
        luaL_checkstack(L, LUA_MINSTACK, NULL); /* for pack: all of it may be full of results */
        pack(L, RESULTS);
    }
    set(L, AM_WORD_WORK);
    return 0;
}

/* [-0, +n] the arguments of the function. */
static void push_given(lua_State *L)
{
    if (am_lua_field(L, TASK, AM_WORD_GIVEN) == LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    int given = lua_gettop(L);
    lua_pushnil(L);
    set(L, AM_WORD_GIVEN);
    am_lua_field(L, given, AM_WORD_N);
    int count = (int)lua_tointeger(L, -1);
    lua_pop(L, 1);
    luaL_checkstack(L, count, "too many arguments");
    for (int i = 1; i <= count; i++)
        lua_rawgeti(L, given, i);
    lua_remove(L, given);
}

/* Calls the function in such a way that its variables are closed if it raises: they would stay open
 * if the error ended the coroutine. One who resumes it may not pass arguments. */
static int body(lua_State *L)
{
    lua_settop(L, 0);
    if (am_lua_push_own(L) == LUA_TNIL)
        return 0;
    am_lua_push_upvalue(L, AM_HANDED_TRACE);
    am_lua_field(L, TASK, AM_WORD_WORK);
    lua_pushnil(L);
    set(L, AM_WORD_WORK);
    if (am_lua_has(L, TASK, AM_WORD_CANCELLED))
        return 0;
    push_given(L);
    int count = lua_gettop(L) - FUNCTION;
    return ended(L, lua_pcallk(L, count, LUA_MULTRET, TRACE, 0, ended), 0);
}

/* ---- spawning -------------------------------------------------------------------------------- */

enum { SCOPE = 1, SPAWNED, GIVEN };

static bool is_callable(lua_State *L, int index)
{
    if (lua_isfunction(L, index))
        return true;
    bool has_call = luaL_getmetafield(L, index, "__call") != LUA_TNIL;
    if (has_call)
        lua_pop(L, 1);
    return has_call;
}

/* [-0, +1] the time at which all waits of the task that spawns, at an index, end | nil */
static void push_deadline(lua_State *L, const am_engine_box *box, int here)
{
    if (box->bounded) {
        am_lua_push_upvalue(L, AM_HANDED_DEADLINE);
        lua_pushvalue(L, here);
        lua_call(L, 1, 1);
    } else if (lua_istable(L, here)) {
        am_lua_field(L, here, AM_WORD_DEADLINE);
    } else {
        lua_pushnil(L);
    }
}

/* [-0, +1] a new task, and its coroutine above it. */
static void make(lua_State *L, const am_engine_box *box, int here, bool has_given)
{
    lua_createtable(L, 0, FIELDS);
    int task = lua_gettop(L);
    am_lua_push_upvalue(L, AM_HANDED_TASK_MT);
    lua_setmetatable(L, task);
    am_lua_push_word(L, AM_WORD_CO);
    lua_State *co = lua_newthread(L);
    am_lua_push_upvalue(L, AM_HANDED_BODY);
    lua_xmove(L, co, 1);
    lua_rawset(L, task);
    am_lua_push_word(L, AM_WORD_WORK);
    lua_pushvalue(L, SPAWNED);
    lua_rawset(L, task);
    if (has_given) {
        am_lua_push_word(L, AM_WORD_GIVEN);
        lua_pushvalue(L, GIVEN);
        lua_rawset(L, task);
    }
    if (lua_istable(L, SCOPE)) {
        am_lua_push_word(L, AM_WORD_SCOPE);
        lua_pushvalue(L, SCOPE);
        lua_rawset(L, task);
    }
    push_deadline(L, box, here);
    if (lua_toboolean(L, -1)) {
        am_lua_push_word(L, AM_WORD_DEADLINE);
        lua_insert(L, -2);
        lua_rawset(L, task);
    }
    lua_settop(L, task);
}

/* [-0, +0] puts the task at the top on record. If memory runs out, it has a place that does not
 * count, or is in a scope that does not count it. */
static void enter(lua_State *L, am_engine_box *box)
{
    int task = lua_gettop(L);
    bool in_scope = lua_istable(L, SCOPE);
    am_lua_push_upvalue(L, AM_HANDED_READY);
    lua_pushvalue(L, task);
    lua_rawseti(L, -2, box->last_ready + 1);
    if (in_scope) {
        am_lua_field(L, SCOPE, AM_WORD_TASKS);
        lua_pushvalue(L, task);
        lua_pushboolean(L, true);
        lua_rawset(L, -3);
    }
    am_lua_push_upvalue(L, AM_HANDED_TASKS);
    am_lua_field(L, task, AM_WORD_CO);
    lua_pushvalue(L, task);
    lua_rawset(L, -3);
    if (in_scope) {
        am_lua_push_word(L, AM_WORD_LIVE);
        am_lua_field(L, SCOPE, AM_WORD_LIVE);
        lua_pushinteger(L, lua_tointeger(L, -1) + 1);
        lua_replace(L, -2);
        lua_rawset(L, SCOPE);
    }
    box->last_ready++;
    box->unfinished++;
    lua_settop(L, task);
}

/* core.spawn(scope | whether, f, ...) -> task of f(...), which the next pass begins | nil: it
 * cannot be called, or nobody would. Without a scope, the task is in that of the task whose code
 * runs; if none runs, in none, where somebody would call it. */
static int core_spawn(lua_State *L)
{
    luaL_checkany(L, SPAWNED);
    bool has_given = lua_gettop(L) >= GIVEN;
    if (has_given)
        pack(L, GIVEN);
    am_engine_box *box = am_lua_engine_box(L);
    am_lua_push_here(L, box);
    int here = lua_gettop(L);
    bool is_driven = lua_toboolean(L, here) || lua_toboolean(L, SCOPE);
    if (!is_driven || !is_callable(L, SPAWNED))
        return 0;
    if (!lua_istable(L, SCOPE) && lua_istable(L, here)) {
        am_lua_field(L, here, AM_WORD_SCOPE);
        lua_replace(L, SCOPE);
    }
    am_lua_arm(L, box);
    make(L, box, here, has_given);
    enter(L, box);
    int task = lua_gettop(L);
    if (!am_lua_tell_began(L, box)) {
        am_lua_leave(L, box, task, "cancelled");
        return lua_error(L);
    }
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
    static const luaL_Reg to_hand[] = {{"body", body}, {"trace", trace}, {NULL, NULL}};
    am_lua_add_task_functions(L, functions);
    lua_getfield(L, -1, "hand");
    luaL_newlibtable(L, to_hand);
    am_lua_add_task_functions(L, to_hand);
    lua_call(L, 1, 0);
}
