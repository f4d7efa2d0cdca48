/* SPDX-License-Identifier: MIT */
/* Reads a request from Lua values, and makes a call of it. */
#ifndef AM_LUA_SUBMIT_H
#define AM_LUA_SUBMIT_H

#include <lua.h>

#include "agentmail.h"
#include "base/visibility.h"
#include "lua/lua_call.h"
#include "lua/lua_client.h"

AM_BEGIN_HIDDEN

typedef struct am_lua_given {
    am_request request;
    am_limits limits;
    int kept; /* where the strings of the body's pieces are; 0: there are none */
} am_lua_given;

/* [-0, +0] a protection by its word; raises if there is none. */
am_protection am_lua_check_protection(lua_State *L, int index);
/* [-0, +0] a path, or the URL that replaces it. */
void am_lua_read_target(lua_State *L, int index, am_request *request);
/* [-0, +0 | +2] a body as text or as a list of pieces; the strings of these are left at the top:
 * the caller may then change its list. */
void am_lua_read_body(lua_State *L, int index, am_lua_given *given);
/* [-0, +n] the options for the core at an index; a client's limits are the defaults. */
void am_lua_read_settings(lua_State *L, int index, const am_client *client, am_lua_given *given);
/* [-0, +0] submits what was read, as the call at an index. False: refused; `code` and `error`,
 * which the caller has set to those of a closed client, tell why. */
bool am_lua_submit(lua_State *L, int index, const am_client_box *owner, am_lua_given *given,
                   am_code *code, char error[AM_ERROR_SIZE]);
/* [-0, +0] writes into the tables of a list of pieces what their files were, so that a repeated
 * call can compare. */
void am_lua_note_files(lua_State *L, int index, const am_call *call);

AM_END_HIDDEN
#endif
