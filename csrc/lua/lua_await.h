/* SPDX-License-Identifier: MIT */
/* Who waits for a call by yielding. That call holds it. */
#ifndef AM_LUA_AWAIT_H
#define AM_LUA_AWAIT_H

#include <lua.h>
#include <stdbool.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* These are for functions with the upvalues of lua_tasks.h. */

/* [-0, +1] who waits by yielding in the running coroutine; nil: a wait blocks here. Its type. May
 * run Lua. */
int am_lua_push_waiter(lua_State *L);
/* [-0, +n] what the running coroutine yields while the waiter at an index waits: what the passes
 * know; or, for one who makes it go on from elsewhere, nil and a message. */
int am_lua_push_wait(lua_State *L, int waiter);
/* [-0, +0] puts the waiter at an index on record: it waits for the open call at another, unless
 * that has news. */
void am_lua_await(lua_State *L, int waiter, int call);

AM_END_HIDDEN
#endif
