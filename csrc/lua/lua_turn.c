/* SPDX-License-Identifier: MIT */
/* Calls a count hook as Lua's interpreter does (Lua 5.4 reference manual, section 4.7). */
#define _GNU_SOURCE
#include "lua/lua_turn.h"

#include <string.h>

#include "base/clock.h"

enum { HOOK_MS = 50, TURN_MS = 500 };

am_turn am_turn_begin(int64_t *waited_ms)
{
    int64_t now = am_monotonic_ms();
    return (am_turn){.began_ms = now, .seen_ms = now, .waited_ms = waited_ms};
}

static bool is_counted(lua_State *L)
{
    return (lua_gethookmask(L) & LUA_MASKCOUNT) != 0;
}

int64_t am_turn_left_ms(lua_State *L, const am_turn *turn)
{
    if (is_counted(L))
        return *turn->waited_ms < HOOK_MS ? HOOK_MS - *turn->waited_ms : 0;
    return am_ms_until(turn->began_ms + TURN_MS, TURN_MS);
}

/* The hook gets a frame of its own, so that what a host passes to lua_resume after the hook yielded
 * does not become a result of the wait. */
static int call_hook(lua_State *L)
{
    lua_Debug waiting = {.event = LUA_HOOKCOUNT, .currentline = -1};
    if (lua_checkstack(L, LUA_MINSTACK) && lua_getstack(L, 1, &waiting))
        lua_gethook(L)(L, &waiting);
    return 0;
}

int am_turn_leave(lua_State *L, int status, lua_KContext context)
{
    (void)L, (void)status, (void)context;
    return 0;
}

/* Lua disables hooks while one runs; a direct call does not. */
static bool is_hooking(lua_State *L)
{
    lua_Debug level;
    bool found = false;
    for (int i = 0; !found && lua_getstack(L, i, &level); i++) {
        lua_getinfo(L, "nf", &level);
        found = lua_tocfunction(L, -1) == call_hook || strcmp(level.namewhat, "hook") == 0;
        lua_pop(L, 1);
    }
    return found;
}

bool am_turn_take(lua_State *L, am_turn *turn, lua_KContext context, lua_KFunction resumed)
{
    int64_t now = am_monotonic_ms();
    *turn->waited_ms = is_counted(L) ? *turn->waited_ms + now - turn->seen_ms : 0;
    turn->seen_ms = now;
    if (*turn->waited_ms >= HOOK_MS) {
        *turn->waited_ms = 0;
        if (lua_checkstack(L, 2) && !is_hooking(L)) {
            lua_pushcfunction(L, call_hook);
            lua_callk(L, 0, 0, context, resumed);
        }
    }
    return now - turn->began_ms < TURN_MS;
}
