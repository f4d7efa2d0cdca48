/* SPDX-License-Identifier: MIT */
/* agentmail.core: a client. */
#include "lua/lua_core.h"

#include <string.h>

#include "base/header.h"

static const char CLIENT[] = "agentmail.client";

/* A finalizer may make a client while the Lua state closes, which then has no finalizer of its own:
 * the engine's frees it, before other finalizers come to use it. */
client_box *am_lua_client(lua_State *L, int index)
{
    client_box *box = luaL_checkudata(L, index, CLIENT);
    if (box->engine && box->engine->closed)
        box->client = NULL;
    return box;
}

bool am_lua_limit(lua_State *L, const char *name, am_limits *limits)
{
    size_t count;
    const am_limit *limit = am_limit_table(&count);
    const am_limit *end = limit + count;
    while (limit < end && strcmp(limit->name, name) != 0)
        limit++;
    if (limit == end)
        return false;
    int is_number;
    lua_Number number = lua_tonumberx(L, -1, &is_number);
    if (!is_number || lua_type(L, -1) != LUA_TNUMBER)
        luaL_error(L, "limit %s must be a number, not %s", name, luaL_typename(L, -1));
    if (limit->unit == AM_UNIT_MS)
        number *= 1000;
    if (!(number >= -9e15 && number <= 9e15)) /* not a NaN either */
        luaL_error(L, "limit %s is out of range", name);
    int64_t value = (int64_t)number;
    memcpy((char *)limits + limit->offset, &value, sizeof value);
    return true;
}

const char *am_lua_text(lua_State *L, const char *field)
{
    size_t size;
    if (lua_type(L, -1) != LUA_TSTRING)
        luaL_error(L, "option %s must be a string, not %s", field, luaL_typename(L, -1));
    const char *value = lua_tolstring(L, -1, &size);
    if (strlen(value) != size)
        luaL_error(L, "option %s holds a NUL character", field);
    return value;
}

const char *am_lua_check_text(lua_State *L, int index)
{
    size_t size;
    const char *text = luaL_checklstring(L, index, &size);
    luaL_argcheck(L, strlen(text) == size, index, "holds a NUL character");
    return text;
}

const char *am_lua_text_field(lua_State *L, int table, const char *field)
{
    table = lua_absindex(L, table);
    lua_pushstring(L, field);
    const char *value = lua_rawget(L, table) == LUA_TNIL ? NULL : am_lua_text(L, field);
    lua_pop(L, 1);
    return value;
}

const am_header *am_lua_headers(lua_State *L, int index, const char *field, size_t *count)
{
    *count = 0;
    if (lua_isnil(L, index))
        return NULL;
    if (!lua_istable(L, index))
        luaL_error(L, "%s must be a table of names to strings, not %s", field,
                   luaL_typename(L, index));
    size_t most = 0;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        most++;
    am_header *headers = lua_newuserdatauv(L, (most + 1) * sizeof *headers, 0); /* +1: headers */
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        size_t name_size, size;
        if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
            luaL_error(L, "%s must map names to strings, not %s to %s", field, luaL_typename(L, -2),
                       luaL_typename(L, -1));
        const char *name = lua_tolstring(L, -2, &name_size), *value = lua_tolstring(L, -1, &size);
        if (strlen(name) != name_size || strlen(value) != size)
            luaL_error(L, "%s: \"%s\" holds a NUL character", field, name);
        if (*count == most) /* a finalizer ran, and it had nothing better to do */
            luaL_error(L, "%s changed while it was read", field);
        headers[(*count)++] = (am_header){name, value};
    }
    return headers;
}

int am_lua_check_headers(lua_State *L)
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

/* [-0, +0] refuses options that nobody reads: a misspelt one would be silently without effect. */
static void check_names(lua_State *L, int table)
{
    static const char *const known[] = {"base_url", "api_key", "user_agent", "headers", "ca_file",
                                        "ca_dir",   "proxy",   "http2",      "limits",  NULL};
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

int am_lua_client_new(lua_State *L)
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
    lua_getfield(L, 1, "http2");
    options.http2 = lua_toboolean(L, -1);
    lua_getfield(L, 1, "headers");
    options.headers = am_lua_headers(L, lua_gettop(L), "option headers", &options.header_count);
    engine_box *engine = am_lua_engine(L);                  /* ..., engine */
    client_box *box = lua_newuserdatauv(L, sizeof *box, 2); /* ..., engine, client */
    *box = (client_box){NULL, engine};                      /* closed, until it is open */
    luaL_setmetatable(L, CLIENT);
    lua_insert(L, -2); /* ..., client, engine */
    lua_setiuservalue(L, -2, 1);
    box->client = am_client_new(engine->engine, &options, error);
    if (!box->client)
        return luaL_error(L, "%s", error);
    return 1;
}

static int client_close(lua_State *L)
{
    client_box *box = am_lua_client(L, 1);
    if (box->client)
        am_client_close(box->client);
    return 0;
}

static int client_gc(lua_State *L)
{
    client_box *box = am_lua_client(L, 1);
    am_client_free(box->client);
    box->client = NULL;
    return 0;
}

static int client_closed(lua_State *L)
{
    const client_box *box = am_lua_client(L, 1);
    lua_pushboolean(L, !box->client || am_client_is_closed(box->client));
    return 1;
}

static int client_tostring(lua_State *L)
{
    const client_box *box = am_lua_client(L, 1);
    if (!box->client || am_client_is_closed(box->client))
        lua_pushliteral(L, "agentmail.client (closed)");
    else
        lua_pushfstring(L, "agentmail.client (%s)", am_client_base_url(box->client));
    return 1;
}

void am_lua_open_client(lua_State *L)
{
    static const luaL_Reg methods[] = {{"submit", am_lua_submit},
                                       {"close", client_close},
                                       {"closed", client_closed},
                                       {NULL, NULL}};
    static const luaL_Reg meta[] = {{"__gc", client_gc},
                                    {"__close", client_close},
                                    {"__tostring", client_tostring},
                                    {NULL, NULL}};
    luaL_newmetatable(L, CLIENT);
    luaL_setfuncs(L, meta, 0);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, "agentmail.client");
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}
