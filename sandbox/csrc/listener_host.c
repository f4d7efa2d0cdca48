/* SPDX-License-Identifier: MIT */
/* The functions that the service is given: what it may ask of the listener that runs it. */
#define _GNU_SOURCE
#include "listener.h"

#include <errno.h>
#include <string.h>

#include <lauxlib.h>

#include "clock.h"

enum { NORMAL_CLOSURE = 1000 };

static am_listener *listener_of(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(1));
}

/* host.alarm(seconds | nil): service.tick() then, once */
static int host_alarm(lua_State *L)
{
    lua_Number seconds = luaL_optnumber(L, 1, -1);
    listener_of(L)->alarm_ms = seconds >= 0 ? am_monotonic_ms() + am_duration_ms(seconds) : -1;
    return 0;
}

/* host.watch(descriptor | nil): service.tick() then, whenever it is readable */
static int host_watch(lua_State *L)
{
    listener_of(L)->watched = (int)luaL_optinteger(L, 1, -1);
    return 0;
}

/* host.answer(id, status, body, headers, effect) -> false when that request is gone */
static int host_answer(lua_State *L)
{
    uint64_t id = (uint64_t)luaL_checkinteger(L, 1);
    am_exchange *exchange = listener_of(L)->waiting;
    lua_settop(L, 5);
    while (exchange && exchange->id != id)
        exchange = exchange->next;
    if (exchange) {
        am_answer_clear(&exchange->answer);
        lua_Number delay = am_answer_take(L, 2, exchange);
        if (delay > 0)
            exchange->due_ms = am_monotonic_ms() + am_duration_ms(delay);
        else
            am_http_resume(exchange);
    }
    lua_pushboolean(L, exchange != NULL);
    return 1;
}

/* host.later() -> id: the call that runs now is answered by host.finish(id, ...), not by what it
 * returns */
static int host_later(lua_State *L)
{
    am_listener *listener = listener_of(L);
    am_job *job = listener->current;
    if (!job || job->id != 0)
        return luaL_error(L, "later: no call is running, or it was put off already");
    job->id = ++listener->next_exchange;
    job->next = listener->deferred;
    listener->deferred = job;
    lua_pushinteger(L, (lua_Integer)job->id);
    return 1;
}

/* host.finish(id, ...) -> false when there is no such call */
static int host_finish(lua_State *L)
{
    am_listener *listener = listener_of(L);
    am_job *job = am_job_take(listener, (uint64_t)luaL_checkinteger(L, 1));
    int count = lua_gettop(L) - 1;
    lua_pushboolean(L, job != NULL);
    if (!job)
        return 1;
    job->out_count = 0;
    for (int i = 0; i < count && i < AM_JOB_VALUES; i++)
        if (am_value_get(L, 2 + i, &job->out[i], true))
            job->out_count = i + 1;
    am_job_finish(listener, job);
    return 1;
}

/* host.push(id, bytes) -> false when that stream is gone; without bytes it ends in order */
static int host_push(lua_State *L)
{
    size_t size = 0;
    uint64_t id = (uint64_t)luaL_checkinteger(L, 1);
    const char *bytes = luaL_optlstring(L, 2, NULL, &size);
    lua_pushboolean(L, am_stream_push(listener_of(L), id, bytes, size));
    return 1;
}

/* host.send(id, text) -> false when that WebSocket is gone, or its reader is too far behind */
static int host_send(lua_State *L)
{
    size_t size;
    uint64_t id = (uint64_t)luaL_checkinteger(L, 1);
    const char *text = luaL_checklstring(L, 2, &size);
    lua_pushboolean(L, am_websocket_send(listener_of(L), id, text, size));
    return 1;
}

/* host.leave(id, "close" | "reset" | "cut" | "silence", code) -> false when that WebSocket is gone
 */
static int host_leave(lua_State *L)
{
    static const char *const names[] = {"close", "reset", "cut", "silence", NULL};
    static const am_farewell farewells[] = {AM_CLOSE, AM_RESET, AM_CUT, AM_SILENCE};
    uint64_t id = (uint64_t)luaL_checkinteger(L, 1);
    am_farewell farewell = farewells[luaL_checkoption(L, 2, NULL, names)];
    lua_Integer code = luaL_optinteger(L, 3, NORMAL_CLOSURE);
    luaL_argcheck(L, code >= NORMAL_CLOSURE && code < 5000, 3, "no close code");
    lua_pushboolean(L, am_websocket_leave(listener_of(L), id, farewell, (unsigned)code));
    return 1;
}

/* host.now() -> milliseconds since 1970 */
static int host_now(lua_State *L)
{
    lua_pushinteger(L, am_wall_ms());
    return 1;
}

/* host.gate(open) -> true, or nil and a message */
static int host_gate(lua_State *L)
{
    am_listener *listener = listener_of(L);
    if (!lua_toboolean(L, 1)) {
        am_gate_shut(listener);
    } else if (!am_gate_open(listener)) {
        luaL_pushfail(L);
        lua_pushfstring(L, "port %d: %s", listener->port, strerror(errno));
        return 2;
    }
    lua_pushboolean(L, 1);
    return 1;
}

void am_host_push(lua_State *L, am_listener *listener)
{
    static const luaL_Reg functions[] = {{"alarm", host_alarm},
                                         {"answer", host_answer},
                                         {"finish", host_finish},
                                         {"gate", host_gate},
                                         {"later", host_later},
                                         {"now", host_now},
                                         {"leave", host_leave},
                                         {"push", host_push},
                                         {"send", host_send},
                                         {"watch", host_watch},
                                         {NULL, NULL}};
    luaL_newlibtable(L, functions);
    lua_pushlightuserdata(L, listener);
    luaL_setfuncs(L, functions, 1);
    lua_pushinteger(L, listener->port);
    lua_setfield(L, -2, "port");
    lua_pushinteger(L, listener->control_port);
    lua_setfield(L, -2, "control_port");
}
