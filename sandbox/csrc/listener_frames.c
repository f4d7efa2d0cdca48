/* SPDX-License-Identifier: MIT */
/* The bytes of a WebSocket: wslay's callbacks, messages in, frames out. wslay checks what it reads
 * (masks, reserved bits, UTF-8, lengths), answers pings, and queues a close frame on an error. */
#define _GNU_SOURCE
#include "listener_websocket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

enum {
    MOST_MESSAGE = 64 * 1024,  /* bytes; a longer message gets close code 1009 */
    MOST_A_TURN = 64 * 1024,   /* bytes read from a socket before others get a turn */
    MOST_UNREAD = 1024 * 1024, /* bytes; a reader further behind is cut off */
    MOST_UNREAD_FRAMES = 8192, /* the same in frames, since they may be empty */
    CLOSE_MS = 2000,           /* for the peer to answer a close frame, and again to close */
};

/* ---- wslay's callbacks ----------------------------------------------------------------------- */

static bool would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK;
}

static ssize_t read_early(am_websocket *socket, uint8_t *buffer, size_t room)
{
    size_t count = socket->early_size - socket->early_read;
    if (count > room)
        count = room;
    memcpy(buffer, socket->early + socket->early_read, count);
    socket->early_read += count;
    socket->given += count;
    if (socket->early_read == socket->early_size) {
        free(socket->early);
        socket->early = NULL;
    }
    return (ssize_t)count;
}

/* Like recv, up to the budget; notes when the connection is gone. */
static ssize_t read_socket(am_websocket *socket, void *buffer, size_t room)
{
    ssize_t count;
    if (room > socket->budget)
        room = socket->budget;
    if (room == 0) {
        errno = EAGAIN;
        return -1;
    }
    do
        count = recv(socket->fd, buffer, room, 0);
    while (count < 0 && errno == EINTR);
    if (count > 0)
        socket->budget -= (size_t)count;
    else if (count == 0 || !would_block())
        socket->broken = true;
    return count;
}

static ssize_t on_receive(wslay_event_context_ptr frames, uint8_t *buffer, size_t room, int flags,
                          void *context)
{
    am_websocket *socket = context;
    (void)flags;
    if (socket->early)
        return read_early(socket, buffer, room);
    ssize_t count = read_socket(socket, buffer, room);
    if (count > 0) {
        socket->given += (uint64_t)count;
        return count;
    }
    wslay_event_set_error(frames,
                          socket->broken ? WSLAY_ERR_CALLBACK_FAILURE : WSLAY_ERR_WOULDBLOCK);
    return -1;
}

static ssize_t on_send(wslay_event_context_ptr frames, const uint8_t *bytes, size_t size, int flags,
                       void *context)
{
    const am_websocket *socket = context;
    ssize_t count;
    (void)flags;
    do
        count = send(socket->fd, bytes, size, MSG_NOSIGNAL);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        wslay_event_set_error(frames,
                              would_block() ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
    return count;
}

/* A frame begins; its header has two bytes, a length of two or eight bytes if it exceeds 125, and
 * the mask. */
static void on_frame(wslay_event_context_ptr frames,
                     const struct wslay_event_on_frame_recv_start_arg *frame, void *context)
{
    am_websocket *socket = context;
    size_t length = frame->payload_length > UINT16_MAX ? 8 : frame->payload_length > 125 ? 2 : 0;
    (void)frames;
    socket->taken += 2 + length + 4 + frame->payload_length;
    if (!wslay_is_ctrl_frame(frame->opcode))
        socket->in_message = !frame->fin;
}

static void on_message(wslay_event_context_ptr frames,
                       const struct wslay_event_on_msg_recv_arg *message, void *context)
{
    const am_websocket *socket = context;
    (void)frames;
    if (!wslay_is_ctrl_frame(message->opcode))
        am_service_message(socket->listener, socket->id, (const char *)message->msg,
                           message->msg_length, message->opcode == WSLAY_TEXT_FRAME);
}

/* False: out of memory; the socket ends. */
static bool wake(am_websocket *socket)
{
    static const struct wslay_event_callbacks callbacks = {
        .recv_callback = on_receive,
        .send_callback = on_send,
        .on_frame_recv_start_callback = on_frame,
        .on_msg_recv_callback = on_message,
    };
    if (socket->frames)
        return true;
    if (wslay_event_context_server_init(&socket->frames, &callbacks, socket) == 0) {
        wslay_event_config_set_max_recv_msg_length(socket->frames, MOST_MESSAGE);
        return true;
    }
    socket->frames = NULL;
    socket->ended = true;
    return false;
}

void am_frames_rest(am_websocket *socket)
{
    if (!socket->frames || socket->given != socket->taken || socket->in_message ||
        socket->due_ms >= 0 || !wslay_event_want_read(socket->frames) ||
        wslay_event_want_write(socket->frames))
        return;
    wslay_event_context_free(socket->frames);
    socket->frames = NULL;
    socket->given = socket->taken = 0;
}

bool am_frames_keep(am_websocket *socket, const char *early, size_t size)
{
    if (size == 0)
        return true;
    socket->early = malloc(size);
    if (!socket->early)
        return false;
    memcpy(socket->early, early, size);
    socket->early_size = size;
    return true;
}

/* ---- reading --------------------------------------------------------------------------------- */

static void drop_bytes(am_websocket *socket)
{
    char dropped[4096];
    while (read_socket(socket, dropped, sizeof dropped) > 0)
        continue;
}

/* Pongs count, too: a client may send pings and never read. */
static bool is_behind(const am_websocket *socket, size_t more)
{
    return wslay_event_get_queued_msg_length(socket->frames) + more > MOST_UNREAD ||
           wslay_event_get_queued_msg_count(socket->frames) > MOST_UNREAD_FRAMES;
}

void am_frames_read(am_websocket *socket)
{
    socket->budget = MOST_A_TURN;
    socket->stirred = true;
    if (socket->silent)
        drop_bytes(socket);
    else if (!wake(socket) || wslay_event_recv(socket->frames) == WSLAY_ERR_NOMEM ||
             is_behind(socket, 0))
        socket->ended = true;
    if (socket->broken)
        socket->ended = true;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* Under TLS, the end of one direction would not reach the peer, so both end. */
static void begin_to_drain(am_websocket *socket)
{
    socket->silent = socket->drained = true;
    socket->due_ms = am_monotonic_ms() + CLOSE_MS;
    if (socket->upgrade || shutdown(socket->fd, SHUT_WR) != 0)
        socket->ended = true;
}

/* wslay would send a close frame before the queued messages, so it waits here. */
static void take_leave(am_websocket *socket)
{
    am_farewell farewell = socket->farewell;
    if (farewell == AM_STAY || wslay_event_want_write(socket->frames))
        return;
    socket->farewell = AM_STAY;
    if (farewell == AM_CUT)
        socket->ended = true;
    else if (farewell == AM_SILENCE)
        socket->silent = true;
    else if (wslay_event_queue_close(socket->frames, (uint16_t)socket->code, NULL, 0) != 0 ||
             wslay_event_send(socket->frames) != 0)
        socket->ended = true;
}

bool am_frames_write(am_websocket *socket)
{
    bool rests = !socket->frames && socket->farewell == AM_STAY;
    if (socket->silent || socket->ended || rests || !wake(socket))
        return false;
    if (wslay_event_send(socket->frames) != 0) {
        socket->ended = true;
        return false;
    }
    take_leave(socket);
    if (wslay_event_want_write(socket->frames))
        return true;
    if (!wslay_event_want_read(socket->frames))
        begin_to_drain(socket);
    return false;
}

/* After its close frame, a socket takes no message. A silent one takes all and sends none. */
bool am_frames_queue(am_websocket *socket, const char *text, size_t size)
{
    const struct wslay_event_msg message = {WSLAY_TEXT_FRAME, (const uint8_t *)text, size};
    if (socket->ended || socket->drained || socket->due_ms >= 0)
        return false;
    if (socket->silent || socket->farewell == AM_SILENCE)
        return true;
    socket->stirred = true;
    if (wake(socket) && !is_behind(socket, size) &&
        wslay_event_queue_msg(socket->frames, &message) == 0)
        return true;
    socket->ended = true;
    return false;
}

void am_frames_leave(am_websocket *socket, am_farewell farewell, unsigned code)
{
    bool leaving = socket->drained || socket->farewell != AM_STAY;
    if (socket->ended || (leaving && farewell != AM_RESET))
        return;
    socket->farewell = farewell;
    socket->code = code;
    socket->stirred = true;
    if (farewell == AM_RESET)
        am_http_reset(socket->handle ? am_http_socket(socket->handle) : socket->fd);
    if (farewell == AM_RESET || (farewell != AM_SILENCE && socket->silent))
        socket->ended = true;
    else if (farewell != AM_SILENCE)
        socket->due_ms = am_monotonic_ms() + CLOSE_MS;
}
