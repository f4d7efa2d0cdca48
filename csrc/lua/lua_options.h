/* SPDX-License-Identifier: MIT */
/* Options of a call by name: the caller's, and those that the core is told. */
#ifndef AM_LUA_OPTIONS_H
#define AM_LUA_OPTIONS_H

#include <lua.h>

#include "agentmail.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

typedef enum am_option {
    AM_OPTION_UNKNOWN,
    /* The caller's. */
    AM_OPTION_ON_ATTEMPT,
    AM_OPTION_ON_PROGRESS,
    AM_OPTION_RAW,
    AM_OPTION_IDEMPOTENCY_KEY,
    /* Those of the core. */
    AM_OPTION_ANONYMOUS,
    AM_OPTION_EVENTS,
    AM_OPTION_RESEND_UNAVAILABLE,
    AM_OPTION_DOUBT,
    AM_OPTION_IDENTITY,
    AM_OPTION_SAVE,
    AM_OPTION_PROGRESS,
    AM_OPTION_NOT_AFTER_MS,
    AM_OPTION_BLIND_MS,
    AM_OPTION_IF_MATCH,
    AM_OPTION_API_KEY,
    AM_OPTION_CONTENT_TYPE,
    /* Both. */
    AM_OPTION_HEADERS,
    AM_OPTION_LIMIT /* and up: a row of the table of limits */
} am_option;

/* [-0, +1] the names, for am_lua_option. */
void am_lua_push_option_names(lua_State *L);
/* [-0, +0] the option with the name below the top; the index is that of the names. */
am_option am_lua_option(lua_State *L, int names);
/* The row of a limit that a single call can have; NULL: the option is none. */
const am_limit *am_option_limit(am_option option);
AM_END_HIDDEN
#endif
