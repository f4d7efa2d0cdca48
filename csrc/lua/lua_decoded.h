/* SPDX-License-Identifier: MIT */
/* What lua-cjson decoded becomes what Lua expects: whole numbers as integers, null as absence. */
#ifndef AM_LUA_DECODED_H
#define AM_LUA_DECODED_H

#include <lua.h>
#include <stdbool.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* [-0, +0] makes integers of the whole floats in a table, at all levels. From 2^53 on, where a
 * decoder that reads doubles may have rounded, they stay floats. `known` is the index of a table
 * that maps names to whether they hold no numbers, and are to be left alone; 0: there is none.
 * True: a member whose name is not in there held numbers. */
bool am_lua_integers_below(lua_State *L, int table, int known);
/* [-0, +0] does so with one member, whose name is at the top. */
void am_lua_integers_at(lua_State *L, int table);

AM_END_HIDDEN
#endif
