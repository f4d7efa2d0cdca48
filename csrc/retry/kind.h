/* SPDX-License-Identifier: MIT */
/* Maps what an attempt showed to the kind of event, and to its code. Pure. */
#ifndef AM_KIND_H
#define AM_KIND_H

#include "agentmail.h"
#include "base/visibility.h"
#include "retry/attempt.h"

AM_BEGIN_HIDDEN

typedef enum am_kind {
    AM_KIND_DONE,        /* a whole 2xx */
    AM_KIND_UNSENT,      /* proven not sent; the next attempt may work */
    AM_KIND_UNSENDABLE,  /* proven not sent; the next attempt cannot work either */
    AM_KIND_STALE,       /* proven not sent: the guard held it back */
    AM_KIND_HALTED,      /* on the wire, without an answer; the guard stopped libcurl's repeat */
    AM_KIND_SILENT,      /* on the wire, without a final status */
    AM_KIND_CUT,         /* an answer whose headers were lost, or a 2xx whose body was lost */
    AM_KIND_BROKEN,      /* an answer with a defect, or a 2xx that lacks what it promises */
    AM_KIND_OVERSIZE,    /* an answer above our limit */
    AM_KIND_SPOILED,     /* a file of ours failed during the transfer */
    AM_KIND_MOVED,       /* a redirect: not done, by contract */
    AM_KIND_SEE_OTHER,   /* 303: done, perhaps */
    AM_KIND_BARRED,      /* a proxy requires a password */
    AM_KIND_REJECTED,    /* refused for good */
    AM_KIND_CONFLICTING, /* 409, unless the service's word for it says more */
    AM_KIND_RACING,      /* 409: another change came in between, so this one was not done */
    AM_KIND_BUSY,        /* refused for now: not done, by contract */
    AM_KIND_UNAVAILABLE, /* 503: probably not done, but not proven */
    AM_KIND_AMBIGUOUS,   /* any other answer */
    AM_KINDS
} am_kind;

/* believes_503: the caller treats the service's own 503 as "not done". */
am_kind am_kind_of(const am_attempt *attempt, bool believes_503);
/* The code reported by a call that ends with this attempt. */
am_code am_kind_code(am_kind kind, const am_attempt *attempt);

AM_END_HIDDEN
#endif
