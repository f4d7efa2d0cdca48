/* SPDX-License-Identifier: MIT */
/* How long ago a moment of a row is, judged on two clocks that may both be wrong. Pure. */
#ifndef AM_OUTBOX_AGE_H
#define AM_OUTBOX_AGE_H

#include "outbox/outbox.h"

AM_BEGIN_HIDDEN

#define AM_STAMP_NONE ((am_outbox_stamp){-1, -1})

/* False: the wall clock was never set, or was set back. */
bool am_wall_is_usable(const am_outbox_policy *policy, const am_outbox_now *now);
am_outbox_stamp am_stamp(const am_outbox_now *now);
/* The longest time that may have passed since then; INT64_MAX if unknown, or the clock is
 * unusable. */
int64_t am_age_most(am_outbox_stamp since, const am_outbox_policy *policy,
                    const am_outbox_now *now);
/* The shortest, at least 0. The stamp is of this boot: see am_row_enter_boot. */
int64_t am_age_least(am_outbox_stamp since, const am_outbox_policy *policy,
                     const am_outbox_now *now);
/* Takes a row into this boot: times on the clock of another are forgotten, and what must have
 * passed at least begins anew. True: it was another's. */
bool am_row_enter_boot(am_outbox_row *row, const am_outbox_now *now);

AM_END_HIDDEN
#endif
