/* SPDX-License-Identifier: MIT */
/* The header in all its forms, and strings that only look like it. */
#define _GNU_SOURCE
#include "unit.h"

#include <string.h>
#include <time.h>

#include "retry/retry_after.h"

static const int64_t NOW = 1770000000; /* 2026-02-02 02:40:00 */
static const int64_t LONGEST_MS = INT64_C(1000000000000);

static int64_t ms_of(const char *value, int64_t now_s)
{
    return am_retry_after_ms(value, strlen(value), now_s);
}

static void retry_after_may_be_seconds(void **state)
{
    static const struct {
        const char *value;
        int64_t ms;
    } cases[] = {
        {"0", 0},
        {"1", 1000},
        {"007", 7000},
        {"120", 120000},
        {"999999999", 999999999000},
        {"1000000000", LONGEST_MS},
        {"99999999999", LONGEST_MS},
        {"18446744073709551617", LONGEST_MS}, /* 2^64 + 1 is not 1 */
        {"99999999999999999999999999999999999999999999999999999999999", LONGEST_MS},
        {"000000000000000000000000000000000000000000000000000000000000001", 1000}, /* 63 */
        {"1.5", 1500},
        {"0.25", 250},
        {"2.", 2000},
        {"2.0009", 2000}, /* beyond our clock */
        {"1.99999999999", 1999},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (ms_of(cases[i].value, NOW) != cases[i].ms)
            fail_msg("\"%s\": %lld ms, not %lld", cases[i].value,
                     (long long)ms_of(cases[i].value, NOW), (long long)cases[i].ms);
}

static void retry_after_may_be_any_of_the_three_dates_of_http(void **state)
{
    static const struct {
        const char *value;
        int64_t now_s, ms;
    } cases[] = {
        {"Mon, 02 Feb 2026 02:40:30 GMT", 1770000000, 30000},
        {"Monday, 02-Feb-26 02:40:30 GMT", 1770000000, 30000},
        {"Mon Feb  2 02:40:30 2026", 1770000000, 30000},
        {"Mon Feb 12 02:40:00 2026", 1770000000, 864000000},
        {"Thu, 31 Dec 2026 23:59:60 GMT", 1798761599, 1000}, /* a leap second */
        {"Thu, 01 Jan 1970 00:00:10 GMT", 0, 10000},
        {"Sunday, 06-Nov-94 08:49:37 GMT", 784111770, 7000},           /* 94 as seen in 1994 */
        {"Wednesday, 01-Jan-30 00:00:00 GMT", 1893455999, 1000},       /* 30 is 2030 in 2029 */
        {"Saturday, 01-Jan-77 00:00:00 GMT", 1770000000, 0},           /* 77 is 1977 in 2026 */
        {"Wednesday, 01-Jan-76 00:00:00 GMT", 1770000000, LONGEST_MS}, /* 76 is 2076 */
        {"Fri, 31 Dec 9999 23:59:59 GMT", 1770000000, LONGEST_MS},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (ms_of(cases[i].value, cases[i].now_s) != cases[i].ms)
            fail_msg("\"%s\": %lld ms, not %lld", cases[i].value,
                     (long long)ms_of(cases[i].value, cases[i].now_s), (long long)cases[i].ms);
}

static void retry_after_in_the_past_means_now(void **state)
{
    (void)state;
    assert_int_equal(ms_of("Mon, 02 Feb 2026 02:40:00 GMT", NOW), 0);
    assert_int_equal(ms_of("Mon, 02 Feb 2026 02:39:59 GMT", NOW), 0);
    assert_int_equal(ms_of("Sun, 06 Nov 1994 08:49:37 GMT", NOW), 0);
    assert_int_equal(ms_of("Sunday, 06-Nov-94 08:49:37 GMT", NOW), 0);
    assert_int_equal(ms_of("Sun Nov  6 08:49:37 1994", NOW), 0);
}

static void retry_after_that_cannot_be_read_is_ignored(void **state)
{
    static const char *const values[] = {
        "",
        " ",
        "-1",
        "+1",
        ".5",
        "1,5",
        "1e3",
        "0x10",
        "10 s",
        "10s",
        "1.5.1",
        "1.5s",
        "soon",
        "Mon, 02 Feb 2026",
        "Mon, 02 Feb 2026 02:40 GMT",
        "Mon, 00 Feb 2026 02:40:30 GMT",
        "Mon, 32 Feb 2026 02:40:30 GMT",
        "Mon, 02 Feb 1969 02:40:30 GMT",
        "Mon, 02 Fev 2026 02:40:30 GMT",
        "Mon, 02 anF 2026 02:40:30 GMT", /* three letters, but across two months */
        "Mon, 02 Fe 2026 02:40:30 GMT",
        "Mon, 02 Feb 2026 24:40:30 GMT",
        "Mon, 02 Feb 2026 -2:40:30 GMT",
        "Mon, 02 Feb 2026 02:60:30 GMT",
        "Mon, 02 Feb 2026 02:-4:30 GMT",
        "Mon, 02 Feb 2026 02:40:61 GMT",
        "Mon, 02 Feb 2026 02:40:-3 GMT",
        "Mon, 02 Feb 2026 02:40:30 PST", /* in another zone it would be hours too early */
        "Mon, 02 Feb 2026 02:40:30 -0800",
        "Mon, 02 Feb 2026 02:40:30",
        "Mon, 02 Feb 2026 02:40:30 GMT+1",
        "Monday, 02-Feb-26 02:40:30 EST",
        "Mon Feb  2 02:40:30 2026 EST",
        "2026-02-02T02:40:30Z",
        "0000000000000000000000000000000000000000000000000000000000000001", /* 64 characters */
    };
    (void)state;
    for (size_t i = 0; i < COUNT(values); i++)
        if (ms_of(values[i], NOW) != -1)
            fail_msg("\"%s\": %lld ms", values[i], (long long)ms_of(values[i], NOW));
    assert_int_equal(am_retry_after_ms("1\0", 2, NOW), -1);
    assert_int_equal(am_retry_after_ms("12", 1, NOW), 1000); /* never past its size */
}

/* Every day of four centuries, compared with the C library. */
static void retry_after_is_read_right_on_every_day_of_four_centuries(void **state)
{
    (void)state;
    for (int64_t day = 0; day < 146097; day++) {
        time_t at = (time_t)(day * 86400);
        char value[40];
        struct tm utc;
        assert_non_null(gmtime_r(&at, &utc));
        strftime(value, sizeof value, "%a, %d %b %Y %H:%M:%S GMT", &utc);
        if (ms_of(value, (int64_t)at - 1) != 1000)
            fail_msg("\"%s\" is not day %lld", value, (long long)day);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retry_after_may_be_seconds),
        cmocka_unit_test(retry_after_may_be_any_of_the_three_dates_of_http),
        cmocka_unit_test(retry_after_in_the_past_means_now),
        cmocka_unit_test(retry_after_that_cannot_be_read_is_ignored),
        cmocka_unit_test(retry_after_is_read_right_on_every_day_of_four_centuries),
    };
    return cmocka_run_group_tests_name("Retry-After", tests, NULL, NULL);
}
