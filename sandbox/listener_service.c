/* SPDX-License-Identifier: MIT */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include "listener.h"

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
    lua_createtable(L, 0, 8);
    am_http_each_header(e, add_header, L);
    lua_setfield(L, -2, "headers");
}

/* ---- answers ---- */

static lua_Number number_field(lua_State *L, int table, const char *name, lua_Number otherwise)
{
    lua_Number value = otherwise;
    if (lua_getfield(L, table, name) == LUA_TNUMBER)
        value = lua_tonumber(L, -1);
    lua_pop(L, 1);
    return value;
}

static enum am_kill kill_field(lua_State *L, int table)
{
    enum am_kill kill = AM_KILL_NONE;
    if (lua_getfield(L, table, "kill") == LUA_TSTRING) {
        const char *word = lua_tostring(L, -1);
        if (strcmp(word, "reset") == 0)
            kill = AM_KILL_RESET;
        else if (strcmp(word, "close") == 0)
            kill = AM_KILL_CLOSE;
        else
            luaL_error(L, "effect.kill: \"%s\" is neither \"reset\" nor \"close\"", word);
    }
    lua_pop(L, 1);
    return kill;
}

static void take_raw(lua_State *L, int effect, struct am_answer *a)
{
    if (lua_getfield(L, effect, "raw") == LUA_TSTRING) {
        const char *bytes = lua_tolstring(L, -1, &a->raw_length);
        a->raw = malloc(a->raw_length + 1);
        if (a->raw == NULL)
            luaL_error(L, "out of memory");
        memcpy(a->raw, bytes, a->raw_length);
    }
    lua_pop(L, 1);
}

static void take_headers(lua_State *L, int headers, struct MHD_Response *response)
{
    lua_pushnil(L);
    while (lua_next(L, headers) != 0) {
        if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING ||
            MHD_add_response_header(response, lua_tostring(L, -2), lua_tostring(L, -1)) != MHD_YES)
            luaL_error(L, "an answer's header is not fit to be sent");
        lua_pop(L, 1);
    }
}

/* Reads (status, body, headers, effect) at `first` into the exchange's answer, which must be
   clear. What is half taken when this raises is cleared by the caller. Answers the delay in
   seconds: 0 none, < 0 for ever. */
static lua_Number take_answer(lua_State *L, int first, struct am_exchange *e)
{
    struct am_answer *a = &e->answer;
    size_t length = 0;
    const char *body = lua_tolstring(L, first + 1, &length);
    lua_Number keep = -1, delay = 0;
    if (lua_isboolean(L, first) && !lua_toboolean(L, first)) {
        a->later = true;
        return -1;
    }
    if (lua_istable(L, first + 3)) {
        a->kill = kill_field(L, first + 3);
        keep = number_field(L, first + 3, "keep", -1);
        delay = number_field(L, first + 3, "delay", 0);
        take_raw(L, first + 3, a);
    }
    if (a->raw != NULL || (a->kill != AM_KILL_NONE && keep < 0))
        return delay;
    if (!lua_isinteger(L, first) || lua_tointeger(L, first) < 200 || lua_tointeger(L, first) > 599)
        luaL_error(L, "an answer's status must be an integer from 200 to 599");
    a->status = (unsigned)lua_tointeger(L, first);
    if (body == NULL)
        body = "";
    if (keep >= 0 && keep < (lua_Number)length)
        a->response = am_http_truncated(e, body, length, (size_t)keep, a->kill);
    else
        a->response =
            MHD_create_response_from_buffer(length, (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY);
    if (a->response == NULL)
        luaL_error(L, "out of memory");
    if (lua_istable(L, first + 2))
        take_headers(L, first + 2, a->response);
    return delay;
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
    schedule(e, take_answer(L, lua_gettop(L) - 3, e));
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
    count = lua_gettop(L) - 2;
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
    if (run(l->L, call, job))
        return;
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
        delay = take_answer(L, 2, e);
        if (delay > 0)
            e->due_ms = am_now_ms() + (int64_t)(delay < 1e6 ? delay * 1000 : 1e9);
        else
            am_http_resume(e);
    }
    lua_pushboolean(L, e != NULL);
    return 1;
}

/* host.now() -> milliseconds since 1970 */
static int host_now(lua_State *L)
{
    lua_pushinteger(L, am_clock_ms());
    return 1;
}

static const luaL_Reg host_functions[] = {
    {"alarm", host_alarm},
    {"answer", host_answer},
    {"now", host_now},
    {NULL, NULL},
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
