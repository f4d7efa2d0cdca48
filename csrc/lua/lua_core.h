/* SPDX-License-Identifier: MIT */
/* The entry of agentmail.core, the only name that the module exports. */
#ifndef AM_LUA_CORE_H
#define AM_LUA_CORE_H

#include <lua.h>

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
int luaopen_agentmail_core(lua_State *L);

#endif
