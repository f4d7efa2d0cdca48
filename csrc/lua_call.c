/* SPDX-License-Identifier: MIT */
/* agentmail.core: a call. */
#include "lua_core.h"

#include <string.h>

static const char CALL[] = "agentmail.call";

typedef struct call_box {
    am_call *call; /* NULL: closed */
} call_box;

static am_call *check_call(lua_State *L)
{
    call_box *box = luaL_checkudata(L, 1, CALL);
    if (!box->call)
        luaL_argerror(L, 1, "the call is closed");
    if (am_engine_is_foreign(am_call_engine(box->call)))
        luaL_argerror(L, 1, "the call belongs to the process that forked this one");
    return box->call;
}

/* ---- submit ---------------------------------------------------------------------------------- */

static am_protection check_protection(lua_State *L, int index)
{
    const char *word = luaL_checkstring(L, index);
    for (int i = 0; i < AM_PROTECTIONS; i++)
        if (strcmp(word, am_protection_word((am_protection)i)) == 0)
            return (am_protection)i;
    luaL_argerror(L, index, "no such protection");
    return AM_UNPROTECTED;
}

/* [-0, +n] reads the options table at `index`. */
static void read_options(lua_State *L, int index, am_request *request, am_limits *limits)
{
    luaL_checktype(L, index, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
        if (strcmp(name, "anonymous") == 0)
            request->anonymous = lua_toboolean(L, -1);
        else if (strcmp(name, "events") == 0)
            request->events = lua_toboolean(L, -1);
        else if (strcmp(name, "resend_unavailable") == 0)
            request->resend_unavailable = lua_toboolean(L, -1);
        else if (strcmp(name, "label") == 0)
            request->operation = luaL_checkstring(L, -1);
        else if (strcmp(name, "content_type") == 0)
            request->content_type = luaL_checkstring(L, -1);
        else if (am_lua_limit(L, name, limits))
            request->limits = limits;
        else if (strcmp(name, "headers") != 0)
            luaL_error(L, "unknown option %s", name);
    }
    lua_getfield(L, index, "headers");
    request->headers = am_lua_headers(L, lua_gettop(L), "option headers", &request->header_count);
}

static const char *check_text(lua_State *L, int index)
{
    size_t size;
    const char *text = luaL_checklstring(L, index, &size);
    luaL_argcheck(L, strlen(text) == size, index, "holds a NUL character");
    return text;
}

/* [-0, +1] an empty call of the client at index 1: the one that the client keeps, or a new one. A
 * userdata with a finalizer is dear, and most calls are made one after the other. */
static call_box *push_box(lua_State *L)
{
    if (lua_getiuservalue(L, 1, 2) == LUA_TUSERDATA) { /* kept */
        lua_pushnil(L);
        lua_setiuservalue(L, 1, 2);
        return lua_touserdata(L, -1);
    }
    lua_pop(L, 1);
    call_box *box = lua_newuserdatauv(L, sizeof *box, 1); /* call */
    box->call = NULL;                                     /* closed, until it is open */
    luaL_setmetatable(L, CALL);
    lua_pushvalue(L, 1); /* the client lives as long as its calls */
    lua_setiuservalue(L, -2, 1);
    return box;
}

/* client:submit(method, target, protection, body, key, options) -> call | nil, message, code */
int am_lua_submit(lua_State *L)
{
    char error[AM_ERROR_SIZE];
    am_code code = AM_CLOSED;
    am_limits limits;
    am_request request = {0};
    am_client *client = am_lua_client(L, 1)->client;
    lua_settop(L, 7);
    request.method = check_text(L, 2);
    request.target = check_text(L, 3);
    request.protection = check_protection(L, 4);
    request.body = luaL_optlstring(L, 5, NULL, &request.body_size);
    request.idempotency_key = lua_isnil(L, 6) ? NULL : check_text(L, 6);
    if (client && !lua_isnil(L, 7)) {
        limits = *am_client_limits(client);
        read_options(L, 7, &request, &limits);
    }
    call_box *box = push_box(L); /* ..., call */
    if (client && (box->call = am_call_submit(client, &request, &code, error)) != NULL)
        return 1;
    if (code == AM_INVALID)
        return luaL_error(L, "%s", error);
    lua_pushnil(L);
    lua_pushstring(L, client ? error : "the client is closed");
    lua_pushstring(L, am_code_word(code));
    return 3;
}

/* ---- what drives a call ---------------------------------------------------------------------- */

static int push_state(lua_State *L, const am_call *call)
{
    lua_pushstring(L, am_state_word(am_call_state(call)));
    return 1;
}

/* [-0, +2] */
static int push_answer(lua_State *L, const am_call *call)
{
    size_t size;
    const char *body = am_call_body(call, &size);
    int status = am_call_status(call);
    if (status)
        lua_pushinteger(L, status);
    else
        lua_pushnil(L);
    lua_pushlstring(L, body, size);
    return 2;
}

/* call:wait() -> "judging", status, body | "done" | "waiting" | another state: blocks until the
 * call wants its owner or has events to tell. "waiting" means that a signal came: Lua runs its
 * hooks, and the caller waits again. */
static int call_wait(lua_State *L)
{
    am_call *call = check_call(L);
    engine_box *box = am_lua_engine(L);
    am_lua_check_step(L, box);
    for (;;) {
        am_state state = am_call_state(call);
        if (state == AM_STATE_JUDGING)
            return push_state(L, call) + push_answer(L, call);
        if (state == AM_STATE_DONE || am_call_has_event(call))
            return push_state(L, call);
        if (!am_engine_wait(box->engine, -1)) {
            lua_pushliteral(L, "waiting");
            return 1;
        }
    }
}

static int call_state(lua_State *L)
{
    return push_state(L, check_call(L));
}

/* call:answer() -> status | nil, body */
static int call_answer(lua_State *L)
{
    return push_answer(L, check_call(L));
}

/* call:header(name, ...) -> the value of the first of these that the answer has, or nil */
static int call_header(lua_State *L)
{
    const am_call *call = check_call(L);
    int last = lua_gettop(L);
    for (int i = 2; i <= last; i++) {
        size_t size;
        const char *value = am_call_header(call, luaL_checkstring(L, i), &size);
        if (value) {
            lua_pushlstring(L, value, size);
            return 1;
        }
    }
    lua_pushnil(L);
    return 1;
}

/* call:judge("whole" | "broken", code, name) -> state */
static int call_judge(lua_State *L)
{
    static const char *const verdicts[] = {[AM_WHOLE] = "whole", [AM_BROKEN] = "broken", NULL};
    am_call *call = check_call(L);
    am_verdict verdict = (am_verdict)luaL_checkoption(L, 2, NULL, verdicts);
    am_call_judge(call, verdict, luaL_optstring(L, 3, NULL), luaL_optstring(L, 4, NULL));
    return push_state(L, call);
}

static void set_integer(lua_State *L, const char *field, lua_Integer value)
{
    lua_pushinteger(L, value);
    lua_setfield(L, -2, field);
}

static void set_seconds(lua_State *L, const char *field, int64_t ms)
{
    lua_pushnumber(L, (lua_Number)ms / 1000);
    lua_setfield(L, -2, field);
}

static void set_string(lua_State *L, const char *field, const char *value)
{
    lua_pushstring(L, value);
    lua_setfield(L, -2, field);
}

/* call:result() -> outcome, code | nil, attempts, elapsed, status | nil */
static int call_result(lua_State *L)
{
    am_result result = am_call_result(check_call(L));
    lua_pushstring(L, am_outcome_word(result.outcome));
    if (result.code == AM_OK)
        lua_pushnil(L);
    else
        lua_pushstring(L, am_code_word(result.code));
    lua_pushinteger(L, result.attempts);
    lua_pushnumber(L, (lua_Number)result.elapsed_ms / 1000);
    if (result.status)
        lua_pushinteger(L, result.status);
    else
        lua_pushnil(L);
    return 5;
}

/* call:advice() -> what matters only after a failure: { reason, retryable, tries[, not_before]
 * [, detail] } */
static int call_advice(lua_State *L)
{
    am_result result = am_call_result(check_call(L));
    lua_createtable(L, 0, 5);
    set_string(L, "reason", result.reason);
    lua_pushboolean(L, result.retryable);
    lua_setfield(L, -2, "retryable");
    set_integer(L, "tries", result.tries);
    if (result.not_before_ms >= 0)
        set_seconds(L, "not_before", result.not_before_ms);
    if (result.detail[0])
        set_string(L, "detail", result.detail);
    return 1;
}

static void push_event(lua_State *L, const am_event *event)
{
    lua_createtable(L, 0, 8);
    set_string(L, "event", am_event_word(event->kind));
    set_seconds(L, "at", event->at_ms);
    set_integer(L, "attempt", event->attempt);
    set_integer(L, "try", event->try_number);
    if (event->status)
        set_integer(L, "status", event->status);
    if (event->code != AM_OK)
        set_string(L, "code", am_code_word(event->code));
    if (event->kind == AM_EVENT_WAIT)
        set_seconds(L, "delay", event->delay_ms);
    if (event->kind == AM_EVENT_DONE)
        set_string(L, "outcome", am_outcome_word(event->outcome));
    if (event->reason)
        set_string(L, "reason", event->reason);
}

/* call:events() -> array | nil: what happened since the last time */
static int call_events(lua_State *L)
{
    am_call *call = check_call(L);
    if (!am_call_has_event(call)) {
        lua_pushnil(L);
        return 1;
    }
    lua_newtable(L);
    am_event event;
    for (lua_Integer i = 1; am_call_next_event(call, &event); i++) {
        push_event(L, &event);
        lua_rawseti(L, -2, i);
    }
    return 1;
}

static int call_cancel(lua_State *L)
{
    am_call *call = check_call(L);
    am_call_cancel(call);
    return push_state(L, call);
}

static int call_gc(lua_State *L)
{
    call_box *box = luaL_checkudata(L, 1, CALL);
    am_call_free(box->call);
    box->call = NULL;
    return 0;
}

/* Closing gives the userdata back to its client: whoever closed a call must not use it again. */
static int call_close(lua_State *L)
{
    const call_box *box = luaL_checkudata(L, 1, CALL);
    if (!box->call)
        return 0;
    call_gc(L);
    lua_getiuservalue(L, 1, 1); /* call, client */
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 2);
    return 0;
}

static int call_tostring(lua_State *L)
{
    const call_box *box = luaL_checkudata(L, 1, CALL);
    lua_pushfstring(L, "agentmail.call (%s)",
                    box->call ? am_state_word(am_call_state(box->call)) : "closed");
    return 1;
}

void am_lua_open_call(lua_State *L)
{
    static const luaL_Reg methods[] = {{"wait", call_wait},
                                       {"state", call_state},
                                       {"answer", call_answer},
                                       {"header", call_header},
                                       {"judge", call_judge},
                                       {"result", call_result},
                                       {"advice", call_advice},
                                       {"events", call_events},
                                       {"cancel", call_cancel},
                                       {"close", call_close},
                                       {NULL, NULL}};
    static const luaL_Reg meta[] = {
        {"__gc", call_close}, {"__close", call_close}, {"__tostring", call_tostring}, {NULL, NULL}};
    luaL_newmetatable(L, CALL);
    luaL_setfuncs(L, meta, 0);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, "agentmail.call");
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}
