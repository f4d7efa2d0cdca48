/* SPDX-License-Identifier: MIT */
/*
 * An operation and its arguments become a request: target and body. Pure: the same arguments give
 * the same bytes, and nothing else is touched. A caller either writes all at once,
 *
 *     am_plan_write(plan, &arguments, &written, &problem)
 *
 * or in the three steps of which that consists, to do something of his own between them: settle
 * the client_id, check options. Each step answers false with a problem, after which nothing more
 * is written.
 */
#ifndef AM_PLAN_H
#define AM_PLAN_H

#include "base/visibility.h"
#include "encode/arguments.h"
#include "encode/problem.h"
#include "encode/tables.h"
#include "encode/written.h"

AM_BEGIN_HIDDEN

/* The plan of an operation; NULL: there is none of that name. */
const am_plan *am_plan_find(const char *name);

/* The path. */
bool am_plan_path(const am_plan *plan, am_arguments *arguments, am_written *written,
                  am_problem *problem);
/* Query or body, and the rules. */
bool am_plan_fields(const am_plan *plan, am_arguments *arguments, am_written *written,
                    am_problem *problem);
bool am_plan_write(const am_plan *plan, am_arguments *arguments, am_written *written,
                   am_problem *problem);

/* Without a plan: any value as JSON, into the body; a table as the query of a URL, "" where it is
 * empty, and a string as one segment of a path, into the target. */
bool am_plan_json(const am_reader *reader, const am_item *value, am_written *written,
                  am_problem *problem);
bool am_plan_query(const am_reader *reader, const am_item *value, am_written *written,
                   am_problem *problem);
bool am_plan_segment(const am_reader *reader, const am_item *value, am_written *written,
                     am_problem *problem);

AM_END_HIDDEN
#endif
