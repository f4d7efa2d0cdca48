/* SPDX-License-Identifier: MIT */
/* agentmail.core: a call after its submission. */
#define _GNU_SOURCE
#include "lua/lua_call.h"

#include <lauxlib.h>

#include "lua/lua_parts.h"

am_call_box *am_lua_to_call(lua_State *L, int index)
{
    am_call_box *box = luaL_checkudata(L, index, AM_LUA_CALL);
    if (box->engine && box->engine->closed)
        box->call = NULL;
    return box;
}

am_call *am_lua_check_call_at(lua_State *L, int index)
{
    const am_call_box *box = am_lua_to_call(L, index);
    if (!box->call)
        luaL_argerror(L, index, "the call is closed");
    if (am_engine_is_foreign(am_call_engine(box->call)))
        luaL_argerror(L, index, "the call belongs to the process that forked this one");
    return box->call;
}

am_call *am_lua_check_call(lua_State *L)
{
    return am_lua_check_call_at(L, 1);
}

void am_lua_know_call(lua_State *L, int client)
{
    int call = lua_gettop(L);
    lua_getiuservalue(L, client, 1); /* engine */
    lua_getiuservalue(L, -1, 1);     /* engine, calls */
    lua_pushvalue(L, call);
    lua_rawsetp(L, -2, lua_touserdata(L, call));
    lua_settop(L, call);
}

const am_call_box *am_lua_push_call(lua_State *L, int engine, const am_call *call)
{
    lua_getiuservalue(L, engine, 1);
    lua_rawgetp(L, -1, am_call_user(call));
    lua_replace(L, -2);
    return lua_touserdata(L, -1);
}

static int push_state(lua_State *L, const am_call *call)
{
    lua_pushstring(L, am_state_word(am_call_state(call)));
    return 1;
}

int am_lua_push_answer(lua_State *L, const am_call *call)
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

/* [-1, +1] the string at the top in lower case. */
static void lower(lua_State *L)
{
    size_t size;
    luaL_Buffer buffer;
    const char *from = lua_tolstring(L, -1, &size);
    char *to = luaL_buffinitsize(L, &buffer, size);
    for (size_t i = 0; i < size; i++)
        to[i] = from[i] >= 'A' && from[i] <= 'Z' ? (char)(from[i] + 'a' - 'A') : from[i];
    luaL_pushresultsize(&buffer, size);
    lua_remove(L, -2);
}

/* call:headers() -> { name in lower case = value }; repeated ones are joined by ", ". Any
 * allocation by Lua may run a finalizer that closes the call, or its client, and then the answer is
 * gone. */
static int call_headers(lua_State *L)
{
    const char *name, *value;
    size_t cursor = 0, at = 0, name_size, value_size;
    lua_newtable(L);
    for (;
         am_call_next_header(am_lua_check_call(L), &cursor, &name, &name_size, &value, &value_size);
         at = cursor) {
        lua_pushlstring(L, name, name_size);
        lower(L); /* headers, name */
        if (!am_call_next_header(am_lua_check_call(L), &at, &name, &name_size, &value,
                                 &value_size)) {
            lua_pop(L, 1);
            break;
        }
        lua_pushvalue(L, -1);
        if (lua_rawget(L, -3) == LUA_TNIL) { /* headers, name, nil */
            lua_pop(L, 1);
            lua_pushlstring(L, value, value_size);
        } else { /* headers, name, value so far */
            lua_pushliteral(L, ", ");
            lua_pushlstring(L, value, value_size);
            lua_concat(L, 3);
        }
        lua_rawset(L, -3); /* headers */
    }
    return 1;
}

static int call_state(lua_State *L)
{
    return push_state(L, am_lua_check_call(L));
}

/* call:answer() -> status | nil, body */
static int call_answer(lua_State *L)
{
    return am_lua_push_answer(L, am_lua_check_call(L));
}

/* call:header(name, ...) -> the value of the first of these that the answer has, or nil */
static int call_header(lua_State *L)
{
    const am_call *call = am_lua_check_call(L);
    int last = lua_gettop(L);
    for (int i = 2; i <= last; i++) {
        size_t size;
        luaL_checktype(L, i, LUA_TSTRING); /* a number would be converted, see call_headers */
        const char *value = am_call_header(call, lua_tostring(L, i), &size);
        if (value) {
            lua_pushlstring(L, value, size);
            return 1;
        }
    }
    lua_pushnil(L);
    return 1;
}

/* call:delimited() -> true if the end of the body was marked, not just a close of the connection
 */
static int call_delimited(lua_State *L)
{
    lua_pushboolean(L, am_call_is_delimited(am_lua_check_call(L)));
    return 1;
}

/* call:received() -> bytes of the answer's body as received, before any decoding */
static int call_received(lua_State *L)
{
    lua_pushinteger(L, am_call_received(am_lua_check_call(L)));
    return 1;
}

/* call:judge("whole" | "broken", code, name) -> state */
static int call_judge(lua_State *L)
{
    static const char *const verdicts[] = {[AM_WHOLE] = "whole", [AM_BROKEN] = "broken", NULL};
    am_verdict verdict = (am_verdict)luaL_checkoption(L, 2, NULL, verdicts);
    const char *code = luaL_optstring(L, 3, NULL), *name = luaL_optstring(L, 4, NULL);
    am_call *call = am_lua_check_call(L);
    am_call_judge(call, verdict, code, name);
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
    am_result result = am_call_result(am_lua_check_call(L));
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

/* call:advice() -> details that matter only after a failure: { reason, retryable, tries[,
 * not_before] [, cause[, cause_status]][, detail] } */
static int call_advice(lua_State *L)
{
    am_result result = am_call_result(am_lua_check_call(L));
    lua_createtable(L, 0, 5);
    set_string(L, "reason", result.reason);
    lua_pushboolean(L, result.retryable);
    lua_setfield(L, -2, "retryable");
    set_integer(L, "tries", result.tries);
    if (result.not_before_ms >= 0)
        set_seconds(L, "not_before", result.not_before_ms);
    if (result.cause != AM_OK)
        set_string(L, "cause", am_code_word(result.cause));
    if (result.cause_status)
        set_integer(L, "cause_status", result.cause_status);
    const char *detail = am_call_result(am_lua_check_call(L)).detail; /* see call_headers */
    if (detail[0])
        set_string(L, "detail", detail);
    return 1;
}

void am_lua_push_event(lua_State *L, const am_event *event)
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
    if (!am_call_has_event(am_lua_check_call(L))) {
        lua_pushnil(L);
        return 1;
    }
    lua_newtable(L);
    am_event event;
    for (lua_Integer i = 1; am_call_next_event(am_lua_check_call(L), &event); i++) {
        am_lua_push_event(L, &event);
        lua_rawseti(L, -2, i);
    }
    return 1;
}

static int call_cancel(lua_State *L)
{
    am_call *call = am_lua_check_call(L);
    am_call_cancel(call);
    return push_state(L, call);
}

static int call_close(lua_State *L)
{
    am_call_box *box = am_lua_to_call(L, 1);
    am_call_free(box->call);
    box->call = NULL;
    return 0;
}

static int call_gc(lua_State *L)
{
    am_call_box *box = lua_touserdata(L, 1);
    call_close(L);
    am_written_free(&box->written);
    return 0;
}

static int call_tostring(lua_State *L)
{
    const am_call_box *box = am_lua_to_call(L, 1);
    lua_pushfstring(L, "agentmail.call (%s)",
                    box->call ? am_state_word(am_call_state(box->call)) : "closed");
    return 1;
}

void am_lua_add_call(lua_State *L)
{
    static const luaL_Reg methods[] = {{"state", call_state},
                                       {"answer", call_answer},
                                       {"header", call_header},
                                       {"delimited", call_delimited},
                                       {"received", call_received},
                                       {"judge", call_judge},
                                       {"result", call_result},
                                       {"advice", call_advice},
                                       {"headers", call_headers},
                                       {"events", call_events},
                                       {"cancel", call_cancel},
                                       {"close", call_close},
                                       {NULL, NULL}};
    static const luaL_Reg meta[] = {{"__gc", call_gc}, {"__tostring", call_tostring}, {NULL, NULL}};
    luaL_newmetatable(L, AM_LUA_CALL);
    luaL_setfuncs(L, meta, 0);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, AM_LUA_CALL);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}
