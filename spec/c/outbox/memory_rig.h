/* SPDX-License-Identifier: MIT */
/* Memory that runs out at each allocation of a run, in the folder of store_rig.h. */
#ifndef MEMORY_RIG_H
#define MEMORY_RIG_H

#include <stdbool.h>

typedef struct memory_plan {
    int (*run)(void);        /* how far it came */
    int whole;               /* how far it comes when nothing fails */
    void (*check)(int done); /* that the file says what a run left which came so far */
    long least;              /* it has more allocations than that */
} memory_plan;

/* Runs it in an empty folder for every n: the n-th allocation fails, and with for_good all later
 * ones. Each time nothing leaks. Needs scarce_begin. */
void memory_run(const memory_plan *plan, bool for_good);

#endif
