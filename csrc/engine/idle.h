/* SPDX-License-Identifier: MIT */
/*
 * Idle connections. An HTTP/1.1 server sends nothing without a request. So any data on an idle
 * connection is its end, or bytes that the next request would take for its answer. We end such a
 * connection before the next request could choose it.
 *
 * Before reuse libcurl peeks at the next byte of a connection. Some versions consider it dead only
 * at end-of-file: not if there is a byte, and not if there is an error, such as a reset that
 * arrives after our check. So we replace the socket by one that is at end-of-file.
 */
#ifndef AM_IDLE_H
#define AM_IDLE_H

#include <stdbool.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

struct pollfd;

typedef struct am_idle {
    struct pollfd *sockets;
    int count, capacity;
} am_idle;

/* Marks the socket as idle. If out of memory, it is not watched. */
void am_idle_add(am_idle *idle, int fd);
/* Marks it as in use again, or closed; does nothing if it was never added. */
void am_idle_remove(am_idle *idle, int fd);
/* True if any has become readable; one system call, or none if there is no socket. */
bool am_idle_look(am_idle *idle);
/* Takes out one that was readable at the last check; -1: none is left. */
int am_idle_take(am_idle *idle);
/* Ends the connection behind a descriptor. From now on the descriptor reads end-of-file; it only
 * remains to be closed. */
void am_idle_end(int fd);
void am_idle_free(am_idle *idle);

AM_END_HIDDEN
#endif
