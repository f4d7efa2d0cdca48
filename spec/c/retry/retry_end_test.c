/* SPDX-License-Identifier: MIT */
/* How calls end: what they report must be true. */
#include "retry_call.h"

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

static void every_attempt_says_why(void **state)
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
        {{.curl = 42, .stale = true}, "too late to send it"},
        {{.curl = 42, .wire = 1, .stale = true}, "too late to send it again"},
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
}

static void every_end_says_why(void **state)
{
    (void)state;
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
        cmocka_unit_test(an_update_that_finds_another_state_may_have_made_it),
        cmocka_unit_test(a_410_after_a_doubtful_delete_proves_nothing),
        cmocka_unit_test(a_draft_that_is_gone_may_have_been_sent),
        cmocka_unit_test(the_doubt_of_an_earlier_call_stays_in_its_repeat),
        cmocka_unit_test(a_404_in_other_words_than_the_services_proves_no_delete),
        cmocka_unit_test(a_404_after_a_doubtful_delete_means_done),
        cmocka_unit_test(an_abandoned_call_reports_only_what_is_known),
        cmocka_unit_test(libcurl_may_repeat_a_request_as_often_as_we_may),
        cmocka_unit_test(every_attempt_says_why),
        cmocka_unit_test(every_end_says_why),
    };
    return cmocka_run_group_tests_name("retry: ends", tests, NULL, NULL);
}
