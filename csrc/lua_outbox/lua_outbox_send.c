/* SPDX-License-Identifier: MIT */
/* agentmail.outbox_core: the usual send in one function: written, recorded, sent, settled. What is
 * unusual leaves it, for deliver.lua to go on with. */
#define _GNU_SOURCE
#include <lauxlib.h>
#include <time.h>

#include "lua_outbox/lua_outbox.h"

/* The frame: the arguments of outbox:send, then what it makes of them. */
enum {
    AT_OUTBOX = 1,
    AT_PLAN,
    AT_SCOPE,
    AT_ARGUMENTS,
    AT_OPTIONS,
    AT_OWNER,
    AT_RECEIVER,
    AT_LABEL,
    AT_CALL,
    AT_INBOX_ID,
    AT_OPERATION,
    AT_METHOD,
    AT_TIME,
    AT_LEFT, /* the function that goes on */
    AT_JOB,
    AT_TOP = AT_JOB,
    /* of plan:prepare */
    AT_HANDLE,
    AT_TARGET,
    AT_BODY,
    AT_KEY,
    AT_ANSWER_SCOPE,
    AT_OBSERVER,
    AT_LAST = AT_OBSERVER,
    /* of the performed call */
    AT_VALUE,
    AT_RECEIPT,
    AT_FAILURE
};

static const lua_Number LEAST_S = 0.01; /* as in requests.lua */

static lua_Number now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (lua_Number)now.tv_sec + (lua_Number)now.tv_nsec / 1e9;
}

/* [-0, +0] call.spent, for who goes on. */
static void note_time(lua_State *L, const am_job_ud *it)
{
    lua_pushnumber(L, now_s() - it->began_s);
    lua_setfield(L, AT_CALL, "spent");
}

/* ---- leaving --------------------------------------------------------------------------------- */

static int has_left(lua_State *L, int status, lua_KContext base)
{
    (void)status;
    return lua_gettop(L) - (int)base;
}

/* [-n, +?] calls what goes on with the values at the top. The job is its own until it returns. */
static int leave(lua_State *L, int count)
{
    int base = lua_gettop(L) - count;
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    lua_pushvalue(L, AT_LEFT);
    lua_pushvalue(L, AT_CALL);
    lua_rotate(L, base + 1, 2);
    lua_callk(L, count + 1, LUA_MULTRET, base, has_left);
    return has_left(L, LUA_OK, base);
}

/* ---- the end of a send ----------------------------------------------------------------------- */

/* The answer cannot be recorded yet. */
static int leave_answered(lua_State *L)
{
    lua_pushnil(L);
    lua_pushvalue(L, AT_JOB);
    lua_pushliteral(L, "answered");
    lua_pushvalue(L, AT_VALUE);
    lua_pushvalue(L, AT_RECEIPT);
    lua_pushvalue(L, AT_SCOPE);
    return leave(L, 6);
}

/* value, receipt | nil, message, failure */
static int performed(lua_State *L, int status, lua_KContext context)
{
    am_job_ud *it = lua_touserdata(L, AT_JOB);
    (void)status, (void)context;
    if (!lua_isnil(L, AT_FAILURE)) {
        note_time(L, it);
        lua_pushnil(L);
        lua_pushvalue(L, AT_JOB);
        lua_pushliteral(L, "failed");
        lua_pushvalue(L, AT_FAILURE);
        return leave(L, 4);
    }
    lua_pushvalue(L, AT_VALUE);
    lua_setiuservalue(L, AT_JOB, AM_JOB_ANSWER);
    am_lua_check_outbox(L, AT_OUTBOX); /* asks its clock, which may raise */
    lua_getfield(L, AT_RECEIPT, "status");
    bool is_recorded = am_lua_settle_sent(L, it, AT_VALUE, (int)lua_tointeger(L, -1));
    lua_settop(L, AT_RECEIPT);
    if (!is_recorded && am_lua_job_is_busy(it))
        return leave_answered(L);
    lua_pushliteral(L, "sent");
    lua_setfield(L, AT_RECEIPT, "state");
    lua_pushboolean(L, is_recorded);
    lua_setfield(L, AT_RECEIPT, "recorded");
    return 2;
}

/* ---- the way there --------------------------------------------------------------------------- */

/* [-0, +1] the request of what was prepared, which is given up. */
static void push_request(lua_State *L)
{
    lua_getfield(L, AT_HANDLE, "request");
    lua_pushvalue(L, AT_HANDLE);
    lua_call(L, 1, 1);
    lua_getfield(L, AT_HANDLE, "leave");
    lua_pushvalue(L, AT_HANDLE);
    lua_call(L, 1, 0);
}

/* [-0, +n] what outbox:put reads of a table, from the frame. */
static void read_intent(lua_State *L, am_outbox_intent *intent, am_piece *piece)
{
    *piece = (am_piece){0};
    piece->data = lua_tolstring(L, AT_BODY, &piece->size); /* NULL: none */
    *intent = (am_outbox_intent){.inbox_id = am_lua_outbox_text(L, AT_INBOX_ID, "inbox_id"),
                                 .key = am_lua_outbox_text(L, AT_KEY, "key"),
                                 .operation = luaL_checkstring(L, AT_OPERATION),
                                 .method = luaL_checkstring(L, AT_METHOD),
                                 .target = luaL_checkstring(L, AT_TARGET),
                                 .pieces = piece,
                                 .piece_count = piece->data != NULL};
    am_lua_read_terms(L, AT_CALL, intent);
}

/* The job is claimed: performs what was prepared. */
static int perform(lua_State *L, am_job_ud *it, const am_request *request, lua_Number left_s)
{
    it->asked = true;
    lua_settop(L, AT_LAST);
    lua_getfield(L, AT_HANDLE, "perform");
    lua_pushvalue(L, AT_HANDLE);
    lua_pushvalue(L, AT_CALL);
    lua_pushinteger(L, (lua_Integer)request->not_after_ms);
    lua_pushinteger(L, (lua_Integer)request->blind_ms);
    lua_pushnumber(L, left_s);
    lua_callk(L, 5, 3, 0, performed);
    return performed(L, LUA_OK, 0);
}

/* Records what was prepared, and goes on if nothing but a send is to be done. */
static int record(lua_State *L, am_job_ud *it)
{
    am_piece piece;
    am_outbox_intent intent;
    am_outbox_task task;
    am_put put = AM_PUT_NEW;
    lua_Number time_s = luaL_checknumber(L, AT_TIME);
    read_intent(L, &intent, &piece);
    am_outbox_ud *owner = am_lua_check_outbox(L, AT_OUTBOX);
    it->job = am_outbox_put(owner->box, &intent, am_lua_outbox_ms(time_s), &put);
    if (!am_lua_job_is_open(it)) {
        push_request(L);
        return leave(L, 1 + am_lua_outbox_failed(L, owner->box));
    }
    lua_Number left_s = time_s - (now_s() - it->began_s);
    left_s = left_s > LEAST_S ? left_s : LEAST_S;
    bool is_usual = am_outbox_sends_first(it->job);
    if (is_usual && am_outbox_claim(it->job, am_lua_outbox_ms(left_s), &task))
        return perform(L, it, &task.request, left_s);
    push_request(L);
    note_time(L, it);
    lua_pushvalue(L, AT_JOB);
    if (is_usual)
        return leave(L, 2 + am_lua_outbox_failed(L, owner->box));
    lua_pushstring(L, am_lua_put_word(put));
    return leave(L, 3);
}

/* call, target, body, key, scope, observer | nil, mistake */
static int prepared(lua_State *L, int status, lua_KContext context)
{
    (void)status, (void)context;
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    if (lua_isnil(L, AT_HANDLE)) {
        lua_pushnil(L);
        lua_pushnil(L);
        lua_pushvalue(L, AT_TARGET);
        return 3;
    }
    if (!lua_isboolean(L, AT_BODY) && lua_isnil(L, AT_OBSERVER))
        return record(L, lua_touserdata(L, AT_JOB));
    push_request(L); /* files are sent as they are stored, and an observer hears of each step */
    return leave(L, 1);
}

/* outbox:send(plan's encoder, scope, arguments, options, owner, receiver, label, call, inbox_id,
 * operation, method, seconds, left)
 * -> value, receipt: sent and settled | nil, nil, mistake: of the caller
 * | what left returns of call, and one of
 *   request: it is not recorded yet
 *   request, nil, message, code: it cannot be recorded
 *   request, job, what outbox:put returns: go on
 *   request, job, nil, message, code: it cannot be claimed
 *   nil, job, "failed", failure: performed, not settled; the request is call.request
 *   nil, job, "answered", value, receipt, scope: performed, and to be settled
 * `call` may have draft_id, first and caused_at, as for outbox:put. */
static int outbox_send(lua_State *L)
{
    luaL_checktype(L, AT_CALL, LUA_TTABLE);
    lua_settop(L, AT_LEFT);
    luaL_checkstack(L, 2 * LUA_MINSTACK, NULL);
    am_job_ud *it = am_lua_push_job(L, luaL_checkudata(L, AT_OUTBOX, AM_LUA_OUTBOX));
    it->sending = true;
    it->asked = false;
    it->began_s = now_s();
    lua_toclose(L, AT_JOB);
    lua_getfield(L, AT_PLAN, "prepare");
    for (int i = AT_PLAN; i <= AT_LABEL; i++)
        lua_pushvalue(L, i);
    lua_callk(L, AT_LABEL - AT_PLAN + 1, AT_LAST - AT_JOB, 0, prepared);
    return prepared(L, LUA_OK, 0);
}

void am_lua_add_send(lua_State *L)
{
    static const luaL_Reg of_outbox[] = {{"send", outbox_send}, {NULL, NULL}};
    luaL_setfuncs(L, of_outbox, 0);
}
