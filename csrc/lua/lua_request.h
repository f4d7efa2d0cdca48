/* SPDX-License-Identifier: MIT */
/* agentmail.Request: what a call was asked, as a table for Lua. Most calls need none. */
#ifndef AM_LUA_REQUEST_H
#define AM_LUA_REQUEST_H

#include <lua.h>

#include "base/visibility.h"
#include "lua/lua_call.h"

AM_BEGIN_HIDDEN

/* [-0, +1] the request of the call at an index; made on first use. */
void am_lua_push_request(lua_State *L, int index);
/* [-0, +0] lets the call at an index hold what the request at another says. */
void am_lua_ask(lua_State *L, int index, int request);

AM_END_HIDDEN
#endif
