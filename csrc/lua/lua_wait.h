/* SPDX-License-Identifier: MIT */
/* Waiting for calls. */
#ifndef AM_LUA_WAIT_H
#define AM_LUA_WAIT_H

#include <lua.h>

#include "base/visibility.h"
#include "lua/lua_call.h"
#include "lua/lua_engine.h"
#include "lua/lua_turn.h"

AM_BEGIN_HIDDEN

/* True if Lua has something to handle. */
bool am_lua_is_news(const am_call_box *box);
/* [-0, +0] waits for the engine; false: leave the wait, see lua_turn.h. */
bool am_lua_wait(lua_State *L, const am_engine_box *engine, am_turn *turn, lua_KContext context,
                 lua_KFunction resumed);

AM_END_HIDDEN
#endif
