/* SPDX-License-Identifier: MIT */
/* Reads Lua values for the encoder: raw, without raising, and without an allocation that could run
 * a finalizer. */
#ifndef AM_LUA_READER_H
#define AM_LUA_READER_H

#include <lua.h>
#include <stdbool.h>

#include "base/visibility.h"
#include "encode/item.h"
#include "encode/tables.h"

AM_BEGIN_HIDDEN

typedef struct am_lua_reading {
    lua_State *L;
    int names;            /* stack index of the list of names */
    const void *array_mt; /* of agentmail.array */
    int room;             /* the stack has room up to here */
    bool has_metamethods; /* a table read has some; they were not called */
} am_lua_reading;

/* [-0, +0] adds `array_mt` to the module at the top. */
void am_lua_add_reader(lua_State *L);
/* [-0, +0] the names that a plan asks for are found faster from now on. */
void am_lua_know_names(lua_State *L, const am_plan *plan);
/* [-0, +1] begins to read; pushes the list of names, which must stay in place. */
am_lua_reading am_lua_read(lua_State *L);
/* Its reader; both must stay in place. */
am_reader am_lua_reader(am_lua_reading *reading);
/* [-0, +1] the member of a table at an absolute index, by its name in am_names; its type. */
int am_lua_push_named(lua_State *L, int names, int table, unsigned name);
/* [-0, +0] the value at the top. A table must stay in place, and so must its parents. */
void am_lua_read_item(am_lua_reading *reading, am_item *item);

AM_END_HIDDEN
#endif
