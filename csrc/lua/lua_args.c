/* SPDX-License-Identifier: MIT */
/* agentmail.core: arguments and options as C strings, which must not contain a NUL. */
#include "lua/lua_args.h"

#include <lauxlib.h>
#include <string.h>

const char *am_lua_check_text(lua_State *L, int index)
{
    size_t size;
    const char *text = luaL_checklstring(L, index, &size);
    luaL_argcheck(L, strlen(text) == size, index, "holds a NUL character");
    return text;
}

const char *am_lua_text(lua_State *L, const char *option)
{
    size_t size;
    if (lua_type(L, -1) != LUA_TSTRING)
        luaL_error(L, "option %s must be a string, not %s", option, luaL_typename(L, -1));
    const char *value = lua_tolstring(L, -1, &size);
    if (strlen(value) != size)
        luaL_error(L, "option %s holds a NUL character", option);
    return value;
}

const char *am_lua_text_field(lua_State *L, int table, const char *option)
{
    table = lua_absindex(L, table);
    lua_pushstring(L, option);
    const char *value = lua_rawget(L, table) == LUA_TNIL ? NULL : am_lua_text(L, option);
    lua_pop(L, 1);
    return value;
}

const am_header *am_lua_headers(lua_State *L, int index, const char *name, size_t *count)
{
    *count = 0;
    if (lua_isnil(L, index))
        return NULL;
    if (!lua_istable(L, index))
        luaL_error(L, "%s must be a table of names to strings, not %s", name,
                   luaL_typename(L, index));
    size_t most = 0;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        most++;
    am_header *headers = lua_newuserdatauv(L, (most + 1) * sizeof *headers, 0); /* +1: headers */
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        size_t key_size, size;
        if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
            luaL_error(L, "%s must map names to strings, not %s to %s", name, luaL_typename(L, -2),
                       luaL_typename(L, -1));
        const char *key = lua_tolstring(L, -2, &key_size), *value = lua_tolstring(L, -1, &size);
        if (strlen(key) != key_size || strlen(value) != size)
            luaL_error(L, "%s: \"%s\" holds a NUL character", name, key);
        if (*count == most) /* a finalizer ran, and it had nothing better to do */
            luaL_error(L, "%s changed while it was read", name);
        headers[(*count)++] = (am_header){key, value};
    }
    return headers;
}

void *am_lua_check_kind(lua_State *L, int index, const void *key, const char *name)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, key);
    if (!lua_getmetatable(L, index) || !lua_rawequal(L, -1, -2))
        luaL_typeerror(L, index, name);
    lua_pop(L, 2);
    return lua_touserdata(L, index);
}
