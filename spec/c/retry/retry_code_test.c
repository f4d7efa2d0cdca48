/* SPDX-License-Identifier: MIT */
/* The code of a failure: it names what happened. */
#include "unit.h"

#include <string.h>

#include "retry/retry.h"

enum { NOW = 1000000 };

static const struct {
    int wire, curl, status, proxy;
    am_code code;
    const char *more; /* other observations */
} codes[] = {
    {0, 42, 0, 0, AM_STALE, "stale"},
    {1, 42, 0, 0, AM_STALE, "stale"},
    {1, 42, 0, 0, AM_STALE, "stale, file"},
    {0, 42, 0, 0, AM_FILE, "file"},
    {1, 26, 0, 0, AM_FILE, "file"},
    {1, 23, 200, 0, AM_FILE, "file"},
    {0, 6, 0, 0, AM_DNS, ""},
    {0, 5, 0, 0, AM_PROXY, ""},
    {0, 97, 0, 0, AM_PROXY, ""},
    {0, 56, 0, 502, AM_PROXY, ""},
    {0, 56, 0, 300, AM_PROXY, ""},
    {0, 56, 0, 200, AM_NETWORK, ""}, /* the tunnel was open; the failure was behind it */
    {0, 56, 0, 407, AM_PROXY, ""},
    {0, 7, 0, 0, AM_NETWORK, ""},
    {0, 28, 0, 0, AM_TIMEOUT, ""},
    {0, 35, 0, 0, AM_TLS, ""},
    {0, 60, 0, 0, AM_TLS, ""},
    {0, 98, 0, 0, AM_TLS, ""},
    {0, 3, 0, 0, AM_INVALID, ""},
    {0, 27, 0, 0, AM_NO_MEMORY, ""},
    {1, 1, 0, 0, AM_BAD_RESPONSE, ""}, /* garbage where an answer should be */
    {1, 7, 0, 0, AM_NETWORK, ""},
    {1, 28, 0, 0, AM_TIMEOUT, ""},
    {1, 28, 200, 0, AM_TIMEOUT, ""},
    {1, 18, 200, 0, AM_NETWORK, ""},
    {1, 56, 0, 502, AM_NETWORK, ""}, /* the proxy let it pass before */
    {1, 61, 200, 0, AM_BAD_RESPONSE, ""},
    {1, 0, 200, 0, AM_BAD_RESPONSE, ""},
    {1, 8, 200, 0, AM_BAD_RESPONSE, "head cut"},
    {1, 8, 404, 0, AM_BAD_RESPONSE, "head cut"},
    {1, 8, 0, 0, AM_BAD_RESPONSE, ""},
    {0, 8, 0, 0, AM_NETWORK, ""}, /* of a proxy */
    {1, 23, 200, 0, AM_BAD_RESPONSE, "defect"},
    {1, 56, 200, 0, AM_BAD_RESPONSE, "defect"},
    {1, 56, 200, 0, AM_NETWORK, ""},
    {1, 0, 200, 0, AM_NETWORK, "head cut"},
    {1, 0, 404, 0, AM_NETWORK, "head cut"},
    {1, 0, 429, 0, AM_NETWORK, "head cut"},
    {1, 28, 409, 0, AM_TIMEOUT, "head cut"},
    {1, 23, 103, 0, AM_TOO_LARGE, "large"},
    {1, 23, 404, 0, AM_TOO_LARGE, "large, head cut"},
    {1, 23, 404, 0, AM_REJECTED, "large"}, /* its head had already said it */
    {1, 0, 304, 0, AM_BAD_RESPONSE, ""},
    {1, 0, 407, 0, AM_PROXY, ""},
    {1, 0, 302, 0, AM_REDIRECTED, ""},
    {1, 0, 303, 0, AM_REDIRECTED, ""},
    {1, 0, 404, 0, AM_REJECTED, ""},
    {1, 0, 408, 0, AM_SERVICE_ERROR, ""}, /* in doubt, so not a refusal */
    {1, 0, 409, 0, AM_CONFLICT, ""},
    {1, 0, 409, 0, AM_CONFLICT, "race"},
    {1, 0, 409, 0, AM_REJECTED, "final"},
    {1, 0, 412, 0, AM_PRECONDITION_FAILED, ""},
    {1, 28, 412, 0, AM_TIMEOUT, "head cut"},
    {1, 0, 429, 0, AM_RATE_LIMITED, ""},
    {1, 0, 500, 0, AM_SERVICE_ERROR, ""},
    {1, 0, 501, 0, AM_SERVICE_ERROR, ""},
    {1, 0, 503, 0, AM_SERVICE_ERROR, ""},
    {1, 0, 600, 0, AM_SERVICE_ERROR, ""},
};

static void the_code_of_a_failure_names_what_happened(void **state)
{
    (void)state;
    am_limits limits;
    am_limits_init(&limits);
    am_policy call = {.protection = AM_IDEMPOTENT, .deadline_ms = NOW + 60000, .limits = &limits};
    for (size_t i = 0; i < COUNT(codes); i++) {
        am_attempt attempt = {.wire = codes[i].wire,
                              .curl = codes[i].curl,
                              .status = codes[i].status,
                              .proxy_status = codes[i].proxy,
                              .file_failed = strstr(codes[i].more, "file") != NULL,
                              .head_cut = strstr(codes[i].more, "head cut") != NULL,
                              .defect = strstr(codes[i].more, "defect") != NULL,
                              .too_large = strstr(codes[i].more, "large") != NULL,
                              .stale = strstr(codes[i].more, "stale") != NULL,
                              .saying = strstr(codes[i].more, "race")    ? AM_SAYS_RACE
                                        : strstr(codes[i].more, "final") ? AM_SAYS_FINAL
                                                                         : AM_SAYS_NOTHING,
                              .retry_after_ms = -1};
        am_budget budget = {.tokens = 500};
        am_decision got = am_retry_decide(&call, &(am_history){0}, &budget, &attempt, NOW, 0);
        if (got.code != codes[i].code)
            fail_msg("curl %d, status %d, wire %d: code %s, not %s", attempt.curl, attempt.status,
                     attempt.wire, am_code_word(got.code), am_code_word(codes[i].code));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_code_of_a_failure_names_what_happened),
    };
    return cmocka_run_group_tests_name("retry: codes", tests, NULL, NULL);
}
