/* SPDX-License-Identifier: MIT */
/* How long and how often: delays to the millisecond, Retry-After, limits, budget. */
#include "retry_call.h"

/* ---- back-off -------------------------------------------------------------------------------- */

static void backoff_doubles_up_to_its_cap(void **state)
{
    static const int64_t bounds[] = {250, 500, 1000, 2000, 4000, 8000, 16000, 20000, 20000};
    (void)state;
    call c = new_call(AM_KEYED);
    for (size_t i = 0; i < COUNT(bounds); i++)
        assert_repeats(decide(&c, SILENT), bounds[i]);
}

static void backoff_is_jittered_down_to_nothing(void **state)
{
    (void)state;
    call c = new_call(AM_SAFE);
    decide(&c, SILENT);
    c.random = SHORTEST;
    assert_repeats(decide(&c, SILENT), 0);
    c.random = UINT64_C(0x80000000); /* the middle of [0, 1000] */
    assert_repeats(decide(&c, SILENT), 500);
}

static void backoff_stays_within_odd_limits(void **state)
{
    static const struct {
        int64_t base, cap, bounds[4];
    } cases[] = {
        {1, 1, {1, 1, 1, 1}},
        {1, 3, {1, 2, 3, 3}},
        {3, 7, {3, 6, 7, 7}},
        {900, 250, {250, 250, 250, 250}}, /* a base above the cap */
        {1000, 2000, {1000, 2000, 2000, 2000}},
        {1500000, 3600000, {1500000, 3000000, 3600000, 3600000}},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        call c = new_call(AM_SAFE);
        c.policy.deadline_ms = INT64_MAX / 2;
        c.limits.backoff_base_ms = cases[i].base;
        c.limits.backoff_cap_ms = cases[i].cap;
        for (size_t n = 0; n < COUNT(cases[i].bounds); n++)
            assert_repeats(decide(&c, SILENT), cases[i].bounds[n]);
    }
}

static void a_request_that_never_left_is_repeated_at_once_the_first_time(void **state)
{
    (void)state;
    call c = new_call(AM_UNPROTECTED);
    assert_repeats(decide(&c, UNSENT), 100);
    assert_repeats(decide(&c, UNSENT), 250);
    assert_repeats(decide(&c, UNSENT), 500);
    call later = new_call(AM_SAFE);
    assert_repeats(decide(&later, SILENT), 250);
    assert_repeats(decide(&later, UNSENT), 100);
    assert_repeats(decide(&later, SILENT), 500);
}

/* ---- Retry-After ----------------------------------------------------------------------------- */

static void retry_after_is_never_undercut(void **state)
{
    static const struct {
        int64_t asked;
        uint64_t random;
        int64_t delay;
    } cases[] = {
        {0, SHORTEST, 0},
        {0, LONGEST, 250},
        {200, SHORTEST, 200},
        {200, LONGEST, 250 + 50}, /* the longer back-off; spread: a quarter of the delay */
        {8000, SHORTEST, 8000},
        {8000, LONGEST, 8000 + 2000},
        {8000, UINT64_C(0xffffffff), 8000}, /* back-off and spread are drawn separately */
        {60000, LONGEST, 60000 + 5000},
        {60000, UINT64_C(0x80000000) << 32, 60000 + 2500},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        call c = new_call(AM_SAFE);
        c.random = cases[i].random;
        assert_repeats(decide(&c, answer(429, cases[i].asked)), cases[i].delay);
    }
}

static void retry_after_beyond_the_deadline_defers_the_call(void **state)
{
    (void)state;
    call c = new_call(AM_KEYED);
    c.random = SHORTEST;
    c.policy.deadline_ms = NOW + 60000;
    assert_repeats(decide(&c, answer(503, 59999)), 59999);
    assert_stops(decide(&c, answer(503, 60000)), AM_UNKNOWN, AM_DEFERRED, 60000);
    assert_true(c.last.retryable);
    assert_int_equal(c.last.cause, AM_SERVICE_ERROR);
    call unsure = new_call(AM_UNPROTECTED);
    unsure.policy.deadline_ms = NOW + 60000;
    assert_stops(decide(&unsure, answer(429, 99000)), AM_NOT_APPLIED, AM_DEFERRED, 99000);
    assert_int_equal(unsure.budget.tokens, 500); /* without a repeat there is no cost */
}

static void retry_after_is_passed_on_by_any_stop_that_may_be_repeated(void **state)
{
    (void)state;
    call c = new_call(AM_SAFE);
    c.limits.attempts = 1;
    assert_stops(decide(&c, answer(429, 7000)), AM_NOT_APPLIED, AM_RATE_LIMITED, 7000);
    call refused = new_call(AM_SAFE);
    assert_stops(decide(&refused, answer(404, 7000)), AM_NOT_APPLIED, AM_REJECTED, -1);
    call unsure = new_call(AM_UNPROTECTED); /* must not be repeated at all */
    assert_stops(decide(&unsure, answer(503, 7000)), AM_UNKNOWN, AM_SERVICE_ERROR, -1);
    call late = new_call(AM_SAFE);
    late.policy.deadline_ms = NOW + 1000;
    assert_stops(decide(&late, answer(503, 70000)), AM_NOT_APPLIED, AM_DEFERRED, 70000);
}

/* ---- limits ---------------------------------------------------------------------------------- */

static void the_limit_of_attempts_counts_libcurls_own_repeats(void **state)
{
    (void)state;
    call c = new_call(AM_KEYED);
    c.limits.attempts = 3;
    decide(&c, UNSENT); /* a failed connection is a try too */
    assert_int_equal(decide(&c, SILENT).action, AM_REPEAT);
    assert_stops(decide(&c, SILENT), AM_UNKNOWN, AM_NETWORK, -1);
    assert_true(c.last.retryable);
    assert_int_equal(c.history.tries, 3);
    assert_int_equal(c.history.wire, 2);
    call resent = new_call(AM_KEYED);
    resent.limits.attempts = 3;
    am_attempt twice = SILENT;
    twice.wire = 2;
    assert_int_equal(decide(&resent, twice).action, AM_REPEAT);
    assert_int_equal(resent.history.tries, 2);
    assert_int_equal(decide(&resent, SILENT).action, AM_STOP);
}

static void the_deadline_bounds_every_wait(void **state)
{
    (void)state;
    call c = new_call(AM_KEYED);
    c.policy.deadline_ms = NOW + 251;
    assert_repeats(decide(&c, SILENT), 250);
    call tight = new_call(AM_KEYED);
    tight.policy.deadline_ms = NOW + 250;
    assert_stops(decide(&tight, SILENT), AM_UNKNOWN, AM_NETWORK, -1);
    assert_int_equal(tight.budget.tokens, 500);
    call late = new_call(AM_NATURAL_KEY);
    late.policy.deadline_ms = NOW;
    assert_stops(decide(&late, UNSENT), AM_NOT_APPLIED, AM_TIMEOUT, -1);
    assert_stops(decide(&late, SILENT), AM_UNKNOWN, AM_TIMEOUT, -1);
    call done = new_call(AM_KEYED); /* an answer that arrived is an answer */
    done.policy.deadline_ms = NOW;
    assert_stops(decide(&done, WHOLE), AM_APPLIED, AM_OK, -1);
}

static void an_unusable_answer_is_asked_for_at_most_twice_more(void **state)
{
    (void)state;
    call c = new_call(AM_KEYED);
    decide(&c, BROKEN);
    assert_int_equal(decide(&c, BROKEN).action, AM_REPEAT);
    assert_stops(decide(&c, BROKEN), AM_UNKNOWN, AM_BAD_RESPONSE, -1);
    call read = new_call(AM_SAFE);
    decide(&read, BROKEN);
    decide(&read, BROKEN);
    assert_stops(decide(&read, BROKEN), AM_NOT_APPLIED, AM_BAD_RESPONSE, -1);
}

static void a_request_answered_with_a_defect_is_sent_at_most_twice_more(void **state)
{
    static const am_attempt defects[] = {
        {.curl = 8, .wire = 1, .status = 200, .head_cut = true},
        {.curl = 8, .wire = 1, .status = 404, .head_cut = true},
        {.curl = 8, .wire = 1, .status = 200},
        {.curl = 61, .wire = 1, .status = 200},
        {.curl = 23, .wire = 1, .status = 200, .defect = true},
        {.curl = 56, .wire = 1, .status = 200, .defect = true},
        {.wire = 1, .status = 304, .answer = AM_ANSWER_WHOLE},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(defects); i++) {
        call c = new_call(AM_KEYED);
        am_attempt attempt = defects[i];
        attempt.retry_after_ms = -1;
        assert_int_equal(decide(&c, attempt).action, AM_REPEAT);
        assert_int_equal(decide(&c, attempt).action, AM_REPEAT);
        assert_stops(decide(&c, attempt), AM_UNKNOWN, AM_BAD_RESPONSE, -1);
        assert_true(c.last.retryable);
    }
    call cut = new_call(AM_KEYED); /* which may be asked for more often */
    am_attempt attempt = {.wire = 1, .status = 200, .head_cut = true, .retry_after_ms = -1};
    for (int i = 0; i < 7; i++)
        assert_int_equal(decide(&cut, attempt).action, AM_REPEAT);
}

static void redirects_of_a_read_are_bounded(void **state)
{
    (void)state;
    call c = new_call(AM_SAFE);
    for (int i = 0; i < 5; i++)
        assert_int_equal(decide(&c, answer(302, -1)).action, AM_FOLLOW);
    assert_false(c.last.retryable); /* this level does not know where it leads */
    assert_stops(decide(&c, answer(302, -1)), AM_NOT_APPLIED, AM_REDIRECTED, -1);
    assert_false(c.last.retryable);
    call none = new_call(AM_SAFE);
    none.limits.redirects = 0;
    assert_int_equal(decide(&none, answer(302, -1)).action, AM_STOP);
}

/* ---- budget ---------------------------------------------------------------------------------- */

static void a_repeat_costs_retry_budget_and_a_success_refunds_it(void **state)
{
    (void)state;
    call c = new_call(AM_KEYED);
    decide(&c, SILENT);
    assert_int_equal(c.budget.tokens, 495);
    decide(&c, TIMED_OUT);
    assert_int_equal(c.budget.tokens, 485);
    decide(&c, WHOLE);
    assert_int_equal(c.budget.tokens, 486);
    c.budget.tokens = 500;
    decide(&c, WHOLE);
    assert_int_equal(c.budget.tokens, 500);
    c.limits.budget_refund = 7;
    c.budget.tokens = 498;
    decide(&c, WHOLE);
    assert_int_equal(c.budget.tokens, 500);
    c.limits.budget_tokens = 10; /* another client may have allowed the host more */
    decide(&c, WHOLE);
    assert_int_equal(c.budget.tokens, 500);
    decide(&c, answer(404, -1)); /* the end of a call, but not a success */
    assert_int_equal(c.budget.tokens, 500);
}

/* The service itself then sets the pace, and coming back on time adds no load. */
static void a_429_that_names_its_time_costs_no_retry_budget(void **state)
{
    (void)state;
    call c = new_call(AM_KEYED);
    decide(&c, answer(429, 0));
    decide(&c, answer(429, 1000));
    assert_int_equal(c.budget.tokens, 500);
    decide(&c, answer(429, -1));
    assert_int_equal(c.budget.tokens, 495);
    decide(&c, answer(503, 1000)); /* an outage may name a time too */
    decide(&c, answer(425, 1000));
    assert_int_equal(c.budget.tokens, 485);
    am_attempt cut = answer(429, 1000);
    cut.head_cut = true;
    decide(&c, cut);
    assert_int_equal(c.budget.tokens, 480);
    c.budget.tokens = 0;
    assert_int_equal(decide(&c, answer(429, 1000)).owed, 0);
}

/* 30 sends, one after another, to a service that admits one per second. */
static void a_rate_limit_that_names_its_time_sets_the_pace_of_repeats(void **state)
{
    (void)state;
    uint64_t random = 1;
    am_budget budget = {.tokens = 60};
    int64_t now_ms = NOW, admitted_ms = NOW - 1000;
    for (int i = 0; i < 30; i++) {
        call c = new_call(AM_KEYED);
        am_limits_init(&c.limits);
        c.policy.deadline_ms = now_ms + c.limits.deadline_ms;
        do {
            c.now_ms = now_ms;
            c.random = unit_random(&random);
            c.budget = budget;
            am_budget_refill(&c.budget, &c.limits, now_ms);
            bool free = now_ms - admitted_ms >= 1000;
            admitted_ms = free ? now_ms : admitted_ms;
            decide(&c, free ? WHOLE : answer(429, 1000));
            budget = c.budget;
            now_ms += c.last.delay_ms;
        } while (c.last.action == AM_REPEAT && c.last.owed == 0);
        assert_int_equal(c.last.code, AM_OK);
    }
    print_message("# 30 sends took %lld ms\n", (long long)(now_ms - NOW));
    assert_in_range(now_ms - NOW, 29000, 36250);
}

static bool admit(call *c, int64_t later_ms)
{
    c->now_ms += later_ms;
    return am_retry_admit(&c->policy, &c->budget, &c->last, c->now_ms, c->random);
}

static void a_spent_retry_budget_holds_a_repeat_back(void **state)
{
    (void)state;
    call c = new_call(AM_KEYED);
    c.budget.tokens = 24;
    decide(&c, TIMED_OUT);
    assert_true(admit(&c, 0)); /* paid for */
    decide(&c, SILENT);
    assert_int_equal(c.budget.tokens, 9);
    assert_int_equal(decide(&c, TIMED_OUT).action, AM_REPEAT);
    assert_int_equal(c.last.owed, 10);
    assert_int_equal(c.budget.tokens, 9);
    assert_false(admit(&c, c.last.delay_ms));
    assert_int_equal(c.last.action, AM_REPEAT);
    assert_int_equal(c.last.delay_ms, c.limits.backoff_cap_ms); /* the longest possible draw */
    assert_string_equal(c.last.reason, "the retry budget of the host is spent");
    c.budget.tokens = 10; /* to the last token */
    assert_true(admit(&c, c.last.delay_ms));
    assert_int_equal(c.budget.tokens, 0);
    c.limits.budget_cost = 0;
    assert_int_equal(decide(&c, SILENT).owed, 0);
    assert_true(admit(&c, 0));
}

static void a_spent_retry_budget_defers_a_call_at_its_deadline(void **state)
{
    (void)state;
    call c = new_call(AM_UNPROTECTED);
    c.budget.tokens = 4;
    c.policy.deadline_ms = NOW + 20001;
    assert_int_equal(decide(&c, UNSENT).owed, 5);
    assert_false(admit(&c, 0));
    assert_int_equal(c.last.action, AM_REPEAT);
    assert_false(admit(&c, 1));
    assert_stops(c.last, AM_NOT_APPLIED, AM_DEFERRED, 20000);
    assert_true(c.last.retryable);
    assert_int_equal(c.last.cause, AM_NETWORK);
    assert_string_equal(
        c.last.reason,
        "the retry budget of the host is spent; the last attempt ended with network");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backoff_doubles_up_to_its_cap),
        cmocka_unit_test(backoff_is_jittered_down_to_nothing),
        cmocka_unit_test(backoff_stays_within_odd_limits),
        cmocka_unit_test(a_request_that_never_left_is_repeated_at_once_the_first_time),
        cmocka_unit_test(retry_after_is_never_undercut),
        cmocka_unit_test(retry_after_beyond_the_deadline_defers_the_call),
        cmocka_unit_test(retry_after_is_passed_on_by_any_stop_that_may_be_repeated),
        cmocka_unit_test(the_limit_of_attempts_counts_libcurls_own_repeats),
        cmocka_unit_test(the_deadline_bounds_every_wait),
        cmocka_unit_test(an_unusable_answer_is_asked_for_at_most_twice_more),
        cmocka_unit_test(a_request_answered_with_a_defect_is_sent_at_most_twice_more),
        cmocka_unit_test(redirects_of_a_read_are_bounded),
        cmocka_unit_test(a_repeat_costs_retry_budget_and_a_success_refunds_it),
        cmocka_unit_test(a_429_that_names_its_time_costs_no_retry_budget),
        cmocka_unit_test(a_rate_limit_that_names_its_time_sets_the_pace_of_repeats),
        cmocka_unit_test(a_spent_retry_budget_holds_a_repeat_back),
        cmocka_unit_test(a_spent_retry_budget_defers_a_call_at_its_deadline),
    };
    return cmocka_run_group_tests_name("retry: waits and limits", tests, NULL, NULL);
}
