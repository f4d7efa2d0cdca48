/* SPDX-License-Identifier: MIT */
/* A call in Lua: a userdata that is empty before it opens and after it closed. */
#ifndef AM_LUA_CALL_H
#define AM_LUA_CALL_H

#include <lua.h>

#include "agentmail.h"
#include "base/visibility.h"
#include "lua/lua_engine.h"

AM_BEGIN_HIDDEN

/* The metatable of calls. Their user values: the client, the strings of a body of pieces, the file
 * to save. */
#define AM_LUA_CALL "agentmail.call"

typedef struct am_call_box {
    am_call *call;
    const am_engine_box *engine; /* the client's: once that is closed, so is this */
    bool progress;               /* wait returns when bytes have moved */
    int64_t bytes_seen;          /* at the last call of progress */
} am_call_box;

/* [-0, +0] the call at an index, which may be closed; raises if it is not a call. See
 * am_lua_client. */
am_call_box *am_lua_to_call(lua_State *L, int index);
/* [-0, +0] the open call at index 1. */
am_call *am_lua_check_call(lua_State *L);
/* [-0, +0] makes the call at the top known to am_lua_push_call. Index 1 is its client. */
void am_lua_know_call(lua_State *L);
/* [-0, +1] the userdata of a call, or nil: it is being collected. `engine` is the index of the
 * engine's. Allocates nothing. */
const am_call_box *am_lua_push_call(lua_State *L, int engine, const am_call *call);
/* [-0, +2] status | nil, body */
int am_lua_push_answer(lua_State *L, const am_call *call);

AM_END_HIDDEN
#endif
