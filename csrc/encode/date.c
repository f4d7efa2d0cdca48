/* SPDX-License-Identifier: MIT */
/* Dates: seconds since 1970, or RFC 3339 text. */
#include <stdio.h>
#include <string.h>

#include "encode/writer.h"

/* Matches a form, in which 0 is any digit and every other character is literal. Returns the rest of
 * the text, or NULL. */
static const char *form(const char *text, const char *pattern)
{
    for (; *pattern; pattern++, text++)
        if (*pattern == '0' ? *text < '0' || *text > '9' : *text != *pattern)
            return NULL;
    return text;
}

static const char *digits(const char *text)
{
    return text + strspn(text, "0123456789");
}

/* ":30.5Z", ".5+02:00" and the like, after hours and minutes. */
static bool ends_a_time(const char *rest)
{
    rest = digits(rest + (*rest == ':'));
    rest = digits(rest + (*rest == '.'));
    if (*rest == 'Z' || *rest == 'z')
        return rest[1] == '\0';
    if (*rest != '+' && *rest != '-')
        return false;
    const char *end = form(rest + 1, "00:00");
    if (!end)
        end = form(rest + 1, "0000");
    return end && *end == '\0';
}

static bool write_text(am_writer *w, const am_item *value)
{
    const am_bytes *text = &value->as.string;
    const char *rest = strlen(text->data) == text->size ? form(text->data, "0000-00-00") : NULL;
    if (rest && *rest && strchr("Tt ", *rest)) {
        rest = form(rest + 1, "00:00");
        if (!rest || !ends_a_time(rest))
            rest = NULL;
    } else if (rest && *rest) {
        rest = NULL;
    }
    if (!rest)
        return am_fail(w, AM_PROBLEM_NO_DATE, value);
    am_put(w, "\"");
    am_buf_append(w->out, text->data, text->size);
    am_put(w, text->size == strlen("0000-00-00") ? "T00:00:00.000Z\"" : "\"");
    return true;
}

static void write_seconds(am_writer *w, int64_t seconds, int milliseconds)
{
    char text[96];
    int day = (int)(seconds / 86400), second = (int)(seconds % 86400);
    /* A year that begins in March ends with the leap day; 719468 days from March 0 to 1970. */
    day += 719468;
    int era = day / 146097, of_era = day % 146097;
    int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * year + year / 4 - year / 100);
    int month = (5 * of_year + 2) / 153;
    int of_month = of_year - (153 * month + 2) / 5 + 1;
    month = month < 10 ? month + 3 : month - 9;
    year += era * 400 + (month <= 2);
    snprintf(text, sizeof text, "\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"", year, month, of_month,
             second / 3600, second / 60 % 60, second % 60, milliseconds);
    am_put(w, text);
}

bool am_write_date(am_writer *w, const am_item *value)
{
    static const int64_t END = INT64_C(253402300800); /* the end of year 9999 */
    if (value->kind == AM_ITEM_INTEGER && value->as.integer >= 0 && value->as.integer < END) {
        write_seconds(w, value->as.integer, 0);
        return true;
    }
    if (value->kind == AM_ITEM_FLOAT && value->as.number >= 0 && value->as.number < (double)END) {
        int64_t seconds = (int64_t)value->as.number;
        write_seconds(w, seconds, (int)((value->as.number - (double)seconds) * 1000));
        return true;
    }
    return value->kind == AM_ITEM_STRING ? write_text(w, value)
                                         : am_fail(w, AM_PROBLEM_NO_DATE, value);
}
