/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "state_rig.h"

#include <lauxlib.h>
#include <lualib.h>

#include "module_path.h"
#include "pin_cjson.h"
#include "unit.h"

lua_State *state_new(scarce_lua *memory, const char *script)
{
    lua_State *L = lua_newstate(scarce_lua_allocate, memory);
    assert_non_null(L);
    luaL_openlibs(L);
    assert_int_equal(luaL_loadstring(L, script), LUA_OK);
    module_path_push(L);
    return L;
}

void state_begin(lua_State *L)
{
    if (lua_pcall(L, lua_gettop(L) - 1, 0, 0) != LUA_OK)
        fail_msg("%s", lua_tostring(L, -1));
}

lua_State *state_open(scarce_lua *memory, const char *script, const char *url)
{
    lua_State *L = state_new(memory, script);
    pin_cjson(L);
    lua_pushstring(L, url);
    state_begin(L);
    return L;
}

void *state_memory(lua_State *L)
{
    void *memory;
    lua_getallocf(L, &memory);
    return memory;
}
