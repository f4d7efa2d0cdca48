/* SPDX-License-Identifier: MIT */
/*
 * Which owners of rows are still alive. Each owner holds a lock on one byte, its slot, of a file
 * beside the outbox. The kernel drops the lock when the process ends, SIGKILL included, and keeps
 * it while the process is stopped. A forked child keeps it too: then the owner seems to live until
 * the child ends, and the lease says when it has lost its rows. An executed program does not.
 *
 * A slot is used again. The epoch tells its owners apart, and whose file it was: after the file was
 * removed, nothing is known about the owners in the old one.
 */
#ifndef AM_ALIVE_H
#define AM_ALIVE_H

#include "agentmail.h"
#include "base/fork.h"

AM_BEGIN_HIDDEN

enum { AM_ALIVE_SLOTS = 4096 }; /* owners at the same time: 1 to this; slot 0 is nobody's */

typedef enum am_liveness {
    AM_LIVES,
    AM_DIED,
    AM_LIVENESS_UNKNOWN /* only the lease can tell */
} am_liveness;

/* An owner: an open outbox. It lives in memory of the caller, who does not copy it. */
typedef struct am_alive {
    int fd; /* -1: not open */
    int32_t slot;
    int64_t epoch; /* at least 1 */
    am_fork_mark mark;
} am_alive;

/* Opens the file, makes it if there is none, and takes a slot. False: error says why. */
bool am_alive_open(am_alive *alive, const char *path, char error[AM_ERROR_SIZE]);
/* Gives the slot back. In a forked child it does nothing. Twice is harmless. */
void am_alive_close(am_alive *alive);
/* Is the owner with this slot and epoch alive? */
am_liveness am_alive_test(const am_alive *alive, int64_t slot, int64_t epoch);

AM_END_HIDDEN
#endif
