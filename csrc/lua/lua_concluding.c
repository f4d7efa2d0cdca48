/* SPDX-License-Identifier: MIT */
/* Steps of a call: it is done, and its caller gets the results. */
#include <lauxlib.h>

#include "lua/lua_handed.h"
#include "lua/lua_receipt.h"
#include "lua/lua_request.h"
#include "lua/lua_step.h"

am_step am_conclude(lua_State *L, am_call_box *box)
{
    am_open(L, box);
    const char *code = am_lua_push_receipt(L, AM_AT_CALL);    /* receipt */
    bool there = am_held_value(L, AM_HELD_VALUE) != LUA_TNIL; /* receipt, value */
    if (code || box->raw || (there && box->receives)) {
        am_lua_push_handed(L, AM_HANDED_CONCLUDE);
        am_lua_push_request(L, AM_AT_CALL);
        lua_pushvalue(L, AM_AT_CALL);
        lua_rotate(L, AM_AT_FIRST, 3); /* conclude, request, call, receipt, value */
        am_held_value(L, AM_HELD_SAID);
        lua_pushstring(L, code);
        return am_call_lua(6, LUA_MULTRET, AM_LEAVE);
    }
    if (!there) {
        lua_pushboolean(L, true);
        lua_replace(L, AM_AT_FIRST + 1);
    } else if (am_held_value(L, AM_HELD_RECEIVER) == LUA_TFUNCTION) { /* receipt, value, receiver */
        am_held_value(L, AM_HELD_OWNER);
        lua_rotate(L, AM_AT_FIRST + 1, -1);
        return am_call_lua(2, 1, AM_RECEIVED);
    }
    lua_settop(L, AM_AT_FIRST + 1);
    return am_go(AM_RECEIVED);
}

/* receipt, value */
am_step am_received(lua_State *L, am_call_box *box)
{
    (void)box;
    lua_insert(L, AM_AT_FIRST);
    return am_go(AM_LEAVE);
}

am_step am_leave(lua_State *L, am_call_box *box)
{
    box->open = false;
    if (box->until == AM_UNTIL_FINISHED)
        am_lua_empty(L, AM_AT_CALL);
    return am_return(lua_gettop(L) - AM_AT_TOP);
}
