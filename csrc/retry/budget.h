/* SPDX-License-Identifier: MIT */
/*
 * The retry budget of one host: retries must not add load during an outage (the idea comes from the
 * AWS SDKs' token bucket). A repeat takes tokens; a success and the passing of time give some back.
 * Time counts because a program that calls rarely should forget an outage once it is over.
 */
#ifndef AM_BUDGET_H
#define AM_BUDGET_H

#include "agentmail.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

typedef struct am_budget {
    int64_t tokens;
    int64_t filled_ms; /* time has been credited up to here */
} am_budget;

/* Credits the time since the last call. */
void am_budget_refill(am_budget *budget, const am_limits *limits, int64_t now_ms);
/* Takes the cost of a repeat; false, with nothing taken: too few tokens. */
bool am_budget_take(am_budget *budget, int64_t cost);
/* Returns the tokens that a success earns. */
void am_budget_refund(am_budget *budget, const am_limits *limits);

AM_END_HIDDEN
#endif
