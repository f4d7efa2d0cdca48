/* SPDX-License-Identifier: MIT */
/*
 * How long to wait before the next attempt: exponential back-off with full jitter, and at least as
 * long as the service asks (Retry-After, RFC 9110, section 10.2.3). Pure: the caller passes random
 * bits.
 */
#ifndef AM_DELAY_H
#define AM_DELAY_H

#include "agentmail.h"
#include "base/visibility.h"
#include "retry/history.h"
#include "retry/kind.h"

AM_BEGIN_HIDDEN

/* The delay in ms after an attempt of that kind, which the history already counts; also counts its
 * back-offs. `in_flight`: an Idempotency-Key that is still in use is waited for. */
int64_t am_delay_after(am_kind kind, bool in_flight, const am_limits *limits, am_history *history,
                       const am_attempt *attempt, uint64_t random);
/* Uniform in [0, bound]. */
int64_t am_delay_draw(int64_t bound, uint32_t random);

AM_END_HIDDEN
#endif
