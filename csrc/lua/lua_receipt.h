/* SPDX-License-Identifier: MIT */
/* agentmail.Receipt: the known facts about a call, as a table for Lua. */
#ifndef AM_LUA_RECEIPT_H
#define AM_LUA_RECEIPT_H

#include <lua.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* [-0, +1] the facts about the open call at an index; for one that is not done, as if it ended now.
 * Returns the word for how it failed; NULL: a success. */
const char *am_lua_push_receipt(lua_State *L, int index);

AM_END_HIDDEN
#endif
