/* SPDX-License-Identifier: MIT */
/*
 * agentmail.sandbox.listener: an HTTP server in a thread of its own, which runs a Lua module in a
 * Lua state of its own.
 *
 *   l = listener.start { module = "my.service", config = "any string", host = "127.0.0.1",
 *                        port = 0, control_port = 0, max_body = bytes, connections = count,
 *                        idle_timeout = seconds, certificate = PEM, key = PEM }
 *       | nil, message
 *   listener.self_signed(names) -> certificate, key
 *   l:port(), l:control_port(), l:close(), l:closed()
 *   l:call(...)      runs service.call(...) in its thread; plain values (at most 8) both ways
 *   l:wait()         sleeps until SIGINT or SIGTERM, answers its name
 *
 * The module is a table with open(config, host), which answers a table:
 *   handle(request)  request: method, target (as it came), headers (lower-case names), body,
 *                    id, connection, number (on that connection, from 1), too_large,
 *                    control (it came in at the control port, whose gate is never shut)
 *                    -> status, body, headers, effect; or false: host.answer() follows
 *   call(...), tick(), close(), report(message) when one of these failed    optional
 * effect: kill = "reset" | "close" (without an answer, or after `keep` bytes of the body),
 *         keep = bytes, raw = bytes sent as they are, delay = seconds (< 0: for ever);
 *         step = bytes at a time, pause = seconds between them, hold = seconds before the kill;
 *         stream = what is sent when nothing was for 15 s: the body is only the beginning, and
 *         host.push(id, bytes) sends more, until host.push(id);
 *         websocket = Sec-WebSocket-Key: the request becomes a WebSocket, with 101. Its messages
 *         come to message(id, bytes, is_text), its end, or that it never began, to gone(id)
 * host:   watch(descriptor | nil) then tick() runs whenever it is readable;
 *         alarm(seconds | nil) then tick() runs once; answer(id, status, body, headers, effect);
 *         later() within call(...) puts it off until finish(its id, ...); push(id, bytes);
 *         send(id, text) -> false when that WebSocket is gone, or is cut off: it does not read;
 *         leave(id, "close" | "cut" | "silence", code) once that was sent: with a close frame,
 *         without one, or it stays open and sends nothing any more; leave(id, "reset") at once;
 *         now() in milliseconds since 1970; port, control_port;
 *         gate(open) -> true, or nil and a message: shut, connections to the port are refused, and
 *         those there are end, but for the one whose request is being handled
 */
#define _GNU_SOURCE
#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>

static const char LISTENER[] = "agentmail.sandbox.listener";
static const char JOB[] = "agentmail.sandbox.listener.job";

enum {
    DEFAULT_MAX_BODY = 16 * 1024 * 1024,
    DEFAULT_CONNECTIONS = 12000,
    DEFAULT_IDLE_TIMEOUT = 120,
    MESSAGE_SIZE = 256,
};

static am_listener *check_listener(lua_State *L)
{
    return luaL_checkudata(L, 1, LISTENER);
}

/* ---- starting -------------------------------------------------------------------------------- */

typedef struct settings {
    const char *module, *config, *host, *path, *cpath;
    size_t config_size;
    int port, control_port;
} settings;

/* [-0, +0] an integer of the options, which are at index 1. */
static lua_Integer integer_option(lua_State *L, const char *name, lua_Integer otherwise,
                                  lua_Integer least, lua_Integer most)
{
    lua_Integer value = otherwise;
    int is_integer = 1;
    if (lua_getfield(L, 1, name) != LUA_TNIL)
        value = lua_tointegerx(L, -1, &is_integer);
    if (!is_integer || value < least || value > most)
        luaL_error(L, "%s: expected an integer from %I to %I", name, (LUAI_UACINT)least,
                   (LUAI_UACINT)most);
    lua_pop(L, 1);
    return value;
}

/* [-0, +1] the string stays on the stack, and so alive. */
static const char *string_option(lua_State *L, int table, const char *name, const char *otherwise,
                                 size_t *size)
{
    int type = lua_getfield(L, table, name);
    if (type == LUA_TNIL) {
        lua_pushstring(L, otherwise);
        lua_replace(L, -2);
    } else if (type != LUA_TSTRING) {
        luaL_error(L, "%s: expected a string, got a %s", name, luaL_typename(L, -1));
    }
    return lua_tolstring(L, -1, size);
}

/* Leaves the strings on the stack. */
static void read_settings(lua_State *L, settings *given, am_listener *listener)
{
    luaL_checkstack(L, 12, NULL);
    given->port = (int)integer_option(L, "port", 0, 0, 65535);
    given->control_port = (int)integer_option(L, "control_port", 0, 0, 65535);
    listener->max_body = (size_t)integer_option(L, "max_body", DEFAULT_MAX_BODY, 0, 1 << 30);
    listener->max_connections =
        (unsigned)integer_option(L, "connections", DEFAULT_CONNECTIONS, 1, 1000000);
    listener->idle_timeout =
        (unsigned)integer_option(L, "idle_timeout", DEFAULT_IDLE_TIMEOUT, 0, 86400);
    given->module = string_option(L, 1, "module", NULL, NULL);
    if (!given->module)
        luaL_error(L, "module: the name of the service's Lua module is required");
    given->config = string_option(L, 1, "config", "", &given->config_size);
    given->host = string_option(L, 1, "host", "127.0.0.1", NULL);
    listener->certificate = string_option(L, 1, "certificate", NULL, NULL);
    listener->key = string_option(L, 1, "key", NULL, NULL);
    listener->tls = listener->certificate && listener->key;
    lua_getglobal(L, "package");
    given->path = string_option(L, lua_gettop(L), "path", "", NULL);
    given->cpath = string_option(L, lua_gettop(L) - 1, "cpath", "", NULL);
}

static bool open_pipe(am_listener *listener, char *message)
{
    if (pipe(listener->wake) != 0) {
        listener->wake[0] = listener->wake[1] = -1;
        snprintf(message, MESSAGE_SIZE, "cannot make a pipe: %s", strerror(errno));
        return false;
    }
    for (int i = 0; i < 2; i++) {
        fcntl(listener->wake[i], F_SETFD, FD_CLOEXEC);
        fcntl(listener->wake[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Everything but the thread, which has ended or never began. */
static void close_all(am_listener *listener)
{
    am_service_close(listener);
    if (listener->daemon)
        MHD_stop_daemon(listener->daemon); /* closes the control socket, too */
    else
        close_fd(&listener->control);
    listener->daemon = NULL;
    listener->control = -1;
    close_fd(&listener->socket);
    close_fd(&listener->wake[0]);
    close_fd(&listener->wake[1]);
}

/* The thread takes no signal: they belong to the host. */
static int start_thread(am_listener *listener)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&listener->thread, NULL, am_loop_run, listener);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

/* False: `message` says why, and close_all is the caller's. */
static bool start_listener(am_listener *listener, const settings *given, char *message)
{
    if (!open_pipe(listener, message) ||
        !am_socket_open_both(listener, given->host, given->port, given->control_port, message,
                             MESSAGE_SIZE))
        return false;
    char *refusal = am_service_open(listener, given->path, given->cpath, given->module,
                                    given->config, given->config_size);
    if (refusal) {
        snprintf(message, MESSAGE_SIZE, "%s", refusal);
        free(refusal);
        return false;
    }
    listener->daemon = am_http_start(listener);
    if (!listener->daemon) {
        snprintf(message, MESSAGE_SIZE, "libmicrohttpd cannot start%s",
                 listener->tls ? ": it cannot use this certificate and key" : "");
        return false;
    }
    listener->pid = (long)getpid();
    int rc = start_thread(listener);
    if (rc != 0)
        snprintf(message, MESSAGE_SIZE, "cannot make a thread: %s", strerror(rc));
    listener->open = rc == 0;
    return listener->open;
}

static int listener_start(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    am_listener *listener = lua_newuserdatauv(L, sizeof *listener, 0);
    *listener =
        (am_listener){.socket = -1, .control = -1, .wake = {-1, -1}, .alarm_ms = -1, .watched = -1};
    listener->websocket_poll = -1;
    listener->websocket_due_ms = -1;
    pthread_mutex_init(&listener->lock, NULL);
    pthread_cond_init(&listener->finished, NULL);
    luaL_setmetatable(L, LISTENER); /* closed until it has started */
    settings given;
    char message[MESSAGE_SIZE];
    read_settings(L, &given, listener);
    if (!start_listener(listener, &given, message)) {
        close_all(listener);
        luaL_pushfail(L);
        lua_pushstring(L, message);
        return 2;
    }
    lua_settop(L, 2);
    return 1;
}

/* ---- stopping -------------------------------------------------------------------------------- */

static void wake_thread(am_listener *listener)
{
    while (write(listener->wake[1], "", 1) < 0 && errno == EINTR)
        continue;
}

static int listener_close(lua_State *L)
{
    am_listener *listener = check_listener(L);
    if (!listener->open || listener->pid != (long)getpid())
        return 0;
    listener->open = false;
    pthread_mutex_lock(&listener->lock);
    listener->stopping = true;
    pthread_mutex_unlock(&listener->lock);
    wake_thread(listener);
    pthread_join(listener->thread, NULL);
    close_all(listener);
    return 0;
}

static int listener_gc(lua_State *L)
{
    am_listener *listener = check_listener(L);
    listener_close(L);
    if (!listener->open) { /* still open: this is a forked child, and the lock may be held */
        pthread_cond_destroy(&listener->finished);
        pthread_mutex_destroy(&listener->lock);
    }
    return 0;
}

/* ---- calling --------------------------------------------------------------------------------- */

static int job_gc(lua_State *L)
{
    am_job *job = luaL_checkudata(L, 1, JOB);
    for (int i = 0; i < job->out_count; i++)
        am_value_free(&job->out[i]);
    job->out_count = 0;
    return 0;
}

static void submit_and_wait(am_listener *listener, am_job *job)
{
    pthread_mutex_lock(&listener->lock);
    am_job **last = &listener->jobs;
    while (*last)
        last = &(*last)->next;
    *last = job;
    pthread_mutex_unlock(&listener->lock);
    wake_thread(listener);
    pthread_mutex_lock(&listener->lock);
    while (!job->finished)
        pthread_cond_wait(&listener->finished, &listener->lock);
    pthread_mutex_unlock(&listener->lock);
}

static int listener_call(lua_State *L)
{
    am_listener *listener = check_listener(L);
    int count = lua_gettop(L) - 1;
    if (!listener->open)
        return luaL_error(L, "the listener is closed");
    luaL_argcheck(L, count <= AM_JOB_VALUES, AM_JOB_VALUES + 2, "too many values");
    am_job *job = lua_newuserdatauv(L, sizeof *job, 0);
    *job = (am_job){0};
    luaL_setmetatable(L, JOB);
    for (; job->in_count < count; job->in_count++)
        if (!am_value_get(L, 2 + job->in_count, &job->in[job->in_count], false))
            return luaL_argerror(L, 2 + job->in_count, "only plain values can be passed");
    submit_and_wait(listener, job);
    luaL_checkstack(L, AM_JOB_VALUES, NULL);
    if (job->failed) {
        lua_pushstring(L, job->out_count == 1 ? job->out[0].text : "the service's call failed");
        return lua_error(L);
    }
    for (int i = 0; i < job->out_count; i++)
        am_value_push(L, &job->out[i]);
    return job->out_count;
}

/* ---- the rest -------------------------------------------------------------------------------- */

static int listener_wait(lua_State *L)
{
    sigset_t set, before;
    int caught = 0;
    check_listener(L);
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    sigwait(&set, &caught);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    lua_pushstring(L, caught == SIGINT ? "SIGINT" : "SIGTERM");
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
    const am_listener *listener = check_listener(L);
    if (listener->open)
        lua_pushfstring(L, "listener (port %d)", listener->port);
    else
        lua_pushliteral(L, "listener (closed)");
    return 1;
}

static const luaL_Reg listener_methods[] = {{"call", listener_call},
                                            {"wait", listener_wait},
                                            {"port", listener_port},
                                            {"control_port", listener_control_port},
                                            {"close", listener_close},
                                            {"closed", listener_closed},
                                            {NULL, NULL}};

static const luaL_Reg listener_meta[] = {{"__gc", listener_gc},
                                         {"__close", listener_close},
                                         {"__tostring", listener_tostring},
                                         {NULL, NULL}};

static const luaL_Reg job_meta[] = {{"__gc", job_gc}, {NULL, NULL}};

static const luaL_Reg listener_module[] = {
    {"start", listener_start}, {"self_signed", am_tls_self_signed}, {NULL, NULL}};

AM_EXPORTED int luaopen_agentmail_sandbox_listener(lua_State *L);

int luaopen_agentmail_sandbox_listener(lua_State *L)
{
    luaL_checkversion(L);
    luaL_newmetatable(L, JOB);
    luaL_setfuncs(L, job_meta, 0);
    luaL_newmetatable(L, LISTENER);
    luaL_setfuncs(L, listener_meta, 0);
    luaL_newlib(L, listener_methods);
    lua_setfield(L, -2, "__index");
    luaL_newlib(L, listener_module);
    lua_pushstring(L, MHD_get_version());
    lua_setfield(L, -2, "version");
    return 1;
}
