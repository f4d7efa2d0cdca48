/* SPDX-License-Identifier: MIT */
/* Lua values as the encoder reads them: raw, without an allocation that a finalizer could follow,
 * and without raising. */
#ifndef AM_LUA_READER_H
#define AM_LUA_READER_H

#include <lua.h>
#include <stdbool.h>

#include "base/visibility.h"
#include "encode/item.h"

AM_BEGIN_HIDDEN

typedef struct am_lua_reading {
    lua_State *L;
    int names;            /* the index of the list of names */
    const void *array_mt; /* of agentmail.array */
    bool has_metamethods; /* of a table that was read: what they answer was not */
} am_lua_reading;

/* [-0, +0] adds `array_mt` to the module at the top. */
void am_lua_add_reader(lua_State *L);
/* [-0, +1] begins to read; the list of names, which it pushes, must stay where it is. */
am_lua_reading am_lua_read(lua_State *L);
/* Its reader; both must stay where they are. */
am_reader am_lua_reader(am_lua_reading *reading);
/* [-0, +0] the value at the top. A table must stay there, as must what it is in. */
void am_lua_read_item(am_lua_reading *reading, am_item *item);

AM_END_HIDDEN
#endif
