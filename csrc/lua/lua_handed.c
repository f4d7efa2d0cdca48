/* SPDX-License-Identifier: MIT */
/* agentmail.core: what Lua hands to the core. */
#include "lua/lua_handed.h"

#include <lauxlib.h>

#include "lua/lua_parts.h"

static const char handed_key = 0; /* the address of the list of them in the registry */

static const char *const names[] = {[AM_HANDED_SETTINGS] = "settings",
                                    [AM_HANDED_AMEND] = "amend",
                                    [AM_HANDED_SCOPE_AT] = "scope_at",
                                    [AM_HANDED_RAISE] = "raise",
                                    [AM_HANDED_BUSY] = "busy",
                                    [AM_HANDED_CHECK] = "check",
                                    [AM_HANDED_FRESH_KEY] = "fresh_key",
                                    [AM_HANDED_REHEARSE] = "rehearse",
                                    [AM_HANDED_UNSENT] = "unsent",
                                    [AM_HANDED_TELL] = "tell",
                                    [AM_HANDED_JUDGE] = "judge",
                                    [AM_HANDED_AT_HOME] = "at_home",
                                    [AM_HANDED_PAUSE] = "pause",
                                    [AM_HANDED_RECEIPT_MT] = "receipt_mt",
                                    [AM_HANDED_CONCLUDE] = "conclude",
                                    [AM_HANDED_NOTE] = "note",
                                    [AM_HANDED_ENTER] = "enter",
                                    [AM_HANDED_CLAIM] = "claim",
                                    [AM_HANDED_QUEUE] = "queue",
                                    [AM_HANDED_DEADLINE] = "deadline",
                                    [AM_HANDED_TASKS] = "tasks",
                                    [AM_HANDED_READY] = "ready",
                                    [AM_HANDED_CURRENT] = "current",
                                    [AM_HANDED_ORPHAN] = "orphan",
                                    [AM_HANDED_SETTLE] = "settle",
                                    [AM_HANDED_WAKE] = "wake",
                                    [AM_HANDED_BEGAN] = "began",
                                    [AM_HANDED_TASK_MT] = "task_mt",
                                    [AM_HANDED_BODY] = "body",
                                    [AM_HANDED_TRACE] = "trace",
                                    [AM_HANDED_COUNT] = NULL};

int am_lua_push_handed(lua_State *L, am_handed what)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &handed_key);
    int type = lua_rawgeti(L, -1, (lua_Integer)what + 1);
    lua_replace(L, -2);
    return type;
}

void am_lua_push_all_handed(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &handed_key);
}

/* core.hand(values by name): in addition to those handed over before */
static int core_hand(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &handed_key); /* given, all */
    for (lua_pushnil(L); lua_next(L, 1);)           /* given, all, name, value */
        lua_rawseti(L, 2, luaL_checkoption(L, 3, NULL, names) + 1);
    return 0;
}

void am_lua_add_handed(lua_State *L)
{
    lua_createtable(L, AM_HANDED_COUNT, 0);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &handed_key);
    lua_pushcfunction(L, core_hand);
    lua_setfield(L, -2, "hand");
}
