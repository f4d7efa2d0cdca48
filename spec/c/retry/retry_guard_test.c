/* SPDX-License-Identifier: MIT */
/*
 * The guard: a call goes onto the wire neither after a time nor, if it may have been done, for
 * longer than its owner allows. Checked against the same decision without a guard, and the policy
 * in words: an end stays what it is; a repeat that would come too late is the end of the call.
 */
#include "retry_call.h"

enum { ENDED = 5000000 }; /* on the clock of the guard */

typedef struct point {
    am_protection protection;
    am_attempt attempt;
    bool in_doubt;       /* by the attempt itself */
    int64_t doubted_for; /* by an earlier one, at the end of this; 0: not */
    int64_t not_after;   /* from the end of the attempt; 0: no bound */
    int64_t blind;
    uint64_t random;
} point;

static am_decision decide_at(const point *at, bool guarded, am_history *history, int64_t *tokens)
{
    call c = new_call(at->protection);
    c.random = at->random;
    if (guarded) {
        c.policy.not_after_ms = at->not_after ? ENDED + at->not_after : 0;
        c.policy.blind_ms = at->blind;
    }
    c.history.maybe_applied = at->doubted_for > 0;
    c.history.doubt_ms = at->doubted_for ? ENDED - at->doubted_for : 0;
    am_attempt attempt = at->attempt;
    attempt.first_ms = attempt.wire > 0 ? ENDED - 20 : 0;
    attempt.ended_ms = ENDED;
    am_decision decision = decide(&c, attempt);
    *history = c.history;
    *tokens = c.budget.tokens;
    return decision;
}

static bool is_too_late(const point *at, int64_t delay)
{
    int64_t in_doubt_for = at->doubted_for ? at->doubted_for : at->in_doubt ? 20 : 0;
    bool is_read = at->protection == AM_SAFE;
    return (at->not_after && delay > at->not_after) ||
           (at->blind && in_doubt_for && !is_read && in_doubt_for + delay >= at->blind);
}

static int repeats, ends;

static void check(const point *at)
{
    am_history with, without;
    int64_t tokens, tokens_without;
    am_decision free = decide_at(at, false, &without, &tokens_without);
    am_decision got = decide_at(at, true, &with, &tokens);
    assert_int_equal(with.maybe_applied, without.maybe_applied);
    if (free.action != AM_REPEAT || !is_too_late(at, free.delay_ms)) {
        assert_int_equal(got.action, free.action);
        assert_int_equal(got.code, free.code);
        assert_int_equal(got.outcome, free.outcome);
        assert_int_equal(got.delay_ms, free.delay_ms);
        assert_int_equal(got.retryable, free.retryable);
        assert_int_equal(tokens, tokens_without);
        repeats += free.action == AM_REPEAT;
        return;
    }
    ends++;
    assert_int_equal(got.action, AM_STOP);
    assert_int_equal(got.code, AM_STALE);
    assert_int_equal(got.cause, free.code);
    assert_non_null(got.reason);
    assert_false(got.retryable);
    assert_int_equal(got.not_before_ms, at->attempt.retry_after_ms);
    assert_int_equal(tokens, 500); /* nothing was repeated */
    bool doubt = at->protection != AM_SAFE && (at->doubted_for || at->in_doubt);
    assert_int_equal(got.outcome, doubt ? AM_UNKNOWN : AM_NOT_APPLIED);
}

static void a_repeat_that_would_come_too_late_is_the_end_and_nothing_else_changes(void **state)
{
    static const struct {
        am_attempt attempt;
        bool in_doubt;
    } attempts[] = {
        {{.curl = 7, .retry_after_ms = -1}, false},
        {{.curl = 60, .retry_after_ms = -1}, false},
        {{.curl = 52, .wire = 1, .retry_after_ms = -1}, true},
        {{.curl = 28, .wire = 2, .retry_after_ms = -1}, true},
        {{.curl = 7, .wire = 1, .retry_after_ms = -1}, true},
        {{.wire = 1, .status = 429, .answer = AM_ANSWER_WHOLE, .retry_after_ms = -1}, false},
        {{.wire = 1, .status = 429, .answer = AM_ANSWER_WHOLE, .retry_after_ms = 300}, false},
        {{.wire = 2, .status = 429, .answer = AM_ANSWER_WHOLE, .retry_after_ms = 300}, true},
        {{.wire = 1, .status = 500, .answer = AM_ANSWER_WHOLE, .retry_after_ms = -1}, true},
        {{.wire = 1, .status = 400, .answer = AM_ANSWER_WHOLE, .retry_after_ms = -1}, false},
        {{.wire = 1, .status = 200, .answer = AM_ANSWER_WHOLE, .retry_after_ms = -1}, false},
        {{.wire = 1, .status = 200, .answer = AM_ANSWER_BROKEN, .retry_after_ms = -1}, true},
    };
    static const int64_t doubted[] = {0, 1, 500, 999, 1000, 5000};
    static const int64_t not_after[] = {0, -1, 1, 100, 300, 100000};
    static const int64_t blind[] = {0, 1, 21, 1000, 1001, 100000};
    (void)state;
    for (size_t a = 0; a < COUNT(attempts); a++)
        for (int protection = 0; protection < AM_PROTECTIONS; protection++)
            for (size_t d = 0; d < COUNT(doubted); d++)
                for (size_t n = 0; n < COUNT(not_after); n++)
                    for (size_t b = 0; b < COUNT(blind); b++)
                        for (uint64_t r = 0; r < 3; r++)
                            check(&(point){.protection = (am_protection)protection,
                                           .attempt = attempts[a].attempt,
                                           .in_doubt = attempts[a].in_doubt,
                                           .doubted_for = doubted[d],
                                           .not_after = not_after[n],
                                           .blind = blind[b],
                                           .random = r * UINT64_C(0x7fffffff7fffffff)});
    assert_in_range(repeats, 1000, 1000000);
    assert_in_range(ends, 1000, 1000000);
}

/* ---- what counts as doubt -------------------------------------------------------------------- */

static am_attempt at_time(am_attempt attempt, int64_t first_ms, int64_t ended_ms)
{
    attempt.first_ms = first_ms;
    attempt.ended_ms = ended_ms;
    return attempt;
}

static void blindness_counts_from_the_first_attempt_in_doubt(void **state)
{
    (void)state;
    call c = new_call(AM_KEYED);
    c.random = SHORTEST;
    c.policy.blind_ms = 1000;
    assert_repeats(decide(&c, at_time(answer(429, -1), 100, 5000)), 0); /* not done, however long */
    assert_int_equal(c.history.doubt_ms, 0);
    assert_repeats(decide(&c, at_time(SILENT, 6000, 6100)), 0);
    assert_int_equal(c.history.doubt_ms, 6000);
    assert_repeats(decide(&c, at_time(SILENT, 6500, 6999)), 0);
    assert_int_equal(c.history.doubt_ms, 6000);
    assert_stops(decide(&c, at_time(UNSENT, 0, 7000)), AM_UNKNOWN, AM_STALE, -1);
}

static void a_key_in_use_is_doubt_as_well(void **state)
{
    (void)state;
    call c = new_call(AM_KEYED);
    c.policy.blind_ms = 1000;
    c.random = SHORTEST;
    assert_int_equal(decide(&c, at_time(answer(409, -1), 100, 200)).action, AM_REPEAT);
    assert_int_equal(c.history.doubt_ms, 100);
    assert_stops(decide(&c, at_time(answer(409, -1), 300, 1100)), AM_UNKNOWN, AM_STALE, -1);
}

static void the_guard_ends_a_call_even_if_it_was_told_of_another_s_key(void **state)
{
    (void)state;
    call c = doubtful_call(AM_KEYED);
    c.policy.not_after_ms = 1000;
    am_attempt attempt = answer(409, -1);
    attempt.saying = AM_SAYS_KEY_MISMATCH;
    am_decision got = decide(&c, at_time(attempt, 100, 2000));
    assert_stops(got, AM_UNKNOWN, AM_STALE, -1);
    assert_int_equal(got.cause, AM_KEY_REUSED);
    assert_false(got.retryable);
}

/* ---- the guard on the way to the wire -------------------------------------------------------- */

static void the_guard_lets_pass_up_to_its_times(void **state)
{
    (void)state;
    am_policy policy = {.protection = AM_KEYED};
    assert_false(am_retry_is_guarded(&policy));
    assert_true(am_retry_in_time(&policy, 1, INT64_MAX));
    policy.not_after_ms = 1000;
    assert_true(am_retry_is_guarded(&policy));
    assert_true(am_retry_in_time(&policy, 0, 1000));
    assert_false(am_retry_in_time(&policy, 0, 1001));
    policy = (am_policy){.protection = AM_KEYED, .blind_ms = 500};
    assert_true(am_retry_is_guarded(&policy));
    assert_true(am_retry_in_time(&policy, 0, INT64_MAX)); /* nothing is in doubt */
    assert_true(am_retry_in_time(&policy, 1000, 1499));
    assert_false(am_retry_in_time(&policy, 1000, 1500));
    policy.protection = AM_SAFE;
    assert_true(am_retry_in_time(&policy, 1000, 1500)); /* a read is never in doubt */
    policy.not_after_ms = 1000;
    assert_false(am_retry_in_time(&policy, 0, 1001));
}

static void an_attempt_that_the_guard_ended_tells_what_is_known(void **state)
{
    (void)state;
    for (int protection = 0; protection < AM_PROTECTIONS; protection++)
        for (int bits = 0; bits < 4; bits++) {
            int wire = bits & 1;
            call c = bits & 2 ? doubtful_call((am_protection)protection)
                              : new_call((am_protection)protection);
            am_attempt attempt = {.curl = 42, .wire = wire, .stale = true, .retry_after_ms = -1};
            am_decision got = decide(&c, attempt);
            bool doubt = bits && protection != AM_SAFE;
            assert_stops(got, doubt ? AM_UNKNOWN : AM_NOT_APPLIED, AM_STALE, -1);
            assert_int_equal(got.cause, AM_OK);
            assert_false(got.retryable);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_repeat_that_would_come_too_late_is_the_end_and_nothing_else_changes),
        cmocka_unit_test(blindness_counts_from_the_first_attempt_in_doubt),
        cmocka_unit_test(a_key_in_use_is_doubt_as_well),
        cmocka_unit_test(the_guard_ends_a_call_even_if_it_was_told_of_another_s_key),
        cmocka_unit_test(the_guard_lets_pass_up_to_its_times),
        cmocka_unit_test(an_attempt_that_the_guard_ended_tells_what_is_known),
    };
    return cmocka_run_group_tests_name("retry: the guard", tests, NULL, NULL);
}
