/* SPDX-License-Identifier: MIT */
/* The functions of Lua that a call needs, which lua/agentmail/call/call.lua hands to the core. */
#ifndef AM_LUA_HANDED_H
#define AM_LUA_HANDED_H

#include <lua.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* [-0, +1] a function by its name. */
void am_lua_push_handed(lua_State *L, const char *name);

AM_END_HIDDEN
#endif
