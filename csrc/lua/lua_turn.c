/* SPDX-License-Identifier: MIT */
/* Calls a count hook as Lua's interpreter does (Lua 5.4 reference manual, section 4.7). */
#define _GNU_SOURCE
#include "lua/lua_turn.h"

#include "base/clock.h"

enum { HOOK_MS = 50, TURN_MS = 500 };

am_turn am_turn_begin(void)
{
    int64_t now = am_monotonic_ms();
    return (am_turn){.began_ms = now, .hooked_ms = now};
}

static bool is_counted(lua_State *L)
{
    return (lua_gethookmask(L) & LUA_MASKCOUNT) != 0;
}

int64_t am_turn_left_ms(lua_State *L, const am_turn *turn)
{
    int64_t due = is_counted(L) ? turn->hooked_ms + HOOK_MS : turn->began_ms + TURN_MS;
    return am_ms_until(due, TURN_MS);
}

bool am_turn_take(lua_State *L, am_turn *turn)
{
    int64_t now = am_monotonic_ms();
    lua_Debug caller = {.event = LUA_HOOKCOUNT, .currentline = -1};
    if (is_counted(L) && now - turn->hooked_ms >= HOOK_MS && lua_getstack(L, 0, &caller)) {
        turn->hooked_ms = now;
        lua_gethook(L)(L, &caller);
    }
    return now - turn->began_ms < TURN_MS;
}
