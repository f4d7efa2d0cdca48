/* SPDX-License-Identifier: MIT */
/* Waiters for a call, which yield. The call holds its waiter. */
#ifndef AM_LUA_AWAIT_H
#define AM_LUA_AWAIT_H

#include <lua.h>
#include <stdbool.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* These are for functions with the upvalues of lua_tasks.h. */

/* [-0, +1] the waiter of the running coroutine, which yields; nil: a wait blocks here. Returns its
 * type. May run Lua. */
int am_lua_push_waiter(lua_State *L);
/* [-0, +n] what the running coroutine yields while the waiter at an index waits: the value that the
 * scheduler knows; or, if something else has resumed the coroutine, nil and a message. */
int am_lua_push_wait(lua_State *L, int waiter);
/* [-0, +0] records that the waiter at an index waits for the open call at another index, unless the
 * call has news. */
void am_lua_await(lua_State *L, int waiter, int call);

AM_END_HIDDEN
#endif
