/* SPDX-License-Identifier: MIT */
/* Limits in Lua: by name, times in seconds. */
#ifndef AM_LUA_LIMITS_H
#define AM_LUA_LIMITS_H

#include <lua.h>

#include "agentmail.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* [-0, +0] reads the value at the top into a limit. Raises if it is not a number. */
void am_lua_read_limit(lua_State *L, const am_limit *limit, am_limits *limits);
/* [-0, +0] reads the field at the top of the stack into *limits if its name is that of a limit.
 * False: it is not. Raises if the value is not a number. */
bool am_lua_limit(lua_State *L, const char *name, am_limits *limits);

AM_END_HIDDEN
#endif
