/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "listener.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

enum {
    CONNECTION_MEMORY = 64 * 1024, /* request line and headers must fit */
    FIRST_BODY = 4096,
    DRAIN_FACTOR = 8,         /* a body this many times too large is not even read to its end */
    CONTROL_CONNECTIONS = 16, /* beside those of the API, which may take all of theirs */
};

struct am_connection {
    struct MHD_Connection *handle;
    uint64_t id;
    uint64_t requests;
    bool control;
    struct am_exchange *begun; /* of which libmicrohttpd may never tell again */
    struct am_connection *next;
    struct am_connection **link;
};

/* ---- connections ---- */

int am_http_socket(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info != NULL ? info->connect_fd : -1;
}

/* Dissolving the association makes the kernel send RST; SO_LINGER would not, because
   libmicrohttpd shuts the socket down in order before it closes it. */
void am_http_reset(int fd)
{
    struct sockaddr none;
    memset(&none, 0, sizeof none);
    none.sa_family = AF_UNSPEC;
    (void)connect(fd, &none, sizeof none);
}

static void send_raw(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return; /* a client that does not read gets less: never wait for it */
        bytes += sent;
        length -= (size_t)sent;
    }
}

static struct am_connection *connection_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}

static void release(struct am_exchange *e)
{
    am_answer_clear(&e->answer);
    free(e->target);
    free(e->body);
    free(e);
}

static void forget(struct MHD_Connection *connection, const struct am_exchange *e)
{
    struct am_connection *c = connection_of(connection);
    if (c != NULL && c->begun == e)
        c->begun = NULL;
}

static struct am_connection *begin_connection(struct am_listener *l, struct MHD_Connection *handle)
{
    struct am_connection *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->handle = handle;
    c->id = ++l->next_connection;
    c->control = !l->arriving;
    l->held += c->control ? 0 : 1;
    c->next = l->connections;
    c->link = &l->connections;
    if (c->next != NULL)
        c->next->link = &c->next;
    l->connections = c;
    return c;
}

static void end_connection(struct am_listener *l, struct am_connection *c)
{
    if (c == NULL)
        return;
    if (c->begun != NULL)
        release(c->begun);
    l->held -= c->control ? 0 : 1;
    *c->link = c->next;
    if (c->next != NULL)
        c->next->link = c->link;
    free(c);
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct am_listener *l = cls;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = begin_connection(l, connection);
    } else {
        end_connection(l, *context);
        *context = NULL;
        l->again = true; /* there may be room for one that waits to be accepted */
    }
}

/* ---- answers ---- */

void am_answer_clear(struct am_answer *answer)
{
    if (answer->response != NULL)
        MHD_destroy_response(answer->response);
    free(answer->raw);
    memset(answer, 0, sizeof *answer);
}

static enum MHD_Result deliver(struct am_exchange *e)
{
    struct am_answer *a = &e->answer;
    int fd = am_http_socket(e->connection);
    if (a->response != NULL && e->listener->shut && !e->control)
        MHD_add_response_header(a->response, MHD_HTTP_HEADER_CONNECTION, "close");
    if (a->response != NULL)
        return MHD_queue_response(e->connection, a->status, a->response);
    if (a->raw != NULL)
        send_raw(fd, a->raw, a->raw_length);
    if (a->kill == AM_KILL_RESET)
        am_http_reset(fd);
    return MHD_NO; /* the daemon closes the connection */
}

void am_http_wait(struct am_exchange *e, int64_t due_ms)
{
    struct am_listener *l = e->listener;
    e->stage = AM_EXCHANGE_WAITING;
    e->due_ms = due_ms;
    e->next = l->waiting;
    e->link = &l->waiting;
    if (e->next != NULL)
        e->next->link = &e->next;
    l->waiting = e;
    MHD_suspend_connection(e->connection);
}

static void leave_list(struct am_exchange *e)
{
    *e->link = e->next;
    if (e->next != NULL)
        e->next->link = e->link;
    e->stage = AM_EXCHANGE_ANSWERED;
}

void am_http_resume(struct am_exchange *e)
{
    leave_list(e);
    e->listener->again = true;
    MHD_resume_connection(e->connection);
}

void am_http_reset_all(struct am_listener *l)
{
    struct am_exchange *next;
    for (struct am_connection *c = l->connections; c != NULL; c = c->next)
        if (!c->control && c->handle != l->serving)
            am_http_reset(am_http_socket(c->handle));
    for (struct am_exchange *e = l->waiting; e != NULL; e = next) {
        next = e->next;
        if (e->control)
            continue;
        am_answer_clear(&e->answer);
        am_http_resume(e);
    }
    am_stream_end_all(l, false);
    l->again = true;
}

/* ---- requests ---- */

static bool keep_body(struct am_exchange *e, const char *data, size_t size)
{
    e->received += size;
    if (e->too_large || size > e->listener->max_body - e->length) {
        e->too_large = true;
        return e->received / DRAIN_FACTOR <= e->listener->max_body;
    }
    if (size > e->capacity - e->length) {
        size_t capacity = e->capacity > 0 ? e->capacity : FIRST_BODY;
        char *grown;
        while (capacity - e->length < size)
            capacity *= 2;
        grown = realloc(e->body, capacity);
        if (grown == NULL)
            return false;
        e->body = grown;
        e->capacity = capacity;
    }
    memcpy(e->body + e->length, data, size);
    e->length += size;
    return true;
}

static bool announces_too_much(struct am_exchange *e)
{
    const char *text =
        MHD_lookup_connection_value(e->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    if (text == NULL)
        return false;
    e->received = strtoull(text, NULL, 10);
    if (e->received <= e->listener->max_body) {
        e->received = 0;
        return false;
    }
    return true;
}

static void begin(struct am_exchange *e, struct MHD_Connection *connection, const char *method)
{
    struct am_connection *c = connection_of(connection);
    e->connection = connection;
    e->method = method;
    if (c != NULL) {
        e->connection_id = c->id;
        e->control = c->control;
        e->number = ++c->requests;
    }
}

static enum MHD_Result answer(struct am_exchange *e)
{
    e->stage = AM_EXCHANGE_ANSWERED;
    if (e->listener->closing)
        return MHD_NO;
    e->listener->serving = e->connection;
    am_service_handle(e->listener, e);
    e->listener->serving = NULL;
    if (e->stage == AM_EXCHANGE_WAITING)
        return MHD_YES;
    return deliver(e);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **context)
{
    struct am_exchange *e = *context;
    (void)cls, (void)url, (void)version;
    if (e == NULL)
        return MHD_NO; /* out of memory */
    if (e->stage == AM_EXCHANGE_NEW) {
        begin(e, connection, method);
        e->stage = AM_EXCHANGE_READING;
        e->too_large = announces_too_much(e);
        return e->too_large ? answer(e) : MHD_YES;
    }
    if (*size > 0) {
        bool kept = keep_body(e, data, *size);
        *size = 0;
        return kept ? MHD_YES : MHD_NO;
    }
    if (e->stage == AM_EXCHANGE_READING)
        return answer(e);
    return deliver(e); /* resumed */
}

/* The service reads the query itself. libmicrohttpd would keep each parameter in the connection's
   memory, and end the connection where that is not enough: it gets to see none. The bytes are in
   its own buffer, which it cuts up a moment later. */
static void hide_query(const char *target)
{
    char *mark = strchr((char *)(uintptr_t)target, '?');
    if (mark != NULL)
        mark[1] = '\0';
}

/* The one callback that sees the target before it is taken apart; it makes the exchange. */
static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
    struct am_listener *l = cls;
    struct am_connection *c = connection_of(connection);
    struct am_exchange *e = calloc(1, sizeof *e);
    l->settle = true;
    if (e == NULL)
        return NULL;
    e->listener = l;
    e->id = ++l->next_exchange;
    e->target = strdup(target);
    hide_query(target);
    if (e->target == NULL) {
        free(e);
        return NULL;
    }
    if (c != NULL && c->begun == NULL)
        c->begun = e;
    return e;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct am_exchange *e = *context;
    (void)cls, (void)code;
    if (e == NULL)
        return;
    forget(connection, e);
    if (e->stage == AM_EXCHANGE_WAITING)
        leave_list(e);
    release(e);
    *context = NULL;
}

static size_t leave_escaped(void *cls, struct MHD_Connection *connection, char *text)
{
    (void)cls, (void)connection;
    return strlen(text);
}

void am_http_each_header(struct am_exchange *e, MHD_KeyValueIteratorN iterator, void *context)
{
    MHD_get_connection_values_n(e->connection, MHD_HEADER_KIND, iterator, context);
}

struct MHD_Daemon *am_http_start(struct am_listener *l)
{
    unsigned flags = MHD_ALLOW_SUSPEND_RESUME;
#if defined(__linux__) && !defined(AM_LISTENER_SELECT)
    flags |= MHD_USE_EPOLL;
#endif
    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, l, MHD_OPTION_LISTEN_SOCKET, l->control,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, l, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped,
        NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, l, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, l, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_LIMIT, l->max_connections + CONTROL_CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, l->idle_timeout, MHD_OPTION_END);
}
