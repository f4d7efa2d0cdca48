/* SPDX-License-Identifier: MIT */
/* Steps of a call: from an operation's arguments and options to what is asked. */
#include <lauxlib.h>

#include "lua/lua_handed.h"
#include "lua/lua_plan.h"
#include "lua/lua_request.h"
#include "lua/lua_step.h"
#include "lua/lua_write.h"

/* While the request is written: the caller's key, the object whose ids complete the path, the ids
 * of the scope. */
enum { AT_KEY = AM_AT_FIRST, AT_BOUND_BY, AT_IDS };

static void hold_value(lua_State *L, int index, am_held what)
{
    if (!lua_toboolean(L, index))
        return;
    lua_pushvalue(L, index);
    am_hold(L, what);
}

/* Without options, those of the plan hold. */
am_step am_check_options(lua_State *L, am_call_box *box)
{
    box->flattened = box->raw = false;
    box->told = -1;
    lua_pushvalue(L, AM_AT_SCOPE);
    am_hold(L, AM_HELD_SCOPE);
    lua_getiuservalue(L, AM_AT_PLAN, 1);
    am_hold(L, AM_HELD_PLAN);
    if (!lua_isnil(L, AM_AT_OPTIONS)) {
        am_lua_push_handed(L, "settings");
        am_held_value(L, AM_HELD_PLAN);
        lua_pushvalue(L, AM_AT_SCOPE);
        lua_pushvalue(L, AM_AT_OPTIONS);
        return am_call_lua(3, 5, AM_OPTIONS_CHECKED);
    }
    am_client_field(L, "on_attempt");
    hold_value(L, AM_AT_FIRST, AM_HELD_OBSERVER);
    am_held_field(L, AM_HELD_PLAN, lua_toboolean(L, AM_AT_FIRST) ? "observed" : "options");
    am_hold(L, AM_HELD_SETTINGS);
    lua_settop(L, AM_AT_CALL);
    lua_pushnil(L);
    lua_pushvalue(L, AM_AT_OWNER);
    return am_go(AM_WRITE);
}

/* Raises the words at the top, as the caller's mistake. */
static am_step refuse(lua_State *L, const am_call_box *box)
{
    am_until until = box->until;
    lua_replace(L, AM_AT_FIRST);
    lua_settop(L, AM_AT_FIRST);
    am_lua_give_back(L, AM_AT_CALL);
    if (until == AM_UNTIL_WRITTEN) {
        lua_pushnil(L);
        lua_insert(L, AM_AT_FIRST);
        return am_return(2);
    }
    am_lua_push_handed(L, "raise");
    lua_insert(L, AM_AT_FIRST);
    return am_call_lua(1, 0, AM_LEAVE);
}

/* settings, key, observer, on_progress, raw | nil, mistake */
am_step am_options_checked(lua_State *L, am_call_box *box)
{
    if (lua_isnil(L, AM_AT_FIRST)) {
        lua_settop(L, AM_AT_FIRST + 1);
        return refuse(L, box);
    }
    box->raw = lua_toboolean(L, -1);
    hold_value(L, AM_AT_FIRST, AM_HELD_SETTINGS);
    hold_value(L, AM_AT_FIRST + 2, AM_HELD_OBSERVER);
    hold_value(L, AM_AT_FIRST + 3, AM_HELD_ON_PROGRESS);
    hold_value(L, AM_AT_OPTIONS, AM_HELD_OPTIONS);
    lua_settop(L, AM_AT_FIRST + 1);
    lua_remove(L, AM_AT_FIRST);
    lua_pushvalue(L, AM_AT_OWNER);
    return am_go(AM_WRITE);
}

/* Lua explains a problem, or flattens arguments that have metamethods. */
static am_step amend(lua_State *L, const am_call_box *box)
{
    lua_settop(L, AT_KEY);
    am_lua_push_handed(L, "amend");
    am_held_value(L, AM_HELD_PLAN);
    lua_pushvalue(L, AM_AT_SCOPE);
    lua_pushvalue(L, AM_AT_ARGUMENTS);
    lua_pushvalue(L, AT_KEY);
    lua_pushvalue(L, AM_AT_OWNER);
    lua_pushboolean(L, box->flattened);
    return am_call_lua(6, 3, AM_AMENDED);
}

/* key, and: true, flat arguments, flat owner | nil, mistake */
am_step am_amended(lua_State *L, am_call_box *box)
{
    int done = AT_KEY + 1;
    if (!lua_toboolean(L, done)) {
        lua_settop(L, done + 1);
        return refuse(L, box);
    }
    box->flattened = true;
    lua_insert(L, done); /* key, owner, true, arguments */
    lua_replace(L, AM_AT_ARGUMENTS);
    lua_settop(L, AT_BOUND_BY);
    return am_go(AM_WRITE);
}

/* [-n, +0] the strings that the files are made of. */
static void hold_files(lua_State *L, int count)
{
    int first = lua_gettop(L) - count + 1;
    if (count == 0)
        return;
    lua_createtable(L, count, 0);
    lua_insert(L, first);
    for (int i = count; i > 0; i--)
        lua_rawseti(L, first, i);
    am_hold(L, AM_HELD_STRINGS);
}

/* The answer's scope is that of the inbox whose id is at AM_AT_FIRST, if any. */
static am_step find_scope(lua_State *L)
{
    lua_getfield(L, AT_IDS, "inbox_id");
    bool own = lua_isnil(L, AM_AT_FIRST) || lua_rawequal(L, AM_AT_FIRST, -1);
    lua_settop(L, AM_AT_FIRST);
    if (own)
        return am_go(AM_ASKED);
    am_client_field(L, "inbox_scopes");
    lua_pushvalue(L, AM_AT_FIRST); /* id, scopes, id */
    lua_pushvalue(L, -1);
    if (lua_rawget(L, -3) == LUA_TTABLE)
        return am_go(AM_SCOPED);
    lua_pop(L, 1);
    am_lua_push_handed(L, "scope_at");
    lua_insert(L, -3);
    return am_call_lua(2, 1, AM_SCOPED);
}

am_step am_scoped(lua_State *L, am_call_box *box)
{
    (void)box;
    am_hold(L, AM_HELD_SCOPE);
    return am_go(AM_ASKED);
}

am_step am_write_request(lua_State *L, am_call_box *box)
{
    am_problem problem = {.kind = AM_PROBLEM_NONE};
    lua_pushliteral(L, "ids");
    lua_rawget(L, AM_AT_SCOPE);
    am_client_field(L, "checks");
    bool lenient = !lua_toboolean(L, -1);
    lua_settop(L, AT_IDS);
    const am_lua_source from = {.plan = am_lua_check_plan(L, AM_AT_PLAN),
                                .arguments = AM_AT_ARGUMENTS,
                                .ids = AT_IDS,
                                .owner = AT_BOUND_BY,
                                .key = AT_KEY,
                                .lenient = lenient};
    am_lua_target to = {&box->written, &problem, &box->settled, box->uuid, false, false};
    bool done = am_lua_write(L, &from, &to); /* files, inbox_id */
    am_problem_free(&problem);
    if (!done)
        return amend(L, box);
    box->single_page = to.single_page;
    lua_replace(L, AM_AT_FIRST);
    hold_files(L, (int)box->written.file_count);
    return find_scope(L);
}

/* From here on, the call ends with its frame, and is noted if it is interrupted. */
am_step am_asked(lua_State *L, am_call_box *box)
{
    hold_value(L, AM_AT_OWNER, AM_HELD_OWNER);
    hold_value(L, AM_AT_RECEIVER, AM_HELD_RECEIVER);
    if (box->settled.protection == AM_NATURAL_KEY) /* to know our own creation by */
        hold_value(L, AM_AT_ARGUMENTS, AM_HELD_ARGUMENTS);
    lua_settop(L, AM_AT_CALL);
    if (box->until == AM_UNTIL_WRITTEN) {
        am_lua_push_request(L, AM_AT_CALL);
        return am_return(1);
    }
    box->open = true;
    if (box->until == AM_UNTIL_END)
        lua_toclose(L, AM_AT_CALL);
    bool observing = am_lua_engine_box(L)->observing;
    lua_settop(L, AM_AT_CALL);
    if (!observing)
        return am_go(AM_FIND_KEY);
    am_lua_push_handed(L, "busy");
    return am_call_lua(0, 0, AM_LEAVE);
}
