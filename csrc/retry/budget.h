/* SPDX-License-Identifier: MIT */
/*
 * The retry budget of one host: an outage must not be answered by more load (the idea of the AWS
 * SDKs' token bucket). A repeat takes tokens, a success gives some back, and so does time, so that
 * the memory of an outage does not outlive it in a program that calls rarely.
 */
#ifndef AM_BUDGET_H
#define AM_BUDGET_H

#include "agentmail.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

typedef struct am_budget {
    int64_t tokens;
    int64_t filled_ms; /* up to when time has been paid out */
} am_budget;

/* Pays out the time since the last call. */
void am_budget_refill(am_budget *budget, const am_limits *limits, int64_t now_ms);
/* Takes what a repeat costs; false, and nothing taken: there is not enough. */
bool am_budget_take(am_budget *budget, int64_t cost);
/* Gives back what a success is worth. */
void am_budget_refund(am_budget *budget, const am_limits *limits);

AM_END_HIDDEN
#endif
