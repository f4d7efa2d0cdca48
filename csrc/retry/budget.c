/* SPDX-License-Identifier: MIT */
/* The retry budget: tokens in and out. */
#include "retry/budget.h"

/* Adds up to the cap, and never takes from a budget that other limits have made larger. */
static void add(am_budget *budget, const am_limits *limits, int64_t tokens)
{
    int64_t room = limits->budget_tokens - budget->tokens;
    if (room > 0)
        budget->tokens += tokens < room ? tokens : room;
}

void am_budget_refill(am_budget *budget, const am_limits *limits, int64_t now_ms)
{
    int64_t tokens = (now_ms - budget->filled_ms) / limits->budget_refill_ms;
    if (tokens <= 0)
        return;
    budget->filled_ms += tokens * limits->budget_refill_ms;
    add(budget, limits, tokens);
}

bool am_budget_take(am_budget *budget, int64_t cost)
{
    if (budget->tokens < cost)
        return false;
    budget->tokens -= cost;
    return true;
}

void am_budget_refund(am_budget *budget, const am_limits *limits)
{
    add(budget, limits, limits->budget_refund);
}
