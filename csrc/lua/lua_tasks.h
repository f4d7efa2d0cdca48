/* SPDX-License-Identifier: MIT */
/*
 * The records of the tasks (lua/agentmail/task): all tasks, the one whose code runs, and those that
 * can continue. No hook runs between two changes of the records here. Only memory may run out; then
 * the remaining work is still on record.
 *
 * A task is a table. A waiter is a task, or a table for a coroutine of the host (task/waiting.lua).
 * Lua has handed over the table of all waiters that have not ended, and the list of those that can
 * continue. The engine's box has their number, and the first and last place of that list.
 */
#ifndef AM_LUA_TASKS_H
#define AM_LUA_TASKS_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

#include "base/visibility.h"
#include "lua/lua_engine.h"
#include "lua/lua_handed.h"

AM_BEGIN_HIDDEN

/* What a task yields while it waits: this address, as light userdata. */
extern const char am_lua_waiting;

/* As core.now(). */
lua_Number am_lua_now(void);

/* The names of fields, of waiters and scopes. */
typedef enum am_word {
    AM_WORD_CO,
    AM_WORD_SCOPE,
    AM_WORD_WORK,
    AM_WORD_OVER,
    AM_WORD_GIVEN,
    AM_WORD_DEADLINE,
    AM_WORD_CANCELLED,
    AM_WORD_PROBLEM,
    AM_WORD_TRACE,
    AM_WORD_JOINERS,
    AM_WORD_AT,
    AM_WORD_WAITING,
    AM_WORD_WHAT,
    AM_WORD_CALL,
    AM_WORD_GO_ON,
    AM_WORD_TASKS,
    AM_WORD_LIVE,
    AM_WORD_WAITER,
    AM_WORD_N,
    AM_WORDS
} am_word;

/* [-0, +0] forgets the tasks after a fork: they are the parent's. */
void am_lua_adopt(lua_State *L, am_engine_box *box);
/* [-0, +0] makes the host that watches the descriptor step. */
void am_lua_arm(lua_State *L, am_engine_box *box);

/*
 * These are for the functions of am_lua_add_task_functions. Their upvalues are all values that Lua
 * has handed over, and the words: to push either by its name costs three times as much.
 */
/* [-0, +1] */
int am_lua_push_upvalue(lua_State *L, am_handed what);
/* [-0, +1] */
void am_lua_push_word(lua_State *L, am_word word);
/* [-0, +1] the field of the table at an absolute index, without its metatable; its type. */
int am_lua_field(lua_State *L, int index, am_word word);
/* [-0, +0] whether it is set, and not false. */
bool am_lua_has(lua_State *L, int index, am_word word);
/* [-0, +1] the task of the running coroutine | nil; its type. */
int am_lua_push_own(lua_State *L);
/* [-0, +1] the task whose code runs, also in a coroutine within it; false: none. After a fork, it
 * forgets the tasks. */
void am_lua_push_here(lua_State *L, am_engine_box *box);
/* [-0, +0] true if a wait here may be forbidden, or has a deadline. */
bool am_lua_is_bound(lua_State *L, am_engine_box *box);
/* [-1, +0] puts the waiter at the top into the list of those that can continue. */
void am_lua_enqueue(lua_State *L, am_engine_box *box);
/* [-0, +0] calls a Lua function with the waiter at an index; returns its result. */
bool am_lua_tell(lua_State *L, am_handed what, int waiter);
/* [-0, +0] keeps the waiter of a host's coroutine alive until it is released, as nothing else may
 * refer to it. */
void am_lua_hold_waiter(lua_State *L, am_engine_box *box, int waiter);
/* [-0, +0] removes the waiter, or the coroutine of a task, at an index from the table of all; true
 * if it was there. */
bool am_lua_forget(lua_State *L, am_engine_box *box, int key);
/* [-0, +1] tells the loops of hosts, if the table of all has just got its first member. False: they
 * have raised the error that is pushed. */
bool am_lua_tell_began(lua_State *L, const am_engine_box *box);
/* [-0, +0] removes a task that has ended from the records; if it was the last of its scope, wakes
 * the scope's waiter. `over` is its state from then on. */
void am_lua_leave(lua_State *L, am_engine_box *box, int task, const char *over);
/* [-0, +0] adds functions with these upvalues to the module at the top. */
void am_lua_add_task_functions(lua_State *L, const luaL_Reg *functions);

AM_END_HIDDEN
#endif
