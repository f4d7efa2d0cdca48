/* SPDX-License-Identifier: MIT */
/* Steps of a call: from an operation's arguments and options to what is asked. */
#include <lauxlib.h>

#include "lua/lua_handed.h"
#include "lua/lua_options.h"
#include "lua/lua_request.h"
#include "lua/lua_step.h"
#include "lua/lua_tasks.h"
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

/* [-0, +0] the client's */
static void hold_observer(lua_State *L, const am_call_box *box)
{
    if (!box->traits.observed)
        return;
    am_client_field(L, "on_attempt");
    am_hold(L, AM_HELD_OBSERVER);
}

static bool is_within(lua_State *L, const am_limit *limit)
{
    lua_Number number = lua_tonumber(L, -1) * (limit->unit == AM_UNIT_MS ? 1000 : 1);
    return lua_type(L, -1) == LUA_TNUMBER && number >= (lua_Number)limit->least &&
           number <= (lua_Number)limit->most;
}

/* [-0, +0] one of the caller's options, whose name and value are at the top; into the settings at
 * an index if it is one of the core's. False: Lua checks it. */
static bool take_option(lua_State *L, am_call_box *box, am_option option, int settings)
{
    const am_limit *limit = am_option_limit(option);
    if (option == AM_OPTION_RAW && lua_isboolean(L, -1)) {
        box->raw = lua_toboolean(L, -1);
    } else if (option == AM_OPTION_ON_ATTEMPT && lua_isfunction(L, -1)) {
        hold_value(L, -1, AM_HELD_OBSERVER);
    } else if (option == AM_OPTION_ON_PROGRESS && lua_isfunction(L, -1)) {
        hold_value(L, -1, AM_HELD_ON_PROGRESS);
    } else if (option == AM_OPTION_IDEMPOTENCY_KEY &&
               box->plan->flags & (AM_PLAN_KEYED | AM_PLAN_DELETE_KEY)) {
        lua_pushvalue(L, -1);
        lua_replace(L, AT_KEY);
    } else if (limit && is_within(L, limit)) {
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, settings);
    } else {
        return false;
    }
    return true;
}

static void set_true(lua_State *L, int table, const char *name)
{
    lua_pushboolean(L, true);
    lua_setfield(L, table, name);
}

/* [-?, +?] reads plain options: leaves the key at AT_KEY. False: Lua checks them. */
static bool take_options(lua_State *L, am_call_box *box)
{
    bool fine = lua_istable(L, AM_AT_OPTIONS) && !lua_getmetatable(L, AM_AT_OPTIONS);
    if (!fine)
        return false;
    int settings = AT_KEY + 1, names = AT_KEY + 2;
    lua_settop(L, AT_KEY);
    lua_createtable(L, 0, 4);
    am_lua_push_option_names(L);
    for (lua_pushnil(L); fine && lua_next(L, AM_AT_OPTIONS); lua_settop(L, names + 1))
        fine = take_option(L, box, am_lua_option(L, names), settings);
    if (!fine)
        return false;
    lua_pushboolean(L, box->plan->flags & AM_PLAN_ANONYMOUS);
    lua_setfield(L, settings, "anonymous");
    if (!(box->held & 1u << AM_HELD_OBSERVER))
        hold_observer(L, box);
    if (box->held & 1u << AM_HELD_OBSERVER)
        set_true(L, settings, "events");
    if (box->held & 1u << AM_HELD_ON_PROGRESS)
        set_true(L, settings, "progress");
    lua_settop(L, settings);
    am_hold(L, AM_HELD_SETTINGS);
    hold_value(L, AM_AT_OPTIONS, AM_HELD_OPTIONS);
    return true;
}

/* Without options, those of the plan hold. */
am_step am_check_options(lua_State *L, am_call_box *box)
{
    box->flattened = box->raw = false;
    lua_pushvalue(L, AM_AT_SCOPE);
    am_hold(L, AM_HELD_SCOPE);
    lua_getiuservalue(L, AM_AT_PLAN, 1);
    am_hold(L, AM_HELD_PLAN);
    if (!lua_isnil(L, AM_AT_OPTIONS)) {
        if (take_options(L, box)) {
            lua_pushvalue(L, AM_AT_OWNER);
            return am_go(AM_WRITE);
        }
        lua_settop(L, AM_AT_TOP);
        am_lua_push_handed(L, AM_HANDED_SETTINGS);
        am_held_value(L, AM_HELD_PLAN);
        lua_pushvalue(L, AM_AT_SCOPE);
        lua_pushvalue(L, AM_AT_OPTIONS);
        return am_call_lua(3, 5, AM_OPTIONS_CHECKED);
    }
    hold_observer(L, box);
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
    if (until == AM_UNTIL_WRITTEN || until == AM_UNTIL_PREPARED) {
        lua_pushnil(L);
        lua_insert(L, AM_AT_FIRST);
        return am_return(2);
    }
    am_lua_push_handed(L, AM_HANDED_RAISE);
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
    am_lua_push_handed(L, AM_HANDED_AMEND);
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
    am_written_reset(&box->written, 0);
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
    am_lua_push_handed(L, AM_HANDED_SCOPE_AT);
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
    const am_lua_source from = {.plan = box->plan,
                                .arguments = AM_AT_ARGUMENTS,
                                .ids = AT_IDS,
                                .owner = AT_BOUND_BY,
                                .key = AT_KEY,
                                .lenient = box->traits.lenient,
                                .label = box->label};
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

/* [-0, +6] the call, target, body (false: it has files), key, the answer's scope, observer. */
static am_step hand_out(lua_State *L, const am_call_box *box)
{
    lua_pushvalue(L, AM_AT_CALL);
    lua_pushlstring(L, am_buf_string(&box->written.target), box->written.target.size);
    if (box->written.file_count == 0)
        am_lua_push_body(L, &box->written, 0);
    else
        lua_pushboolean(L, false);
    lua_pushstring(L, box->settled.key[0] ? box->settled.key : NULL);
    am_held_value(L, AM_HELD_SCOPE);
    am_held_value(L, AM_HELD_OBSERVER);
    return am_return(6);
}

/* Whether an observer runs, or the task is cancelled or has a deadline. */
static bool may_be_barred(lua_State *L, const am_call_box *box)
{
    return box->engine &&
           (box->engine->observing || (box->engine->tasking && am_lua_is_bound(L, box->engine)));
}

am_step am_asked(lua_State *L, am_call_box *box)
{
    hold_value(L, AM_AT_OWNER, AM_HELD_OWNER);
    hold_value(L, AM_AT_RECEIVER, AM_HELD_RECEIVER);
    if (box->confirms) /* to know our own work by */
        hold_value(L, AM_AT_ARGUMENTS, AM_HELD_ARGUMENTS);
    lua_settop(L, AM_AT_TOP);
    if (box->until == AM_UNTIL_WRITTEN) {
        am_lua_push_request(L, AM_AT_CALL);
        return am_return(1);
    }
    if (box->until != AM_UNTIL_PREPARED)
        return am_go(AM_ENTER);
    if (!may_be_barred(L, box))
        return hand_out(L, box);
    am_lua_push_handed(L, AM_HANDED_CHECK);
    return am_call_lua(0, 0, AM_CHECKED);
}

am_step am_checked(lua_State *L, am_call_box *box)
{
    lua_settop(L, AM_AT_TOP);
    return hand_out(L, box);
}

/* From here on, the call ends with its frame, and is noted if it is interrupted. */
am_step am_opened(lua_State *L, am_call_box *box)
{
    if (!box->open && box->until == AM_UNTIL_END)
        lua_toclose(L, AM_AT_CALL);
    box->open = true;
    if (!box->engine || !box->engine->observing)
        return am_go(AM_FIND_KEY);
    am_lua_push_handed(L, AM_HANDED_BUSY);
    return am_call_lua(0, 0, AM_LEAVE);
}
