/* SPDX-License-Identifier: MIT */
/* The parts of agentmail.core, which lua_core.c puts together. */
#ifndef AM_LUA_PARTS_H
#define AM_LUA_PARTS_H

#include <lua.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* [-0, +0] add functions to the module at the top. */
void am_lua_add_decoded(lua_State *L);
void am_lua_add_engine(lua_State *L);
void am_lua_add_json(lua_State *L);
void am_lua_add_kept(lua_State *L);
void am_lua_add_keys(lua_State *L);
void am_lua_add_limits(lua_State *L);
void am_lua_add_operations(lua_State *L);
void am_lua_add_save(lua_State *L);
void am_lua_add_tasks(lua_State *L);
void am_lua_add_spawn(lua_State *L);
void am_lua_add_pass(lua_State *L);
void am_lua_add_time(lua_State *L);
void am_lua_add_webhook(lua_State *L);
void am_lua_add_handed(lua_State *L);
void am_lua_add_options(lua_State *L);
/* [-0, +0] likewise, and make the metatable of plans, shapes, clients or calls. */
void am_lua_add_plan(lua_State *L);
void am_lua_add_shape(lua_State *L);
void am_lua_add_client(lua_State *L);
void am_lua_add_call(lua_State *L);
/* [-0, +0] adds the methods that wait to calls, whose metatable exists. */
void am_lua_add_wait(lua_State *L);
/* [-0, +0] add the methods that perform calls, and the end of their scope, likewise. */
void am_lua_add_interrupted(lua_State *L);
void am_lua_add_perform(lua_State *L);
void am_lua_add_await(lua_State *L);
void am_lua_add_receipt(lua_State *L);
/* [-0, +0] adds the method submit to clients, whose metatable exists. */
void am_lua_add_submit(lua_State *L);

AM_END_HIDDEN
#endif
