/* SPDX-License-Identifier: MIT */
/* A Lua state as a careful host makes it, with the module from memory. */
#ifndef BARE_STATE_H
#define BARE_STATE_H

#include <lua.h>

/* What a script finds of os, io, debug and package. */
typedef enum bare_kind { BARE_ABSENT, BARE_EMPTY, BARE_FULL } bare_kind;

/* [-0, +0] opens the libraries; cjson is loaded, however this machine has it. */
void bare_open(lua_State *L, bare_kind kind);

/* [-0, +1] the module, which it opens. */
void bare_push_module(lua_State *L);

#endif
