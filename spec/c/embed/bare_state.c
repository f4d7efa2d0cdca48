/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bare_state.h"

#include <lauxlib.h>
#include <lualib.h>

#include "agentmail_lua.h"
#include "pin_cjson.h"

static const char *const withheld[] = {"os", "io", "debug", "package"};

/* Opens all and takes them away again, so that cjson can be loaded from disk: this program does not
 * link it in. */
void bare_open(lua_State *L, bare_kind kind)
{
    luaL_openlibs(L);
    lua_getglobal(L, "require");
    lua_pushliteral(L, "cjson");
    lua_call(L, 1, 0);
    pin_cjson(L);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE); /* loaded */
    for (size_t i = 0; kind != BARE_FULL && i < sizeof withheld / sizeof *withheld; i++) {
        if (kind == BARE_EMPTY)
            lua_newtable(L);
        else
            lua_pushnil(L);
        lua_pushvalue(L, -1);
        lua_setglobal(L, withheld[i]);
        lua_setfield(L, -2, withheld[i]);
    }
    if (kind != BARE_FULL) {
        lua_pushnil(L);
        lua_setglobal(L, "require");
    }
    if (kind == BARE_ABSENT) { /* as if io had never been opened */
        lua_pushnil(L);
        lua_setfield(L, LUA_REGISTRYINDEX, LUA_FILEHANDLE);
    }
    lua_pop(L, 1);
}

void bare_push_module(lua_State *L)
{
    luaL_requiref(L, "agentmail", luaopen_agentmail, 0);
}
