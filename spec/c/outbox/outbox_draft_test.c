/* SPDX-License-Identifier: MIT */
/* The era of drafts: created, recorded, sent; in doubt read, then looked for. */
#include "job_rig.h"

#define DRAFTS "/v0/inboxes/a%40example.com/drafts"
#define BODY "{\"client_id\":\"k\"}"

static am_outbox *open_drafts(void)
{
    am_outbox_options options = job_options();
    options.drafts = true;
    return job_open_with(&options);
}

static am_outbox_job *put_draft(am_outbox *box, const char *draft_id)
{
    am_piece piece;
    char *labelled = job_labelled("k", BODY);
    am_outbox_intent intent = job_intent("k", &piece, labelled);
    intent.target = draft_id ? DRAFTS "/mine/send" : DRAFTS;
    intent.draft_id = draft_id;
    am_outbox_job *job = job_put_as(box, &intent, AM_PUT_NEW);
    free(labelled);
    return job;
}

static void created(am_outbox_job *job, bool is_other)
{
    am_outbox_answer answer = job_sent();
    answer.message_id = answer.thread_id = NULL;
    answer.draft_id = "d/1";
    answer.is_other = is_other;
    job_settle(job, answer);
}

/* Its draft was made and sent, and the answer was lost. */
static am_outbox_job *draft_in_doubt(am_outbox *box)
{
    am_outbox_job *job = put_draft(box, NULL);
    job_claim(job, AM_OUTBOX_CREATE);
    created(job, false);
    job_claim(job, AM_OUTBOX_SEND_DRAFT);
    job_settle(job, job_failed(AM_NETWORK, AM_UNKNOWN, 0));
    return job;
}

static void a_draft_is_recorded_before_it_is_sent(void **state)
{
    (void)state;
    am_outbox *box = open_drafts();
    am_outbox_job *job = put_draft(box, NULL);
    am_outbox_task task = job_claim(job, AM_OUTBOX_CREATE);
    assert_string_equal(task.request.target, DRAFTS);
    assert_int_equal(task.request.protection, AM_CLIENT_ID);
    job_assert_body(&task.request, BODY);
    created(job, false);
    assert_int_equal(job_state_of(box, "k"), AM_OUTBOX_DRAFTED);
    assert_int_equal(am_outbox_job_entry(job).outcome, AM_NOT_APPLIED);
    task = job_claim(job, AM_OUTBOX_SEND_DRAFT);
    assert_string_equal(task.request.target, DRAFTS "/d%2F1/send");
    assert_string_equal(task.request.method, "POST");
    assert_int_equal(task.request.protection, AM_UNPROTECTED);
    assert_int_equal(task.request.body_size, 2);
    job_settle(job, job_sent());
    assert_int_equal(job_state_of(box, "k"), AM_OUTBOX_SENT);
    job_close(job, box);
}

static void a_draft_with_other_content_is_not_sent(void **state)
{
    (void)state;
    am_outbox *box = open_drafts();
    am_outbox_job *job = put_draft(box, NULL);
    job_claim(job, AM_OUTBOX_CREATE);
    created(job, true);
    assert_int_equal(job_state_of(box, "k"), AM_OUTBOX_KEY_TAKEN);
    assert_string_equal(am_outbox_job_entry(job).code, "key_reused");
    job_claim(job, AM_OUTBOX_DONE);
    job_close(job, box);
}

static void in_doubt_the_draft_is_read_after_the_horizon(void **state)
{
    (void)state;
    am_outbox *box = open_drafts();
    am_outbox_job *job = draft_in_doubt(box);
    job_claim(job, AM_OUTBOX_WAIT);
    int64_t next_ms = 0;
    am_outbox_rows *due = am_outbox_due(box, 1, &next_ms);
    assert_non_null(due);
    assert_int_equal(am_outbox_rows_count(due), 0);
    assert_int_equal(next_ms, 120000); /* so that its host does not come again at once */
    am_outbox_rows_free(due);
    job_clock += 119000;
    am_outbox_task task = job_claim(job, AM_OUTBOX_WAIT);
    assert_int_equal(task.wait_ms, 1000);
    job_clock += 1000;
    task = job_claim(job, AM_OUTBOX_GET_DRAFT);
    assert_string_equal(task.request.method, "GET");
    assert_string_equal(task.request.target, DRAFTS "/d%2F1");
    job_settle(job, job_saw(AM_SIGHT_LEAVING));
    job_claim(job, AM_OUTBOX_WAIT);
    job_clock += JOB_MIN;
    job_claim(job, AM_OUTBOX_GET_DRAFT);
    job_settle(job, job_saw(AM_SIGHT_THERE));
    job_claim(job, AM_OUTBOX_LOOK);
    job_settle(job, job_saw(AM_SIGHT_NONE));
    job_claim(job, AM_OUTBOX_WAIT);
    job_clock += JOB_MIN;
    job_claim(job, AM_OUTBOX_LOOK);
    job_settle(job, job_saw(AM_SIGHT_NONE));
    job_claim(job, AM_OUTBOX_SEND_DRAFT);
    job_settle(job, job_sent());
    assert_int_equal(job_state(job), AM_OUTBOX_SENT);
    job_close(job, box);
}

/* Its service died between hand-off and deletion. */
static void a_draft_that_stayed_is_not_sent_if_its_mail_is_found(void **state)
{
    (void)state;
    am_outbox *box = open_drafts();
    am_outbox_job *job = draft_in_doubt(box);
    job_clock += 120000;
    job_claim(job, AM_OUTBOX_GET_DRAFT);
    job_settle(job, job_saw(AM_SIGHT_THERE));
    job_claim(job, AM_OUTBOX_LOOK);
    job_settle(job, job_saw(AM_SIGHT_SENT));
    assert_int_equal(job_state_of(box, "k"), AM_OUTBOX_SENT);
    job_close(job, box);
}

/* The service's own 404 after a lost answer: sent, and a look finds it. A gateway's tells nothing.
 */
static void a_draft_that_is_gone_is_looked_for(void **state)
{
    (void)state;
    am_outbox *box = open_drafts();
    am_outbox_job *job = draft_in_doubt(box);
    job_clock += 120000;
    job_claim(job, AM_OUTBOX_GET_DRAFT);
    am_outbox_answer answer = job_failed(AM_REJECTED, AM_NOT_APPLIED, 404);
    job_settle(job, answer);
    job_clock += JOB_MIN;
    job_claim(job, AM_OUTBOX_GET_DRAFT);
    answer.is_service = true;
    job_settle(job, answer);
    job_claim(job, AM_OUTBOX_LOOK);
    job_settle(job, job_saw(AM_SIGHT_SENT));
    assert_int_equal(job_state_of(box, "k"), AM_OUTBOX_SENT);
    job_close(job, box);
}

static void a_draft_of_the_host_is_sent_as_it_asked(void **state)
{
    (void)state;
    am_outbox *box = open_drafts();
    am_outbox_job *job = put_draft(box, "mine");
    assert_int_equal(am_outbox_job_entry(job).state, AM_OUTBOX_SENDING);
    am_outbox_task task = job_claim(job, AM_OUTBOX_SEND_DRAFT);
    assert_string_equal(task.request.target, DRAFTS "/mine/send");
    job_assert_body(&task.request, BODY);
    am_outbox_answer answer = job_failed(AM_REJECTED, AM_NOT_APPLIED, 404);
    answer.is_service = true;
    job_settle(job, answer);
    assert_int_equal(job_state(job), AM_OUTBOX_REFUSED); /* nothing was in doubt */
    job_close(job, box);
}

static void the_eras_do_not_mix(void **state)
{
    (void)state;
    char error[AM_ERROR_SIZE];
    am_outbox_options options = job_options();
    am_outbox_close(open_drafts());
    assert_null(am_outbox_open(&options, error));
    assert_non_null(strstr(error, "keyed"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOB(a_draft_is_recorded_before_it_is_sent),
        JOB(a_draft_with_other_content_is_not_sent),
        JOB(in_doubt_the_draft_is_read_after_the_horizon),
        JOB(a_draft_that_stayed_is_not_sent_if_its_mail_is_found),
        JOB(a_draft_that_is_gone_is_looked_for),
        JOB(a_draft_of_the_host_is_sent_as_it_asked),
        JOB(the_eras_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
