/* SPDX-License-Identifier: MIT */
/* Memory that runs out on demand. Programs that link this also need --wrap, see the Makefile. */
#ifndef AM_SCARCE_H
#define AM_SCARCE_H

#include <stdbool.h>

/* For cmocka, before libcurl or libcrypto is used: hooks into both, too. Not 0: too late. */
int scarce_begin(void **state);
/* The n-th allocation from now on fails, and with for_good all later ones; 0: none. */
void scarce_fail(long n, bool for_good);
/* Allocations requested since then. */
long scarce_asked(void);
/* Blocks allocated by us or libcurl. */
long scarce_live(void);

#endif
