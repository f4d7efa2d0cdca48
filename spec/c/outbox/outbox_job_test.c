/* SPDX-License-Identifier: MIT */
/* Claim and settle over a real file: which request comes next, and what the file says after it. */
#include "job_rig.h"

static void sends_once_and_then_answers_from_the_record(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    am_outbox_job *job = job_put(box, "k", "{\"text\":\"a\"}", AM_PUT_NEW);
    am_outbox_task task = job_claim(job, AM_OUTBOX_SEND);
    job_assert_body(&task.request, "{\"text\":\"a\"}");
    assert_string_equal(task.request.method, "POST");
    assert_string_equal(task.request.target, "/v0/inboxes/a%40example.com/messages/send");
    assert_string_equal(task.request.idempotency_key, "k");
    assert_int_equal(task.request.protection, AM_KEYED);
    assert_int_equal(task.request.limits->conflict_wait_ms, 0);
    assert_int_equal(task.request.limits->deadline_ms, JOB_TIME);
    assert_int_equal(task.request.blind_ms, 10000);
    assert_true(task.request.not_after_ms > 0);
    assert_int_equal(job_state_of(box, "k"), AM_OUTBOX_SENDING);
    job_settle(job, job_sent());
    job_claim(job, AM_OUTBOX_DONE);
    am_outbox_job_free(job);
    job = job_put(box, "k", "{\"text\":\"a\"}", AM_PUT_CLOSED);
    am_outbox_entry entry = am_outbox_job_entry(job);
    assert_int_equal(entry.state, AM_OUTBOX_SENT);
    assert_int_equal(entry.outcome, AM_APPLIED);
    assert_false(entry.pending);
    assert_string_equal(entry.message_id, "<m@example.com>");
    assert_string_equal(entry.thread_id, "t");
    job_claim(job, AM_OUTBOX_DONE);
    job_close(job, box);
}

static void a_send_is_two_commits_and_leaves_no_body(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    int64_t before = rig_ask("SELECT count(*) FROM op");
    am_outbox_job *job = job_put(box, "k", "text", AM_PUT_NEW);
    assert_int_equal(rig_ask("SELECT version FROM op"), before + 1);
    job_claim(job, AM_OUTBOX_SEND);
    assert_int_equal(rig_ask("SELECT version FROM op"), 1);
    assert_int_equal(rig_ask("SELECT count(*) FROM body"), 1);
    job_settle(job, job_sent());
    assert_int_equal(rig_ask("SELECT version FROM op"), 2);
    assert_int_equal(rig_ask("SELECT count(*) FROM body"), 0);
    job_close(job, box);
}

static void other_bytes_send_nothing_and_change_nothing(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    am_outbox_job *job = job_put(box, "k", "one", AM_PUT_NEW);
    am_outbox_job *other = job_put(box, "k", "two", AM_PUT_OTHER);
    job_claim(other, AM_OUTBOX_DONE);
    assert_int_equal(am_outbox_job_entry(other).state, AM_OUTBOX_SENDING);
    assert_int_equal(rig_ask("SELECT version FROM op"), 1);
    am_outbox_job_free(other);
    job_close(job, box);
}

static void with_first_the_stored_bytes_go(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    am_piece piece;
    job_leave(box, "k", "one", AM_PUT_NEW, job_failed(AM_NETWORK, AM_NOT_APPLIED, 0));
    am_outbox_intent intent = job_intent("k", &piece, "another text");
    intent.first = true;
    am_outbox_job *job = job_put_as(box, &intent, AM_PUT_GO_ON);
    am_outbox_task task = job_claim(job, AM_OUTBOX_SEND);
    job_assert_body(&task.request, "one");
    job_close(job, box);
}

static void a_key_of_another_inbox_is_not_used(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    am_piece piece;
    am_outbox_job *job = job_put(box, "k", "one", AM_PUT_NEW);
    am_outbox_intent intent = job_intent("k", &piece, "one");
    intent.inbox_id = "b@example.com";
    am_outbox_job *other = job_put_as(box, &intent, AM_PUT_ELSEWHERE);
    assert_string_equal(am_outbox_job_entry(other).inbox_id, JOB_INBOX);
    job_claim(other, AM_OUTBOX_DONE);
    assert_int_equal(rig_ask("SELECT count(*) FROM op"), 1);
    am_outbox_job_free(other);
    job_close(job, box);
}

static void a_second_job_waits_for_the_first(void **state)
{
    (void)state;
    am_outbox *box = job_open(), *second = job_open();
    am_outbox_job *job = job_start(box, "k", "one", AM_PUT_NEW);
    am_outbox_job *mine = job_put(box, "k", "one", AM_PUT_GO_ON);
    am_outbox_task task = job_claim(mine, AM_OUTBOX_BUSY);
    assert_true(task.is_own);
    assert_true(task.wait_ms > 0 && task.wait_ms <= JOB_TIME + 30000);
    am_outbox_job *others = job_put(second, "k", "one", AM_PUT_GO_ON);
    task = job_claim(others, AM_OUTBOX_BUSY);
    assert_false(task.is_own);
    assert_true(am_outbox_holds(box, others) && !am_outbox_holds(second, others));
    job_settle(job, job_sent());
    job_claim(mine, AM_OUTBOX_DONE);
    job_claim(others, AM_OUTBOX_DONE);
    assert_int_equal(job_state(others), AM_OUTBOX_SENT);
    am_outbox_job_free(others);
    am_outbox_job_free(mine);
    am_outbox_job_free(job);
    am_outbox_close(second);
    am_outbox_close(box);
}

/* A closed outbox is a dead owner: what it was sending is in doubt at once. */
static void a_dead_owners_mail_is_repeated_under_its_key_then_looked_for(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    job_close(job_start(box, "k", "one", AM_PUT_NEW), box);
    box = job_open();
    am_outbox_job *job = job_put(box, "k", "one", AM_PUT_GO_ON);
    am_outbox_task task = job_claim(job, AM_OUTBOX_SEND);
    assert_int_equal(task.request.blind_ms, 10000);
    job_close(job, box);
    job_clock += 11000; /* past T0 */
    box = job_open();
    job = job_put(box, "k", "one", AM_PUT_GO_ON);
    task = job_claim(job, AM_OUTBOX_LOOK);
    am_outbox_entry entry = am_outbox_job_entry(job);
    char target[512];
    snprintf(target, sizeof target,
             "/v0/inboxes/a%%40example.com/messages?limit=100&labels=%%5B%%22%s%%22%%5D"
             "&include_spam=true&include_blocked=true&include_unauthenticated=true"
             "&include_trash=true",
             entry.label);
    assert_string_equal(task.request.target, target);
    assert_int_equal(task.request.protection, AM_SAFE);
    assert_true(am_outbox_look_on(job, "p/2", &task));
    assert_non_null(strstr(task.request.target, "messages?limit=100&page_token=p%2F2&labels="));
    job_settle(job, job_saw(AM_SIGHT_SENT));
    assert_int_equal(job_state(job), AM_OUTBOX_SENT);
    assert_string_equal(am_outbox_job_entry(job).message_id, "<found@example.com>");
    job_close(job, box);
}

static void two_empty_looks_allow_another_send(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    am_outbox_job *job = job_start(box, "k", "one", AM_PUT_NEW);
    job_settle(job, job_failed(AM_STALE, AM_UNKNOWN, 0));
    assert_int_equal(job_state(job), AM_OUTBOX_DOUBTFUL);
    job_clock += 120000; /* H */
    job_claim(job, AM_OUTBOX_LOOK);
    job_settle(job, job_saw(AM_SIGHT_NONE));
    am_outbox_task task = job_claim(job, AM_OUTBOX_WAIT);
    assert_int_equal(task.wait_ms, 60000); /* G */
    job_clock += 60000;
    job_claim(job, AM_OUTBOX_LOOK);
    job_settle(job, job_saw(AM_SIGHT_NONE));
    job_claim(job, AM_OUTBOX_SEND);
    job_settle(job, job_sent());
    assert_int_equal(job_state_of(box, "k"), AM_OUTBOX_SENT);
    job_close(job, box);
}

static void past_its_age_it_is_unknown_and_a_person_resolves_it(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    am_outbox_job *job = job_start(box, "k", "one", AM_PUT_NEW);
    job_settle(job, job_failed(AM_TIMEOUT, AM_UNKNOWN, 0));
    job_clock += 24 * JOB_HOUR;
    for (int i = 0; i < 2; i++) {
        job_claim(job, AM_OUTBOX_LOOK);
        job_settle(job, job_saw(AM_SIGHT_NONE));
        job_clock += JOB_MIN;
    }
    am_outbox_entry entry = am_outbox_job_entry(job);
    assert_int_equal(entry.state, AM_OUTBOX_UNKNOWN);
    assert_int_equal(entry.outcome, AM_UNKNOWN);
    assert_string_equal(entry.code, "expired");
    assert_int_equal(rig_ask("SELECT count(*) FROM body"), 0);
    am_outbox_job_free(job);
    assert_int_equal(am_outbox_resolve(box, JOB_INBOX, "k", false), AM_OUTBOX_CHANGED);
    job = job_put(box, "k", "other", AM_PUT_ANEW);
    am_outbox_task task = job_claim(job, AM_OUTBOX_SEND);
    job_assert_body(&task.request, "other");
    assert_int_equal(rig_ask("SELECT instr(data, CAST('other\"' AS BLOB)) FROM body"), 1);
    job_close(job, box);
}

static void a_refusal_begins_anew_with_other_bytes(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    am_outbox_job *job = job_start(box, "k", "nobody", AM_PUT_NEW);
    am_outbox_answer answer = job_failed(AM_REJECTED, AM_NOT_APPLIED, 422);
    answer.code = "validation_error";
    job_settle(job, answer);
    am_outbox_entry entry = am_outbox_job_entry(job);
    assert_int_equal(entry.state, AM_OUTBOX_REFUSED);
    assert_string_equal(entry.code, "validation_error");
    assert_int_equal(entry.status, 422);
    assert_int_equal(entry.outcome, AM_NOT_APPLIED);
    am_outbox_job_free(job);
    job = job_put(box, "k", "somebody", AM_PUT_ANEW);
    am_outbox_task task = job_claim(job, AM_OUTBOX_SEND);
    job_assert_body(&task.request, "somebody");
    assert_int_equal(rig_ask("SELECT instr(data, CAST('somebody\"' AS BLOB)) FROM body"), 1);
    job_settle(job, job_sent());
    assert_int_equal(job_state_of(box, "k"), AM_OUTBOX_SENT);
    job_close(job, box);
}

/* A wrong API key for a night throws no mail away. */
static void while_nobody_waits_an_account_refusal_waits(void **state)
{
    (void)state;
    static const int statuses[] = {401, 402, 403};
    am_outbox *box = job_open();
    job_leave(box, "k", "one", AM_PUT_NEW, job_failed(AM_DNS, AM_NOT_APPLIED, 0));
    for (size_t i = 0; i < COUNT(statuses); i++) {
        job_clock += 2 * JOB_HOUR;
        am_outbox_job *job = job_take(box, "k");
        job_claim(job, AM_OUTBOX_SEND);
        job_settle(job, job_failed(AM_REJECTED, AM_NOT_APPLIED, statuses[i]));
        assert_int_equal(job_state(job), AM_OUTBOX_WAITING);
        am_outbox_job_free(job);
    }
    am_outbox_job *job = job_start(box, "k", "one", AM_PUT_GO_ON);
    job_settle(job, job_failed(AM_REJECTED, AM_NOT_APPLIED, 401));
    assert_int_equal(job_state(job), AM_OUTBOX_REFUSED); /* its caller is told */
    job_close(job, box);
}

static void an_old_cause_is_looked_for_first(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    am_outbox_job *job = job_put_caused(box, "k", "one", JOB_START - 25 * JOB_HOUR);
    job_claim(job, AM_OUTBOX_LOOK);
    assert_int_equal(job_state(job), AM_OUTBOX_WAITING);
    job_settle(job, job_saw(AM_SIGHT_NONE));
    job_claim(job, AM_OUTBOX_SEND);
    job_close(job, box);
}

/* The whole success of a frozen worker is written over what others did meanwhile. */
static void a_late_success_is_always_written(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    am_outbox_job *late = job_start(box, "k", "one", AM_PUT_NEW);
    rig_change("UPDATE op SET lease_ms = 1");
    am_outbox_job *next = job_take(box, "k");
    job_claim(next, AM_OUTBOX_SEND);
    job_settle(late, job_sent());
    assert_int_equal(job_state_of(box, "k"), AM_OUTBOX_SENT);
    job_settle(next, job_failed(AM_NETWORK, AM_UNKNOWN, 0));
    assert_int_equal(job_state_of(box, "k"), AM_OUTBOX_SENT);
    assert_int_equal(job_state(next), AM_OUTBOX_SENT);
    am_outbox_job_free(next);
    job_close(late, box);
}

static void a_result_that_cannot_be_stored_is_told_all_the_same(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    am_outbox_job *job = job_start(box, "k", "one", AM_PUT_NEW);
    rig_change("DELETE FROM op");
    am_outbox_answer answer = job_sent();
    assert_false(am_outbox_settle(job, &answer));
    assert_string_equal(am_outbox_code(box), "storage");
    assert_string_equal(am_outbox_error(box), "the row was removed from the outbox");
    am_outbox_entry entry = am_outbox_job_entry(job);
    assert_int_equal(entry.state, AM_OUTBOX_SENT);
    assert_string_equal(entry.message_id, "<m@example.com>");
    assert_true(entry.message_id != answer.message_id);
    job_close(job, box);
}

static void a_request_has_a_deadline_that_a_call_may_have(void **state)
{
    static const int64_t times[] = {INT64_MIN, 0, 1, INT64_MAX};
    char error[AM_ERROR_SIZE];
    (void)state;
    am_outbox *box = job_open();
    am_outbox_job *job = job_put(box, "k", "one", AM_PUT_NEW);
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        am_outbox_task task;
        assert_true(am_outbox_claim(job, times[i], &task));
        assert_int_equal(task.action, AM_OUTBOX_SEND);
        assert_true(am_limits_check(task.request.limits, error));
        job_settle(job, job_failed(AM_NETWORK, AM_NOT_APPLIED, 0));
        job_clock += JOB_HOUR;
    }
    am_outbox_job_free(job);
    am_outbox_close(box);
}

static void an_unlabelled_outbox_trusts_the_key_alone(void **state)
{
    (void)state;
    am_outbox_options options = job_options();
    options.unlabelled = true;
    am_outbox *box = job_open_with(&options);
    am_outbox_job *job = job_put(box, "k", "one", AM_PUT_NEW);
    am_outbox_task task = job_claim(job, AM_OUTBOX_SEND);
    assert_int_equal(task.request.blind_ms, 23 * JOB_HOUR);
    assert_null(am_outbox_job_entry(job).label);
    job_settle(job, job_failed(AM_TIMEOUT, AM_UNKNOWN, 0));
    job_clock += 22 * JOB_HOUR;
    job_claim(job, AM_OUTBOX_SEND);
    job_close(job, box);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOB(sends_once_and_then_answers_from_the_record),
        JOB(a_send_is_two_commits_and_leaves_no_body),
        JOB(other_bytes_send_nothing_and_change_nothing),
        JOB(with_first_the_stored_bytes_go),
        JOB(a_key_of_another_inbox_is_not_used),
        JOB(a_second_job_waits_for_the_first),
        JOB(a_dead_owners_mail_is_repeated_under_its_key_then_looked_for),
        JOB(two_empty_looks_allow_another_send),
        JOB(past_its_age_it_is_unknown_and_a_person_resolves_it),
        JOB(a_refusal_begins_anew_with_other_bytes),
        JOB(while_nobody_waits_an_account_refusal_waits),
        JOB(an_old_cause_is_looked_for_first),
        JOB(a_late_success_is_always_written),
        JOB(a_result_that_cannot_be_stored_is_told_all_the_same),
        JOB(a_request_has_a_deadline_that_a_call_may_have),
        JOB(an_unlabelled_outbox_trusts_the_key_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
