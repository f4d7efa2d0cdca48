/* SPDX-License-Identifier: MIT */
/* Jobs when the file fails between their commits, or their numbers are odd. */
#define _GNU_SOURCE
#include "job_rig.h"

#include "base/clock.h"

/* The file still says that the mail is on its way, so that somebody will go on with it. */
static void a_refusal_that_cannot_be_stored_does_not_end_the_mail(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    am_outbox_job *job = job_start(box, "k", "one", AM_PUT_NEW);
    rig_change("CREATE TRIGGER stop BEFORE UPDATE ON op BEGIN SELECT RAISE(FAIL, 'no'); END");
    am_outbox_answer answer = job_failed(AM_REJECTED, AM_NOT_APPLIED, 422);
    assert_false(am_outbox_settle(job, &answer));
    am_outbox_entry entry = am_outbox_job_entry(job);
    assert_int_equal(entry.state, AM_OUTBOX_SENDING);
    assert_int_equal(entry.outcome, AM_UNKNOWN);
    assert_true(entry.pending);
    assert_int_equal(entry.status, 422);
    assert_string_equal(entry.code, "rejected");
    am_outbox_job_free(job);
    assert_int_equal(job_state_of(box, "k"), AM_OUTBOX_SENDING);
    am_outbox_close(box);
}

static void what_cannot_be_made_a_request_is_not_sent(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    am_outbox_task task;
    am_piece piece;
    am_outbox_intent intent = job_intent("k", &piece, "one");
    piece.base64 = true; /* which is read from the store when it is sent */
    am_outbox_job *job = job_put_as(box, &intent, AM_PUT_NEW);
    rig_change("DELETE FROM body");
    assert_false(am_outbox_claim(job, JOB_TIME, &task));
    assert_string_equal(am_outbox_code(box), "storage");
    assert_string_equal(am_outbox_error(box), "the body is not in the outbox any more");
    am_outbox_entry entry = am_outbox_job_entry(job);
    assert_int_equal(entry.state, AM_OUTBOX_WAITING);
    assert_int_equal(entry.outcome, AM_NOT_APPLIED);
    assert_true(entry.pending);
    am_outbox_job_free(job);
    assert_int_equal(job_state_of(box, "k"), AM_OUTBOX_WAITING);
    am_outbox_close(box);
}

static void time_without_end_is_a_lease_as_any(void **state)
{
    (void)state;
    static const int64_t times[] = {INT64_MAX, INT64_MIN};
    am_outbox *box = job_open();
    for (size_t i = 0; i < COUNT(times); i++) {
        char key[] = {(char)('a' + i), '\0'};
        am_piece piece;
        am_put put;
        am_outbox_task task;
        am_outbox_intent intent = job_intent(key, &piece, "one");
        am_outbox_job *job = am_outbox_put(box, &intent, times[i], &put);
        assert_non_null(job);
        assert_true(am_outbox_claim(job, times[i], &task));
        assert_int_equal(task.action, AM_OUTBOX_SEND);
        assert_true(task.request.not_after_ms > am_boottime_ms());
        am_outbox_job_free(job);
    }
    am_outbox_close(box);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOB(a_refusal_that_cannot_be_stored_does_not_end_the_mail),
        JOB(what_cannot_be_made_a_request_is_not_sent),
        JOB(time_without_end_is_a_lease_as_any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
