-- SPDX-License-Identifier: MIT
-- An allocator of a host that refuses, for this Lua state; in C.
--   scarce.refuse(n, for_good)   from now on, the n-th allocation, and perhaps all later ones
--   scarce.allow() -> how many were asked for meanwhile

local outside = require "spec.support.outside"

local SOURCE = [[
#include <dlfcn.h>
#include <lauxlib.h>
#include <lua.h>
#include <stddef.h>

static lua_Alloc given;
static void *given_ud;
static lua_Integer seen, from, to;

/* After a refusal, Lua collects, and tries once more. */
static void *scarce(void *ud, void *block, size_t old, size_t new)
{
    (void)ud;
    if (new > 0 && (!block || new > old) && ++seen >= from && seen <= to)
        return NULL;
    return given(given_ud, block, old, new);
}

static int refuse(lua_State *L)
{
    from = luaL_checkinteger(L, 1);
    to = lua_toboolean(L, 2) ? LUA_MAXINTEGER : from + 1;
    seen = 0;
    given = lua_getallocf(L, &given_ud);
    lua_setallocf(L, scarce, NULL);
    return 0;
}

static int allow(lua_State *L)
{
    lua_setallocf(L, given, given_ud);
    lua_pushinteger(L, seen);
    return 1;
}

/* lua-cjson loses its buffer when memory runs out. A report names it while it is loaded. */
static int keep(lua_State *L)
{
    lua_pushboolean(L, dlopen(luaL_checkstring(L, 1), RTLD_NOW | RTLD_NODELETE) != NULL);
    return 1;
}

int luaopen_scarce(lua_State *L)
{
    luaL_Reg functions[] = {{"refuse", refuse}, {"allow", allow}, {"keep", keep}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
]]

local scarce = outside.compiled(SOURCE, "luaopen_scarce")()
assert(scarce.keep(package.searchpath("cjson", package.cpath)))

return scarce
