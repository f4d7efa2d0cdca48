/* SPDX-License-Identifier: MIT */
#include "recur_short.h"

#include <string.h>

enum { MINUTE = 60, HOUR = 3600, DAY = 86400, MOST_STEPS = 20000000 };

/* Times are counted from 0001-01-01 here, so that none is negative and `/` and `%` round down. */
static const int64_t EPOCH = (int64_t)719162 * DAY;
static const int64_t LAST = (int64_t)719162 * DAY + 253402300799; /* 9999-12-31T23:59:59 */

int64_t recur_seconds(struct icaltimetype time)
{
    int64_t year = time.month > 2 ? time.year : time.year - 1, month = (time.month + 9) % 12;
    int64_t days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 +
                   time.day - 1 - 719468; /* years from March on; 1970-01-01 is day 0 */
    return days * DAY + time.hour * HOUR + time.minute * MINUTE + time.second;
}

/* ---- lists of a rule ------------------------------------------------------------------------- */

static bool is_empty(const short *list)
{
    return list[0] == ICAL_RECURRENCE_ARRAY_MAX;
}

/* Whether a list has a value, or the same counted from the end; an empty one has all. */
static bool has(const short *list, int value, int from_end)
{
    if (is_empty(list))
        return true;
    for (; *list != ICAL_RECURRENCE_ARRAY_MAX; list++)
        if (*list == value || *list == from_end)
            return true;
    return false;
}

static bool has_weekday(const short *list, int weekday)
{
    if (is_empty(list))
        return true;
    for (; *list != ICAL_RECURRENCE_ARRAY_MAX; list++)
        if ((int)icalrecurrencetype_day_day_of_week(*list) == weekday)
            return true;
    return false;
}

static bool has_position(const short *list)
{
    for (; *list != ICAL_RECURRENCE_ARRAY_MAX; list++)
        if (icalrecurrencetype_day_position(*list) != 0)
            return true;
    return false;
}

static bool day_fits(const struct icalrecurrencetype *rule, int64_t day)
{
    struct icaltimetype time = icaltime_from_timet_with_zone((time_t)(day * DAY - EPOCH), 1, NULL);
    int of_year = icaltime_day_of_year(time);
    return has(rule->by_month, time.month, time.month) &&
           has(rule->by_month_day, time.day,
               time.day - icaltime_days_in_month(time.month, time.year) - 1) &&
           has(rule->by_year_day, of_year, of_year - icaltime_days_in_year(time.year) - 1) &&
           has_weekday(rule->by_day, icaltime_day_of_week(time));
}

/* ---- the start ------------------------------------------------------------------------------- */

static int unit_of(const struct icalrecurrencetype *rule)
{
    switch (rule->freq) {
    case ICAL_HOURLY_RECURRENCE:
        return HOUR;
    case ICAL_MINUTELY_RECURRENCE:
        return MINUTE;
    default:
        return 1;
    }
}

bool recur_short_is(const struct icalrecurrencetype *rule)
{
    return rule->freq == ICAL_HOURLY_RECURRENCE || rule->freq == ICAL_MINUTELY_RECURRENCE ||
           rule->freq == ICAL_SECONDLY_RECURRENCE;
}

const char *recur_short_refused(const struct icalrecurrencetype *rule)
{
    if (!is_empty(rule->by_week_no))
        return "BYWEEKNO is for yearly rules";
    return has_position(rule->by_day) ? "BYDAY with a number is for monthly and yearly rules"
                                      : NULL;
}

/* Drops the dates of a period that BYSETPOS does not name. */
static void select_positions(recur_short *search)
{
    int kept = 0;
    for (int i = 0; i < search->count; i++)
        if (has(search->rule->by_set_pos, i + 1, i - search->count))
            search->offset[kept++] = search->offset[i];
    search->count = kept;
}

/* The dates of a period: what is smaller than it expands, or is that of the start. */
static void set_offsets(recur_short *search, int unit)
{
    const struct icalrecurrencetype *rule = search->rule;
    int own = (int)(search->start % unit), minutes = unit == HOUR ? 60 : 1;
    for (int minute = 0; minute < minutes; minute++) {
        bool some = is_empty(rule->by_minute) ? minute == own / MINUTE : search->minute[minute];
        if (unit == HOUR && !some)
            continue;
        for (int second = 0; second < (unit == 1 ? 1 : 60); second++)
            if (unit == 1 ||
                (is_empty(rule->by_second) ? second == own % MINUTE : search->second[second]))
                search->offset[search->count++] = (uint16_t)(minute * MINUTE + second);
    }
    select_positions(search);
}

static int64_t until(const struct icalrecurrencetype *rule)
{
    return icaltime_is_null_time(rule->until) ? LAST : recur_seconds(rule->until) + EPOCH;
}

void recur_short_start(recur_short *search, const struct icalrecurrencetype *rule, int64_t start,
                       int64_t from)
{
    int unit = unit_of(rule);
    start += EPOCH;
    from += EPOCH;
    memset(search, 0, sizeof *search);
    search->rule = rule;
    search->start = start;
    search->first = start - start % unit;
    search->step = (int64_t)unit * rule->interval;
    search->last = until(rule);
    search->left = rule->count > 0 ? rule->count : -1;
    search->day = INT64_MIN;
    if (search->left < 0 && from > search->first)
        search->period = (from - search->first) / search->step;
    for (int i = 0; i < 24; i++)
        search->hour[i] = has(rule->by_hour, i, i);
    for (int i = 0; i < 60; i++) {
        search->minute[i] = has(rule->by_minute, i, i);
        search->second[i] = has(rule->by_second, i, i);
    }
    set_offsets(search, unit);
}

/* ---- the search ------------------------------------------------------------------------------ */

/* Where the search goes on after a time that does not fit; 0: it fits. */
static int64_t skip(recur_short *search, int64_t at, int64_t unit)
{
    int64_t day = at / DAY;
    if (day != search->day) {
        search->day = day;
        search->fits = day_fits(search->rule, day);
    }
    if (!search->fits)
        return (day + 1) * DAY;
    if (!search->hour[at % DAY / HOUR])
        return at - at % HOUR + HOUR;
    if (unit < HOUR && !search->minute[at % HOUR / MINUTE])
        return at - at % MINUTE + MINUTE;
    return unit < MINUTE && !search->second[at % MINUTE] ? at + 1 : 0;
}

/* Finds the next period that fits. */
static bool find_period(recur_short *search, int64_t before, int64_t *at)
{
    int unit = unit_of(search->rule);
    while (search->steps++ < MOST_STEPS) {
        *at = search->first + search->period * search->step;
        if (*at >= before || *at > search->last)
            return false;
        int64_t target = skip(search, *at, unit);
        if (target == 0)
            return true;
        search->period = (target - search->first + search->step - 1) / search->step;
    }
    return false;
}

bool recur_short_next(recur_short *search, int64_t before, int64_t *date)
{
    before = before > LAST - EPOCH ? LAST + 1 : before + EPOCH;
    while (search->left != 0 && search->count > 0) {
        int64_t at;
        if (!find_period(search, before, &at))
            return false;
        at += search->offset[search->next];
        if (++search->next == search->count) {
            search->next = 0;
            search->period++;
        }
        if (at < search->start)
            continue;
        if (at >= before || at > search->last)
            return false;
        *date = at - EPOCH;
        if (search->left > 0)
            search->left--;
        return true;
    }
    return false;
}
