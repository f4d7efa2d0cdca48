/* SPDX-License-Identifier: MIT */
/* libmicrohttpd: requests in, answers and connection faults out. */
#define _GNU_SOURCE
#include "listener.h"

#include <stdlib.h>
#include <string.h>

#include "list.h"

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
    am_exchange *begun; /* of which libmicrohttpd may never tell again */
    struct am_connection *next, **link;
};

/* ---- connections ----------------------------------------------------------------------------- */

int am_http_socket(struct MHD_Connection *handle)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/* Dissolving the association makes the kernel send RST; SO_LINGER would not, because
 * libmicrohttpd shuts the socket down in order before it closes it. */
void am_http_reset(int fd)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    (void)connect(fd, &none, sizeof none);
}

static void send_raw(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return; /* a client that does not read gets less: never wait for it */
        bytes += sent;
        size -= (size_t)sent;
    }
}

static am_connection *connection_of(struct MHD_Connection *handle)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void free_exchange(am_exchange *exchange)
{
    am_answer_clear(&exchange->answer);
    free(exchange->target);
    free(exchange->body);
    free(exchange);
}

static am_connection *begin_connection(am_listener *listener, struct MHD_Connection *handle)
{
    am_connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        return NULL;
    connection->handle = handle;
    connection->id = ++listener->next_connection;
    connection->control = !listener->arriving;
    listener->held += connection->control ? 0 : 1;
    AM_LIST_ADD(listener->connections, connection);
    return connection;
}

static void end_connection(am_listener *listener, am_connection *connection)
{
    if (!connection)
        return;
    if (connection->begun)
        free_exchange(connection->begun);
    listener->held -= connection->control ? 0 : 1;
    AM_LIST_REMOVE(connection);
    free(connection);
}

static void on_connection(void *context, struct MHD_Connection *handle, void **socket_context,
                          enum MHD_ConnectionNotificationCode what)
{
    am_listener *listener = context;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *socket_context = begin_connection(listener, handle);
    } else {
        end_connection(listener, *socket_context);
        *socket_context = NULL;
        listener->again = true; /* there may be room for one that waits to be accepted */
    }
}

/* ---- answers --------------------------------------------------------------------------------- */

void am_answer_clear(am_answer *answer)
{
    if (answer->response)
        MHD_destroy_response(answer->response);
    if (answer->websocket)
        am_websocket_abandon(answer->websocket);
    free(answer->raw);
    *answer = (am_answer){0};
}

static enum MHD_Result deliver(am_exchange *exchange)
{
    am_answer *answer = &exchange->answer;
    if (answer->response) {
        if (exchange->listener->shut && !exchange->control)
            MHD_add_response_header(answer->response, MHD_HTTP_HEADER_CONNECTION, "close");
        return MHD_queue_response(exchange->connection, answer->status, answer->response);
    }
    int fd = am_http_socket(exchange->connection);
    if (answer->raw && !exchange->listener->tls) /* outside of TLS it would be no HTTP at all */
        send_raw(fd, answer->raw, answer->raw_size);
    if (answer->kill == AM_KILL_RESET)
        am_http_reset(fd);
    return MHD_NO; /* the daemon closes the connection */
}

void am_http_wait(am_exchange *exchange, int64_t due_ms)
{
    exchange->stage = AM_EXCHANGE_WAITING;
    exchange->due_ms = due_ms;
    AM_LIST_ADD(exchange->listener->waiting, exchange);
    MHD_suspend_connection(exchange->connection);
}

static void stop_waiting(am_exchange *exchange)
{
    AM_LIST_REMOVE(exchange);
    exchange->stage = AM_EXCHANGE_ANSWERED;
}

void am_http_resume(am_exchange *exchange)
{
    stop_waiting(exchange);
    exchange->listener->again = true;
    MHD_resume_connection(exchange->connection);
}

void am_http_reset_all(am_listener *listener)
{
    for (am_connection *one = listener->connections; one; one = one->next)
        if (!one->control && one->handle != listener->serving)
            am_http_reset(am_http_socket(one->handle));
    for (am_exchange *exchange = listener->waiting, *next; exchange; exchange = next) {
        next = exchange->next;
        if (exchange->control)
            continue;
        am_answer_clear(&exchange->answer);
        am_http_resume(exchange);
    }
    am_stream_end_all(listener, false);
    am_websocket_reset_all(listener);
    listener->again = true;
}

/* ---- requests -------------------------------------------------------------------------------- */

/* False: the connection has to end. */
static bool keep_body(am_exchange *exchange, const char *bytes, size_t size)
{
    size_t most = exchange->listener->max_body;
    exchange->received += size;
    if (exchange->too_large || size > most - exchange->size) {
        exchange->too_large = true;
        return exchange->received / DRAIN_FACTOR <= most;
    }
    if (size > exchange->capacity - exchange->size) {
        size_t capacity = exchange->capacity > 0 ? exchange->capacity : FIRST_BODY;
        while (capacity - exchange->size < size)
            capacity *= 2;
        char *grown = realloc(exchange->body, capacity);
        if (!grown)
            return false;
        exchange->body = grown;
        exchange->capacity = capacity;
    }
    memcpy(exchange->body + exchange->size, bytes, size);
    exchange->size += size;
    return true;
}

static bool announces_too_much(am_exchange *exchange)
{
    const char *text = MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND,
                                                   MHD_HTTP_HEADER_CONTENT_LENGTH);
    uint64_t announced = text ? strtoull(text, NULL, 10) : 0;
    if (announced <= exchange->listener->max_body)
        return false;
    exchange->received = announced;
    return true;
}

static void begin_exchange(am_exchange *exchange, struct MHD_Connection *handle, const char *method)
{
    am_connection *connection = connection_of(handle);
    exchange->connection = handle;
    exchange->method = method;
    if (connection) {
        exchange->connection_id = connection->id;
        exchange->control = connection->control;
        exchange->number = ++connection->requests;
    }
}

static enum MHD_Result answer_exchange(am_exchange *exchange)
{
    am_listener *listener = exchange->listener;
    exchange->stage = AM_EXCHANGE_ANSWERED;
    if (listener->closing)
        return MHD_NO;
    listener->serving = exchange->connection;
    am_service_handle(listener, exchange);
    listener->serving = NULL;
    return exchange->stage == AM_EXCHANGE_WAITING ? MHD_YES : deliver(exchange);
}

/* Called with the headers, then with each part of the body, then with none; once more when a
 * suspended connection was resumed. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *handle, const char *url,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *size, void **request_context)
{
    am_exchange *exchange = *request_context;
    (void)context, (void)url, (void)version;
    if (!exchange)
        return MHD_NO; /* out of memory */
    if (exchange->stage == AM_EXCHANGE_NEW) {
        begin_exchange(exchange, handle, method);
        exchange->stage = AM_EXCHANGE_READING;
        exchange->too_large = announces_too_much(exchange);
        return exchange->too_large ? answer_exchange(exchange) : MHD_YES;
    }
    if (*size > 0) {
        bool kept = keep_body(exchange, bytes, *size);
        *size = 0;
        return kept ? MHD_YES : MHD_NO;
    }
    if (exchange->stage == AM_EXCHANGE_READING)
        return answer_exchange(exchange);
    return deliver(exchange); /* resumed */
}

/* The service reads the query itself. libmicrohttpd would keep each parameter in the connection's
 * memory, and end the connection where that is not enough: it gets to see none. The bytes are in
 * its own buffer, which it cuts up a moment later. */
static void hide_query(const char *target)
{
    char *mark = strchr((char *)(uintptr_t)target, '?');
    if (mark)
        mark[1] = '\0';
}

/* The one callback that sees the target before it is taken apart; it makes the exchange. */
static void *on_target(void *context, const char *target, struct MHD_Connection *handle)
{
    am_listener *listener = context;
    am_connection *connection = connection_of(handle);
    am_exchange *exchange = calloc(1, sizeof *exchange);
    listener->settle = true;
    if (!exchange)
        return NULL;
    exchange->listener = listener;
    exchange->id = ++listener->next_exchange;
    exchange->target = strdup(target);
    hide_query(target);
    if (!exchange->target) {
        free(exchange);
        return NULL;
    }
    if (connection && !connection->begun)
        connection->begun = exchange;
    return exchange;
}

static void on_completed(void *context, struct MHD_Connection *handle, void **request_context,
                         enum MHD_RequestTerminationCode code)
{
    am_exchange *exchange = *request_context;
    (void)context, (void)code;
    if (!exchange)
        return;
    am_connection *connection = connection_of(handle);
    if (connection && connection->begun == exchange)
        connection->begun = NULL;
    if (exchange->stage == AM_EXCHANGE_WAITING)
        stop_waiting(exchange);
    if (exchange->upgraded)
        exchange->listener->upgrades_ending--;
    free_exchange(exchange);
    *request_context = NULL;
}

static size_t leave_escaped(void *context, struct MHD_Connection *handle, char *text)
{
    (void)context, (void)handle;
    return strlen(text);
}

void am_http_each_header(am_exchange *exchange, MHD_KeyValueIteratorN iterator, void *context)
{
    MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, iterator, context);
}

struct MHD_Daemon *am_http_start(am_listener *listener)
{
    unsigned flags = MHD_ALLOW_SUSPEND_RESUME | MHD_ALLOW_UPGRADE;
#ifdef AM_LISTENER_EPOLL
    flags |= MHD_USE_EPOLL;
#endif
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)listener->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)listener->key},
        {MHD_OPTION_END, 0, NULL}};
    if (listener->tls)
        flags |= MHD_USE_TLS;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, listener, MHD_OPTION_LISTEN_SOCKET, listener->control,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, listener, MHD_OPTION_UNESCAPE_CALLBACK,
        leave_escaped, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, listener,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, listener, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_LIMIT,
        listener->max_connections + CONTROL_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
        listener->idle_timeout, MHD_OPTION_ARRAY, listener->tls ? tls : &tls[2], MHD_OPTION_END);
}
