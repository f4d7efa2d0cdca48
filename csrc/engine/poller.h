/* SPDX-License-Identifier: MIT */
/*
 * Many descriptors and one timer behind one descriptor.
 *
 * Registering costs a system call, and libcurl registers and removes its socket for each request.
 * So a socket that is certain to be closed through am_poller_closed (am_poller_lasting) stays
 * registered while nobody is interested, and is dropped if it becomes ready then.
 */
#ifndef AM_POLLER_H
#define AM_POLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/visibility.h"
#include "engine/idle.h"

AM_BEGIN_HIDDEN

enum { AM_READABLE = 1, AM_WRITABLE = 2, AM_BROKEN_FD = 4 };

typedef struct am_watch {
    unsigned char wanted, registered; /* bits of AM_READABLE, AM_WRITABLE */
    bool lasting;
    const void *user; /* the last one of am_poller_used */
} am_watch;

typedef struct am_poller {
    int fd;       /* -1: not open */
    int timer_fd; /* -1 until a caller waits on fd alone */
    int64_t timer_at_ms;
    am_watch *watches; /* by descriptor */
    size_t watch_count;
    am_idle idle; /* of am_poller_idle */
} am_poller;

typedef struct am_ready {
    int fd;
    unsigned bits;
} am_ready;

/* False, with nothing open: out of descriptors. */
bool am_poller_open(am_poller *poller);
void am_poller_close(am_poller *poller);
/* Sets the bits of interest for a descriptor, 0: none. False: out of memory or descriptors. */
bool am_poller_want(am_poller *poller, int fd, unsigned bits);
/* Promises that am_poller_closed is called before this descriptor's number is used again. */
void am_poller_lasting(am_poller *poller, int fd);
void am_poller_closed(am_poller *poller, int fd);
/* Records the user of a descriptor. */
void am_poller_used(am_poller *poller, int fd, const void *user);
/* That user is done with it, and nothing should arrive until it is used again: from now on it is in
 * poller->idle, unless it has another user already, or was closed. */
void am_poller_idle(am_poller *poller, int fd, const void *user);
/* Ends the idle connections that have become readable; returns how many. */
int am_poller_end_readable(am_poller *poller);
/* Makes poller->fd readable at a time of am_monotonic_ms (-1: never), for callers that wait on it
 * alone. False: out of descriptors. */
bool am_poller_wake_at(am_poller *poller, int64_t at_ms);
/* Waits up to timeout_ms (-1: no limit). Returns the number of ready descriptors; -1: a signal
 * came. */
int am_poller_wait(am_poller *poller, int64_t timeout_ms, am_ready *ready, int most);

AM_END_HIDDEN
#endif
