/* SPDX-License-Identifier: MIT */
/*
 * What of the tasks (lua/agentmail/task) is done at each call, and at each turn of a task. Nothing
 * here lets a hook run between two changes of the records; only memory may run out, and then what
 * is to be done is still on record.
 *
 * Tasks that can run are in a list that Lua has handed over; the engine's box has its first and
 * last place. Who waits for a call by yielding is held by that call.
 */
#ifndef AM_LUA_TASKS_H
#define AM_LUA_TASKS_H

#include <lua.h>
#include <stdbool.h>

#include "base/visibility.h"
#include "lua/lua_engine.h"

AM_BEGIN_HIDDEN

/* What a task yields while it waits: this address, as light userdata. */
extern const char am_lua_waiting;

/* [-0, +1] the task whose code runs, even if in a coroutine within it; false: none. */
void am_lua_push_here(lua_State *L);
/* [-0, +1] who waits by yielding in the running coroutine; nil: a wait blocks here. Its type. May
 * run Lua. */
int am_lua_push_waiter(lua_State *L);
/* [-0, +0] whether the waiter at an index still waits. */
bool am_lua_is_waiting(lua_State *L, int waiter);
/* [-0, +0] puts the waiter at an index on record: it waits for the open call at another, unless
 * that has news. */
void am_lua_await(lua_State *L, int waiter, int call);

AM_END_HIDDEN
#endif
