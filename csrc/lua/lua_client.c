/* SPDX-License-Identifier: MIT */
/* agentmail.core: a client, and its options. */
#include "lua/lua_client.h"

#include <lauxlib.h>
#include <string.h>

#include "base/header.h"
#include "lua/lua_args.h"
#include "lua/lua_limits.h"
#include "lua/lua_parts.h"

/* A finalizer may make a client while the Lua state closes; such a client has no finalizer of its
 * own. The engine's finalizer frees it, before other finalizers come to use it. */
am_client_box *am_lua_known_client(lua_State *L, int index)
{
    am_client_box *box = lua_touserdata(L, index);
    if (box->engine && box->engine->closed)
        box->client = NULL;
    return box;
}

am_client_box *am_lua_client(lua_State *L, int index)
{
    luaL_checkudata(L, index, AM_LUA_CLIENT);
    return am_lua_known_client(L, index);
}

/* core.check_headers(map) -> true | nil, message */
static int core_check_headers(lua_State *L)
{
    char error[AM_ERROR_SIZE];
    size_t count;
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    const am_header *headers = am_lua_headers(L, 1, "headers", &count);
    if (am_headers_check(headers, count, false, error)) {
        lua_pushboolean(L, 1);
        return 1;
    }
    luaL_pushfail(L);
    lua_pushstring(L, error);
    return 2;
}

/* [-0, +0] refuses unknown options: a misspelt one would have no effect, without any error. */
static void check_names(lua_State *L, int table)
{
    static const char *const known[] = {"base_url", "api_key", "user_agent", "headers",
                                        "ca_file",  "ca_dir",  "ca_system",  "proxy",
                                        "http2",    "limits",  NULL};
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
        const char *const *option = known;
        while (*option && strcmp(*option, name) != 0)
            option++;
        if (!*option)
            luaL_error(L, "unknown option %s", name);
    }
}

static void read_limits(lua_State *L, int table, am_limits *limits)
{
    am_limits_init(limits);
    int type = lua_getfield(L, table, "limits"); /* limits */
    if (type != LUA_TNIL && type != LUA_TTABLE)
        luaL_error(L, "option limits must be a table, not %s", luaL_typename(L, -1));
    if (type == LUA_TTABLE)
        for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
            if (lua_type(L, -2) != LUA_TSTRING || !am_lua_limit(L, lua_tostring(L, -2), limits))
                luaL_error(L, "unknown limit %s", luaL_tolstring(L, -2, NULL));
    lua_pop(L, 1);
}

/* core.client(options) -> client */
static int core_client(lua_State *L)
{
    char error[AM_ERROR_SIZE];
    am_limits limits;
    am_client_options options = {.limits = &limits};
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    check_names(L, 1);
    read_limits(L, 1, &limits);
    options.base_url = am_lua_text_field(L, 1, "base_url");
    options.api_key = am_lua_text_field(L, 1, "api_key");
    options.user_agent = am_lua_text_field(L, 1, "user_agent");
    options.ca_file = am_lua_text_field(L, 1, "ca_file");
    options.ca_dir = am_lua_text_field(L, 1, "ca_dir");
    options.proxy = am_lua_text_field(L, 1, "proxy");
    lua_getfield(L, 1, "ca_system");
    options.ca_system = lua_toboolean(L, -1);
    lua_getfield(L, 1, "http2");
    options.http2 = lua_toboolean(L, -1);
    lua_getfield(L, 1, "headers");
    options.headers = am_lua_headers(L, lua_gettop(L), "option headers", &options.header_count);
    am_engine_box *engine = am_lua_engine(L);                  /* ..., engine */
    am_client_box *box = lua_newuserdatauv(L, sizeof *box, 2); /* ..., engine, client */
    *box = (am_client_box){.engine = engine};                  /* closed until it opens */
    luaL_setmetatable(L, AM_LUA_CLIENT);
    lua_insert(L, -2); /* ..., client, engine */
    lua_setiuservalue(L, -2, 1);
    box->client = am_client_new(engine->engine, &options, error);
    if (!box->client)
        return luaL_error(L, "%s", error);
    return 1;
}

static int client_close(lua_State *L)
{
    am_client_box *box = am_lua_client(L, 1);
    if (box->client)
        am_client_close(box->client);
    return 0;
}

static int client_gc(lua_State *L)
{
    am_client_box *box = am_lua_client(L, 1);
    am_client_free(box->client);
    box->client = NULL;
    return 0;
}

static int client_closed(lua_State *L)
{
    const am_client_box *box = am_lua_client(L, 1);
    lua_pushboolean(L, !box->client || am_client_is_closed(box->client));
    return 1;
}

/* client:room([tell]) -> how many more calls it takes now; true: the alarm tells when there is more
 */
static int client_room(lua_State *L)
{
    const am_client_box *box = am_lua_client(L, 1);
    lua_pushinteger(L, box->client ? am_client_room(box->client) : 0);
    if (box->client && lua_toboolean(L, 2))
        am_client_tell_room(box->client);
    return 1;
}

static bool has(lua_State *L, int table, const char *name)
{
    lua_getfield(L, table, name);
    bool is = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return is;
}

am_traits am_lua_traits(lua_State *L, int table)
{
    return (am_traits){.observed = has(L, table, "on_attempt"),
                       .asks_key = has(L, table, "key_source"),
                       .dry = has(L, table, "dry"),
                       .lenient = !has(L, table, "checks")};
}

/* client:belongs_to(table): the client as Lua knows it, whose fields do not change any more */
static int client_belongs_to(lua_State *L)
{
    am_client_box *box = am_lua_client(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    box->traits = am_lua_traits(L, 2);
    return 0;
}

static int client_tostring(lua_State *L)
{
    const am_client_box *box = am_lua_client(L, 1);
    if (!box->client || am_client_is_closed(box->client))
        lua_pushliteral(L, "agentmail.client (closed)");
    else
        lua_pushfstring(L, "agentmail.client (%s)", am_client_base_url(box->client));
    return 1;
}

void am_lua_add_client(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"client", core_client}, {"check_headers", core_check_headers}, {NULL, NULL}};
    static const luaL_Reg methods[] = {{"close", client_close},
                                       {"closed", client_closed},
                                       {"room", client_room},
                                       {"belongs_to", client_belongs_to},
                                       {NULL, NULL}};
    static const luaL_Reg meta[] = {{"__gc", client_gc},
                                    {"__close", client_close},
                                    {"__tostring", client_tostring},
                                    {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
    luaL_newmetatable(L, AM_LUA_CLIENT);
    luaL_setfuncs(L, meta, 0);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, AM_LUA_CLIENT);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}
