/* SPDX-License-Identifier: MIT */
/* The entry of agentmail.native, the only name that the module exports. Lua opens it through
 * agentmail.core (csrc/lazy). */
#ifndef AM_LUA_CORE_H
#define AM_LUA_CORE_H

#include <lua.h>

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
int luaopen_agentmail_native(lua_State *L);

#endif
