/* SPDX-License-Identifier: MIT */
/* The encoder's output for Lua, and the memory for it. */
#ifndef AM_LUA_WRITING_H
#define AM_LUA_WRITING_H

#include <lua.h>
#include <stdbool.h>

#include "base/visibility.h"
#include "encode/problem.h"
#include "encode/written.h"

AM_BEGIN_HIDDEN

typedef struct am_writing {
    am_written written;
    am_problem problem;
    bool busy; /* being passed to Lua, whose collector may call back */
} am_writing;

/* [-0, +0] creates the metatable of this memory. */
void am_lua_add_writing(lua_State *L);
/* [-0, +1] pushes the userdata that owns it, and returns it empty. */
am_writing *am_lua_push_writing(lua_State *L);
/* Releases it for reuse. Call it once Lua has copied all that it needs. */
void am_lua_release(am_writing *it);
/* [-0, +1] the problem in words. Uses the scratch buffer. */
void am_lua_push_words(lua_State *L, am_writing *it, const char *hint);

AM_END_HIDDEN
#endif
