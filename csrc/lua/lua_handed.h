/* SPDX-License-Identifier: MIT */
/* What Lua hands to the core for its calls: functions, and the metatable of receipts. */
#ifndef AM_LUA_HANDED_H
#define AM_LUA_HANDED_H

#include <lua.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* Their names in Lua are in lua_handed.c. */
typedef enum am_handed {
    /* lua/agentmail/call/request.lua */
    AM_HANDED_SETTINGS,
    AM_HANDED_AMEND,
    AM_HANDED_SCOPE_AT,
    AM_HANDED_RAISE,
    /* lua/agentmail/call/call.lua */
    AM_HANDED_BUSY,
    AM_HANDED_CHECK,
    AM_HANDED_FRESH_KEY,
    AM_HANDED_REHEARSE,
    AM_HANDED_UNSENT,
    AM_HANDED_TELL,
    AM_HANDED_JUDGE,
    AM_HANDED_AT_HOME,
    AM_HANDED_PAUSE,
    AM_HANDED_RECEIPT_MT,
    AM_HANDED_CONCLUDE,
    AM_HANDED_NOTE,
    /* lua/agentmail/task/waits.lua */
    AM_HANDED_ENTER,
    AM_HANDED_CLAIM,
    AM_HANDED_QUEUE,
    AM_HANDED_DEADLINE,
    /* lua/agentmail/task/scheduler.lua, waiting.lua, task.lua */
    AM_HANDED_TASKS,
    AM_HANDED_READY,
    AM_HANDED_CURRENT,
    AM_HANDED_ORPHAN,
    AM_HANDED_SETTLE,
    AM_HANDED_WAKE,
    AM_HANDED_BEGAN,
    AM_HANDED_TASK_MT,
    /* lua_spawn.c */
    AM_HANDED_BODY,
    AM_HANDED_TRACE,
    AM_HANDED_COUNT
} am_handed;

/* [-0, +1] */
int am_lua_push_handed(lua_State *L, am_handed what);
/* [-0, +1] all of them: at `what` + 1, also for those not handed over yet. */
void am_lua_push_all_handed(lua_State *L);

AM_END_HIDDEN
#endif
