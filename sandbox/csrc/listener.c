/* SPDX-License-Identifier: MIT */
/*
 * agentmail.sandbox.listener: an HTTP server in a thread of its own, which runs a Lua module in a
 * Lua state of its own.
 *
 *   l = listener.start { module = "my.service", config = "any string", host = "127.0.0.1",
 *                        port = 0, control_port = 0, max_body = bytes, connections = count,
 *                        idle_timeout = seconds }
 *       | nil, message
 *   l:port(), l:control_port(), l:close(), l:closed()
 *   l:call(...)      runs service.call(...) in its thread; plain values (at most 8) both ways
 *   l:wait()         sleeps until SIGINT or SIGTERM, answers its name
 *
 * The module is a table with open(config, host), which answers a table:
 *   handle(request)  request: method, target (as it came), headers (lower-case names), body,
 *                    id, connection, number (on that connection, from 1), too_large,
 *                    control (it came in at the control port, whose door is never shut)
 *                    -> status, body, headers, effect; or false: host.answer() follows
 *   call(...), tick(), close(), report(message) when one of these failed    optional
 * effect: kill = "reset" | "close" (without an answer, or after `keep` bytes of the body),
 *         keep = bytes, raw = bytes sent as they are, delay = seconds (< 0: for ever);
 *         step = bytes at a time, pause = seconds between them, hold = seconds before the kill;
 *         stream = what is sent when nothing was for 15 s: the body is only the beginning, and
 *         host.push(id, bytes) sends more, until host.push(id)
 * host:   watch(descriptor | nil) then tick() runs whenever it is readable;
 *         alarm(seconds | nil) then tick() runs once; answer(id, status, body, headers, effect);
 *         later() within call(...) puts it off until finish(its id, ...); push(id, bytes);
 *         now() in milliseconds since 1970; port, control_port;
 *         gate(open) -> true, or nil and a message: shut, connections to the port are refused, and
 *         those there are end, but for the one whose request is being handled
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>

#define LISTENER_TYPE "agentmail.sandbox.listener"
#define JOB_TYPE "agentmail.sandbox.listener.job"

enum {
    DEFAULT_MAX_BODY = 16 * 1024 * 1024,
    DEFAULT_CONNECTIONS = 12000,
    DEFAULT_IDLE_TIMEOUT = 120,
    MESSAGE_SIZE = 256,
};

int luaopen_agentmail_sandbox_listener(lua_State *L);

static struct am_listener *check_listener(lua_State *L)
{
    return luaL_checkudata(L, 1, LISTENER_TYPE);
}

/* ---- starting ---- */

struct settings {
    const char *module, *config, *host, *path, *cpath;
    size_t config_length;
    int port, control_port;
};

static lua_Integer integer_option(lua_State *L, const char *name, lua_Integer otherwise,
                                  lua_Integer least, lua_Integer most)
{
    lua_Integer value = otherwise;
    int exact = 1;
    if (lua_getfield(L, 1, name) != LUA_TNIL)
        value = lua_tointegerx(L, -1, &exact);
    if (!exact || value < least || value > most)
        luaL_error(L, "%s: expected an integer from %I to %I", name, (LUAI_UACINT)least,
                   (LUAI_UACINT)most);
    lua_pop(L, 1);
    return value;
}

/* The string stays on the stack, and so alive. */
static const char *string_option(lua_State *L, int table, const char *name, const char *otherwise,
                                 size_t *length)
{
    int type = lua_getfield(L, table, name);
    if (type == LUA_TNIL) {
        lua_pushstring(L, otherwise);
        lua_replace(L, -2);
    } else if (type != LUA_TSTRING) {
        luaL_error(L, "%s: expected a string, got a %s", name, luaL_typename(L, -1));
    }
    return lua_tolstring(L, -1, length);
}

static void read_settings(lua_State *L, struct settings *s, struct am_listener *l)
{
    luaL_checkstack(L, 10, NULL);
    s->port = (int)integer_option(L, "port", 0, 0, 65535);
    s->control_port = (int)integer_option(L, "control_port", 0, 0, 65535);
    l->max_body = (size_t)integer_option(L, "max_body", DEFAULT_MAX_BODY, 0, 1 << 30);
    l->max_connections =
        (unsigned)integer_option(L, "connections", DEFAULT_CONNECTIONS, 1, 1000000);
    l->idle_timeout = (unsigned)integer_option(L, "idle_timeout", DEFAULT_IDLE_TIMEOUT, 0, 86400);
    s->module = string_option(L, 1, "module", NULL, NULL);
    if (s->module == NULL)
        luaL_error(L, "module: the name of the service's Lua module is required");
    s->config = string_option(L, 1, "config", "", &s->config_length);
    s->host = string_option(L, 1, "host", "127.0.0.1", NULL);
    lua_getglobal(L, "package");
    s->path = string_option(L, lua_gettop(L), "path", "", NULL);
    s->cpath = string_option(L, lua_gettop(L) - 1, "cpath", "", NULL);
}

static bool open_pipe(struct am_listener *l, char *message)
{
    if (pipe(l->wake) != 0) {
        l->wake[0] = l->wake[1] = -1;
        snprintf(message, MESSAGE_SIZE, "cannot make a pipe: %s", strerror(errno));
        return false;
    }
    for (int i = 0; i < 2; i++) {
        fcntl(l->wake[i], F_SETFD, FD_CLOEXEC);
        fcntl(l->wake[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void release(struct am_listener *l)
{
    am_service_close(l);
    if (l->daemon != NULL)
        MHD_stop_daemon(l->daemon);
    else
        close_fd(&l->control);
    l->daemon = NULL;
    l->control = -1;
    close_fd(&l->socket);
    close_fd(&l->wake[0]);
    close_fd(&l->wake[1]);
}

/* The thread takes no signal: they belong to the host. */
static int start_thread(struct am_listener *l)
{
    sigset_t all, before;
    int rc;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&l->thread, NULL, am_loop, l);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

static bool start(struct am_listener *l, const struct settings *s, char *message)
{
    char *refusal;
    int rc;
    if (!open_pipe(l, message) ||
        !am_listen(l, s->host, s->port, s->control_port, message, MESSAGE_SIZE))
        return false;
    refusal = am_service_open(l, s->path, s->cpath, s->module, s->config, s->config_length);
    if (refusal != NULL) {
        snprintf(message, MESSAGE_SIZE, "%s", refusal);
        free(refusal);
        return false;
    }
    l->daemon = am_http_start(l);
    if (l->daemon == NULL) {
        snprintf(message, MESSAGE_SIZE, "libmicrohttpd cannot start: %s", strerror(errno));
        return false;
    }
    l->pid = (long)getpid();
    rc = start_thread(l);
    if (rc != 0)
        snprintf(message, MESSAGE_SIZE, "cannot make a thread: %s", strerror(rc));
    l->open = rc == 0;
    return l->open;
}

static int listener_start(lua_State *L)
{
    struct settings s;
    char message[MESSAGE_SIZE];
    struct am_listener *l;
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    l = lua_newuserdatauv(L, sizeof *l, 0);
    memset(l, 0, sizeof *l);
    l->socket = l->control = l->wake[0] = l->wake[1] = -1;
    l->alarm_ms = -1;
    l->watched = -1;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->finished, NULL);
    luaL_setmetatable(L, LISTENER_TYPE); /* closed until start succeeds */
    read_settings(L, &s, l);
    if (!start(l, &s, message)) {
        release(l);
        lua_pushnil(L);
        lua_pushstring(L, message);
        return 2;
    }
    lua_settop(L, 2);
    return 1;
}

/* ---- stopping ---- */

static void wake(struct am_listener *l)
{
    while (write(l->wake[1], "", 1) < 0 && errno == EINTR)
        continue;
}

static int listener_close(lua_State *L)
{
    struct am_listener *l = check_listener(L);
    if (!l->open || l->pid != (long)getpid())
        return 0;
    l->open = false;
    pthread_mutex_lock(&l->lock);
    l->stopping = true;
    pthread_mutex_unlock(&l->lock);
    wake(l);
    pthread_join(l->thread, NULL);
    release(l);
    return 0;
}

static int listener_gc(lua_State *L)
{
    struct am_listener *l = check_listener(L);
    listener_close(L);
    if (!l->open) { /* still open: this is a forked child, and the lock may be held */
        pthread_cond_destroy(&l->finished);
        pthread_mutex_destroy(&l->lock);
    }
    return 0;
}

/* ---- calling ---- */

static int job_gc(lua_State *L)
{
    struct am_job *job = luaL_checkudata(L, 1, JOB_TYPE);
    for (int i = 0; i < job->out_count; i++)
        free((void *)(uintptr_t)job->out[i].text);
    job->out_count = 0;
    return 0;
}

static void submit_and_wait(struct am_listener *l, struct am_job *job)
{
    struct am_job **last;
    pthread_mutex_lock(&l->lock);
    for (last = &l->jobs; *last != NULL; last = &(*last)->next)
        continue;
    *last = job;
    pthread_mutex_unlock(&l->lock);
    wake(l);
    pthread_mutex_lock(&l->lock);
    while (!job->finished)
        pthread_cond_wait(&l->finished, &l->lock);
    pthread_mutex_unlock(&l->lock);
}

static int listener_call(lua_State *L)
{
    struct am_listener *l = check_listener(L);
    int count = lua_gettop(L) - 1;
    struct am_job *job;
    if (!l->open)
        return luaL_error(L, "the listener is closed");
    luaL_argcheck(L, count <= AM_JOB_VALUES, AM_JOB_VALUES + 2, "too many values");
    job = lua_newuserdatauv(L, sizeof *job, 0);
    memset(job, 0, sizeof *job);
    luaL_setmetatable(L, JOB_TYPE);
    for (; job->in_count < count; job->in_count++)
        if (!am_value_get(L, 2 + job->in_count, &job->in[job->in_count], false))
            return luaL_argerror(L, 2 + job->in_count, "only plain values can be passed");
    submit_and_wait(l, job);
    luaL_checkstack(L, AM_JOB_VALUES, NULL);
    if (job->failed) {
        lua_pushstring(L, job->out_count == 1 ? job->out[0].text : "the service's call failed");
        return lua_error(L);
    }
    for (int i = 0; i < job->out_count; i++)
        am_value_push(L, &job->out[i]);
    return job->out_count;
}

/* ---- the rest ---- */

static int listener_wait(lua_State *L)
{
    sigset_t set, before;
    int signal = 0;
    check_listener(L);
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    sigwait(&set, &signal);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    lua_pushstring(L, signal == SIGINT ? "SIGINT" : "SIGTERM");
    return 1;
}

static int listener_port(lua_State *L)
{
    lua_pushinteger(L, check_listener(L)->port);
    return 1;
}

static int listener_control_port(lua_State *L)
{
    lua_pushinteger(L, check_listener(L)->control_port);
    return 1;
}

static int listener_closed(lua_State *L)
{
    lua_pushboolean(L, !check_listener(L)->open);
    return 1;
}

static int listener_tostring(lua_State *L)
{
    struct am_listener *l = check_listener(L);
    if (l->open)
        lua_pushfstring(L, "listener (port %d)", l->port);
    else
        lua_pushliteral(L, "listener (closed)");
    return 1;
}

static const luaL_Reg methods[] = {
    {"call", listener_call},
    {"wait", listener_wait},
    {"port", listener_port},
    {"control_port", listener_control_port},
    {"close", listener_close},
    {"closed", listener_closed},
    {NULL, NULL},
};

static const luaL_Reg meta[] = {
    {"__gc", listener_gc},
    {"__close", listener_close},
    {"__tostring", listener_tostring},
    {NULL, NULL},
};

static const luaL_Reg job_meta[] = {{"__gc", job_gc}, {NULL, NULL}};

static const luaL_Reg functions[] = {{"start", listener_start}, {NULL, NULL}};

#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif
int luaopen_agentmail_sandbox_listener(lua_State *L)
{
    luaL_newmetatable(L, JOB_TYPE);
    luaL_setfuncs(L, job_meta, 0);
    luaL_newmetatable(L, LISTENER_TYPE);
    luaL_setfuncs(L, meta, 0);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    luaL_newlib(L, functions);
    lua_pushstring(L, MHD_get_version());
    lua_setfield(L, -2, "version");
    return 1;
}
#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
