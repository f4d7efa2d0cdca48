/* SPDX-License-Identifier: MIT */
/*
 * What to do after an attempt. Pure: no clock, no randomness, no curl, no Lua; all are arguments.
 *
 * The question behind every row is "may the service have done it?", and only one thing answers no
 * for certain: the request never went onto the wire (wire == 0, counted by libcurl's PREREQ
 * callback). A CURLcode never does: libcurl re-sends on a dead connection by itself, and may then
 * report that it could not connect. What is listed nowhere is taken as "perhaps".
 * docs/retry.md lists the failures by number, what is done about each, and why.
 */
#ifndef AM_RETRY_H
#define AM_RETRY_H

#include "agentmail.h"
#include "base/visibility.h"
#include "retry/attempt.h"
#include "retry/budget.h"

AM_BEGIN_HIDDEN

/* What is constant for a call. */
typedef struct am_policy {
    am_protection protection;
    bool is_delete;          /* the service's own 404 after a doubtful attempt then means done */
    bool is_draft_send;      /* the service's own 404 then says that the draft is gone */
    bool resend_unavailable; /* take the service's own 503 as "not done" */
    int64_t deadline_ms;     /* on the caller's clock */
    const am_limits *limits;
} am_policy;

/* What a call has seen so far; zero to begin with. */
typedef struct am_history {
    int tries, wire; /* see am_result */
    int unsent, broken, conflicts, redirects, backoffs;
    int64_t conflict_since_ms;
    bool maybe_applied; /* some attempt may have been done by the service */
} am_history;

typedef enum am_action { AM_STOP, AM_REPEAT, AM_FOLLOW } am_action;

typedef struct am_decision {
    am_action action;
    int64_t delay_ms;      /* REPEAT */
    int64_t owed;          /* REPEAT: tokens that the budget did not have; see am_retry_admit */
    am_outcome outcome;    /* STOP */
    am_code code;          /* what this attempt was, AM_OK: a success */
    am_code cause;         /* where the code is deferred, what the attempt was; else AM_OK */
    const char *reason;    /* in words; static */
    int64_t not_before_ms; /* STOP: from now; -1: no advice */
    bool retryable;        /* STOP */
} am_decision;

/* Decides after an attempt that ended at now_ms; random is 64 uniform bits. Updates what the call
 * has seen and the host's budget. */
am_decision am_retry_decide(const am_policy *policy, am_history *history, am_budget *budget,
                            const am_attempt *attempt, int64_t now_ms, uint64_t random);
/* Asks again, when a repeat is due, for the tokens that it owes. Where there are none it is held:
 * the decision changes to a further delay or, if the deadline leaves no room, to AM_STOP with code
 * deferred. True: go. An outage so gets no more load than the budget allows, and what waited is
 * not lost. */
bool am_retry_admit(const am_policy *policy, am_budget *budget, am_decision *decision,
                    int64_t now_ms, uint64_t random);
/* The decision for a call that its owner or its deadline ends now, while an attempt that went
 * `wire` times onto the wire is under way (-1: none is). */
am_decision am_retry_abandon(const am_policy *policy, am_history *history, int wire, am_code code);
/* How often the next attempt may go onto the wire; 1 means that libcurl must not re-send it. */
int am_retry_wire_allowance(const am_policy *policy, const am_history *history);

AM_END_HIDDEN
#endif
