/* SPDX-License-Identifier: MIT */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include "listener.h"

#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 16 * 1024,
    IDLE_MS = 15 * 1000,
    MOST_UNREAD = 1024 * 1024, /* a reader that is further behind is let go */
};

/* It belongs to its response, which frees it. While it has nothing to say, its connection is
   suspended, so that libmicrohttpd does not ask again and again. */
struct am_stream {
    struct am_listener *listener;
    struct MHD_Connection *connection;
    uint64_t id;
    char *bytes;
    size_t length, sent;
    struct am_pace pace;
    const char *idle; /* with the bytes of a stream that is fed; NULL: a paced body */
    bool held, ended, suspended, control;
    int64_t due_ms;
    struct am_stream *next;
    struct am_stream **link;
};

static ssize_t sleep_until(struct am_stream *s, int64_t due_ms)
{
    s->due_ms = due_ms;
    s->suspended = true;
    MHD_suspend_connection(s->connection);
    return 0;
}

static void wake_up(struct am_stream *s)
{
    if (!s->suspended)
        return;
    s->suspended = false;
    s->listener->again = true;
    MHD_resume_connection(s->connection);
}

static ssize_t end_paced(struct am_stream *s)
{
    if (s->pace.hold_ms > 0 && !s->held) {
        s->held = true;
        return sleep_until(s, am_now_ms() + s->pace.hold_ms);
    }
    if (s->pace.kill == AM_KILL_RESET)
        am_http_reset(am_http_socket(s->connection));
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static ssize_t copy_out(const char *bytes, size_t count, char *buffer, size_t max)
{
    if (count > max)
        count = max;
    memcpy(buffer, bytes, count);
    return (ssize_t)count;
}

static ssize_t read_paced(void *cls, uint64_t position, char *buffer, size_t max)
{
    struct am_stream *s = cls;
    size_t left = s->pace.keep - s->sent;
    int64_t now;
    (void)position;
    if (left == 0 || s->ended)
        return end_paced(s);
    if (s->pace.step > 0) {
        now = am_now_ms();
        if (now < s->due_ms)
            return sleep_until(s, s->due_ms);
        s->due_ms = now + s->pace.pause_ms;
        if (left > s->pace.step)
            left = s->pace.step;
    }
    left = (size_t)copy_out(s->bytes + s->sent, left, buffer, max);
    s->sent += left;
    return (ssize_t)left;
}

static ssize_t read_fed(void *cls, uint64_t position, char *buffer, size_t max)
{
    struct am_stream *s = cls;
    ssize_t count;
    (void)position;
    if (s->sent < s->length) {
        count = copy_out(s->bytes + s->sent, s->length - s->sent, buffer, max);
        s->sent += (size_t)count;
        s->due_ms = am_now_ms() + IDLE_MS;
        return count;
    }
    if (s->ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (s->due_ms <= am_now_ms()) {
        s->due_ms = am_now_ms() + IDLE_MS;
        return copy_out(s->idle, strlen(s->idle), buffer, max);
    }
    return sleep_until(s, s->due_ms);
}

static void destroy(void *cls)
{
    struct am_stream *s = cls;
    *s->link = s->next;
    if (s->next != NULL)
        s->next->link = s->link;
    free(s->bytes);
    free(s);
}

static struct am_stream *create(struct am_exchange *e, const char *body, size_t length,
                                const char *idle)
{
    size_t more = idle != NULL ? strlen(idle) + 1 : 0;
    struct am_stream *s = calloc(1, sizeof *s + more);
    if (s == NULL)
        return NULL;
    s->bytes = malloc(length + 1);
    if (s->bytes == NULL) {
        free(s);
        return NULL;
    }
    memcpy(s->bytes, body, length);
    s->length = length;
    if (idle != NULL)
        s->idle = memcpy(s + 1, idle, more);
    s->listener = e->listener;
    s->connection = e->connection;
    s->id = e->id;
    s->control = e->control;
    s->next = e->listener->streams;
    s->link = &e->listener->streams;
    if (s->next != NULL)
        s->next->link = &s->next;
    e->listener->streams = s;
    return s;
}

static struct MHD_Response *respond(struct am_stream *s, uint64_t size,
                                    MHD_ContentReaderCallback reader)
{
    struct MHD_Response *response;
    if (s == NULL)
        return NULL;
    response = MHD_create_response_from_callback(size, BLOCK, reader, s, destroy);
    if (response == NULL)
        destroy(s);
    return response;
}

struct MHD_Response *am_stream_paced(struct am_exchange *e, const char *body, size_t length,
                                     const struct am_pace *pace)
{
    struct am_stream *s = create(e, body, length, NULL);
    if (s != NULL)
        s->pace = *pace;
    return respond(s, length, read_paced);
}

struct MHD_Response *am_stream_open(struct am_exchange *e, const char *body, size_t length,
                                    const char *idle)
{
    return respond(create(e, body, length, idle), MHD_SIZE_UNKNOWN, read_fed);
}

static bool append(struct am_stream *s, const char *bytes, size_t length)
{
    size_t unread = s->length - s->sent;
    char *grown;
    if (unread + length > MOST_UNREAD)
        return false;
    memmove(s->bytes, s->bytes + s->sent, unread);
    s->length = unread;
    s->sent = 0;
    grown = realloc(s->bytes, unread + length + 1);
    if (grown == NULL)
        return false;
    memcpy(grown + unread, bytes, length);
    s->bytes = grown;
    s->length = unread + length;
    return true;
}

bool am_stream_push(struct am_listener *l, uint64_t id, const char *bytes, size_t length)
{
    struct am_stream *s = l->streams;
    while (s != NULL && (s->id != id || s->idle == NULL))
        s = s->next;
    if (s == NULL || s->ended)
        return false;
    s->ended = bytes == NULL || !append(s, bytes, length);
    wake_up(s);
    return bytes == NULL || !s->ended;
}

void am_stream_run_due(struct am_listener *l, int64_t now)
{
    for (struct am_stream *s = l->streams; s != NULL; s = s->next)
        if (s->suspended && s->due_ms <= now)
            wake_up(s);
}

int64_t am_stream_next_due(const struct am_listener *l)
{
    int64_t next = -1;
    for (const struct am_stream *s = l->streams; s != NULL; s = s->next)
        if (s->suspended && (next < 0 || s->due_ms < next))
            next = s->due_ms;
    return next;
}

void am_stream_end_all(struct am_listener *l, bool control_too)
{
    for (struct am_stream *s = l->streams; s != NULL; s = s->next) {
        if (s->control && !control_too)
            continue;
        s->ended = true;
        s->held = true;
        wake_up(s);
    }
}
