/* SPDX-License-Identifier: MIT */
/* Memory that runs out on demand. What links this is linked with --wrap, see the Makefile. */
#ifndef AM_SCARCE_H
#define AM_SCARCE_H

#include <stdbool.h>

/* Hooks into libcurl and libcrypto too; before either is used. False: too late. */
bool scarce_set_up(void);
/* The n-th allocation from now on fails, and all after it if for_good; 0: none. */
void scarce_fail(long n, bool for_good);
/* Allocations asked for since. */
long scarce_asked(void);
/* Blocks that are ours or libcurl's. */
long scarce_live(void);

#endif
