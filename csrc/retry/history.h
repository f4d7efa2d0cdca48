/* SPDX-License-Identifier: MIT */
/* What is remembered of the attempts of a call. */
#ifndef AM_HISTORY_H
#define AM_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

/* Zero to begin with. */
typedef struct am_history {
    int tries, wire; /* see am_result */
    int unsent, broken, conflicts, races, redirects, backoffs;
    int64_t conflict_since_ms;
    bool maybe_applied; /* the service may have done some attempt */
    bool key_mismatch;  /* it said that the key belongs to another request */
    int64_t doubt_ms;   /* when the first attempt that it may have done went onto the wire, on the
                           clock of the guard; 0: none, or no guard */
} am_history;

#endif
