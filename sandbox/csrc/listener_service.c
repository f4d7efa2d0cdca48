/* SPDX-License-Identifier: MIT */
/* The service's Lua state: loading it, handing it requests and jobs. */
#define _GNU_SOURCE
#include "listener.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lualib.h>

#include "clock.h"

/* The service's table is at this index of its stack for as long as the state lives. */
enum { SERVICE = 1 };

/* Calls fn(light pointer, service table). On failure the message is left on top. */
static bool call_protected(lua_State *L, lua_CFunction fn, void *argument)
{
    lua_pushcfunction(L, fn);
    lua_pushlightuserdata(L, argument);
    lua_pushvalue(L, SERVICE);
    return lua_pcall(L, 2, 0, 0) == LUA_OK;
}

static const char *message_of(lua_State *L)
{
    const char *message = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    return message ? message : "the service failed without a message";
}

static int report_to_service(lua_State *L)
{
    lua_getfield(L, 2, "report");
    lua_pushstring(L, lua_touserdata(L, 1));
    lua_call(L, 1, 0);
    return 0;
}

/* Tells the service of its own failure, or the world when it does not listen. */
static void report_failure(lua_State *L)
{
    const char *message = message_of(L);
    if (!call_protected(L, report_to_service, (void *)(uintptr_t)message))
        lua_writestringerror("listener: %s\n", message);
    lua_settop(L, SERVICE);
}

/* ---- requests -------------------------------------------------------------------------------- */

/* [-0, +1] pushes the lower-cased name. */
static void push_lower(lua_State *L, const char *name, size_t size)
{
    luaL_Buffer buffer;
    char *to = luaL_buffinitsize(L, &buffer, size);
    for (size_t i = 0; i < size; i++)
        to[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 'a' - 'A' : name[i]);
    luaL_pushresultsize(&buffer, size);
}

/* The table is on top. A repeated header becomes one, its values joined as HTTP allows. */
static enum MHD_Result add_header(void *context, enum MHD_ValueKind kind, const char *name,
                                  size_t name_size, const char *value, size_t value_size)
{
    lua_State *L = context;
    (void)kind;
    push_lower(L, name, name_size); /* headers, name */
    lua_pushvalue(L, -1);
    if (lua_rawget(L, -3) == LUA_TSTRING) { /* headers, name, value so far */
        lua_pushliteral(L, ", ");
        lua_pushlstring(L, value ? value : "", value_size);
        lua_concat(L, 3);
    } else {
        lua_pop(L, 1);
        lua_pushlstring(L, value ? value : "", value_size);
    }
    lua_rawset(L, -3); /* headers */
    return MHD_YES;
}

/* [-0, +0] sets a field of the table on top, where it is true. */
static void set_flag(lua_State *L, const char *name, bool flag)
{
    if (!flag)
        return;
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, name);
}

/* [-0, +1] */
static void push_request(lua_State *L, am_exchange *exchange)
{
    lua_createtable(L, 0, 8);
    lua_pushstring(L, exchange->method);
    lua_setfield(L, -2, "method");
    lua_pushstring(L, exchange->target);
    lua_setfield(L, -2, "target");
    lua_pushlstring(L, exchange->body ? exchange->body : "", exchange->size);
    lua_setfield(L, -2, "body");
    lua_pushinteger(L, (lua_Integer)exchange->id);
    lua_setfield(L, -2, "id");
    lua_pushinteger(L, (lua_Integer)exchange->connection_id);
    lua_setfield(L, -2, "connection");
    lua_pushinteger(L, (lua_Integer)exchange->number);
    lua_setfield(L, -2, "number");
    set_flag(L, "too_large", exchange->too_large);
    set_flag(L, "control", exchange->control);
    lua_createtable(L, 0, 8);
    am_http_each_header(exchange, add_header, L);
    lua_setfield(L, -2, "headers");
}

static int handle_request(lua_State *L)
{
    am_exchange *exchange = lua_touserdata(L, 1);
    lua_getfield(L, 2, "handle");
    push_request(L, exchange);
    lua_call(L, 1, 4);
    lua_Number delay = am_answer_take(L, lua_gettop(L) - 3, exchange);
    if (delay < 0)
        am_http_wait(exchange, -1);
    else if (delay > 0)
        am_http_wait(exchange, am_monotonic_ms() + am_duration_ms(delay));
    return 0;
}

static struct MHD_Response *plain_response(const char *text)
{
    return MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text,
                                           MHD_RESPMEM_PERSISTENT);
}

void am_service_handle(am_listener *listener, am_exchange *exchange)
{
    if (call_protected(listener->L, handle_request, exchange))
        return;
    report_failure(listener->L);
    am_answer_clear(&exchange->answer);
    exchange->answer.status = 500;
    exchange->answer.response = plain_response("internal error\n");
}

/* ---- WebSockets ------------------------------------------------------------------------------ */

typedef struct arrival {
    uint64_t id;
    const char *text;
    size_t size;
    bool is_text;
} arrival;

static int hand_message(lua_State *L)
{
    const arrival *given = lua_touserdata(L, 1);
    lua_getfield(L, 2, "message");
    lua_pushinteger(L, (lua_Integer)given->id);
    lua_pushlstring(L, given->text ? given->text : "", given->size);
    lua_pushboolean(L, given->is_text);
    lua_call(L, 3, 0);
    return 0;
}

static int tell_gone(lua_State *L)
{
    const uint64_t *id = lua_touserdata(L, 1);
    lua_getfield(L, 2, "gone");
    lua_pushinteger(L, (lua_Integer)*id);
    lua_call(L, 1, 0);
    return 0;
}

void am_service_message(am_listener *listener, uint64_t id, const char *text, size_t size,
                        bool is_text)
{
    arrival given = {id, text, size, is_text};
    if (!call_protected(listener->L, hand_message, &given))
        report_failure(listener->L);
}

void am_service_gone(am_listener *listener, uint64_t id)
{
    if (!call_protected(listener->L, tell_gone, &id))
        report_failure(listener->L);
}

/* ---- calls from other threads ---------------------------------------------------------------- */

static int call_service(lua_State *L)
{
    am_job *job = lua_touserdata(L, 1);
    lua_getfield(L, 2, "call");
    for (int i = 0; i < job->in_count; i++)
        am_value_push(L, &job->in[i]);
    lua_call(L, job->in_count, LUA_MULTRET);
    int count = job->id != 0 ? 0 : lua_gettop(L) - 2;
    if (count > AM_JOB_VALUES)
        count = AM_JOB_VALUES;
    for (; job->out_count < count; job->out_count++)
        if (!am_value_get(L, 3 + job->out_count, &job->out[job->out_count], true))
            luaL_error(L, "the service answered a %s, which cannot leave it",
                       luaL_typename(L, 3 + job->out_count));
    return 0;
}

void am_service_call(am_listener *listener, am_job *job)
{
    lua_State *L = listener->L;
    listener->current = job;
    bool done = call_protected(L, call_service, job);
    listener->current = NULL;
    if (done)
        return;
    if (job->id != 0)
        am_job_take(listener, job->id);
    job->id = 0;
    for (int i = 0; i < job->out_count; i++)
        am_value_free(&job->out[i]);
    job->failed = true;
    job->out_count = am_value_get(L, -1, &job->out[0], true) ? 1 : 0;
    lua_settop(L, SERVICE);
}

static int tick_service(lua_State *L)
{
    if (lua_getfield(L, 2, "tick") == LUA_TFUNCTION)
        lua_call(L, 0, 0);
    return 0;
}

void am_service_tick(am_listener *listener)
{
    if (!call_protected(listener->L, tick_service, NULL))
        report_failure(listener->L);
}

/* ---- its life -------------------------------------------------------------------------------- */

typedef struct opening {
    am_listener *listener;
    const char *path, *cpath, *module, *config;
    size_t config_size;
} opening;

static int open_service(lua_State *L)
{
    const opening *given = lua_touserdata(L, 1);
    luaL_openlibs(L);
    lua_getglobal(L, "package");
    lua_pushstring(L, given->path);
    lua_setfield(L, -2, "path");
    lua_pushstring(L, given->cpath);
    lua_setfield(L, -2, "cpath");
    lua_getglobal(L, "require");
    lua_pushstring(L, given->module);
    lua_call(L, 1, 1);
    if (!lua_istable(L, -1) || lua_getfield(L, -1, "open") != LUA_TFUNCTION)
        return luaL_error(L, "module '%s' has no function open(config, host)", given->module);
    lua_pushlstring(L, given->config, given->config_size);
    am_host_push(L, given->listener);
    lua_call(L, 2, 1);
    if (!lua_istable(L, -1) || lua_getfield(L, -1, "handle") != LUA_TFUNCTION)
        return luaL_error(L, "%s.open answered no table with a function handle", given->module);
    lua_pop(L, 1);
    return 1;
}

char *am_service_open(am_listener *listener, const char *path, const char *cpath,
                      const char *module, const char *config, size_t config_size)
{
    opening given = {listener, path, cpath, module, config, config_size};
    lua_State *L = luaL_newstate();
    if (!L)
        return strdup("out of memory");
    listener->L = L;
    lua_pushcfunction(L, open_service);
    lua_pushlightuserdata(L, &given);
    if (lua_pcall(L, 1, 1, 0) == LUA_OK)
        return NULL;
    char *message = strdup(message_of(L));
    lua_close(L);
    listener->L = NULL;
    return message ? message : strdup("out of memory");
}

static int close_service(lua_State *L)
{
    if (lua_getfield(L, 2, "close") == LUA_TFUNCTION)
        lua_call(L, 0, 0);
    return 0;
}

void am_service_close(am_listener *listener)
{
    if (!listener->L)
        return;
    if (!call_protected(listener->L, close_service, NULL))
        report_failure(listener->L);
    lua_close(listener->L);
    listener->L = NULL;
}
