/* SPDX-License-Identifier: MIT */
/* A call in Lua: a userdata that is empty before it opens and after it closed. */
#ifndef AM_LUA_CALL_H
#define AM_LUA_CALL_H

#include <lua.h>

#include "agentmail.h"
#include "base/visibility.h"
#include "encode/written.h"
#include "engine/protect.h"
#include "lua/lua_client.h"
#include "lua/lua_engine.h"

AM_BEGIN_HIDDEN

#define AM_LUA_CALL "agentmail.call"

/* Where the methods of a call return to Lua. */
typedef enum am_until {
    AM_UNTIL_END,
    AM_UNTIL_WRITTEN,
    AM_UNTIL_PREPARED, /* written, and not begun */
    AM_UNTIL_SUBMITTED,
    AM_UNTIL_ATTENDED,
    AM_UNTIL_FINISHED /* and the call is no longer needed */
} am_until;

/* What an outbox requires of a send that it has recorded: see am_request. */
typedef struct am_recorded {
    bool is; /* false: the other members are not used */
    int64_t not_after_ms, blind_ms, deadline_ms;
} am_recorded;

typedef struct am_call_box {
    am_call *call;
    am_engine_box *engine; /* the client's: once that is closed, so is this */
    bool sole;             /* the waiter that it holds waits only for this call */
    bool progress;         /* wait returns when bytes have moved */
    int64_t bytes_seen;    /* at the last call of progress */
    unsigned held;         /* the user values set, as bits */
    /* Of an operation: */
    const am_plan *plan; /* NULL: submitted as a plain request */
    am_until until;
    bool open; /* it is performed, and has no result yet */
    bool flattened, single_page, raw;
    bool confirms, receives; /* the plan has functions of these names */
    am_traits traits;        /* of the client */
    am_recorded recorded;
    char label[64];   /* which the outbox adds; empty: none */
    int64_t bound_ms; /* a deadline in addition to its limits', from its submission; 0: none */
    int64_t told;     /* the last progress reported; -1: none */
    am_written written;
    am_settled settled;
    char uuid[AM_UUID_SIZE]; /* the client_id, if the library made one */
} am_call_box;

/* [-0, +0] the call at an index, which may be closed; raises if it is not a call. See
 * am_lua_client. */
am_call_box *am_lua_to_call(lua_State *L, int index);
/* [-0, +0] the open call at an index. */
am_call *am_lua_check_call_at(lua_State *L, int index);
/* [-0, +0] the open call at index 1. */
am_call *am_lua_check_call(lua_State *L);
/* [-0, +0] registers the call at the top for am_lua_push_call. */
void am_lua_know_call(lua_State *L, int client);
/* [-0, +1] the userdata of a call, or nil: it is being collected. `engine` is the index of the
 * engine's. Allocates nothing. */
const am_call_box *am_lua_push_call(lua_State *L, int engine, const am_call *call);
/* [-0, +2] status | nil, body */
int am_lua_push_answer(lua_State *L, const am_call *call);
/* [-0, +1] an event as a table. */
void am_lua_push_event(lua_State *L, const am_event *event);

AM_END_HIDDEN
#endif
