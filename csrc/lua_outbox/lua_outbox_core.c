/* SPDX-License-Identifier: MIT */
/* agentmail.outbox_core: the module, assembled from its parts. */
#include <lauxlib.h>

#include "lua_outbox/lua_outbox.h"

int luaopen_agentmail_outbox_core(lua_State *L)
{
    luaL_checkversion(L);
    am_lua_push_outbox_core(L);
    am_lua_add_opened(L, lua_gettop(L));
    luaL_getmetatable(L, AM_LUA_OUTBOX);
    lua_getfield(L, -1, "__index"); /* module, metatable, methods */
    am_lua_add_put(L);
    am_lua_add_jobs(L);
    am_lua_add_cut(L);
    am_lua_add_send(L);
    lua_pop(L, 2);
    lua_pushliteral(L, AM_VERSION);
    lua_setfield(L, -2, "version");
    return 1;
}
