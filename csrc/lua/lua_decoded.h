/* SPDX-License-Identifier: MIT */
/* Converts lua-cjson's values to what Lua expects: whole numbers are integers, null is absent. */
#ifndef AM_LUA_DECODED_H
#define AM_LUA_DECODED_H

#include <lua.h>
#include <stdbool.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* [-0, +0] converts the whole floats in a table to integers, at all levels. From 2^53 on they stay
 * floats, because a decoder that reads doubles may have rounded them. `known` is the index of a
 * table that maps names to whether they hold no numbers and are skipped; 0: none. Returns true if a
 * member whose name is not in that table held numbers. */
bool am_lua_integers_below(lua_State *L, int table, int known);
/* [-0, +0] does so for one member, a number at the top, whose name is at an index. */
void am_lua_integer_at(lua_State *L, int table, int name);
/* Whether a JSON text may hold a number in an object or an array; most answers hold none. */
bool am_lua_says_number(const char *text, size_t size);
/* [-0, +0] removes the members that the decoder set to null from the table at an index, whose text
 * is at another, and closes the holes that this leaves in arrays. */
void am_lua_without_nulls(lua_State *L, int table, int text);

AM_END_HIDDEN
#endif
