/* SPDX-License-Identifier: MIT */
/* A Lua state of a test, whose script defines what the test calls. */
#ifndef STATE_RIG_H
#define STATE_RIG_H

#include <lua.h>

#include "scarce_lua.h"

/* A state with this memory and Lua's libraries. On its stack are the script, and its first
 * argument: a pattern for package.cpath. */
lua_State *state_new(scarce_lua *memory, const char *script);
/* Calls the script with all that is on the stack behind it; it must work, and leaves nothing. */
void state_begin(lua_State *L);
/* Both, with the URL of a service behind it. cjson stays loaded for reports of leaks. */
lua_State *state_open(scarce_lua *memory, const char *script, const char *url);
/* The memory of a state, by which a test finds what it has beside it. */
void *state_memory(lua_State *L);

#endif
