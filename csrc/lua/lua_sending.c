/* SPDX-License-Identifier: MIT */
/* Steps of a call: its submission. */
#include <lauxlib.h>

#include "lua/lua_handed.h"
#include "lua/lua_request.h"
#include "lua/lua_step.h"
#include "lua/lua_submit.h"
#include "lua/lua_tasks.h"

/* [-?, +4] code, message -> the function that makes the failure of a call that is not sent, and its
 * arguments. */
static am_step leave_unsent(lua_State *L)
{
    am_lua_push_handed(L, AM_HANDED_UNSENT);
    am_lua_push_request(L, AM_AT_CALL);
    lua_rotate(L, -4, 2); /* unsent, request, code, message */
    return am_call_lua(3, LUA_MULTRET, AM_LEAVE);
}

/* Whether an outbox has recorded the call, and waits for its failure. */
static bool is_recorded(lua_State *L, const am_call_box *box)
{
    if (box->recorded.is || am_held_value(L, AM_HELD_REQUEST) != LUA_TTABLE)
        return box->recorded.is;
    lua_getfield(L, -1, "recorded");
    return lua_toboolean(L, -1);
}

/* Asks the tasks, if there are any. */
am_step am_enter(lua_State *L, am_call_box *box)
{
    box->bound_ms = 0;
    if (!am_is_tasking(box) || !am_lua_is_bound(L, box->engine))
        return am_go(AM_OPENED);
    bool recorded = is_recorded(L, box);
    lua_settop(L, AM_AT_TOP);
    am_lua_push_upvalue(L, AM_HANDED_ENTER);
    lua_pushboolean(L, recorded);
    return am_call_lua(1, 3, AM_ENTERED);
}

/* seconds that are left | nil | false, code, message */
am_step am_entered(lua_State *L, am_call_box *box)
{
    if (lua_isboolean(L, AM_AT_FIRST)) {
        lua_remove(L, AM_AT_FIRST);
        return leave_unsent(L);
    }
    if (lua_isnumber(L, AM_AT_FIRST)) /* less than the most of a deadline, see lua_limits.h */
        box->bound_ms = (int64_t)(lua_tonumber(L, AM_AT_FIRST) * 1000) + 1;
    lua_settop(L, AM_AT_TOP);
    return am_go(AM_OPENED);
}

/* Asks a client's function for an API key. */
am_step am_find_key(lua_State *L, am_call_box *box)
{
    bool anonymous = box->plan && box->plan->flags & AM_PLAN_ANONYMOUS;
    if (box->traits.asks_key && am_held_value(L, AM_HELD_SETTINGS) == LUA_TTABLE) {
        lua_getfield(L, -1, "anonymous");
        anonymous = lua_toboolean(L, -1);
    }
    lua_settop(L, AM_AT_TOP);
    if (!box->traits.asks_key || anonymous)
        return am_go(AM_REHEARSE);
    am_lua_push_handed(L, AM_HANDED_FRESH_KEY);
    am_client_field(L, "key_source");
    return am_call_lua(1, 2, AM_REHEARSE);
}

/* key | nothing | nil, problem. Only a dry run rehearses. */
am_step am_rehearse(lua_State *L, am_call_box *box)
{
    lua_settop(L, AM_AT_FIRST + 1);
    if (!lua_isnil(L, AM_AT_FIRST + 1)) {
        am_lua_push_handed(L, AM_HANDED_UNSENT);
        am_lua_push_request(L, AM_AT_CALL);
        lua_pushliteral(L, "unauthenticated");
        lua_rotate(L, AM_AT_FIRST + 1, -1);
        lua_remove(L, AM_AT_FIRST);
        return am_call_lua(3, LUA_MULTRET, AM_LEAVE);
    }
    lua_settop(L, AM_AT_FIRST);
    if (!box->traits.dry)
        return am_go(AM_SUBMIT);
    am_lua_push_handed(L, AM_HANDED_REHEARSE);
    am_lua_push_request(L, AM_AT_CALL);
    lua_pushvalue(L, AM_AT_FIRST);
    return am_call_lua(2, LUA_MULTRET, AM_REHEARSED);
}

/* key, and, if nothing is to be sent, the results */
am_step am_rehearsed(lua_State *L, am_call_box *box)
{
    (void)box;
    if (lua_gettop(L) == AM_AT_FIRST)
        return am_go(AM_SUBMIT);
    lua_remove(L, AM_AT_FIRST);
    return am_go(AM_LEAVE);
}

/* [-0, +n] what the arguments made. */
static void read_written(lua_State *L, const am_call_box *box, am_lua_given *given)
{
    am_request *request = &given->request;
    request->method = am_plan_text(box->plan->method);
    request->anonymous = box->plan->flags & AM_PLAN_ANONYMOUS;
    request->brief = !(box->plan->flags & AM_PLAN_LONG);
    request->events = box->held & 1u << AM_HELD_OBSERVER;
    request->target = am_buf_string(&box->written.target);
    request->protection = box->settled.protection;
    request->idempotency_key = box->settled.key[0] ? box->settled.key : NULL;
    request->if_match = box->settled.if_match[0] ? box->settled.if_match : NULL;
    if (box->written.file_count == 0) {
        request->body = box->written.body.size ? box->written.body.data : NULL;
        request->body_size = box->written.body.size;
        return;
    }
    size_t most = 2 * box->written.file_count + 1;
    am_piece *pieces = lua_newuserdatauv(L, most * sizeof *pieces, 0);
    request->piece_count = am_written_pieces(&box->written, pieces);
    request->pieces = pieces;
}

/* [-0, +n] what the request says. */
static void read_request(lua_State *L, am_lua_given *given)
{
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    am_held_field(L, AM_HELD_PLAN, "method");
    given->request.method = lua_tostring(L, -1);
    am_held_value(L, AM_HELD_REQUEST);
    int from = lua_gettop(L);
    lua_getfield(L, from, "target");
    am_lua_read_target(L, from + 1, &given->request);
    lua_getfield(L, from, "protection");
    given->request.protection = am_lua_check_protection(L, from + 2);
    lua_getfield(L, from, "key");
    if (!lua_isnil(L, -1))
        given->request.idempotency_key = lua_tostring(L, -1);
    lua_getfield(L, from, "etag");
    if (!lua_isnil(L, -1))
        given->request.if_match = lua_tostring(L, -1);
    lua_getfield(L, from, "doubt");
    given->request.doubtful = lua_toboolean(L, -1);
    lua_getfield(L, from, "body");
    am_lua_read_body(L, lua_gettop(L), given);
}

/* [-0, +0] after a submission, keeps alive what the call needs. */
static void keep(lua_State *L, const am_call_box *box, const am_lua_given *given)
{
    if (given->kept) {
        lua_pushvalue(L, given->kept);
        am_hold(L, AM_HELD_STRINGS);
        am_held_value(L, AM_HELD_REQUEST);
        lua_getfield(L, -1, "body");
        am_lua_note_files(L, lua_gettop(L), box->call);
    }
    if (given->request.save) {
        am_held_value(L, AM_HELD_SETTINGS);
        am_hold(L, AM_HELD_FILE);
    }
}

static void lower_deadline(const am_call_box *box, const am_client *client, am_lua_given *given)
{
    if (box->bound_ms == 0 || !client)
        return;
    if (!given->request.limits)
        given->limits = *am_client_limits(client);
    given->request.limits = &given->limits;
    if (given->limits.deadline_ms > box->bound_ms)
        given->limits.deadline_ms = box->bound_ms;
}

/* The outbox waits for conflicts by itself. */
static void add_recorded(const am_call_box *box, const am_client *client, am_lua_given *given)
{
    if (!box->recorded.is || !client)
        return;
    if (!given->request.limits)
        given->limits = *am_client_limits(client);
    given->request.limits = &given->limits;
    given->limits.conflict_wait_ms = 0;
    given->limits.deadline_ms = box->recorded.deadline_ms;
    given->request.not_after_ms = box->recorded.not_after_ms;
    given->request.blind_ms = box->recorded.blind_ms;
}

/* nil: there may be a place in the queue by now | code, message */
am_step am_placed(lua_State *L, am_call_box *box)
{
    (void)box;
    if (!lua_isnil(L, AM_AT_FIRST))
        return leave_unsent(L);
    lua_settop(L, AM_AT_TOP);
    return am_go(AM_ENTER);
}

/* The key is at AM_AT_FIRST, or nil. */
am_step am_submit(lua_State *L, am_call_box *box)
{
    char error[AM_ERROR_SIZE] = "the client is closed";
    am_code code = AM_CLOSED;
    am_lua_given given = {0};
    am_held_value(L, AM_HELD_CLIENT);
    const am_client_box *owner = am_lua_known_client(L, -1);
    if (box->plan)
        read_written(L, box, &given);
    else
        read_request(L, &given);
    if (box->held & 1u << AM_HELD_SETTINGS && owner->client) {
        am_held_value(L, AM_HELD_SETTINGS);
        am_lua_read_settings(L, lua_gettop(L), owner->client, &given);
    }
    if (lua_isstring(L, AM_AT_FIRST))
        given.request.api_key = lua_tostring(L, AM_AT_FIRST);
    add_recorded(box, owner->client, &given);
    lower_deadline(box, owner->client, &given);
    if (!am_lua_submit(L, AM_AT_CALL, owner, &given, &code, error)) {
        if (code == AM_INVALID)
            luaL_error(L, "%s", error);
        lua_settop(L, AM_AT_TOP);
        if (code == AM_QUEUE_FULL && owner->engine->tasking && box->until != AM_UNTIL_SUBMITTED) {
            am_lua_push_handed(L, AM_HANDED_QUEUE);
            am_held_value(L, AM_HELD_CLIENT);
            lua_pushstring(L, error);
            return am_call_lua(2, 2, AM_PLACED);
        }
        lua_pushstring(L, am_code_word(code));
        lua_pushstring(L, error);
        return leave_unsent(L);
    }
    keep(L, box, &given);
    lua_settop(L, AM_AT_TOP);
    if (box->until != AM_UNTIL_SUBMITTED)
        return am_go(AM_WAIT);
    lua_pushvalue(L, AM_AT_CALL);
    return am_return(1);
}
