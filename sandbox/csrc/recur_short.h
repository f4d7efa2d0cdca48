/* SPDX-License-Identifier: MIT */
/* The dates of rules below a day: SECONDLY, MINUTELY, HOURLY (RFC 5545, 3.3.10). libical searches
 * them second by second and cannot be interrupted; here a search skips days, hours and minutes that
 * do not fit, and ends after a bounded number of steps. Times are seconds since 1970 as if the wall
 * time were UTC. Nothing is allocated. */
#ifndef AM_SANDBOX_RECUR_SHORT_H
#define AM_SANDBOX_RECUR_SHORT_H

#include <stdbool.h>
#include <stdint.h>

#include <libical/ical.h>

#include "visibility.h"

AM_BEGIN_HIDDEN

enum { RECUR_SHORT_MOST = 3600 };

typedef struct {
    const struct icalrecurrencetype *rule;
    int64_t start, first, step, last; /* of the series; of a period, and their distance; the last */
    int64_t period;                   /* the number of the next period, from 0 */
    int64_t day;                      /* the day that `fits` speaks of */
    bool fits;
    int steps, left;                       /* steps made; dates left by COUNT, -1: no COUNT */
    int count, next;                       /* of the dates of a period */
    uint16_t offset[RECUR_SHORT_MOST];     /* of each date within its period, in order */
    bool hour[24], minute[60], second[60]; /* those that fit */
} recur_short;

/* Of a wall time in the years 1 to 9999. icaltime_as_timet() knows none before 1902. */
int64_t recur_seconds(struct icaltimetype time);

/* Whether a rule is one for this file. */
bool recur_short_is(const struct icalrecurrencetype *rule);

/* Why a rule is not taken; NULL: it is. */
const char *recur_short_refused(const struct icalrecurrencetype *rule);

/* Begins at `from` or a little earlier. `rule` must outlive the search. */
void recur_short_start(recur_short *search, const struct icalrecurrencetype *rule, int64_t start,
                       int64_t from);

/* The next date, in order; false: there is none until 9999, or until the steps are used up.
 * `before` ends the search as well. */
bool recur_short_next(recur_short *search, int64_t before, int64_t *date);

AM_END_HIDDEN
#endif
