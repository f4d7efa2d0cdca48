/* SPDX-License-Identifier: MIT */
/* The arguments of an operation, read once: the value given for each name it knows. */
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
    am_item bound[AM_PLAN_PARAMS]; /* path parameters set by scope or object; nil: unset */
    bool lenient;                  /* no checks; undeclared fields are plain JSON */
    size_t depth;                  /* limit on nested tables; 0: AM_PLAN_DEPTH */
    /* Filled by am_plan_read: params, then fields from AM_PLAN_PARAMS on, in the plan's order.
     * Tables are read again where they are needed. */
    am_item items[AM_PLAN_ITEMS];
    am_item idempotency_key, single_page, if_match;
    bool undeclared; /* some names are unknown to the plan */
} am_arguments;

enum { AM_PLAN_DEPTH = 100 };

/* Finds which names are given, and checks that each is known. */
bool am_plan_read(const am_plan *plan, am_arguments *arguments, am_problem *problem);
/* The value given for a parameter or field, to read or replace between the steps; NULL: the plan
 * has no such name. */
am_item *am_plan_item(const am_plan *plan, am_arguments *arguments, unsigned name);
/* Iterates over the names an operation takes; *cursor starts at 0. NULL: no more. */
const am_name *am_plan_known(const am_plan *plan, size_t *cursor);
bool am_is_name(const am_item *key, unsigned name);
/* "end_" for "end", a Lua keyword. */
bool am_is_alias(const am_field *field, const am_item *key);
/* Compares bytes; a prefix sorts first. */
int am_compare(const am_bytes *a, const am_bytes *b);

AM_END_HIDDEN
#endif
