/* SPDX-License-Identifier: MIT */
/*
 * Idle connections. One that speaks HTTP/1.1 says nothing until it is asked, so that what arrives
 * on it is the end of it, or bytes that the next request would take for its answer. Such a
 * connection is ended before the next request could choose it.
 *
 * libcurl asks a connection that it would use again for its next byte, and some versions take it
 * for dead only at an end: not if there is a byte, and not if there is an error, as of a reset that
 * arrives after we looked. So an end is put in the socket's place.
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

/* The socket serves nobody from now on. Out of memory: nobody looks at it either. */
void am_idle_add(am_idle *idle, int fd);
/* It serves someone again, or is closed; one that was never added is fine. */
void am_idle_remove(am_idle *idle, int fd);
/* Whether any has become readable; one system call, and none where there is no socket. */
bool am_idle_look(am_idle *idle);
/* Takes out one that had at the last look; -1: there is none left. */
int am_idle_take(am_idle *idle);
/* Ends the connection behind a descriptor. What the descriptor reads from now on is an end, and
 * only closing it remains to be done. */
void am_idle_end(int fd);
void am_idle_free(am_idle *idle);

AM_END_HIDDEN
#endif
