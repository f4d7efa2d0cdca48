/* SPDX-License-Identifier: MIT */
/* Keys in use, and how calls end: what they report must be true. */
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

/* The service says that the key belongs to another request. */
static am_attempt key_mismatch(void)
{
    am_attempt mismatch = answer(409, -1);
    mismatch.saying = AM_SAYS_KEY_MISMATCH;
    return mismatch;
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

/* A call in doubt that was told that its key is another's. */
static call mismatched_call(void)
{
    call c = doubtful_call(AM_KEYED);
    assert_int_equal(decide(&c, key_mismatch()).action, AM_REPEAT);
    return c;
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

/* What an earlier call may have done, this one knows from the start. */
static void the_doubt_of_an_earlier_call_stays_in_its_repeat(void **state)
{
    (void)state;
    am_attempt gone = answer(404, -1);
    gone.saying = AM_SAYS_ERROR;
    call erase = doubtful_call(AM_IDEMPOTENT);
    erase.policy.is_delete = true;
    assert_stops(decide(&erase, gone), AM_APPLIED, AM_OK, -1);
    call send = doubtful_call(AM_KEYED);
    assert_int_equal(decide(&send, key_mismatch()).action, AM_REPEAT);
    call create = doubtful_call(AM_NATURAL_KEY);
    assert_stops(decide(&create, answer(403, -1)), AM_UNKNOWN, AM_REJECTED, -1);
    assert_stops(decide(&create, answer(409, -1)), AM_UNKNOWN, AM_CONFLICT, -1);
    call anyway = doubtful_call(AM_UNPROTECTED);
    assert_int_equal(decide(&anyway, UNSENT).action, AM_REPEAT);
    assert_stops(decide(&anyway, answer(422, -1)), AM_UNKNOWN, AM_REJECTED, -1);
    assert_false(anyway.last.retryable);
    call stopped = doubtful_call(AM_KEYED);
    assert_stops(am_retry_abandon(&stopped.policy, &stopped.history, -1, AM_CANCELLED), AM_UNKNOWN,
                 AM_CANCELLED, -1);
    call read = doubtful_call(AM_SAFE);
    assert_stops(decide(&read, answer(404, -1)), AM_NOT_APPLIED, AM_REJECTED, -1);
}

/* ---- ends ------------------------------------------------------------------------------------ */

/* The state that it names is gone: by others' work, or by an earlier attempt's. */
static void an_update_that_finds_another_state_may_have_made_it(void **state)
{
    (void)state;
    for (int protection = 0; protection < AM_PROTECTIONS; protection++) {
        call c = new_call((am_protection)protection);
        assert_stops(decide(&c, answer(412, 500)), AM_NOT_APPLIED, AM_PRECONDITION_FAILED, -1);
        assert_false(c.last.retryable);
        assert_string_equal(c.last.reason, "changed since it was read");
    }
    call update = new_call(AM_IF_MATCH);
    assert_int_equal(decide(&update, UNSENT).action, AM_REPEAT);
    assert_int_equal(decide(&update, SILENT).action, AM_REPEAT);
    assert_stops(decide(&update, answer(412, -1)), AM_UNKNOWN, AM_PRECONDITION_FAILED, -1);
    assert_false(update.last.retryable);
    assert_string_equal(update.last.reason,
                        "changed since it was read, by others or by an earlier attempt");
    call resent = new_call(AM_IF_MATCH); /* by libcurl */
    am_attempt twice = answer(412, -1);
    twice.wire = 2;
    assert_stops(decide(&resent, twice), AM_UNKNOWN, AM_PRECONDITION_FAILED, -1);
    call again = doubtful_call(AM_IF_MATCH);
    assert_stops(decide(&again, WHOLE), AM_APPLIED, AM_OK, -1);
}

/* Only a 404 says that there is nothing; a date that is over may have been there to the end. */
static void a_410_after_a_doubtful_delete_proves_nothing(void **state)
{
    (void)state;
    am_attempt over = answer(410, -1);
    over.saying = AM_SAYS_ERROR;
    call c = doubtful_call(AM_IDEMPOTENT);
    c.policy.is_delete = true;
    assert_stops(decide(&c, over), AM_UNKNOWN, AM_REJECTED, -1);
    assert_false(c.last.retryable);
}

static void a_404_after_a_doubtful_delete_means_done(void **state)
{
    (void)state;
    call c = new_call(AM_IDEMPOTENT);
    c.policy.is_delete = true;
    am_attempt gone = answer(404, -1), refused = answer(403, -1);
    gone.saying = refused.saying = AM_SAYS_ERROR;
    assert_stops(decide(&c, gone), AM_NOT_APPLIED, AM_REJECTED, -1);
    decide(&c, SILENT);
    assert_stops(decide(&c, gone), AM_APPLIED, AM_OK, -1);
    assert_false(c.last.retryable);
    assert_stops(decide(&c, refused), AM_UNKNOWN, AM_REJECTED, -1);
    assert_false(c.last.retryable);
    call patch = new_call(AM_IDEMPOTENT);
    decide(&patch, SILENT);
    assert_stops(decide(&patch, gone), AM_UNKNOWN, AM_REJECTED, -1);
}

/* A misrouted gateway also sends 404, in its own words. */
static void a_404_in_other_words_than_the_services_proves_no_delete(void **state)
{
    (void)state;
    call c = new_call(AM_IDEMPOTENT);
    c.policy.is_delete = true;
    assert_stops(decide(&c, answer(404, -1)), AM_NOT_APPLIED, AM_REJECTED, -1);
    assert_false(c.last.retryable);
    decide(&c, SILENT);
    assert_stops(decide(&c, answer(404, 500)), AM_UNKNOWN, AM_REJECTED, 500);
    assert_true(c.last.retryable);
    call bare = new_call(AM_UNPROTECTED); /* nothing makes a repeat of it harmless */
    bare.policy.is_delete = true;
    bare.history.maybe_applied = true;
    assert_stops(decide(&bare, answer(404, 500)), AM_UNKNOWN, AM_REJECTED, -1);
    assert_false(bare.last.retryable);
}

/* A sent draft is deleted, so that its absence may be the work of an earlier attempt. */
static void a_draft_that_is_gone_may_have_been_sent(void **state)
{
    (void)state;
    am_attempt gone = answer(404, 500);
    call c = new_call(AM_KEYED);
    c.policy.is_draft_send = true;
    assert_stops(decide(&c, gone), AM_NOT_APPLIED, AM_REJECTED, -1); /* a gateway's */
    gone.saying = AM_SAYS_ERROR;
    assert_stops(decide(&c, gone), AM_NOT_APPLIED, AM_DRAFT_GONE, -1);
    assert_false(c.last.retryable);
    decide(&c, SILENT);
    assert_stops(decide(&c, gone), AM_UNKNOWN, AM_DRAFT_GONE, -1);
    assert_false(c.last.retryable);
    gone.status = 403;
    assert_stops(decide(&c, gone), AM_UNKNOWN, AM_REJECTED, -1);
    call other = new_call(AM_KEYED);
    gone.status = 404;
    assert_stops(decide(&other, gone), AM_NOT_APPLIED, AM_REJECTED, -1);
}

static void an_abandoned_call_reports_only_what_is_known(void **state)
{
    static const struct {
        am_protection protection;
        bool silent_before;
        int wire;
        am_outcome outcome;
        bool retryable;
    } cases[] = {
        {AM_SAFE, true, 1, AM_NOT_APPLIED, true},
        {AM_KEYED, false, -1, AM_NOT_APPLIED, true},
        {AM_KEYED, false, 0, AM_NOT_APPLIED, true},
        {AM_KEYED, false, 1, AM_UNKNOWN, true},
        {AM_KEYED, true, -1, AM_UNKNOWN, true},
        {AM_KEYED, true, 0, AM_UNKNOWN, true},
        {AM_UNPROTECTED, false, 0, AM_NOT_APPLIED, true},
        {AM_UNPROTECTED, false, 1, AM_UNKNOWN, false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        call c = new_call(cases[i].protection);
        if (cases[i].silent_before)
            decide(&c, SILENT);
        am_history before = c.history;
        am_decision got = am_retry_abandon(&c.policy, &c.history, cases[i].wire, AM_CLOSED);
        assert_stops(got, cases[i].outcome, AM_CLOSED, -1);
        assert_string_equal(got.reason, "closed");
        assert_int_equal(got.retryable, cases[i].retryable);
        assert_int_equal(c.history.wire, before.wire + (cases[i].wire > 0));
        assert_int_equal(c.history.tries, before.tries + (cases[i].wire >= 0));
    }
    call twice = new_call(AM_KEYED);
    am_retry_abandon(&twice.policy, &twice.history, 2, AM_TIMEOUT);
    assert_int_equal(twice.history.tries, 2);
}

static void libcurl_may_repeat_a_request_as_often_as_we_may(void **state)
{
    (void)state;
    for (int protection = 0; protection < AM_PROTECTIONS; protection++) {
        call c = new_call((am_protection)protection);
        c.limits.attempts = 3;
        bool once = protection == AM_UNPROTECTED;
        decide(&c, UNSENT);
        assert_int_equal(am_retry_wire_allowance(&c.policy, &c.history), once ? 1 : 2);
        decide(&c, UNSENT);
        assert_int_equal(am_retry_wire_allowance(&c.policy, &c.history), 1);
        decide(&c, UNSENT);
        assert_int_equal(am_retry_wire_allowance(&c.policy, &c.history), 1);
    }
    call busy = new_call(AM_KEYED);
    busy.limits.attempts = 3;
    decide(&busy, answer(409, -1));
    assert_int_equal(am_retry_wire_allowance(&busy.policy, &busy.history), 3);
}

static void every_decision_says_why(void **state)
{
    static const struct {
        am_attempt attempt;
        const char *reason;
    } cases[] = {
        {{.wire = 1, .status = 200, .answer = AM_ANSWER_WHOLE}, "the service did it"},
        {{.curl = 7}, "the request never left"},
        {{.curl = 60}, "the request cannot be sent"},
        {{.curl = 52, .wire = 1}, "sent, but no answer came"},
        {{.curl = 18, .wire = 1, .status = 200}, "the answer was cut off"},
        {{.wire = 1, .status = 200, .answer = AM_ANSWER_BROKEN},
         "the answer lacks what it promises"},
        {{.curl = 23, .wire = 1, .status = 200, .too_large = true},
         "the answer is above its limit"},
        {{.curl = 26, .wire = 1, .file_failed = true}, "a file failed while it was in use"},
        {{.wire = 1, .status = 302}, "redirected"},
        {{.wire = 1, .status = 303}, "redirected to a result"},
        {{.wire = 1, .status = 404}, "the service refused it"},
        {{.wire = 1, .status = 404, .head_cut = true}, "the answer was cut off"},
        {{.wire = 1, .status = 407}, "the proxy wants a password"},
        {{.wire = 1, .status = 409}, "another request is in its way"},
        {{.wire = 1, .status = 409, .saying = AM_SAYS_RACE}, "another change came in between"},
        {{.wire = 1, .status = 409, .saying = AM_SAYS_NOT_YET}, "the service asks to retry later"},
        {{.wire = 1, .status = 409, .saying = AM_SAYS_FINAL}, "the service refused it"},
        {{.wire = 1, .status = 429}, "the service asks to retry later"},
        {{.wire = 1, .status = 503}, "the service is unavailable"},
        {{.wire = 1, .status = 500}, "the service failed on the way"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        call c = new_call(AM_CLIENT_ID);
        am_attempt attempt = cases[i].attempt;
        attempt.retry_after_ms = -1;
        assert_string_equal(decide(&c, attempt).reason, cases[i].reason);
    }
    call c = new_call(AM_KEYED);
    c.limits.attempts = 1;
    assert_string_equal(decide(&c, SILENT).reason, "no attempt is left");
    c.limits.attempts = 9;
    assert_string_equal(decide(&c, answer(404, -1)).reason,
                        "refused, but an earlier attempt may have been done");
    c.policy.is_delete = true;
    assert_string_equal(decide(&c, answer(404, -1)).reason,
                        "a 404, but not written by the service");
    am_attempt gone = answer(404, -1);
    gone.saying = AM_SAYS_ERROR;
    assert_string_equal(decide(&c, gone).reason, "gone: an earlier attempt deleted it");
    c.policy.deadline_ms = c.now_ms + 1;
    assert_string_equal(decide(&c, SILENT).reason,
                        "the deadline leaves no room for another attempt");
    assert_string_equal(decide(&c, answer(429, 1)).reason,
                        "the service asks to retry later than the deadline; "
                        "the last attempt ended with rate_limit_exceeded");
    c.policy.deadline_ms = c.now_ms;
    assert_string_equal(decide(&c, SILENT).reason, "the deadline passed");
    call keyed = new_call(AM_KEYED);
    assert_string_equal(decide(&keyed, key_mismatch()).reason,
                        "the Idempotency-Key belongs to a different request");
    call create = new_call(AM_CLIENT_ID);
    create.policy.has_key = true;
    assert_string_equal(decide(&create, key_mismatch()).reason,
                        "its key belongs to a different request");
    keyed = mismatched_call();
    assert_string_equal(decide(&keyed, answer(409, FAR)).reason,
                        "the Idempotency-Key belongs to a different request, or to an earlier "
                        "attempt of this one");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_in_use_is_waited_for_with_growing_pauses),
        cmocka_unit_test(a_key_in_use_is_waited_for_up_to_a_limit),
        cmocka_unit_test(a_key_in_use_leaves_doubt),
        cmocka_unit_test(a_key_of_other_content_is_waited_for_in_doubt_and_then_told),
        cmocka_unit_test(a_key_of_other_content_stays_known_until_the_end),
        cmocka_unit_test(a_key_of_other_content_stays_known_when_the_call_is_stopped),
        cmocka_unit_test(a_key_of_other_content_ends_what_is_no_send),
        cmocka_unit_test(a_409_for_good_is_not_waited_for),
        cmocka_unit_test(an_update_that_finds_another_state_may_have_made_it),
        cmocka_unit_test(a_410_after_a_doubtful_delete_proves_nothing),
        cmocka_unit_test(a_draft_that_is_gone_may_have_been_sent),
        cmocka_unit_test(the_doubt_of_an_earlier_call_stays_in_its_repeat),
        cmocka_unit_test(a_404_in_other_words_than_the_services_proves_no_delete),
        cmocka_unit_test(a_404_after_a_doubtful_delete_means_done),
        cmocka_unit_test(an_abandoned_call_reports_only_what_is_known),
        cmocka_unit_test(libcurl_may_repeat_a_request_as_often_as_we_may),
        cmocka_unit_test(every_decision_says_why),
    };
    return cmocka_run_group_tests_name("retry: keys in use and ends", tests, NULL, NULL);
}
