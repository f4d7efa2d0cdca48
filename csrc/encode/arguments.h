/* SPDX-License-Identifier: MIT */
/* The arguments of an operation, read once: what is given for each name that it knows. */
#ifndef AM_ARGUMENTS_H
#define AM_ARGUMENTS_H

#include "base/visibility.h"
#include "encode/item.h"
#include "encode/problem.h"
#include "encode/tables.h"

AM_BEGIN_HIDDEN

typedef struct am_arguments {
    const am_reader *reader;
    am_item given;                 /* nil, a table, or a lone string */
    am_item bound[AM_PLAN_PARAMS]; /* what a parameter of the path is by itself; nil: nothing */
    bool lenient;                  /* no checks; undeclared fields go as plain JSON */
    size_t depth;                  /* of their tables, at most; 0: AM_PLAN_DEPTH */
    /* Filled by am_plan_read: params, then fields from AM_PLAN_PARAMS on, in the plan's order. A
     * table among them is read anew where it is needed. */
    am_item items[AM_PLAN_ITEMS];
    am_item idempotency_key, single_page;
    bool undeclared; /* there are names that the plan does not know */
} am_arguments;

enum { AM_PLAN_DEPTH = 100 };

/* Which names are given, and whether each is known. */
bool am_plan_read(const am_plan *plan, am_arguments *arguments, am_problem *problem);
/* What is given for a parameter or field, to look at or replace between the steps; NULL: the plan
 * has none of that name. */
am_item *am_plan_item(const am_plan *plan, am_arguments *arguments, unsigned name);
/* Walks the names that an operation takes, from *cursor 0 on; NULL: no more. */
const am_name *am_plan_known(const am_plan *plan, size_t *cursor);
bool am_is_name(const am_item *key, unsigned name);
/* "end_" for "end", which Lua has for itself. */
bool am_is_alias(const am_field *field, const am_item *key);
/* By bytes, the shorter first. */
int am_compare(const am_bytes *a, const am_bytes *b);

AM_END_HIDDEN
#endif
