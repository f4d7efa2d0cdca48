/* SPDX-License-Identifier: MIT */
/* The life of a WebSocket: the upgrade of a request, waiting for bytes, the end. */
#define _GNU_SOURCE
#include "listener_websocket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "clock.h"
#include "list.h"

#ifdef AM_LISTENER_EPOLL
#include <sys/epoll.h>
#endif

enum {
    ACCEPT_SIZE = 29,
    SHA1_SIZE = 20,
    MOST_KEY = 64,
    MOST_READY = 64,
    GOING_AWAY = 1001,
    KERNEL_BUFFER = 64 * 1024, /* else a slow reader would make it megabytes */
};

/* ---- waiting for bytes ----------------------------------------------------------------------- */

#ifdef AM_LISTENER_EPOLL

static bool change_watch(am_websocket *socket, int operation)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = socket};
    if (socket->writing)
        event.events |= EPOLLOUT;
    return epoll_ctl(socket->listener->websocket_poll, operation, socket->fd, &event) == 0;
}

static bool watch(am_websocket *socket)
{
    am_listener *listener = socket->listener;
    if (listener->websocket_poll < 0)
        listener->websocket_poll = epoll_create1(EPOLL_CLOEXEC);
    return listener->websocket_poll >= 0 && change_watch(socket, EPOLL_CTL_ADD);
}

static void unwatch(am_websocket *socket)
{
    (void)change_watch(socket, EPOLL_CTL_DEL);
}

static void watch_writing(am_websocket *socket, bool writing)
{
    if (socket->writing == writing)
        return;
    socket->writing = writing;
    if (!change_watch(socket, EPOLL_CTL_MOD))
        socket->ended = true;
}

void am_websocket_serve(am_listener *listener)
{
    struct epoll_event ready[MOST_READY];
    int count = epoll_wait(listener->websocket_poll, ready, MOST_READY, 0);
    for (int i = 0; i < count; i++) {
        listener->stirred = true;
        am_frames_read(ready[i].data.ptr);
    }
}

#else

static bool watch(am_websocket *socket)
{
    return socket->fd < FD_SETSIZE;
}

static void unwatch(am_websocket *socket)
{
    (void)socket;
}

static void watch_writing(am_websocket *socket, bool writing)
{
    socket->writing = writing;
}

void am_websocket_watch(const am_listener *listener, fd_set *readable, fd_set *writable,
                        MHD_socket *highest)
{
    for (const am_websocket *socket = listener->websockets; socket; socket = socket->next) {
        if (socket->fd < 0)
            continue;
        FD_SET(socket->fd, readable);
        if (socket->writing)
            FD_SET(socket->fd, writable);
        if (socket->fd > *highest)
            *highest = socket->fd;
    }
}

void am_websocket_serve(am_listener *listener, const fd_set *readable, const fd_set *writable)
{
    for (am_websocket *socket = listener->websockets; socket; socket = socket->next) {
        if (socket->fd < 0 || !(FD_ISSET(socket->fd, readable) || FD_ISSET(socket->fd, writable)))
            continue;
        listener->stirred = true;
        am_frames_read(socket);
    }
}

#endif

/* ---- the upgrade ----------------------------------------------------------------------------- */

/* The response to a Sec-WebSocket-Key (RFC 6455, 4.2.2). */
static bool accept_key(const char *key, size_t size, char accept[ACCEPT_SIZE])
{
    static const char magic[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    char joined[MOST_KEY + sizeof magic];
    unsigned char digest[EVP_MAX_MD_SIZE];
    if (size > MOST_KEY)
        return false;
    memcpy(joined, key, size);
    memcpy(joined + size, magic, sizeof magic - 1);
    if (EVP_Digest(joined, size + sizeof magic - 1, digest, NULL, EVP_sha1(), NULL) != 1)
        return false;
    EVP_EncodeBlock((unsigned char *)accept, digest, SHA1_SIZE);
    return true;
}

static bool prepare(am_websocket *socket, const char *early, size_t early_size)
{
    int on = 1, buffer = KERNEL_BUFFER;
    if (socket->fd < 0 || fcntl(socket->fd, F_SETFL, O_NONBLOCK) != 0)
        return false;
    (void)setsockopt(socket->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(socket->fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    return am_frames_keep(socket, early, early_size) && watch(socket);
}

/* Ends libmicrohttpd's part of the connection. */
static void end_upgrade(am_websocket *socket)
{
    socket->listener->again = true;
    socket->listener->upgrades_ending++;
    (void)MHD_upgrade_action(socket->upgrade, MHD_UPGRADE_ACTION_CLOSE);
    socket->upgrade = NULL;
    socket->handle = NULL;
}

static void close_fd(am_websocket *socket)
{
    if (socket->fd < 0)
        return;
    unwatch(socket);
    if (socket->upgrade)
        end_upgrade(socket); /* which closes it */
    else
        close(socket->fd);
    socket->fd = -1;
}

/* Without TLS, duplicates the descriptor and closes libmicrohttpd's at once, which would keep the
 * connection's memory, 64 KiB, for the life of the WebSocket. */
static void on_upgrade(void *context, struct MHD_Connection *handle, void *request_context,
                       const char *early, size_t early_size, MHD_socket fd,
                       struct MHD_UpgradeResponseHandle *upgrade)
{
    am_websocket *socket = context;
    am_exchange *exchange = request_context;
    bool tls = socket->listener->tls;
    exchange->answer.websocket = NULL; /* from here on, it ends by itself */
    exchange->upgraded = true;
    socket->listener->again = socket->listener->stirred = true;
    socket->stirred = true;
    socket->upgrade = upgrade;
    socket->handle = tls ? handle : NULL;
    socket->fd = tls ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (!prepare(socket, early, early_size))
        socket->ended = true;
    else if (early_size > 0)
        socket->listener->early = true;
    if (!tls)
        end_upgrade(socket);
    else if (socket->listener->closing)
        close_fd(socket);
}

static am_websocket *new_websocket(am_exchange *exchange)
{
    am_websocket *socket = calloc(1, sizeof *socket);
    if (!socket)
        return NULL;
    socket->listener = exchange->listener;
    socket->id = exchange->id;
    socket->control = exchange->control;
    socket->fd = -1;
    socket->due_ms = -1;
    AM_LIST_ADD(exchange->listener->websockets, socket);
    exchange->listener->websocket_count++;
    exchange->answer.websocket = socket;
    return socket;
}

struct MHD_Response *am_websocket_open(am_exchange *exchange, const char *key, size_t size)
{
    char accept[ACCEPT_SIZE];
    if (!accept_key(key, size, accept) || !new_websocket(exchange))
        return NULL;
    struct MHD_Response *response =
        MHD_create_response_for_upgrade(on_upgrade, exchange->answer.websocket);
    if (!response)
        return NULL;
    if (MHD_add_response_header(response, MHD_HTTP_HEADER_UPGRADE, "websocket") == MHD_YES &&
        MHD_add_response_header(response, "Sec-WebSocket-Accept", accept) == MHD_YES)
        return response;
    MHD_destroy_response(response);
    return NULL;
}

void am_websocket_abandon(am_websocket *socket)
{
    socket->ended = socket->listener->stirred = true;
}

/* ---- the end --------------------------------------------------------------------------------- */

static void free_websocket(am_websocket *socket)
{
    AM_LIST_REMOVE(socket);
    socket->listener->websocket_count--;
    socket->listener->again = true; /* there may be room to accept a waiting connection */
    close_fd(socket);
    if (socket->frames)
        wslay_event_context_free(socket->frames);
    free(socket->early);
    free(socket);
}

/* Bytes that came with the request do not make the descriptor readable. */
static void read_early_bytes(am_listener *listener)
{
    if (!listener->early)
        return;
    listener->early = false;
    for (am_websocket *socket = listener->websockets; socket; socket = socket->next)
        if (socket->early && !socket->ended)
            am_frames_read(socket);
}

static void settle(am_websocket *socket, int64_t now_ms)
{
    if (socket->stirred && socket->fd >= 0) {
        socket->stirred = false;
        bool writing = am_frames_write(socket);
        if (!socket->ended)
            watch_writing(socket, writing);
        am_frames_rest(socket);
    }
    if (socket->due_ms >= 0 && socket->due_ms <= now_ms)
        socket->ended = true;
}

void am_websocket_settle(am_listener *listener, int64_t now_ms)
{
    bool due = listener->websocket_due_ms >= 0 && listener->websocket_due_ms <= now_ms;
    if (!listener->stirred && !due)
        return;
    read_early_bytes(listener);
    listener->stirred = false;
    listener->websocket_due_ms = -1;
    for (am_websocket *socket = listener->websockets, *next; socket; socket = next) {
        next = socket->next;
        settle(socket, now_ms);
        if (socket->ended) {
            uint64_t id = socket->id;
            free_websocket(socket);
            am_service_gone(listener, id);
        } else if (socket->due_ms >= 0 && (listener->websocket_due_ms < 0 ||
                                           socket->due_ms < listener->websocket_due_ms)) {
            listener->websocket_due_ms = socket->due_ms;
        }
    }
}

void am_websocket_reset_all(am_listener *listener)
{
    for (am_websocket *socket = listener->websockets; socket; socket = socket->next) {
        if (socket->control || socket->fd < 0)
            continue;
        am_frames_leave(socket, AM_RESET, 0);
        listener->stirred = true;
    }
}

void am_websocket_leave_all(am_listener *listener)
{
    for (am_websocket *socket = listener->websockets; socket; socket = socket->next) {
        if (socket->fd < 0)
            continue;
        am_frames_leave(socket, AM_CLOSE, GOING_AWAY);
        (void)am_frames_write(socket);
        close_fd(socket);
    }
}

void am_websocket_free_all(am_listener *listener)
{
    while (listener->websockets)
        free_websocket(listener->websockets);
    if (listener->websocket_poll >= 0)
        close(listener->websocket_poll);
    listener->websocket_poll = -1;
}

/* ---- requests of the service ----------------------------------------------------------------- */

static am_websocket *find_websocket(am_listener *listener, uint64_t id)
{
    am_websocket *socket = listener->websockets;
    while (socket && (socket->id != id || socket->fd < 0))
        socket = socket->next;
    if (socket)
        listener->stirred = true;
    return socket;
}

bool am_websocket_send(am_listener *listener, uint64_t id, const char *text, size_t size)
{
    am_websocket *socket = find_websocket(listener, id);
    return socket && am_frames_queue(socket, text, size);
}

bool am_websocket_leave(am_listener *listener, uint64_t id, am_farewell farewell, unsigned code)
{
    am_websocket *socket = find_websocket(listener, id);
    if (socket)
        am_frames_leave(socket, farewell, code);
    return socket != NULL;
}
