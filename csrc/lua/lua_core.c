/* SPDX-License-Identifier: MIT */
/* agentmail.native, which Lua knows as agentmail.core: the module, assembled from its parts. */
#define _GNU_SOURCE
#include "lua/lua_core.h"

#include <dlfcn.h>
#include <lauxlib.h>

#include "agentmail.h"
#include "lua/lua_parts.h"

static void (*const parts[])(lua_State *) = {
    am_lua_add_options,    am_lua_add_decoded, am_lua_add_shape,       am_lua_add_json,
    am_lua_add_plan,       am_lua_add_client,  am_lua_add_submit,      am_lua_add_call,
    am_lua_add_wait,       am_lua_add_engine,  am_lua_add_keys,        am_lua_add_handed,
    am_lua_add_tasks,      am_lua_add_receipt, am_lua_add_interrupted, am_lua_add_perform,
    am_lua_add_limits,     am_lua_add_save,    am_lua_add_webhook,     am_lua_add_time,
    am_lua_add_operations, am_lua_add_spawn,   am_lua_add_await,       am_lua_add_pass,
    am_lua_add_kept};

enum { PARTS = sizeof parts / sizeof parts[0] };

/* Keeps this code mapped for ever: with a slow resolver, a thread of libcurl's outlives the Lua
 * state. A statically linked host has nothing to pin; there this fails without harm. */
static void pin_module(void)
{
    Dl_info info;
    if (dladdr(parts, &info) && info.dli_fname)
        dlopen(info.dli_fname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
}

int luaopen_agentmail_native(lua_State *L)
{
    luaL_checkversion(L);
    pin_module();
    lua_newtable(L);
    for (size_t i = 0; i < PARTS; i++)
        parts[i](L);
    lua_pushliteral(L, AM_VERSION);
    lua_setfield(L, -2, "version");
    return 1;
}
