/* SPDX-License-Identifier: MIT */
/* Is this still the process that created it? Callers ask often, so the check costs no system call
 * if the kernel can wipe a page for a forked child. */
#ifndef AM_FORK_H
#define AM_FORK_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

typedef struct am_fork_mark {
    volatile int *page; /* its first word is 1 in this process and 0 in a child; NULL: none */
    pid_t owner;
} am_fork_mark;

void am_fork_mark_set(am_fork_mark *mark);
bool am_fork_mark_is_foreign(const am_fork_mark *mark);
void am_fork_mark_free(am_fork_mark *mark);

AM_END_HIDDEN
#endif
