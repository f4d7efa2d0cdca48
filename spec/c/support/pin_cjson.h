/* SPDX-License-Identifier: MIT */
/* Keeps cjson mapped after the state is closed, so that reports of leaks can name it. */
#ifndef PIN_CJSON_H
#define PIN_CJSON_H

#include <dlfcn.h>
#include <lauxlib.h>

/* [-0, +0] Needs _GNU_SOURCE, for RTLD_NODELETE. */
static inline void pin_cjson(lua_State *L)
{
    if (luaL_dostring(L, "return (package.searchpath('cjson', package.cpath))") == LUA_OK)
        dlopen(lua_tostring(L, -1), RTLD_NOW | RTLD_NODELETE);
    lua_pop(L, 1);
}

#endif
