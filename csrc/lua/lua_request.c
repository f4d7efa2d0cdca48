/* SPDX-License-Identifier: MIT */
/* Makes a table of what a call was asked, and the other way round. */
#include "lua/lua_request.h"

#include <lauxlib.h>

#include "lua/lua_held.h"
#include "lua/lua_submit.h"
#include "lua/lua_write.h"

/* The fields that a call holds. */
static const struct {
    const char *name;
    am_held what;
} fields[] = {{"plan", AM_HELD_PLAN},
              {"scope", AM_HELD_SCOPE},
              {"options", AM_HELD_SETTINGS},
              {"given", AM_HELD_OPTIONS},
              {"arguments", AM_HELD_ARGUMENTS},
              {"owner", AM_HELD_OWNER},
              {"receiver", AM_HELD_RECEIVER},
              {"observer", AM_HELD_OBSERVER},
              {"on_progress", AM_HELD_ON_PROGRESS},
              {"recording", AM_HELD_RECORDING}};

enum { FIELDS = sizeof fields / sizeof fields[0] };

/* [-0, +0] the body that was written, as the field of the table at the top. */
static void set_body(lua_State *L, int index, const am_call_box *box)
{
    int request = lua_gettop(L);
    int count = (int)box->written.file_count;
    luaL_checkstack(L, count + LUA_MINSTACK, NULL);
    am_lua_held(L, index, AM_HELD_STRINGS); /* request, strings */
    for (int i = 1; i <= count; i++)
        lua_rawgeti(L, request + 1, i);
    am_lua_push_body(L, &box->written, request + 2);
    if (count > 0 && box->call)
        am_lua_note_files(L, lua_gettop(L), box->call);
    lua_setfield(L, request, "body");
    lua_settop(L, request);
}

static void set_text(lua_State *L, const char *name, const char *text)
{
    if (!text[0])
        return;
    lua_pushstring(L, text);
    lua_setfield(L, -2, name);
}

void am_lua_push_request(lua_State *L, int index)
{
    const am_call_box *box = lua_touserdata(L, index);
    if (am_lua_held(L, index, AM_HELD_REQUEST) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    lua_createtable(L, 0, 18);
    for (int i = 0; i < FIELDS; i++) {
        if (!(box->held & 1u << fields[i].what))
            continue;
        am_lua_held(L, index, fields[i].what);
        lua_setfield(L, -2, fields[i].name);
    }
    if (!(box->held & 1u << AM_HELD_SETTINGS)) { /* the caller gave no options */
        am_lua_held(L, index, AM_HELD_PLAN);
        lua_getfield(L, -1, box->held & 1u << AM_HELD_OBSERVER ? "observed" : "options");
        lua_setfield(L, -3, "options");
        lua_pop(L, 1);
    }
    lua_pushlstring(L, am_buf_string(&box->written.target), box->written.target.size);
    lua_setfield(L, -2, "target");
    set_body(L, index, box);
    set_text(L, "protection", am_protection_word(box->settled.protection));
    set_text(L, "key", box->settled.key);
    set_text(L, "client_id", box->uuid);
    set_text(L, "etag", box->settled.if_match);
    lua_pushboolean(L, box->raw);
    lua_setfield(L, -2, "raw");
    lua_pushboolean(L, box->single_page);
    lua_setfield(L, -2, "single_page");
    lua_pushvalue(L, -1);
    am_lua_hold(L, index, AM_HELD_REQUEST);
}

void am_lua_ask(lua_State *L, int index, int request)
{
    am_call_box *box = lua_touserdata(L, index);
    for (int i = 0; i < FIELDS; i++) {
        lua_getfield(L, request, fields[i].name);
        am_lua_hold(L, index, fields[i].what);
    }
    lua_getfield(L, request, "raw");
    box->raw = lua_toboolean(L, -1);
    lua_pop(L, 1);
    lua_pushvalue(L, request);
    am_lua_hold(L, index, AM_HELD_REQUEST);
}
