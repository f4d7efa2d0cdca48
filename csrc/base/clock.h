/* SPDX-License-Identifier: MIT */
/* The two clocks of the engine: one that only moves forward, and the calendar's. */
#ifndef AM_CLOCK_H
#define AM_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t am_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline int64_t am_clock_wall_s(void)
{
    return (int64_t)time(NULL);
}

#endif
