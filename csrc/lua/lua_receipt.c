/* SPDX-License-Identifier: MIT */
/* agentmail.core: the receipt of a call. */
#include "lua/lua_receipt.h"

#include <lauxlib.h>

#include "lua/lua_call.h"
#include "lua/lua_handed.h"
#include "lua/lua_held.h"
#include "lua/lua_parts.h"

/* [-0, +1] the service's id of the last attempt, or nil. */
static void push_request_id(lua_State *L, const am_call *call)
{
    size_t size;
    const char *id = am_call_request_id(call, &size);
    if (id)
        lua_pushlstring(L, id, size);
    else
        lua_pushnil(L);
}

/* [-0, +2] Idempotency-Key, and the client_id that was made; or nil. */
static void push_keys(lua_State *L, int index)
{
    const am_call_box *box = lua_touserdata(L, index);
    if (am_lua_held(L, index, AM_HELD_REQUEST) == LUA_TTABLE) { /* request */
        lua_getfield(L, -1, "key");
        lua_getfield(L, -2, "client_id");
        lua_remove(L, -3);
    } else {
        lua_pop(L, 1);
        lua_pushstring(L, box->settled.key[0] ? box->settled.key : NULL);
        lua_pushstring(L, box->uuid[0] ? box->uuid : NULL);
    }
}

/* [-1, +0] sets a field of the table at an index to the value at the top, unless that is nil. */
static void set(lua_State *L, int table, const char *name)
{
    if (lua_isnil(L, -1))
        lua_pop(L, 1);
    else
        lua_setfield(L, table, name);
}

const char *am_lua_push_receipt(lua_State *L, int index)
{
    const am_call_box *box = lua_touserdata(L, index);
    const am_call *call = box->call;
    am_result result = am_call_result(call);
    luaL_checkstack(L, 8, NULL);
    push_request_id(L, call); /* a finalizer may take the call from here on */
    push_keys(L, index);
    int last = lua_gettop(L), optional = 0;
    for (int i = last - 2; i <= last; i++)
        optional += !lua_isnil(L, i);
    lua_createtable(L, 0, 3 + (result.status != 0) + optional);
    lua_insert(L, last - 2);
    int receipt = last - 2; /* receipt, request_id, key, client_id */
    set(L, receipt, "client_id");
    set(L, receipt, "idempotency_key");
    set(L, receipt, "request_id");
    lua_pushstring(L, am_outcome_word(result.outcome));
    lua_setfield(L, receipt, "outcome");
    lua_pushinteger(L, result.attempts);
    lua_setfield(L, receipt, "attempts");
    lua_pushnumber(L, (lua_Number)result.elapsed_ms / 1000);
    lua_setfield(L, receipt, "elapsed");
    if (result.status) {
        lua_pushinteger(L, result.status);
        lua_setfield(L, receipt, "status");
    }
    am_lua_push_handed(L, AM_HANDED_RECEIPT_MT);
    lua_setmetatable(L, receipt);
    return result.code == AM_OK ? NULL : am_code_word(result.code);
}

/* call:receipt() -> receipt, code | nil */
static int call_receipt(lua_State *L)
{
    am_lua_check_call(L);
    lua_settop(L, 1);
    lua_pushstring(L, am_lua_push_receipt(L, 1));
    return 2;
}

void am_lua_add_receipt(lua_State *L)
{
    luaL_getmetatable(L, AM_LUA_CALL);
    lua_getfield(L, -1, "__index"); /* metatable, methods */
    lua_pushcfunction(L, call_receipt);
    lua_setfield(L, -2, "receipt");
    lua_pop(L, 2);
}
