/* SPDX-License-Identifier: MIT */
/* Plans in Lua: userdata with one user value, the plan as Lua knows it (api/plan.lua). */
#ifndef AM_LUA_PLAN_H
#define AM_LUA_PLAN_H

#include <lua.h>

#include "base/visibility.h"
#include "encode/plan.h"

AM_BEGIN_HIDDEN

#define AM_LUA_PLAN "agentmail.core.plan"

typedef struct am_plan_box {
    const am_plan *plan;
    bool confirms, receives; /* Lua's plan has functions of these names */
} am_plan_box;

/* [-0, +0] the plan at an index; raises if there is none. */
const am_plan_box *am_lua_check_plan(lua_State *L, int index);

AM_END_HIDDEN
#endif
