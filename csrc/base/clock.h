/* SPDX-License-Identifier: MIT */
/* The engine's three clocks, each with a name that says which it is. */
#ifndef AM_CLOCK_H
#define AM_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds on a monotonic clock with an unknown start: for all waiting and measuring. */
static inline int64_t am_monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Milliseconds on a clock that, where the system has one, also counts while the machine sleeps: for
 * bounds that others rely on. */
static inline int64_t am_boottime_ms(void)
{
#ifdef CLOCK_BOOTTIME
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
#else
    return am_monotonic_ms();
#endif
}

/* Milliseconds from now until at_ms on that clock, at least 0 and at most most_ms; -1 for either
 * means no such time. */
static inline int64_t am_ms_until(int64_t at_ms, int64_t most_ms)
{
    int64_t left = at_ms < 0 ? -1 : at_ms - am_monotonic_ms();
    if (at_ms >= 0 && left < 0)
        return 0;
    return left < 0 || (most_ms >= 0 && most_ms < left) ? most_ms : left;
}

/* Seconds since 1970 on the calendar clock, which may be set: for dates that come from others. */
static inline int64_t am_wall_s(void)
{
    return (int64_t)time(NULL);
}

#endif
