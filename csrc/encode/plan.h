/* SPDX-License-Identifier: MIT */
/*
 * Turns an operation and its arguments into a request: target and body. Pure: the same arguments
 * give the same bytes, without side effects. A caller either writes all at once,
 *
 *     am_plan_write(plan, &arguments, &written, &problem)
 *
 * or takes its three steps one by one, to do other work between them, such as settling the
 * client_id or checking options. A step that returns false sets the problem; the caller then
 * stops.
 */
#ifndef AM_PLAN_H
#define AM_PLAN_H

#include "base/visibility.h"
#include "encode/arguments.h"
#include "encode/problem.h"
#include "encode/tables.h"
#include "encode/written.h"

AM_BEGIN_HIDDEN

/* The plan of an operation; NULL: no such operation. */
const am_plan *am_plan_find(const char *name);

/* Writes the path. */
bool am_plan_path(const am_plan *plan, am_arguments *arguments, am_written *written,
                  am_problem *problem);
/* Writes query or body, and checks the rules. */
bool am_plan_fields(const am_plan *plan, am_arguments *arguments, am_written *written,
                    am_problem *problem);
bool am_plan_write(const am_plan *plan, am_arguments *arguments, am_written *written,
                   am_problem *problem);

/* Without a plan: writes any value as JSON into the body; into the target a table as the query of a
 * URL ("" if empty), or a string as one path segment. */
bool am_plan_json(const am_reader *reader, const am_item *value, am_written *written,
                  am_problem *problem);
bool am_plan_query(const am_reader *reader, const am_item *value, am_written *written,
                   am_problem *problem);
bool am_plan_segment(const am_reader *reader, const am_item *value, am_written *written,
                     am_problem *problem);

AM_END_HIDDEN
#endif
