/* SPDX-License-Identifier: MIT */
/*
 * One WebSocket, shared by the two files that know what is inside.
 *
 *   listener_websocket.c  its life: the upgrade, waiting, the end
 *   listener_frames.c     its bytes: what wslay reads and writes
 *
 * An end in order: a close frame of either side is queued, it is sent, and then the socket is
 * drained. Nothing is written any more, and what still comes is dropped until the peer closes, so
 * that the kernel does not answer unread bytes with a reset, which could overtake the close frame.
 */
#ifndef AM_SANDBOX_LISTENER_WEBSOCKET_H
#define AM_SANDBOX_LISTENER_WEBSOCKET_H

#include "listener.h"

#include <wslay/wslay.h>

AM_BEGIN_HIDDEN

struct am_websocket {
    am_listener *listener;
    uint64_t id; /* of the request that it was */
    int fd;      /* -1: the upgrade has not come through */
    /* Under TLS libmicrohttpd stays in between, and `fd` is one end of a pair of its own. */
    struct MHD_UpgradeResponseHandle *upgrade;
    struct MHD_Connection *handle;
    wslay_event_context_ptr frames; /* NULL: it rests, see am_frames_rest */
    uint64_t given, taken;          /* bytes that wslay was given, and those of frames it began */
    bool in_message;                /* between the fragments of one */
    char *early;                    /* came with the request; read before the socket */
    size_t early_size, early_read;
    size_t budget;        /* bytes that may be read in this turn */
    am_farewell farewell; /* once everything queued was written */
    unsigned code;        /* of the close frame */
    bool control;         /* it came in at the control address */
    bool stirred;         /* there may be something to write, or to change */
    bool writing;         /* waits for room in the kernel's buffer */
    bool silent;          /* reads and drops everything, and writes nothing */
    bool drained;         /* see above; silent, too */
    bool broken;          /* the connection is gone */
    bool ended;           /* am_websocket_settle frees it */
    int64_t due_ms;       /* when its end has taken too long; -1: it has not begun */
    am_websocket *next, **link;
};

/* ---- listener_frames.c: none of these frees the socket; each may set `ended` ------------------
 */

/* Keeps bytes that are to be read before those of the socket. False: out of memory. */
bool am_frames_keep(am_websocket *socket, const char *early, size_t size);
/* Reads what there is, up to a budget, and hands messages to the service. */
void am_frames_read(am_websocket *socket);
/* Writes what is queued, as far as the kernel takes it, and what is to follow it. True: the kernel
 * took less. */
bool am_frames_write(am_websocket *socket);
/* Between messages wslay's 8 KiB are given back: most sockets wait most of the time. */
void am_frames_rest(am_websocket *socket);
/* Queues a message. False: the socket is at its end, or its reader is too far behind, which ends
 * it. */
bool am_frames_queue(am_websocket *socket, const char *text, size_t size);
/* What is to follow the messages that are queued by now. A reset happens at once. */
void am_frames_leave(am_websocket *socket, am_farewell farewell, unsigned code);

AM_END_HIDDEN
#endif
