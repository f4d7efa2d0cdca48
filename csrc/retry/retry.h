/* SPDX-License-Identifier: MIT */
/*
 * What to do after an attempt. Pure: clock and randomness are arguments; no curl, no Lua.
 *
 * Every row answers the question "may the service have done it?". Only one fact proves that it did
 * not: the request never went onto the wire (wire == 0, counted by libcurl's PREREQ callback). A
 * CURLcode never proves it: libcurl re-sends on a dead connection by itself, and may then report
 * that it could not connect. Anything not listed counts as "perhaps". docs/retry.md lists the
 * failures by number, how each is handled, and why.
 */
#ifndef AM_RETRY_H
#define AM_RETRY_H

#include "agentmail.h"
#include "base/visibility.h"
#include "retry/attempt.h"
#include "retry/budget.h"

AM_BEGIN_HIDDEN

/* The constants of a call. */
typedef struct am_policy {
    am_protection protection;
    bool is_delete;          /* the service's own 404 after a doubtful attempt then means done */
    bool is_draft_send;      /* the service's own 404 then says that the draft is gone */
    bool has_key;            /* carries a client_id or an Idempotency-Key */
    bool resend_unavailable; /* take the service's own 503 as "not done" */
    int64_t deadline_ms;     /* on the caller's clock */
    const am_limits *limits;
    int64_t not_after_ms, blind_ms; /* the guard, see am_request; on CLOCK_BOOTTIME */
} am_policy;

/* The history of a call; zero to begin with. */
typedef struct am_history {
    int tries, wire; /* see am_result */
    int unsent, broken, conflicts, races, redirects, backoffs;
    int64_t conflict_since_ms;
    bool maybe_applied; /* the service may have done some attempt */
    bool key_mismatch;  /* it said that the key belongs to another request */
    int64_t doubt_ms;   /* when the first attempt that it may have done went onto the wire, on the
                           clock of the guard; 0: none, or no guard */
} am_history;

typedef enum am_action { AM_STOP, AM_REPEAT, AM_FOLLOW } am_action;

typedef struct am_decision {
    am_action action;
    int64_t delay_ms;      /* REPEAT */
    int64_t owed;          /* REPEAT: tokens missing from the budget; see am_retry_admit */
    am_outcome outcome;    /* STOP */
    am_code code;          /* the code of this attempt, AM_OK: a success */
    am_code cause;         /* code of the attempt if the code (deferred, key_reused, stale) does not
                              tell it; else AM_OK */
    const char *reason;    /* in words; static */
    int64_t not_before_ms; /* STOP: from now; -1: no advice */
    bool retryable;        /* STOP */
    bool key_mismatch;     /* of the history, for am_retry_admit */
} am_decision;

/* Decides after an attempt that ended at now_ms; random is 64 uniform bits. Updates the history of
 * the call and the budget of the host. */
am_decision am_retry_decide(const am_policy *policy, am_history *history, am_budget *budget,
                            const am_attempt *attempt, int64_t now_ms, uint64_t random);
/* Asks again, when a repeat is due, for the tokens that it owes. If there are none, the repeat is
 * held: the decision changes to a further delay or, if the deadline leaves no room, to AM_STOP with
 * code deferred. True: go. So an outage gets no more load than the budget allows, and held requests
 * are not lost. */
bool am_retry_admit(const am_policy *policy, am_budget *budget, am_decision *decision,
                    int64_t now_ms, uint64_t random);
/* The decision for a call that its owner or its deadline ends now, while an attempt is under way
 * that went `wire` times onto the wire (-1: no attempt). */
am_decision am_retry_abandon(const am_policy *policy, am_history *history, int wire, am_code code);
/* How many times the next attempt may go onto the wire; 1 means that libcurl must not re-send
 * it. */
int am_retry_wire_allowance(const am_policy *policy, const am_history *history);
/* True if the call has a guard. */
static inline bool am_retry_is_guarded(const am_policy *policy)
{
    return policy->not_after_ms || policy->blind_ms;
}
/* The guard: true if the request may go onto the wire at now_ms, and doubt_ms is as in am_history.
 * Asked just before each time. */
bool am_retry_in_time(const am_policy *policy, int64_t doubt_ms, int64_t now_ms);

AM_END_HIDDEN
#endif
