/* SPDX-License-Identifier: MIT */
/* Answers that take their time: paced, cut short, or fed by the service. */
#define _GNU_SOURCE
#include "listener.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "list.h"

enum {
    BLOCK_SIZE = 16 * 1024,
    IDLE_MS = 15 * 1000,
    MOST_UNREAD = 1024 * 1024, /* a reader that is further behind is let go */
};

/* It belongs to its response, which frees it. While it has nothing to say, its connection is
 * suspended, so that libmicrohttpd does not ask again and again. */
struct am_stream {
    am_listener *listener;
    struct MHD_Connection *connection;
    uint64_t id;
    char *bytes;
    size_t size, sent;
    am_pace pace;
    const char *idle; /* with the bytes of a stream that is fed; NULL: a paced body */
    bool held, ended, suspended, control;
    int64_t due_ms;
    struct am_stream *next, **link;
};

static ssize_t suspend_stream(am_stream *stream, int64_t due_ms)
{
    stream->due_ms = due_ms;
    stream->suspended = true;
    MHD_suspend_connection(stream->connection);
    return 0;
}

static void resume_stream(am_stream *stream)
{
    if (!stream->suspended)
        return;
    stream->suspended = false;
    stream->listener->again = true;
    MHD_resume_connection(stream->connection);
}

/* ---- libmicrohttpd asks for bytes ------------------------------------------------------------ */

static ssize_t end_paced(am_stream *stream)
{
    if (stream->pace.hold_ms > 0 && !stream->held) {
        stream->held = true;
        return suspend_stream(stream, am_monotonic_ms() + stream->pace.hold_ms);
    }
    if (stream->pace.kill == AM_KILL_RESET)
        am_http_reset(am_http_socket(stream->connection));
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static ssize_t copy_out(const char *bytes, size_t count, char *buffer, size_t room)
{
    if (count > room)
        count = room;
    memcpy(buffer, bytes, count);
    return (ssize_t)count;
}

static ssize_t read_paced(void *context, uint64_t position, char *buffer, size_t room)
{
    am_stream *stream = context;
    (void)position;
    size_t left = stream->pace.keep - stream->sent;
    if (left == 0 || stream->ended)
        return end_paced(stream);
    if (stream->pace.step > 0) {
        int64_t now_ms = am_monotonic_ms();
        if (now_ms < stream->due_ms)
            return suspend_stream(stream, stream->due_ms);
        stream->due_ms = now_ms + stream->pace.pause_ms;
        if (left > stream->pace.step)
            left = stream->pace.step;
    }
    ssize_t count = copy_out(stream->bytes + stream->sent, left, buffer, room);
    stream->sent += (size_t)count;
    return count;
}

static ssize_t read_fed(void *context, uint64_t position, char *buffer, size_t room)
{
    am_stream *stream = context;
    (void)position;
    if (stream->sent < stream->size) {
        ssize_t count =
            copy_out(stream->bytes + stream->sent, stream->size - stream->sent, buffer, room);
        stream->sent += (size_t)count;
        stream->due_ms = am_monotonic_ms() + IDLE_MS;
        return count;
    }
    if (stream->ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (stream->due_ms <= am_monotonic_ms()) {
        stream->due_ms = am_monotonic_ms() + IDLE_MS;
        return copy_out(stream->idle, strlen(stream->idle), buffer, room);
    }
    return suspend_stream(stream, stream->due_ms);
}

/* ---- making ---------------------------------------------------------------------------------- */

static void free_stream(void *context)
{
    am_stream *stream = context;
    AM_LIST_REMOVE(stream);
    free(stream->bytes);
    free(stream);
}

static am_stream *new_stream(am_exchange *exchange, const char *body, size_t size, const char *idle)
{
    size_t idle_size = idle ? strlen(idle) + 1 : 0;
    am_stream *stream = calloc(1, sizeof *stream + idle_size);
    if (!stream)
        return NULL;
    stream->bytes = malloc(size + 1);
    if (!stream->bytes) {
        free(stream);
        return NULL;
    }
    memcpy(stream->bytes, body, size);
    stream->size = size;
    if (idle)
        stream->idle = memcpy(stream + 1, idle, idle_size);
    stream->listener = exchange->listener;
    stream->connection = exchange->connection;
    stream->id = exchange->id;
    stream->control = exchange->control;
    AM_LIST_ADD(exchange->listener->streams, stream);
    return stream;
}

static struct MHD_Response *respond_with(am_stream *stream, uint64_t size,
                                         MHD_ContentReaderCallback reader)
{
    if (!stream)
        return NULL;
    struct MHD_Response *response =
        MHD_create_response_from_callback(size, BLOCK_SIZE, reader, stream, free_stream);
    if (!response)
        free_stream(stream);
    return response;
}

struct MHD_Response *am_stream_paced(am_exchange *exchange, const char *body, size_t size,
                                     const am_pace *pace)
{
    am_stream *stream = new_stream(exchange, body, size, NULL);
    if (stream)
        stream->pace = *pace;
    return respond_with(stream, size, read_paced);
}

struct MHD_Response *am_stream_open(am_exchange *exchange, const char *body, size_t size,
                                    const char *idle)
{
    return respond_with(new_stream(exchange, body, size, idle), MHD_SIZE_UNKNOWN, read_fed);
}

/* ---- feeding --------------------------------------------------------------------------------- */

static bool append_bytes(am_stream *stream, const char *bytes, size_t size)
{
    size_t unread = stream->size - stream->sent;
    if (unread + size > MOST_UNREAD)
        return false;
    memmove(stream->bytes, stream->bytes + stream->sent, unread);
    stream->size = unread;
    stream->sent = 0;
    char *grown = realloc(stream->bytes, unread + size + 1);
    if (!grown)
        return false;
    memcpy(grown + unread, bytes, size);
    stream->bytes = grown;
    stream->size = unread + size;
    return true;
}

bool am_stream_push(am_listener *listener, uint64_t id, const char *bytes, size_t size)
{
    am_stream *stream = listener->streams;
    while (stream && (stream->id != id || !stream->idle))
        stream = stream->next;
    if (!stream || stream->ended)
        return false;
    stream->ended = !bytes || !append_bytes(stream, bytes, size);
    resume_stream(stream);
    return !bytes || !stream->ended;
}

void am_stream_run_due(am_listener *listener, int64_t now_ms)
{
    for (am_stream *stream = listener->streams; stream; stream = stream->next)
        if (stream->suspended && stream->due_ms <= now_ms)
            resume_stream(stream);
}

int64_t am_stream_next_due(const am_listener *listener)
{
    int64_t next_ms = -1;
    for (const am_stream *stream = listener->streams; stream; stream = stream->next)
        if (stream->suspended && (next_ms < 0 || stream->due_ms < next_ms))
            next_ms = stream->due_ms;
    return next_ms;
}

void am_stream_end_all(am_listener *listener, bool control_too)
{
    for (am_stream *stream = listener->streams; stream; stream = stream->next) {
        if (stream->control && !control_too)
            continue;
        stream->ended = true;
        stream->held = true;
        resume_stream(stream);
    }
}
