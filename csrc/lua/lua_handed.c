/* SPDX-License-Identifier: MIT */
/* agentmail.core: functions that Lua hands to the core. */
#include "lua/lua_handed.h"

#include <lauxlib.h>

#include "lua/lua_parts.h"

static const char handed_key = 0; /* its address is their key in the registry */

void am_lua_push_handed(lua_State *L, const char *name)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &handed_key);
    lua_pushstring(L, name);
    lua_rawget(L, -2);
    lua_remove(L, -2);
}

/* core.hand(functions by name): in addition to those handed over before */
static int core_hand(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &handed_key); /* ..., all */
    int all = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, 1);) { /* name, function */
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, all);
    }
    return 0;
}

void am_lua_add_handed(lua_State *L)
{
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &handed_key);
    lua_pushcfunction(L, core_hand);
    lua_setfield(L, -2, "hand");
}
