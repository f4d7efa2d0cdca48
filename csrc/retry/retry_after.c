/* SPDX-License-Identifier: MIT */
/* Retry-After: seconds, or one of the three HTTP dates (RFC 9110, sections 5.6.7 and 10.2.3). */
#include "retry/retry_after.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST_VALUE = 63 };
static const int64_t LONGEST_S = 1000000000; /* three decades: too long to wait for anyway */

/* Days from 1970-01-01 to a Gregorian date, without any time zone. */
static int64_t days_since_1970(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1; /* years begin in March: leap days come last */
    int64_t era = y / 400, of_era = y % 400;
    int64_t of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int month_number(const char *name)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const char *found = strlen(name) == 3 ? strstr(names, name) : NULL;
    return found && (found - names) % 3 == 0 ? (int)(found - names) / 3 + 1 : 0;
}

/* Seconds since 1970, or -1. Checks to the last character: a zone other than GMT would be hours
 * off. */
static int64_t parse_date(const char *text, int64_t now_s)
{
    char month[4] = "";
    int day = 0, year = 0, hour = 0, minute = 0, second = 0, end = 0;
    if (sscanf(text, "%*3[A-Za-z], %2d %3s %4d %2d:%2d:%2d GMT%n", &day, month, &year, &hour,
               &minute, &second, &end) != 6) {
        if (sscanf(text, "%*9[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GMT%n", &day, month, &year,
                   &hour, &minute, &second, &end) == 6) {
            /* A two-digit year that would be more than 50 years ahead is in the past. */
            int64_t this_year = 1970 + now_s / 31556952;
            year += (int)(this_year / 100 * 100);
            year -= year > this_year + 50 ? 100 : 0;
        } else if (sscanf(text, "%*3[A-Za-z] %3s %2d %2d:%2d:%2d %4d%n", month, &day, &hour,
                          &minute, &second, &year, &end) != 6) {
            return -1;
        }
    }
    int number = month_number(month);
    if (end == 0 || text[end] != '\0' || !number || day < 1 || day > 31 || year < 1970 ||
        hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return -1;
    return days_since_1970(year, number, day) * 86400 + hour * 3600 + minute * 60 + second;
}

/* Whole seconds, or with a fraction, which no standard allows but some proxies send. */
static int64_t parse_seconds(const char *text)
{
    int64_t ms = 0, scale = 1000;
    const char *p = text;
    for (; *p >= '0' && *p <= '9'; p++)
        ms = ms >= LONGEST_S * 1000 ? ms : ms * 10 + (*p - '0') * 1000;
    if (p == text)
        return -1;
    if (*p == '.')
        for (p++; *p >= '0' && *p <= '9'; p++) {
            scale /= 10;
            ms += (*p - '0') * scale;
        }
    return *p == '\0' ? ms : -1;
}

int64_t am_retry_after_ms(const char *value, size_t size, int64_t now_s)
{
    char text[LONGEST_VALUE + 1];
    if (size > LONGEST_VALUE || memchr(value, '\0', size))
        return -1;
    memcpy(text, value, size);
    text[size] = '\0';
    int64_t ms = parse_seconds(text);
    if (ms < 0) {
        int64_t at = parse_date(text, now_s);
        if (at < 0)
            return -1;
        ms = at > now_s ? (at - now_s) * 1000 : 0;
    }
    return ms < LONGEST_S * 1000 ? ms : LONGEST_S * 1000;
}
