/* SPDX-License-Identifier: MIT */
/* The engine of a Lua state: a userdata in its registry, made on first use. */
#ifndef AM_LUA_ENGINE_H
#define AM_LUA_ENGINE_H

#include <lua.h>

#include "agentmail.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

typedef struct am_engine_box {
    am_engine *engine;      /* NULL: not yet, or closed */
    bool observing;         /* a user's observer runs: stepping is forbidden */
    bool closed;            /* the Lua state is closing */
    bool tasking;           /* there are tasks, or deadlines of them: calls ask Lua how to wait */
    bool bounded;           /* there are deadlines besides those of tasks */
    bool armed;             /* the alarm rings */
    unsigned forks;         /* how often an engine was left to the parent process */
    unsigned orphaned;      /* how often the tasks were */
    lua_Integer unfinished; /* tasks, and waits of hosts, see lua_tasks.h */
    lua_Integer first_ready, last_ready; /* places of those that can go on */
    int64_t waited_ms;                   /* since the last call of a count hook, see lua_turn.h */
} am_engine_box;

/* Its user value is a weak table of all calls of the state: address of the box -> userdata. */

/* [-0, +1] pushes the engine's userdata, whether or not it has an engine. */
am_engine_box *am_lua_engine_box(lua_State *L);
/* [-0, +1] pushes the engine's userdata; raises if out of memory, or if the state is closing. A
 * forked child gets its own engine. */
am_engine_box *am_lua_engine(lua_State *L);
/* Raises if a user's observer is running. */
void am_lua_check_step(lua_State *L, const am_engine_box *box);

AM_END_HIDDEN
#endif
