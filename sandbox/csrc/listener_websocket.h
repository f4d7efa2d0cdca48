/* SPDX-License-Identifier: MIT */
/*
 * One WebSocket, shared by the two files that implement it.
 *
 *   listener_websocket.c  its life: the upgrade, waiting, the end
 *   listener_frames.c     its bytes: what wslay reads and writes
 *
 * An orderly end: a close frame is queued, the listener's own or its reply, and sent. Then the
 * socket is drained: nothing is written, and bytes read are dropped until the peer closes. Else the
 * kernel would answer unread bytes with a reset, which could overtake the close frame.
 */
#ifndef AM_SANDBOX_LISTENER_WEBSOCKET_H
#define AM_SANDBOX_LISTENER_WEBSOCKET_H

#include "listener.h"

#include <wslay/wslay.h>

AM_BEGIN_HIDDEN

struct am_websocket {
    am_listener *listener;
    uint64_t id; /* of the upgraded request */
    int fd;      /* -1: the upgrade is not complete */
    /* Under TLS, libmicrohttpd stays in between, and `fd` is one end of its socket pair. */
    struct MHD_UpgradeResponseHandle *upgrade;
    struct MHD_Connection *handle;
    wslay_event_context_ptr frames; /* NULL: at rest, see am_frames_rest */
    uint64_t given, taken;          /* bytes passed to wslay; those of frames it began */
    bool in_message;                /* between fragments of a message */
    char *early;                    /* bytes that came with the request, to read first */
    size_t early_size, early_read;
    size_t budget;        /* bytes that may be read in this turn */
    am_farewell farewell; /* due once the queue is written */
    unsigned code;        /* of the close frame */
    bool control;         /* connected to the control address */
    bool stirred;         /* there may be something to write or change */
    bool writing;         /* waiting for room in the kernel's buffer */
    bool silent;          /* drops all it reads, and writes nothing */
    bool drained;         /* see above; also silent */
    bool broken;          /* the connection is gone */
    bool ended;           /* am_websocket_settle frees it */
    int64_t due_ms;       /* deadline for its end; -1: the end has not begun */
    am_websocket *next, **link;
};

/* ---- listener_frames.c: none of these frees the socket; each may set `ended` ------------------
 */

/* Keeps bytes to be read before those of the socket. False: out of memory. */
bool am_frames_keep(am_websocket *socket, const char *early, size_t size);
/* Reads available bytes, up to a budget, and passes messages to the service. */
void am_frames_read(am_websocket *socket);
/* Writes the queue, as far as the kernel takes it, and then what must follow it. True: the kernel
 * took less. */
bool am_frames_write(am_websocket *socket);
/* Frees wslay's 8 KiB between messages: most sockets wait most of the time. */
void am_frames_rest(am_websocket *socket);
/* Queues a message. False: the socket is ending, or its reader is too far behind, which ends it. */
bool am_frames_queue(am_websocket *socket, const char *text, size_t size);
/* Sets what follows the messages queued so far. A reset happens at once. */
void am_frames_leave(am_websocket *socket, am_farewell farewell, unsigned code);

AM_END_HIDDEN
#endif
