/* SPDX-License-Identifier: MIT */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include "listener.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lualib.h>

/* The service's table stands at this index of its stack for as long as the state lives. */
enum { SERVICE = 1 };

struct opening {
    struct am_listener *listener;
    const char *path, *cpath, *module, *config;
    size_t config_length;
};

/* ---- requests ---- */

/* Pushes the lower-cased name.  [-0, +1] */
static void push_lower(lua_State *L, const char *name, size_t length)
{
    luaL_Buffer buffer;
    char *to = luaL_buffinitsize(L, &buffer, length);
    for (size_t i = 0; i < length; i++)
        to[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 'a' - 'A' : name[i]);
    luaL_pushresultsize(&buffer, length);
}

/* The table is on top. A repeated header becomes one, its values joined as HTTP allows. */
static enum MHD_Result add_header(void *context, enum MHD_ValueKind kind, const char *name,
                                  size_t name_length, const char *value, size_t value_length)
{
    lua_State *L = context;
    (void)kind;
    push_lower(L, name, name_length);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, -3) == LUA_TSTRING) {
        lua_pushliteral(L, ", ");
        lua_pushlstring(L, value != NULL ? value : "", value_length);
        lua_concat(L, 3);
    } else {
        lua_pop(L, 1);
        lua_pushlstring(L, value != NULL ? value : "", value_length);
    }
    lua_rawset(L, -3);
    return MHD_YES;
}

static void push_request(lua_State *L, struct am_exchange *e)
{
    lua_createtable(L, 0, 8);
    lua_pushstring(L, e->method);
    lua_setfield(L, -2, "method");
    lua_pushstring(L, e->target);
    lua_setfield(L, -2, "target");
    lua_pushlstring(L, e->body != NULL ? e->body : "", e->length);
    lua_setfield(L, -2, "body");
    lua_pushinteger(L, (lua_Integer)e->id);
    lua_setfield(L, -2, "id");
    lua_pushinteger(L, (lua_Integer)e->connection_id);
    lua_setfield(L, -2, "connection");
    lua_pushinteger(L, (lua_Integer)e->number);
    lua_setfield(L, -2, "number");
    if (e->too_large) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, "too_large");
    }
    if (e->control) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, "control");
    }
    lua_createtable(L, 0, 8);
    am_http_each_header(e, add_header, L);
    lua_setfield(L, -2, "headers");
}

static void schedule(struct am_exchange *e, lua_Number delay)
{
    if (delay < 0)
        am_http_wait(e, -1);
    else if (delay > 0)
        am_http_wait(e, am_now_ms() + (int64_t)(delay < 1e6 ? delay * 1000 : 1e9));
}

static int handle(lua_State *L)
{
    struct am_exchange *e = lua_touserdata(L, 1);
    lua_getfield(L, 2, "handle");
    push_request(L, e);
    lua_call(L, 1, 4);
    schedule(e, am_answer_take(L, lua_gettop(L) - 3, e));
    return 0;
}

/* Runs fn(light pointer, service table). On failure the message is left on top. */
static bool run(lua_State *L, lua_CFunction fn, void *argument)
{
    lua_pushcfunction(L, fn);
    lua_pushlightuserdata(L, argument);
    lua_pushvalue(L, SERVICE);
    return lua_pcall(L, 2, 0, 0) == LUA_OK;
}

static const char *message_of(lua_State *L)
{
    const char *message = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    return message != NULL ? message : "the service failed without a message";
}

static int report_to_service(lua_State *L)
{
    lua_getfield(L, 2, "report");
    lua_pushstring(L, lua_touserdata(L, 1));
    lua_call(L, 1, 0);
    return 0;
}

/* Tells the service of its own failure, or the world when it does not listen. */
static void report(lua_State *L)
{
    const char *message = message_of(L);
    if (!run(L, report_to_service, (void *)(uintptr_t)message))
        lua_writestringerror("listener: %s\n", message);
    lua_settop(L, SERVICE);
}

static struct MHD_Response *plain_response(const char *text)
{
    return MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text,
                                           MHD_RESPMEM_PERSISTENT);
}

void am_service_handle(struct am_listener *l, struct am_exchange *e)
{
    if (run(l->L, handle, e))
        return;
    report(l->L);
    am_answer_clear(&e->answer);
    e->answer.status = 500;
    e->answer.response = plain_response("internal error\n");
}

/* ---- calls from other threads ---- */

static int call(lua_State *L)
{
    struct am_job *job = lua_touserdata(L, 1);
    int count;
    lua_getfield(L, 2, "call");
    for (int i = 0; i < job->in_count; i++)
        am_value_push(L, &job->in[i]);
    lua_call(L, job->in_count, LUA_MULTRET);
    count = job->id != 0 ? 0 : lua_gettop(L) - 2;
    if (count > AM_JOB_VALUES)
        count = AM_JOB_VALUES;
    for (; job->out_count < count; job->out_count++)
        if (!am_value_get(L, 3 + job->out_count, &job->out[job->out_count], true))
            luaL_error(L, "the service answered a %s, which cannot leave it",
                       luaL_typename(L, 3 + job->out_count));
    return 0;
}

void am_service_call(struct am_listener *l, struct am_job *job)
{
    bool done;
    l->current = job;
    done = run(l->L, call, job);
    l->current = NULL;
    if (done)
        return;
    if (job->id != 0)
        am_job_take(l, job->id);
    job->id = 0;
    for (int i = 0; i < job->out_count; i++)
        free((void *)(uintptr_t)job->out[i].text);
    job->failed = true;
    job->out_count = am_value_get(l->L, -1, &job->out[0], true) ? 1 : 0;
    lua_settop(l->L, SERVICE);
}

static int tick(lua_State *L)
{
    if (lua_getfield(L, 2, "tick") == LUA_TFUNCTION)
        lua_call(L, 0, 0);
    return 0;
}

void am_service_tick(struct am_listener *l)
{
    if (!run(l->L, tick, NULL))
        report(l->L);
}

/* ---- what the service may ask of its host ---- */

static struct am_listener *owner(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(1));
}

/* host.alarm(seconds | nil): service.tick() then, once */
static int host_alarm(lua_State *L)
{
    struct am_listener *l = owner(L);
    lua_Number seconds = luaL_optnumber(L, 1, -1);
    l->alarm_ms = -1;
    if (seconds >= 0)
        l->alarm_ms = am_now_ms() + (int64_t)(seconds < 1e6 ? seconds * 1000 : 1e9);
    return 0;
}

/* host.watch(descriptor | nil): service.tick() then, whenever it is readable */
static int host_watch(lua_State *L)
{
    owner(L)->watched = (int)luaL_optinteger(L, 1, -1);
    return 0;
}

/* host.answer(id, status, body, headers, effect) -> false when that request is gone */
static int host_answer(lua_State *L)
{
    struct am_listener *l = owner(L);
    uint64_t id = (uint64_t)luaL_checkinteger(L, 1);
    struct am_exchange *e = l->waiting;
    lua_settop(L, 5);
    while (e != NULL && e->id != id)
        e = e->next;
    if (e != NULL) {
        lua_Number delay;
        am_answer_clear(&e->answer);
        delay = am_answer_take(L, 2, e);
        if (delay > 0)
            e->due_ms = am_now_ms() + (int64_t)(delay < 1e6 ? delay * 1000 : 1e9);
        else
            am_http_resume(e);
    }
    lua_pushboolean(L, e != NULL);
    return 1;
}

/* host.later() -> id: the call that runs now is answered by host.finish(id, ...), not by what it
   returns */
static int host_later(lua_State *L)
{
    struct am_listener *l = owner(L);
    struct am_job *job = l->current;
    if (job == NULL || job->id != 0)
        return luaL_error(L, "later: no call is running, or it was put off already");
    job->id = ++l->next_exchange;
    job->next = l->deferred;
    l->deferred = job;
    lua_pushinteger(L, (lua_Integer)job->id);
    return 1;
}

/* host.finish(id, ...) -> false when there is no such call */
static int host_finish(lua_State *L)
{
    struct am_listener *l = owner(L);
    struct am_job *job = am_job_take(l, (uint64_t)luaL_checkinteger(L, 1));
    int count = lua_gettop(L) - 1;
    lua_pushboolean(L, job != NULL);
    if (job == NULL)
        return 1;
    job->out_count = 0;
    for (int i = 0; i < count && i < AM_JOB_VALUES; i++)
        if (am_value_get(L, 2 + i, &job->out[i], true))
            job->out_count = i + 1;
    am_job_finish(l, job);
    return 1;
}

/* host.push(id, bytes) -> false when that stream is gone; without bytes it ends in order */
static int host_push(lua_State *L)
{
    size_t length = 0;
    const char *bytes = luaL_optlstring(L, 2, NULL, &length);
    uint64_t id = (uint64_t)luaL_checkinteger(L, 1);
    lua_pushboolean(L, am_stream_push(owner(L), id, bytes, length));
    return 1;
}

/* host.now() -> milliseconds since 1970 */
static int host_now(lua_State *L)
{
    lua_pushinteger(L, am_clock_ms());
    return 1;
}

/* host.gate(open) -> true, or nil and a message */
static int host_gate(lua_State *L)
{
    struct am_listener *l = owner(L);
    if (!lua_toboolean(L, 1)) {
        am_gate_shut(l);
    } else if (!am_gate_open(l)) {
        lua_pushnil(L);
        lua_pushfstring(L, "port %d: %s", l->port, strerror(errno));
        return 2;
    }
    lua_pushboolean(L, 1);
    return 1;
}

static const luaL_Reg host_functions[] = {
    {"alarm", host_alarm},   {"answer", host_answer}, {"gate", host_gate},
    {"finish", host_finish}, {"later", host_later},   {"now", host_now},
    {"push", host_push},     {"watch", host_watch},   {NULL, NULL},
};

/* ---- its life ---- */

static int open_service(lua_State *L)
{
    struct opening *o = lua_touserdata(L, 1);
    luaL_openlibs(L);
    lua_getglobal(L, "package");
    lua_pushstring(L, o->path);
    lua_setfield(L, -2, "path");
    lua_pushstring(L, o->cpath);
    lua_setfield(L, -2, "cpath");
    lua_getglobal(L, "require");
    lua_pushstring(L, o->module);
    lua_call(L, 1, 1);
    if (!lua_istable(L, -1) || lua_getfield(L, -1, "open") != LUA_TFUNCTION)
        return luaL_error(L, "module '%s' has no function open(config, host)", o->module);
    lua_pushlstring(L, o->config, o->config_length);
    luaL_newlibtable(L, host_functions);
    lua_pushlightuserdata(L, o->listener);
    luaL_setfuncs(L, host_functions, 1);
    lua_pushinteger(L, o->listener->port);
    lua_setfield(L, -2, "port");
    lua_pushinteger(L, o->listener->control_port);
    lua_setfield(L, -2, "control_port");
    lua_call(L, 2, 1);
    if (!lua_istable(L, -1) || lua_getfield(L, -1, "handle") != LUA_TFUNCTION)
        return luaL_error(L, "%s.open answered no table with a function handle", o->module);
    lua_pop(L, 1);
    return 1;
}

char *am_service_open(struct am_listener *l, const char *path, const char *cpath,
                      const char *module, const char *config, size_t config_length)
{
    struct opening opening = {l, path, cpath, module, config, config_length};
    char *message;
    l->L = luaL_newstate();
    if (l->L == NULL)
        return strdup("out of memory");
    lua_pushcfunction(l->L, open_service);
    lua_pushlightuserdata(l->L, &opening);
    if (lua_pcall(l->L, 1, 1, 0) == LUA_OK)
        return NULL;
    message = strdup(message_of(l->L));
    lua_close(l->L);
    l->L = NULL;
    return message != NULL ? message : strdup("out of memory");
}

static int close_service(lua_State *L)
{
    if (lua_getfield(L, 2, "close") == LUA_TFUNCTION)
        lua_call(L, 0, 0);
    return 0;
}

void am_service_close(struct am_listener *l)
{
    if (l->L == NULL)
        return;
    if (!run(l->L, close_service, NULL))
        report(l->L);
    lua_close(l->L);
    l->L = NULL;
}
