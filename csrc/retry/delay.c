/* SPDX-License-Identifier: MIT */
/* Back-off and jitter. */
#include "retry/delay.h"

enum {
    FIRST_UNSENT_MS = 100, /* a request that was never sent may follow almost at once */
    CONFLICT_CAP_MS = 5000,
    SPREAD_CAP_MS = 5000 /* spreads callers that were all told "in 60 s" */
};

int64_t am_delay_draw(int64_t bound, uint32_t random)
{
    return (int64_t)(((uint64_t)bound + 1) * (uint64_t)random >> 32);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* base * 2^n, capped. */
static int64_t doubled(int64_t base, int n, int64_t cap)
{
    int64_t bound = least(base, cap);
    while (n-- > 0 && bound < cap)
        bound = bound > cap / 2 ? cap : bound * 2;
    return bound;
}

int64_t am_delay_after(am_kind kind, bool in_flight, const am_limits *limits, am_history *history,
                       const am_attempt *attempt, uint64_t random)
{
    uint32_t one = (uint32_t)random, other = (uint32_t)(random >> 32);
    int64_t delay;
    if (kind == AM_KIND_UNSENT && history->unsent == 1) {
        delay = am_delay_draw(FIRST_UNSENT_MS, one);
    } else if (in_flight) {
        /* The service is still working on it: wait neither too briefly nor too long. */
        int64_t bound = doubled(limits->backoff_base_ms, history->conflicts - 1, CONFLICT_CAP_MS);
        delay = bound / 2 + am_delay_draw(bound - bound / 2, one);
    } else {
        int64_t bound =
            doubled(limits->backoff_base_ms, history->backoffs++, limits->backoff_cap_ms);
        delay = am_delay_draw(bound, one);
    }
    int64_t asked = attempt->retry_after_ms;
    if (asked < 0)
        return delay;
    return (asked > delay ? asked : delay) + am_delay_draw(least(asked / 4, SPREAD_CAP_MS), other);
}
