/* SPDX-License-Identifier: MIT */
/* Shared by the C units: cmocka with the headers it needs, and reproducible randomness. */
#ifndef AM_UNIT_H
#define AM_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* splitmix64: a seed gives the same sequence everywhere. */
static inline uint64_t unit_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Uniform in [least, most]. */
static inline int64_t unit_between(uint64_t *state, int64_t least, int64_t most)
{
    return least + (int64_t)(unit_random(state) % (uint64_t)(most - least + 1));
}

/* SEED from the environment, else a constant; printed, so that a failure can be repeated. */
static inline uint64_t unit_seed(void)
{
    const char *given = getenv("SEED");
    uint64_t seed = given ? strtoull(given, NULL, 0) : 20250101;
    printf("# SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

#endif
