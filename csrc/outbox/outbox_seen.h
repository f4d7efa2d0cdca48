/* SPDX-License-Identifier: MIT */
/* What an answer means to the outbox. Pure. */
#ifndef AM_OUTBOX_SEEN_H
#define AM_OUTBOX_SEEN_H

#include "agentmail_outbox.h"
#include "base/visibility.h"
#include "outbox/outbox.h"

AM_BEGIN_HIDDEN

/* told: a caller is told at once. The strings are the answer's, or static. */
am_outbox_seen am_outbox_see(am_outbox_action action, bool told, const am_outbox_answer *answer);

AM_END_HIDDEN
#endif
