/* SPDX-License-Identifier: MIT */
/* The meanings of a 409: a key in use, a key of other content, a race, a refusal for good. */
#include "retry_call.h"

/* ---- a key in use ---------------------------------------------------------------------------- */

static void a_key_in_use_is_waited_for_with_growing_pauses(void **state)
{
    static const int64_t bounds[] = {250, 500, 1000, 2000, 4000, 5000, 5000};
    (void)state;
    for (int shortest = 0; shortest < 2; shortest++) {
        call c = new_call(AM_KEYED);
        c.limits.attempts = 1; /* it costs neither tries nor budget */
        c.budget.tokens = 0;
        c.random = shortest ? SHORTEST : LONGEST;
        for (size_t i = 0; i < COUNT(bounds); i++)
            assert_repeats(decide(&c, answer(409, -1)), shortest ? bounds[i] / 2 : bounds[i]);
        assert_stops(decide(&c, WHOLE), AM_APPLIED, AM_OK, -1);
    }
    call asked = new_call(AM_KEYED);
    assert_repeats(decide(&asked, answer(409, 8000)), 8000 + 2000);
}

static void a_key_in_use_is_waited_for_up_to_a_limit(void **state)
{
    (void)state;
    call c = new_call(AM_KEYED);
    c.limits.conflict_wait_ms = 30000;
    c.limits.backoff_base_ms = 5000;
    decide(&c, answer(409, -1));
    c.now_ms += 24999;
    assert_repeats(decide(&c, answer(409, -1)), 5000);
    c.now_ms += 1;
    assert_stops(decide(&c, answer(409, -1)), AM_UNKNOWN, AM_CONFLICT, -1);
    assert_true(c.last.retryable);
    assert_stops(decide(&c, answer(409, 60000)), AM_UNKNOWN, AM_CONFLICT, 60000);
    c.policy.deadline_ms = c.now_ms + 3000;
    assert_stops(decide(&c, answer(409, 4000)), AM_UNKNOWN, AM_DEFERRED, 4000);
    call never = new_call(AM_KEYED);
    never.limits.conflict_wait_ms = 0;
    never.random = SHORTEST;
    assert_stops(decide(&never, answer(409, 0)), AM_UNKNOWN, AM_CONFLICT, 0);
}

static void a_key_in_use_leaves_doubt(void **state)
{
    (void)state;
    call c = new_call(AM_KEYED);
    decide(&c, answer(409, -1));
    assert_stops(am_retry_abandon(&c.policy, &c.history, 0, AM_CANCELLED), AM_UNKNOWN, AM_CANCELLED,
                 -1);
    assert_stops(decide(&c, answer(403, -1)), AM_UNKNOWN, AM_REJECTED, -1);
    am_attempt mismatch = key_mismatch();
    call other = new_call(AM_KEYED);
    assert_stops(decide(&other, mismatch), AM_NOT_APPLIED, AM_KEY_REUSED, -1);
    assert_false(other.last.retryable);
    call ours = new_call(AM_KEYED); /* it may be our own earlier attempt that holds the key */
    decide(&ours, SILENT);
    assert_int_equal(decide(&ours, mismatch).action, AM_REPEAT);
}

/* After a doubtful attempt the service may yet say otherwise; if it does not, somebody has to look.
 */
static void a_key_of_other_content_is_waited_for_in_doubt_and_then_told(void **state)
{
    (void)state;
    am_attempt mismatch = key_mismatch();
    call c = new_call(AM_KEYED);
    c.limits.conflict_wait_ms = 30000;
    decide(&c, SILENT);
    assert_repeats(decide(&c, mismatch), 250);
    c.now_ms += 29999;
    assert_stops(decide(&c, mismatch), AM_UNKNOWN, AM_KEY_REUSED, -1);
    assert_false(c.last.retryable);
    call late = doubtful_call(AM_KEYED);
    late.policy.deadline_ms = late.now_ms + 10;
    assert_stops(decide(&late, mismatch), AM_UNKNOWN, AM_KEY_REUSED, -1);
    assert_false(late.last.retryable);
    call put_off = doubtful_call(AM_KEYED);
    mismatch.retry_after_ms = FAR;
    assert_stops(decide(&put_off, mismatch), AM_UNKNOWN, AM_KEY_REUSED, -1);
    assert_int_equal(put_off.last.cause, AM_OK);
    assert_false(put_off.last.retryable);
    call over = doubtful_call(AM_KEYED);
    over.policy.deadline_ms = over.now_ms;
    assert_stops(decide(&over, mismatch), AM_UNKNOWN, AM_KEY_REUSED, -1);
    assert_int_equal(over.last.cause, AM_OK);
    assert_false(over.last.retryable);
    mismatch.retry_after_ms = -1;
}

/* Only a keyed send waits in doubt: for a client_id the body of the first request decides, and an
 * earlier attempt had the same one. */
static void a_key_of_other_content_ends_what_is_no_send(void **state)
{
    (void)state;
    am_attempt mismatch = key_mismatch();
    for (int protection = 0; protection < AM_PROTECTIONS; protection++)
        for (int has_key = 0; has_key < 2; has_key++)
            for (int doubt = 0; doubt < 2; doubt++) {
                call c = new_call((am_protection)protection);
                if (protection == AM_KEYED || (protection == AM_UNPROTECTED && doubt))
                    continue;
                c.policy.has_key = has_key; /* what carries no key reuses none */
                if (doubt)
                    decide(&c, SILENT);
                assert_stops(decide(&c, mismatch),
                             doubt && protection != AM_SAFE ? AM_UNKNOWN : AM_NOT_APPLIED,
                             has_key ? AM_KEY_REUSED : AM_CONFLICT, -1);
                assert_int_equal(c.last.cause, AM_OK);
                assert_false(c.last.retryable);
            }
}

/* The service has said what is in the way: no request with this key. */
static void a_409_for_good_is_not_waited_for(void **state)
{
    (void)state;
    am_attempt final = answer(409, -1);
    final.saying = AM_SAYS_FINAL;
    for (int protection = 0; protection < AM_PROTECTIONS; protection++) {
        call c = new_call((am_protection)protection);
        assert_stops(decide(&c, final), AM_NOT_APPLIED, AM_REJECTED, -1);
        assert_false(c.last.retryable);
    }
    call send = doubtful_call(AM_KEYED);
    assert_stops(decide(&send, final), AM_UNKNOWN, AM_REJECTED, -1);
    assert_false(send.last.retryable);
}

/* Once the key was another's, no end of the call asks to repeat it; a success is one all the same,
 * and a refusal says more. */
static void a_key_of_other_content_stays_known_until_the_end(void **state)
{
    (void)state;
    const struct {
        am_attempt attempt;
        am_code cause;
        bool deferred; /* beyond the deadline; else there is no attempt left */
    } ends[] = {
        {SILENT, AM_NETWORK, false},
        {TIMED_OUT, AM_TIMEOUT, false},
        {UNSENT, AM_NETWORK, false},
        {BROKEN, AM_BAD_RESPONSE, false},
        {answer(503, -1), AM_SERVICE_ERROR, false},
        {answer(503, FAR), AM_SERVICE_ERROR, true},
        {answer(429, FAR), AM_RATE_LIMITED, true},
        {answer(409, FAR), AM_CONFLICT, true},
    };
    for (size_t i = 0; i < COUNT(ends); i++) {
        call c = mismatched_call();
        if (!ends[i].deferred)
            c.limits.attempts = 1;
        assert_stops(decide(&c, ends[i].attempt), AM_UNKNOWN, AM_KEY_REUSED, -1);
        assert_int_equal(c.last.cause, ends[i].cause);
        assert_false(c.last.retryable);
    }
    call waited = mismatched_call();
    waited.now_ms += waited.limits.conflict_wait_ms;
    assert_stops(decide(&waited, answer(409, -1)), AM_UNKNOWN, AM_KEY_REUSED, -1);
    assert_int_equal(waited.last.cause, AM_CONFLICT);
    assert_false(waited.last.retryable);
    call done = mismatched_call();
    assert_stops(decide(&done, WHOLE), AM_APPLIED, AM_OK, -1);
    call refused = mismatched_call();
    assert_stops(decide(&refused, answer(422, -1)), AM_UNKNOWN, AM_REJECTED, -1);
    assert_false(refused.last.retryable);
}

static void a_key_of_other_content_stays_known_when_the_call_is_stopped(void **state)
{
    (void)state;
    for (int wire = -1; wire <= 1; wire++) {
        call late = mismatched_call();
        assert_stops(am_retry_abandon(&late.policy, &late.history, wire, AM_TIMEOUT), AM_UNKNOWN,
                     AM_KEY_REUSED, -1);
        call stopped = mismatched_call();
        am_decision got = am_retry_abandon(&stopped.policy, &stopped.history, wire, AM_CANCELLED);
        assert_stops(got, AM_UNKNOWN, AM_CANCELLED, -1); /* as its owner did */
        assert_false(got.retryable);
    }
    call late = mismatched_call();
    am_decision got = am_retry_abandon(&late.policy, &late.history, 1, AM_TIMEOUT);
    assert_int_equal(got.cause, AM_TIMEOUT);
    assert_false(got.retryable);
    call held = mismatched_call(); /* by a spent budget, until there is no room */
    held.budget.tokens = 0;
    assert_int_equal(decide(&held, SILENT).action, AM_REPEAT);
    held.policy.deadline_ms = held.now_ms + held.limits.backoff_cap_ms;
    got = held.last;
    assert_false(am_retry_admit(&held.policy, &held.budget, &got, held.now_ms, LONGEST));
    assert_stops(got, AM_UNKNOWN, AM_KEY_REUSED, -1);
    assert_int_equal(got.cause, AM_NETWORK);
    assert_false(got.retryable);
}

/* ---- what is no key ---------------------------------------------------------------------------
 */

/* A race proves that nothing was done, so that even what nothing protects is repeated. */
static void a_race_is_repeated_three_times(void **state)
{
    (void)state;
    am_attempt race = answer(409, -1);
    race.saying = AM_SAYS_RACE;
    for (int protection = 0; protection < AM_PROTECTIONS; protection++) {
        call c = new_call((am_protection)protection);
        c.limits.attempts = 1; /* has no say in it */
        assert_repeats(decide(&c, race), 250);
        assert_repeats(decide(&c, race), 500);
        assert_repeats(decide(&c, race), 1000);
        assert_stops(decide(&c, race), AM_NOT_APPLIED, AM_CONFLICT, -1);
        assert_true(c.last.retryable);
        assert_int_equal(c.budget.tokens, 500 - 3 * 5);
    }
    call busy = new_call(AM_KEYED); /* waiting for a key is something else */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(decide(&busy, answer(409, -1)).action, AM_REPEAT);
        assert_int_equal(decide(&busy, race).action, AM_REPEAT);
    }
    assert_stops(decide(&busy, race), AM_UNKNOWN, AM_CONFLICT, -1);
    call bare = new_call(AM_UNPROTECTED);
    assert_int_equal(decide(&bare, race).action, AM_REPEAT);
    assert_stops(decide(&bare, SILENT), AM_UNKNOWN, AM_NETWORK, -1);
}

static void what_is_possible_in_a_few_seconds_is_repeated_like_a_425(void **state)
{
    (void)state;
    am_attempt starting = answer(409, -1);
    starting.saying = AM_SAYS_NOT_YET;
    for (int protection = 0; protection < AM_PROTECTIONS; protection++) {
        call c = new_call((am_protection)protection);
        c.limits.attempts = 3;
        assert_repeats(decide(&c, starting), 250);
        assert_repeats(decide(&c, starting), 500);
        assert_stops(decide(&c, starting), AM_NOT_APPLIED, AM_REJECTED, -1);
        assert_true(c.last.retryable);
    }
}

static void a_409_that_says_nothing_is_final_except_for_a_send(void **state)
{
    (void)state;
    for (int protection = 0; protection < AM_PROTECTIONS; protection++) {
        call c = new_call((am_protection)protection);
        bool waits = protection == AM_KEYED;
        assert_int_equal(decide(&c, answer(409, -1)).action, waits ? AM_REPEAT : AM_STOP);
        assert_int_equal(c.history.maybe_applied, waits);
        assert_int_equal(c.last.retryable, waits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_in_use_is_waited_for_with_growing_pauses),
        cmocka_unit_test(a_key_in_use_is_waited_for_up_to_a_limit),
        cmocka_unit_test(a_key_in_use_leaves_doubt),
        cmocka_unit_test(a_key_of_other_content_is_waited_for_in_doubt_and_then_told),
        cmocka_unit_test(a_key_of_other_content_ends_what_is_no_send),
        cmocka_unit_test(a_409_for_good_is_not_waited_for),
        cmocka_unit_test(a_key_of_other_content_stays_known_until_the_end),
        cmocka_unit_test(a_key_of_other_content_stays_known_when_the_call_is_stopped),
        cmocka_unit_test(a_race_is_repeated_three_times),
        cmocka_unit_test(what_is_possible_in_a_few_seconds_is_repeated_like_a_425),
        cmocka_unit_test(a_409_that_says_nothing_is_final_except_for_a_send),
    };
    return cmocka_run_group_tests_name("retry: conflicts", tests, NULL, NULL);
}
