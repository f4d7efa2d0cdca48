/* SPDX-License-Identifier: MIT */
/* The values that the userdata of a call holds, and its reuse for later calls. */
#ifndef AM_LUA_HELD_H
#define AM_LUA_HELD_H

#include <lua.h>

#include "base/visibility.h"
#include "lua/lua_call.h"

AM_BEGIN_HIDDEN

/* The user values of a call. */
typedef enum am_held {
    AM_HELD_CLIENT = 1,
    AM_HELD_STRINGS, /* which the pieces of its body point to */
    AM_HELD_FILE,    /* the options, with the file to save */
    /* Of an operation: */
    AM_HELD_REQUEST, /* agentmail.Request, once something in Lua has needed it */
    AM_HELD_PLAN,
    AM_HELD_SCOPE,
    AM_HELD_SETTINGS, /* options for the core */
    AM_HELD_OPTIONS,  /* the caller's */
    AM_HELD_ARGUMENTS,
    AM_HELD_OWNER,
    AM_HELD_RECEIVER,
    AM_HELD_OBSERVER,
    AM_HELD_ON_PROGRESS,
    AM_HELD_RECORDING, /* the outbox' own, if it goes out as recorded */
    AM_HELD_VALUE,     /* of the last answer judged */
    AM_HELD_SAID,      /* the error in it */
    /* Of any call: */
    AM_HELD_WAITER, /* which waits for its news and yields, see lua_tasks.h */
    AM_HELD_LAST = AM_HELD_WAITER
} am_held;

/* [-0, +1] an empty call of the client at an index: the one that the client keeps, or a new one. */
am_call_box *am_lua_push_empty(lua_State *L, int client);
/* [-1, +0] holds the value at the top for the call at an index. */
void am_lua_hold(lua_State *L, int index, am_held what);
/* [-0, +1] what the call at an index holds; nil: nothing. */
int am_lua_held(lua_State *L, int index, am_held what);
/* [-0, +0] frees the call at an index, and empties its userdata. */
void am_lua_empty(lua_State *L, int index);
/* [-0, +0] does the same, and returns the userdata to its client, for the next call: no variable
 * may hold it. */
void am_lua_give_back(lua_State *L, int index);
AM_END_HIDDEN
#endif
