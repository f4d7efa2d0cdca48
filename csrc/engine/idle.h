/* SPDX-License-Identifier: MIT */
/*
 * Idle connections. One that speaks HTTP/1.1 says nothing until it is asked, so that what arrives
 * on it is the end of it, or bytes that the next request would take for its answer. Such a
 * connection is made unusable before the next request could choose it.
 *
 * libcurl may take the next answer from bytes that are there already, and it looks at no more than
 * the first of them: a connection that was only shut down would still be used.
 */
#ifndef AM_IDLE_H
#define AM_IDLE_H

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
/* Empties and shuts each that has become readable, with one system call if none has; how many. */
int am_idle_shut_readable(am_idle *idle);
void am_idle_free(am_idle *idle);

AM_END_HIDDEN
#endif
