/* SPDX-License-Identifier: MIT */
/*
 * agentmail: the Lua module, linked into a host program. libagentmail-lua.a holds the core and all
 * Lua files of the module, so nothing of it is read from disk:
 *
 *     luaL_requiref(L, "agentmail", luaopen_agentmail, 0);      // pushes the module
 *
 * The state needs Lua's base library, string, table, math and utf8; the rest is optional. A program
 * that also links lua-cjson statically needs nothing on disk at all; otherwise `cjson` is required
 * like any other module. `pkg-config --libs agentmail-lua` says how to link; with the outbox, which
 * needs SQLite, it is `pkg-config --libs agentmail-lua-outbox`.
 */
#ifndef AGENTMAIL_LUA_H
#define AGENTMAIL_LUA_H

#ifdef __cplusplus
extern "C" {
#endif

struct lua_State;

/* Opens the module: a lua_CFunction that pushes it. Raises a Lua error when memory runs out or
 * cjson is missing, and may be called again then. In a state that has the library `package`, the
 * other modules, such as agentmail.loop.luv, can be required afterwards. */
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
int luaopen_agentmail(struct lua_State *L);

#ifdef __cplusplus
}
#endif
#endif
