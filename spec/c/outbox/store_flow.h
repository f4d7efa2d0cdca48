/* SPDX-License-Identifier: MIT */
/* The life of one mail in the store, cut anywhere, and what must be true after that. */
#ifndef STORE_FLOW_H
#define STORE_FLOW_H

#include "store_rig.h"

enum {
    FLOW_STEPS = 3,     /* put with a body, claimed, sent and the body deleted */
    FLOW_SMALL = 5000,  /* a body of one chunk */
    FLOW_LARGE = 300000 /* of two, and more pages than the cache holds */
};

/* Opens the outbox, takes the steps until one fails, and closes it. Returns how many are done, and
 * writes a byte for each, as soon as it is done, into a descriptor (-1: none). */
int flow_run(int size, int report);
/* Opens it again, and asserts that the row is what `done` steps left, or one more: whole. */
void flow_check(int size, int done);

#endif
