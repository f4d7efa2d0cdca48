/* SPDX-License-Identifier: MIT */
/* The userdata of calls: what it holds, and its use for one call after another. */
#include "lua/lua_held.h"

#include <lauxlib.h>

#include "lua/lua_client.h"

/* The most bytes of a text, and of memory kept for the next request. */
enum { MOST_TEXT = 1 << 30, KEPT_TEXT = 1 << 16 };

/* The user value of a client that is an empty call, see lua_client.h. */
enum { SPARE = 2 };

void am_lua_hold(lua_State *L, int index, am_held what)
{
    am_call_box *box = lua_touserdata(L, index);
    box->held |= 1u << what;
    lua_setiuservalue(L, index, (int)what);
}

int am_lua_held(lua_State *L, int index, am_held what)
{
    return lua_getiuservalue(L, index, (int)what);
}

/* A userdata with a finalizer is expensive, and most calls are made one after another. */
am_call_box *am_lua_push_empty(lua_State *L, int client)
{
    client = lua_absindex(L, client);
    if (lua_isuserdata(L, client)) {
        if (lua_getiuservalue(L, client, SPARE) == LUA_TUSERDATA) {
            lua_pushnil(L);
            lua_setiuservalue(L, client, SPARE);
            return lua_touserdata(L, -1);
        }
        lua_pop(L, 1);
    }
    if (!lua_isnil(L, client))
        luaL_checkudata(L, client, AM_LUA_CLIENT);
    am_call_box *box = lua_newuserdatauv(L, sizeof *box, AM_HELD_LAST);
    *box = (am_call_box){0}; /* closed until it opens */
    am_written_init(&box->written, MOST_TEXT);
    luaL_setmetatable(L, AM_LUA_CALL);
    lua_pushvalue(L, client); /* the client lives as long as its calls */
    lua_setiuservalue(L, -2, AM_HELD_CLIENT);
    if (!lua_isnil(L, client)) {
        box->engine = am_lua_known_client(L, client)->engine;
        am_lua_know_call(L, client);
    }
    return box;
}

void am_lua_empty(lua_State *L, int index)
{
    am_call_box *box = lua_touserdata(L, index);
    if (!box->engine || !box->engine->closed) /* else the engine has freed it */
        am_call_free(box->call);
    box->call = NULL;
    box->open = false;
    am_written_reset(&box->written, KEPT_TEXT);
    for (int what = AM_HELD_STRINGS; box->held != 0 && what <= AM_HELD_LAST; what++)
        if (box->held & 1u << what) {
            lua_pushnil(L);
            lua_setiuservalue(L, index, (int)what);
        }
    box->held = 0;
}

void am_lua_give_back(lua_State *L, int index)
{
    am_lua_empty(L, index);
    lua_getiuservalue(L, index, AM_HELD_CLIENT);
    if (lua_isuserdata(L, -1)) {
        lua_pushvalue(L, index);
        lua_setiuservalue(L, -2, SPARE);
    }
    lua_pop(L, 1);
}
