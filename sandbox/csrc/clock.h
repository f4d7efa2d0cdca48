/* SPDX-License-Identifier: MIT */
/* The two clocks of the sandbox: a monotonic one, and the calendar's. */
#ifndef AM_SANDBOX_CLOCK_H
#define AM_SANDBOX_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t am_read_clock_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline int64_t am_monotonic_ms(void)
{
    return am_read_clock_ms(CLOCK_MONOTONIC);
}

/* Since 1970, UTC. */
static inline int64_t am_wall_ms(void)
{
    return am_read_clock_ms(CLOCK_REALTIME);
}

/* Converts a non-negative duration from Lua; longer ones than eleven days become eleven days. */
static inline int64_t am_duration_ms(double seconds)
{
    return seconds < 1e6 ? (int64_t)(seconds * 1000) : (int64_t)1e9;
}

#endif
