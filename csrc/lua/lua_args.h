/* SPDX-License-Identifier: MIT */
/* Reads arguments: userdata, and Lua strings as C strings. Raises for anything but a string, and
 * for a string with a NUL, which would cut it there. */
#ifndef AM_LUA_ARGS_H
#define AM_LUA_ARGS_H

#include <lua.h>

#include "agentmail.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* [-0, +0] the argument at an index; the stack keeps it alive. */
const char *am_lua_check_text(lua_State *L, int index);
/* [-0, +0] the string at the top, the value of an option that errors name. Does not convert a
 * number: that string would vanish with the stack, and only the table's own strings stay. */
const char *am_lua_text(lua_State *L, const char *option);
/* [-0, +0] the same for an option in a table, or NULL; the string lives as long as the table holds
 * it. */
const char *am_lua_text_field(lua_State *L, int table, const char *option);
/* [-0, +0] the userdata at an index, whose metatable is in the registry under a key. The same as
 * luaL_checkudata, which looks it up by its name, and takes twice as long. */
void *am_lua_check_kind(lua_State *L, int index, const void *key, const char *name);
/* [-0, +n] headers of a map at `index` (nil: none), which errors name; leaves userdata on the stack
 * that owns the array. */
const am_header *am_lua_headers(lua_State *L, int index, const char *name, size_t *count);

AM_END_HIDDEN
#endif
