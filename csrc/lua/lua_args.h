/* SPDX-License-Identifier: MIT */
/* Reading Lua's strings as C's: what is no string, or holds a NUL and would be cut there, raises.
 */
#ifndef AM_LUA_ARGS_H
#define AM_LUA_ARGS_H

#include <lua.h>

#include "agentmail.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* [-0, +0] the argument at an index, which is kept by the stack. */
const char *am_lua_check_text(lua_State *L, int index);
/* [-0, +0] the string at the top, the value of an option that is named in errors. A number is not
 * converted: the string would be gone with the stack, and only the table's own stay. */
const char *am_lua_text(lua_State *L, const char *option);
/* [-0, +0] likewise an option in a table, which lives as long as the table holds it, or NULL. */
const char *am_lua_text_field(lua_State *L, int table, const char *option);
/* [-0, +n] headers of a map at `index` (nil: none), which is named in errors; leaves userdata on
 * the stack that owns the array. */
const am_header *am_lua_headers(lua_State *L, int index, const char *name, size_t *count);

AM_END_HIDDEN
#endif
