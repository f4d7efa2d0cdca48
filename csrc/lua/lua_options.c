/* SPDX-License-Identifier: MIT */
/* Finds options by their names, in a table of Lua. */
#include "lua/lua_options.h"

#include <stddef.h>

#include "lua/lua_parts.h"

static const char names_key = 0; /* its address is their key in the registry */

static const char *const names[AM_OPTION_LIMIT] = {
    [AM_OPTION_ON_ATTEMPT] = "on_attempt",
    [AM_OPTION_ON_PROGRESS] = "on_progress",
    [AM_OPTION_RAW] = "raw",
    [AM_OPTION_IDEMPOTENCY_KEY] = "idempotency_key",
    [AM_OPTION_ANONYMOUS] = "anonymous",
    [AM_OPTION_EVENTS] = "events",
    [AM_OPTION_RESEND_UNAVAILABLE] = "resend_unavailable",
    [AM_OPTION_DOUBT] = "doubt",
    [AM_OPTION_IDENTITY] = "identity",
    [AM_OPTION_SAVE] = "save",
    [AM_OPTION_PROGRESS] = "progress",
    [AM_OPTION_NOT_AFTER_MS] = "not_after_ms",
    [AM_OPTION_BLIND_MS] = "blind_ms",
    [AM_OPTION_IF_MATCH] = "if_match",
    [AM_OPTION_API_KEY] = "api_key",
    [AM_OPTION_CONTENT_TYPE] = "content_type",
    [AM_OPTION_HEADERS] = "headers",
};

void am_lua_add_options(lua_State *L)
{
    size_t count;
    const am_limit *limits = am_limit_table(&count);
    lua_createtable(L, 0, AM_OPTION_LIMIT + (int)count);
    for (int i = AM_OPTION_UNKNOWN + 1; i < AM_OPTION_LIMIT + (int)count; i++) {
        lua_pushinteger(L, i);
        lua_setfield(L, -2, i < AM_OPTION_LIMIT ? names[i] : limits[i - AM_OPTION_LIMIT].name);
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, &names_key);
}

void am_lua_push_option_names(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &names_key);
}

am_option am_lua_option(lua_State *L, int index)
{
    lua_pushvalue(L, -2);
    lua_rawget(L, index);
    am_option found = (am_option)lua_tointeger(L, -1); /* 0 of nil */
    lua_pop(L, 1);
    return found;
}

/* Limits of a client as a whole. */
static bool is_of_client(const am_limit *limit)
{
    return limit->offset == offsetof(am_limits, connections) ||
           limit->offset == offsetof(am_limits, queue_length) ||
           limit->offset == offsetof(am_limits, json_depth);
}

const am_limit *am_option_limit(am_option option)
{
    size_t count;
    const am_limit *limits = am_limit_table(&count);
    if (option < AM_OPTION_LIMIT || is_of_client(&limits[option - AM_OPTION_LIMIT]))
        return NULL;
    return &limits[option - AM_OPTION_LIMIT];
}
