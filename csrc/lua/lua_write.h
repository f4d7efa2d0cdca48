/* SPDX-License-Identifier: MIT */
/* Writes the request of an operation from Lua values. Raw: no code of the user runs, except for the
 * finalizers that an allocation may run after everything is read. */
#ifndef AM_LUA_WRITE_H
#define AM_LUA_WRITE_H

#include <lua.h>
#include <stdbool.h>

#include "base/visibility.h"
#include "encode/problem.h"
#include "encode/written.h"
#include "engine/protect.h"

AM_BEGIN_HIDDEN

/* What a request is written from; stack indexes. */
typedef struct am_lua_source {
    const am_plan *plan;
    int arguments;
    int ids, owner; /* complete the path */
    int key;        /* an Idempotency-Key, or false for none */
    bool lenient;
    const char *label; /* see am_protect_given; NULL: none */
} am_lua_source;

typedef struct am_lua_target {
    am_written *written;
    am_problem *problem; /* if it cannot be written */
    am_settled *settled;
    char *uuid;           /* AM_UUID_SIZE; the client_id if one was made */
    bool single_page;     /* one page is wanted of an answer whose pages are joined */
    bool has_metamethods; /* not written: Lua must flatten the arguments first */
} am_lua_target;

/* [-0, +0 | +n] writes a request. True: pushes the strings that its files are made of, in order,
 * and the inbox_id in the arguments, or nil. */
bool am_lua_write(lua_State *L, const am_lua_source *from, am_lua_target *to);
/* [-0, +1] the body written: text, a list of pieces if there are files, or nil. The strings of the
 * files are on the stack, from an index on. */
void am_lua_push_body(lua_State *L, const am_written *written, int file);
/* [-0, +1] the string of an item, or nil. */
void am_lua_push_bytes(lua_State *L, const am_item *item);

AM_END_HIDDEN
#endif
