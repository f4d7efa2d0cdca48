/* SPDX-License-Identifier: MIT */
/* agentmail.core: reads the clocks, and sleeps. */
#define _GNU_SOURCE
#include <errno.h>
#include <lauxlib.h>
#include <time.h>

#include "base/clock.h"
#include "lua/lua_engine.h"
#include "lua/lua_parts.h"
#include "lua/lua_turn.h"

/* core.now() -> seconds on a monotonic clock */
static int core_now(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)am_monotonic_ms() / 1000);
    return 1;
}

/* core.time() -> whole seconds since 1970 */
static int core_time(lua_State *L)
{
    lua_pushinteger(L, am_wall_s());
    return 1;
}

/* core.sleep(seconds) -> true | false, or nothing: it ended early, for a signal or a turn */
static int core_sleep(lua_State *L)
{
    lua_Number seconds = luaL_checknumber(L, 1);
    luaL_argcheck(L, seconds >= 0 && seconds <= 1e9, 1, "seconds must be 0 or more");
    am_turn turn = am_turn_begin(&am_lua_engine_box(L)->waited_ms);
    lua_Number most = (lua_Number)am_turn_left_ms(L, &turn) / 1000, part = seconds;
    if (part > most)
        part = most;
    struct timespec rest = {(time_t)part, 0};
    rest.tv_nsec = (long)((part - (lua_Number)rest.tv_sec) * 1e9);
    bool slept = nanosleep(&rest, NULL) == 0 || errno != EINTR;
    am_turn_take(L, &turn, 0, am_turn_leave);
    lua_pushboolean(L, slept && part == seconds);
    return 1;
}

void am_lua_add_time(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"now", core_now}, {"time", core_time}, {"sleep", core_sleep}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
