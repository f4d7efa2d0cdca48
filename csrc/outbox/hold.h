/* SPDX-License-Identifier: MIT */
/* Whose hands a row is in, for the decisions. Pure. */
#ifndef AM_OUTBOX_HOLD_H
#define AM_OUTBOX_HOLD_H

#include "outbox/outbox.h"

AM_BEGIN_HIDDEN

#define AM_OUTBOX_DAY (24 * AM_OUTBOX_HOUR)

/* In doubt, and never to be sent again, however young the key. */
enum { AM_OUTBOX_SPOILT = AM_OUTBOX_DECLINED | AM_OUTBOX_SEEN | AM_OUTBOX_GONE };

bool am_row_has_time(const am_outbox_row *row, const am_outbox_now *now);
/* In the hands of a living owner with time left. */
bool am_row_is_held(const am_outbox_row *row, const am_outbox_worker *worker,
                    const am_outbox_now *now);
/* The hold ends, and with it what only the holder was allowed to do. */
void am_row_release(am_outbox_row *row);
void am_row_close(am_outbox_row *row, am_outbox_state state, const am_outbox_now *now);
/* Nothing more can be found out. A refusal, or a mail that did not leave, keeps its code; else the
 * key is too old. */
void am_row_give_up(am_outbox_row *row, const am_outbox_now *now);
/* Whether a row whose earlier attempts, as far as can be found out, were not done may be sent once
 * more: against people who removed what a look looks for, the key must be young or the draft still
 * there, unless the owner of the outbox accepts the risk. */
bool am_row_may_repeat(const am_outbox_row *row, const am_outbox_policy *policy,
                       const am_outbox_now *now);

AM_END_HIDDEN
#endif
