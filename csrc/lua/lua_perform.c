/* SPDX-License-Identifier: MIT */
/* agentmail.core: performs calls step by step, and waits for their news. */
#define _GNU_SOURCE
#include <lauxlib.h>
#include <string.h>

#include "lua/lua_await.h"
#include "lua/lua_client.h"
#include "lua/lua_handed.h"
#include "lua/lua_parts.h"
#include "lua/lua_plan.h"
#include "lua/lua_request.h"
#include "lua/lua_step.h"
#include "lua/lua_tasks.h"
#include "lua/lua_wait.h"

static int resume(lua_State *L, int status, lua_KContext next);

/* ---- news ------------------------------------------------------------------------------------ */

/* A wait that the tasks, or a host's loop, do not take over blocks. */
static am_step wait(lua_State *L, am_call_box *box)
{
    lua_settop(L, AM_AT_TOP); /* of what a wait has returned, too */
    am_open(L, box);
    if (am_lua_is_news(box))
        return am_go(AM_TELL_EVENTS);
    if (!am_is_tasking(box) || !lua_isyieldable(L))
        return am_go(AM_BLOCK);
    if (am_lua_push_waiter(L) == LUA_TNIL)
        return am_go(AM_BLOCK);
    am_open(L, box);
    am_lua_await(L, AM_AT_FIRST, AM_AT_CALL);
    return am_go(AM_AWAIT);
}

/* Others may make the coroutine go on before it is woken. */
static am_step await(lua_State *L, am_call_box *box)
{
    (void)box;
    lua_settop(L, AM_AT_FIRST);
    if (!am_lua_has(L, AM_AT_FIRST, AM_WORD_WAITING))
        return am_go(AM_WAIT);
    if (lua_getfield(L, AM_AT_FIRST, "pause") != LUA_TNIL)
        return am_call_lua(0, 0, AM_AWAIT);
    lua_pop(L, 1);
    return (am_step){AM_YIELD, AM_AWAIT, am_lua_push_wait(L, AM_AT_FIRST), 0};
}

static am_step block(lua_State *L, am_call_box *box)
{
    lua_settop(L, AM_AT_TOP);
    am_open(L, box);
    am_engine_box *engine = box->engine;
    am_lua_check_step(L, engine);
    am_turn turn = am_turn_begin(&engine->waited_ms);
    while (!am_lua_is_news(box)) {
        if (!am_lua_wait(L, engine, &turn, AM_WAIT, resume)) { /* let Lua's hooks run */
            am_lua_push_handed(L, AM_HANDED_PAUSE);
            return am_call_lua(0, 0, AM_WAIT);
        }
        am_open(L, box);
    }
    return am_go(AM_TELL_EVENTS);
}

static am_step tell_events(lua_State *L, am_call_box *box)
{
    am_event event;
    lua_settop(L, AM_AT_TOP);
    am_call *call = am_open(L, box);
    am_call_take(call);
    if (!am_call_next_event(call, &event))
        return am_go(AM_TELL_PROGRESS);
    am_lua_push_handed(L, AM_HANDED_TELL);
    lua_pushliteral(L, "on_attempt");
    am_held_value(L, AM_HELD_OBSERVER);
    am_lua_push_event(L, &event);
    am_held_value(L, AM_HELD_PLAN);
    lua_getfield(L, -1, "name");
    lua_setfield(L, -3, "operation");
    lua_pop(L, 1);
    return am_call_lua(3, 0, AM_TELL_EVENTS);
}

/* Reports how many bytes of the request's body were sent, or, without a body, how many bytes of the
 * answer were received. */
static am_step tell_progress(lua_State *L, am_call_box *box)
{
    if (!box->progress)
        return am_go(AM_SEE_STATE);
    am_progress progress = am_call_progress(am_open(L, box));
    box->bytes_seen = progress.sent + progress.received;
    bool up = progress.to_send > 0;
    int64_t done = up ? progress.sent : progress.received;
    int64_t total = up ? progress.to_send : progress.to_receive;
    if (done == box->told)
        return am_go(AM_SEE_STATE);
    box->told = done;
    am_lua_push_handed(L, AM_HANDED_TELL);
    lua_pushliteral(L, "on_progress");
    am_held_value(L, AM_HELD_ON_PROGRESS);
    lua_pushinteger(L, done);
    if (total >= 0)
        lua_pushinteger(L, total);
    else if (am_held_value(L, AM_HELD_REQUEST) == LUA_TTABLE) { /* of a download, its link tells */
        lua_getfield(L, -1, "size");
        lua_remove(L, -2);
    }
    return am_call_lua(4, 0, AM_SEE_STATE);
}

static am_step see_state(lua_State *L, am_call_box *box)
{
    am_state state = am_call_state(am_open(L, box));
    if (state == AM_STATE_JUDGING)
        return am_go(AM_JUDGE);
    if (box->until == AM_UNTIL_ATTENDED) {
        lua_pushboolean(L, state == AM_STATE_DONE);
        return am_return(1);
    }
    return am_go(state == AM_STATE_DONE ? AM_CONCLUDE : AM_WAIT);
}

/* ---- the loop -------------------------------------------------------------------------------- */

static am_take *const steps[AM_PHASES] = {
    [AM_CHECK_OPTIONS] = am_check_options,
    [AM_OPTIONS_CHECKED] = am_options_checked,
    [AM_WRITE] = am_write_request,
    [AM_AMENDED] = am_amended,
    [AM_SCOPED] = am_scoped,
    [AM_ASKED] = am_asked,
    [AM_CHECKED] = am_checked,
    [AM_ENTER] = am_enter,
    [AM_ENTERED] = am_entered,
    [AM_OPENED] = am_opened,
    [AM_FIND_KEY] = am_find_key,
    [AM_REHEARSE] = am_rehearse,
    [AM_REHEARSED] = am_rehearsed,
    [AM_SUBMIT] = am_submit,
    [AM_PLACED] = am_placed,
    [AM_WAIT] = wait,
    [AM_AWAIT] = await,
    [AM_BLOCK] = block,
    [AM_TELL_EVENTS] = tell_events,
    [AM_TELL_PROGRESS] = tell_progress,
    [AM_SEE_STATE] = see_state,
    [AM_JUDGE] = am_judge,
    [AM_DECODED] = am_decoded,
    [AM_COMPLETE] = am_complete,
    [AM_JUDGED] = am_judged,
    [AM_CONCLUDE] = am_conclude,
    [AM_RECEIVED] = am_received,
    [AM_LEAVE] = am_leave,
};

/* [-1, +1] what a function that raised would have returned. */
static void forget_error(lua_State *L, int status)
{
    if (status == LUA_OK || status == LUA_YIELD)
        return;
    lua_pop(L, 1);
    lua_pushnil(L);
}

static int perform(lua_State *L, am_phase at)
{
    am_call_box *box = lua_touserdata(L, AM_AT_CALL);
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    for (;;) {
        am_step step = steps[at](L, box);
        if (step.kind == AM_RETURN)
            return step.results;
        at = step.next;
        if (step.kind == AM_CALL)
            lua_callk(L, step.arguments, step.results, at, resume);
        else if (step.kind == AM_YIELD)
            return lua_yieldk(L, step.arguments, at, resume);
        else if (step.kind == AM_TRY)
            forget_error(L, lua_pcallk(L, step.arguments, step.results, 0, at, resume));
    }
}

static int resume(lua_State *L, int status, lua_KContext next)
{
    forget_error(L, status);
    return perform(L, (am_phase)next);
}

/* ---- functions ------------------------------------------------------------------------------- */

/* [-0, +2] a call of the client of the scope at an index, and that client. One without a core
 * answers its calls itself, as a dry run does. */
static am_call_box *push_frame(lua_State *L, int scope)
{
    lua_pushliteral(L, "client");
    lua_rawget(L, scope);
    luaL_checktype(L, -1, LUA_TTABLE);
    int client = lua_gettop(L);
    const am_client_box *core =
        lua_getfield(L, client, "core") == LUA_TUSERDATA ? lua_touserdata(L, -1) : NULL;
    am_traits traits = core ? core->traits : am_lua_traits(L, client);
    am_call_box *box = am_lua_push_empty(L, -1); /* client, core, call */
    lua_replace(L, -2);
    lua_insert(L, -2); /* call, client */
    box->traits = traits;
    box->recorded.is = false;
    box->told = -1;
    return box;
}

/* The arguments of plan:perform, and a call for them. */
static int start(lua_State *L, am_until until, const char *label)
{
    const am_plan_box *plan = am_lua_check_plan(L, AM_AT_PLAN);
    luaL_checktype(L, AM_AT_SCOPE, LUA_TTABLE);
    lua_settop(L, AM_AT_RECEIVER);
    am_call_box *box = push_frame(L, AM_AT_SCOPE);
    box->until = until;
    memcpy(box->label, label, strlen(label) + 1); /* which fits */
    box->plan = plan->plan;
    box->confirms = plan->confirms;
    box->receives = plan->receives;
    return perform(L, AM_CHECK_OPTIONS);
}

/* plan:perform(scope, arguments, options, owner, receiver)
 * -> value, receipt | nil, message, failure */
static int plan_perform(lua_State *L)
{
    return start(L, AM_UNTIL_END, "");
}

/* plan:begin(the same) -> call | nothing but the results, if nothing is sent */
static int plan_begin(lua_State *L)
{
    return start(L, AM_UNTIL_SUBMITTED, "");
}

/* plan:request(the same) -> agentmail.Request | nil, mistake */
static int plan_request(lua_State *L)
{
    return start(L, AM_UNTIL_WRITTEN, "");
}

/* plan:prepare(the same, label that it gets if it is given none) -> call, target, body | nil |
 * false (it has files), key, scope, observer | nil, mistake. It raises where no call may begin.
 * Nothing is sent until call:perform; call:leave() instead gives it up. */
static int plan_prepare(lua_State *L)
{
    char label[sizeof((am_call_box *)NULL)->label];
    const char *given = luaL_optstring(L, AM_AT_RECEIVER + 1, "");
    luaL_argcheck(L, strlen(given) < sizeof label, AM_AT_RECEIVER + 1, "too long");
    memcpy(label, given, strlen(given) + 1);
    return start(L, AM_UNTIL_PREPARED, label);
}

/* A call that is prepared, at index 1. */
static am_call_box *check_prepared(lua_State *L)
{
    am_call_box *box = am_lua_to_call(L, 1);
    bool is_prepared =
        box->until == AM_UNTIL_PREPARED && !box->open && box->held & 1u << AM_HELD_PLAN;
    luaL_argcheck(L, is_prepared, 1, "the call is not prepared");
    return box;
}

/* call:request() -> agentmail.Request, of a call that is prepared */
static int call_request(lua_State *L)
{
    check_prepared(L);
    lua_settop(L, 1);
    am_lua_push_request(L, 1);
    return 1;
}

/* Performs the call that is the first argument, in the frame of the steps. */
static int perform_first(lua_State *L, am_phase at)
{
    lua_settop(L, AM_AT_CALL);
    lua_pushvalue(L, 1);
    lua_replace(L, AM_AT_CALL);
    am_held_field(L, AM_HELD_SCOPE, "client");
    return perform(L, at);
}

/* call:perform(recording, not_after_ms, blind_ms, seconds) -> as plan:perform: what is prepared, as
 * an outbox has recorded it. It gives the call back to its client: no variable may be used that
 * holds it. */
static int call_perform(lua_State *L)
{
    am_call_box *box = check_prepared(L);
    box->recorded = (am_recorded){.is = true,
                                  .not_after_ms = luaL_checkinteger(L, 3),
                                  .blind_ms = luaL_checkinteger(L, 4),
                                  .deadline_ms = (int64_t)(luaL_checknumber(L, 5) * 1000)};
    box->until = AM_UNTIL_END;
    lua_settop(L, 2);
    am_lua_hold(L, 1, AM_HELD_RECORDING);
    return perform_first(L, AM_ENTER);
}

/* core.perform(agentmail.Request) -> as plan:perform */
static int core_perform(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, AM_AT_RECEIVER);
    for (int i = 2; i <= AM_AT_RECEIVER; i++) {
        lua_pushnil(L);
        lua_replace(L, i);
    }
    lua_getfield(L, 1, "scope");
    luaL_checktype(L, -1, LUA_TTABLE);
    am_call_box *box = push_frame(L, AM_AT_CALL); /* request, ..., scope, call, client */
    lua_remove(L, AM_AT_CALL);
    box->until = AM_UNTIL_END;
    box->plan = NULL;
    am_lua_ask(L, AM_AT_CALL, 1);
    box->confirms = am_held_field(L, AM_HELD_PLAN, "confirm") == LUA_TFUNCTION;
    box->receives = am_held_field(L, AM_HELD_PLAN, "receive") == LUA_TFUNCTION;
    lua_settop(L, AM_AT_TOP);
    return perform(L, AM_ASKED);
}

/* Goes on with a call of a plan. */
static int go_on(lua_State *L, am_until until)
{
    am_lua_check_call(L);
    am_call_box *box = lua_touserdata(L, 1);
    luaL_argcheck(L, box->open, 1, "the call is not one of a plan");
    box->until = until;
    return perform_first(L, AM_TELL_EVENTS);
}

/* call:attend() -> whether it is done: handles its news, without waiting for others */
static int call_attend(lua_State *L)
{
    return go_on(L, AM_UNTIL_ATTENDED);
}

/* call:finish() -> as plan:perform: performs it to its end, and closes it */
static int call_finish(lua_State *L)
{
    return go_on(L, AM_UNTIL_FINISHED);
}

void am_lua_add_perform(lua_State *L)
{
    static const luaL_Reg methods[] = {{"attend", call_attend},
                                       {"finish", call_finish},
                                       {"request", call_request},
                                       {"perform", call_perform},
                                       {NULL, NULL}};
    static const luaL_Reg of_plans[] = {{"perform", plan_perform},
                                        {"begin", plan_begin},
                                        {"request", plan_request},
                                        {"prepare", plan_prepare},
                                        {NULL, NULL}};
    static const luaL_Reg functions[] = {{"perform", core_perform}, {NULL, NULL}};
    am_lua_add_task_functions(L, functions);
    luaL_getmetatable(L, AM_LUA_CALL);
    lua_getfield(L, -1, "__index"); /* metatable, methods */
    am_lua_add_task_functions(L, methods);
    lua_pop(L, 2);
    luaL_getmetatable(L, AM_LUA_PLAN);
    lua_getfield(L, -1, "__index");
    am_lua_add_task_functions(L, of_plans);
    lua_pop(L, 2);
}
