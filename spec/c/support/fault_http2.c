/* SPDX-License-Identifier: MIT */
/* HTTP/2 (RFC 9113) by hand: only the frames that one client at a time needs. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault_conn.h"

enum {
    DATA = 0,
    HEADERS = 1,
    RST_STREAM = 3,
    SETTINGS = 4,
    PING = 6,
    GOAWAY = 7,
    WINDOW_UPDATE = 8
};
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4 };
enum { FRAME_HEAD = 9, PREFACE = 24, MOST_PAYLOAD = 16384, MOST_STREAMS = 128 };

/* A request whose body is arriving. */
typedef struct stream {
    unsigned id;
    fault_request request;
} stream;

static void put32(unsigned char *at, unsigned value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> (24 - 8 * i) & 0xff);
}

static unsigned get32(const char *from)
{
    const unsigned char *at = (const unsigned char *)from;
    return (unsigned)at[0] << 24 | (unsigned)at[1] << 16 | (unsigned)at[2] << 8 | at[3];
}

static bool send_frame(fault_conn *conn, int type, int flags, unsigned id, const void *payload,
                       size_t size)
{
    unsigned char head[FRAME_HEAD];
    put32(head, (unsigned)size << 8 | (unsigned)type);
    head[4] = (unsigned char)flags;
    put32(head + 5, id);
    return fault_wire_write(&conn->wire, head, sizeof head) &&
           (size == 0 || fault_wire_write(&conn->wire, payload, size));
}

/* The status as a literal of the static table's ":status", not indexed (RFC 7541, 6.2.2). Then the
 * body, and the end of the stream unless it is left open. */
static bool answer(fault_conn *conn, unsigned id, const fault_step *step)
{
    char block[8];
    const char *body = step->body ? step->body : FAULT_WHOLE;
    if (!step->status)
        return true;
    snprintf(block, sizeof block, "\x08\x03%03d", step->status % 1000);
    return send_frame(conn, HEADERS, END_HEADERS, id, block, 5) &&
           send_frame(conn, DATA, step->unfinished ? 0 : END_STREAM, id, body, strlen(body));
}

static bool misbehave(fault_conn *conn, unsigned id, const fault_step *step)
{
    unsigned char payload[8] = {0};
    switch (step->frame) {
    case FAULT_NO_FRAME:
        return true;
    case FAULT_PING:
        return send_frame(conn, PING, 0, 0, payload, 8);
    case FAULT_RST_STREAM:
        put32(payload, step->frame_code);
        return send_frame(conn, RST_STREAM, 0, id, payload, 4);
    case FAULT_GOAWAY_BELOW:
    case FAULT_GOAWAY_AT:
        put32(payload, step->frame == FAULT_GOAWAY_AT ? id : id - 1);
        put32(payload + 4, step->frame_code);
        return send_frame(conn, GOAWAY, 0, 0, payload, 8);
    }
    return false;
}

/* A request is complete; false: the connection ends, and *reset says how. */
static bool finish(fault_conn *conn, stream *at, bool *reset)
{
    const fault_step *step = &at->request.step;
    unsigned id = at->id;
    fault_perform(conn, &at->request);
    fault_leaving(conn);
    at->id = 0;
    if (!answer(conn, id, step) || !fault_pause(conn, step) || !misbehave(conn, id, step))
        return false;
    return step->end == FAULT_STALL || fault_goes_on(conn, step->end, reset);
}

static stream *find(stream streams[MOST_STREAMS], unsigned id)
{
    for (int i = 0; i < MOST_STREAMS; i++)
        if (streams[i].id == id)
            return &streams[i];
    return NULL;
}

/* Lets the peer send as much again as it has sent. */
static bool open_windows(fault_conn *conn, unsigned id, size_t size)
{
    unsigned char payload[4];
    put32(payload, (unsigned)size);
    return send_frame(conn, WINDOW_UPDATE, 0, 0, payload, 4) &&
           send_frame(conn, WINDOW_UPDATE, 0, id, payload, 4);
}

/* Handles one frame, whose payload starts at `payload`; false: the connection ends. */
static bool handle(fault_conn *conn, stream streams[MOST_STREAMS], const char *head,
                   const char *payload, size_t size, bool *reset)
{
    int type = (unsigned char)head[3], flags = (unsigned char)head[4];
    unsigned id = get32(head + 5) & 0x7fffffff;
    stream *at = find(streams, id);
    if (type == SETTINGS && !(flags & ACK))
        return send_frame(conn, SETTINGS, ACK, 0, NULL, 0);
    if (type == PING && !(flags & ACK))
        return send_frame(conn, PING, ACK, 0, payload, size);
    if (type == GOAWAY)
        return false;
    if (type == RST_STREAM && at && id)
        at->id = 0, fault_leaving(conn);
    if (type == HEADERS) {
        at = find(streams, 0);
        if (!at)
            return false;
        *at = (stream){.id = id, .request = fault_arrived(conn, payload, size)};
        if (at->request.step.when == FAULT_AFTER_HEAD)
            return finish(conn, at, reset);
    }
    if ((type == HEADERS || type == DATA) && (flags & END_STREAM) && at && at->id)
        return finish(conn, at, reset);
    if (type == DATA && at && at->id && size > 0)
        return open_windows(conn, id, size);
    return true;
}

bool fault_http2(fault_conn *conn)
{
    /* No dynamic table: operations stay readable in every head. */
    static const unsigned char settings[] = {0, 1, 0, 0, 0, 0, 0, 3, 0, 0, 0, MOST_STREAMS};
    fault_wire *wire = &conn->wire;
    stream streams[MOST_STREAMS] = {0};
    bool reset = false, going = fault_wire_need(wire, PREFACE) &&
                                send_frame(conn, SETTINGS, 0, 0, settings, sizeof settings);
    if (going)
        fault_wire_drop(wire, PREFACE);
    while (going && fault_wire_need(wire, FRAME_HEAD)) {
        size_t size = get32(wire->in) >> 8;
        if (size > MOST_PAYLOAD || !fault_wire_need(wire, FRAME_HEAD + size))
            break;
        going = handle(conn, streams, wire->in, wire->in + FRAME_HEAD, size, &reset);
        if (going)
            fault_wire_drop(wire, FRAME_HEAD + size);
    }
    for (int i = 0; i < MOST_STREAMS; i++)
        if (streams[i].id)
            fault_leaving(conn);
    return reset;
}
