/* SPDX-License-Identifier: MIT */
/* A client in Lua: a userdata that is empty before it opens and after it closed. */
#ifndef AM_LUA_CLIENT_H
#define AM_LUA_CLIENT_H

#include <lua.h>

#include "agentmail.h"
#include "base/visibility.h"
#include "lua/lua_engine.h"

AM_BEGIN_HIDDEN

/* The metatable of clients. Their user values: the engine's userdata, an empty call to use again.
 */
#define AM_LUA_CLIENT "agentmail.client"

/* What Lua's table of a client has; most clients have none, and no call looks for it. */
typedef struct am_traits {
    bool observed, asks_key, dry, lenient;
} am_traits;

typedef struct am_client_box {
    am_client *client;
    am_engine_box *engine; /* its first user value: once that is closed, so is this */
    am_traits traits;
} am_client_box;

/* [-0, +0] the client at an index, which may be closed; raises if it is not a client. */
am_client_box *am_lua_client(lua_State *L, int index);
/* [-0, +0] the same for a userdata that is known to be a client. */
am_client_box *am_lua_known_client(lua_State *L, int index);
/* [-0, +0] the traits of the table at an index. */
am_traits am_lua_traits(lua_State *L, int table);

AM_END_HIDDEN
#endif
