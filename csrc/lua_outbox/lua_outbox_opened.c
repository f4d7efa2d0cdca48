/* SPDX-License-Identifier: MIT */
/* agentmail.outbox_core: the outboxes of a Lua state. A row in the hands of any of them cannot be
 * waited for where the state cannot go on. */
#include <lauxlib.h>

#include "lua_outbox/lua_outbox.h"

/* Key in the registry: a weak set of the outboxes of this Lua state. */
#define OPENED "agentmail.outbox.opened"

/* [-0, +0] adds the outbox at an index to the set. */
static void note(lua_State *L, int index)
{
    if (!luaL_getsubtable(L, LUA_REGISTRYINDEX, OPENED)) {
        lua_createtable(L, 0, 1);
        lua_pushliteral(L, "k");
        lua_setfield(L, -2, "__mode");
        lua_setmetatable(L, -2);
    }
    lua_pushvalue(L, index);
    lua_pushboolean(L, true);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

/* outbox_core.open, noting what it has opened */
static int open_noted(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    if (luaL_testudata(L, 1, AM_LUA_OUTBOX))
        note(L, 1);
    return lua_gettop(L);
}

void am_lua_add_opened(lua_State *L, int index)
{
    lua_getfield(L, index, "open");
    lua_pushcclosure(L, open_noted, 1);
    lua_setfield(L, index, "open");
}

bool am_lua_outbox_has(lua_State *L, const am_outbox_job *job)
{
    bool has = false;
    luaL_checkstack(L, 3, NULL);
    int top = lua_gettop(L);
    if (lua_getfield(L, LUA_REGISTRYINDEX, OPENED) == LUA_TTABLE)
        for (lua_pushnil(L); !has && lua_next(L, top + 1); lua_pop(L, 1)) {
            const am_outbox_ud *owner = lua_touserdata(L, -2);
            has = owner->box && am_outbox_holds(owner->box, job);
        }
    lua_settop(L, top);
    return has;
}
