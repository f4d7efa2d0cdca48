/* SPDX-License-Identifier: MIT */
/* A call in Lua: a userdata that is empty before it opens and after it closed. */
#ifndef AM_LUA_CALL_H
#define AM_LUA_CALL_H

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

AM_END_HIDDEN
#endif
