/* SPDX-License-Identifier: MIT */
/* An outbox whose host does not let it wait for another process' write. */
#define _GNU_SOURCE
#include "job_rig.h"

static sqlite3 *other;

static void run(const char *sql)
{
    assert_int_equal(sqlite3_exec(other, sql, NULL, NULL, NULL), SQLITE_OK);
}

static am_outbox *open_impatient(void)
{
    am_outbox_options options = job_options();
    options.wait_ms = -1;
    am_outbox *box = job_open_with(&options);
    assert_int_equal(sqlite3_open(rig_path, &other), SQLITE_OK);
    return box;
}

static void close_both(am_outbox *box)
{
    am_outbox_close(box);
    sqlite3_close(other);
}

static void says_busy(am_outbox *box)
{
    assert_string_equal(am_outbox_code(box), "busy");
    assert_non_null(strstr(am_outbox_error(box), "another process is writing into the outbox"));
}

static void put_and_claim_do_nothing_and_may_be_called_again(void **state)
{
    (void)state;
    am_outbox *box = open_impatient();
    am_piece piece;
    am_put put;
    am_outbox_task task;
    am_outbox_intent intent = job_intent("k", &piece, "one");
    run("BEGIN IMMEDIATE");
    assert_null(am_outbox_put(box, &intent, JOB_TIME, &put));
    says_busy(box);
    run("ROLLBACK");
    am_outbox_job_free(job_put(box, "k", "one", AM_PUT_NEW));
    job_clock += JOB_HOUR;
    run("UPDATE op SET owner = 0");
    am_outbox_job *job = job_take(box, "k");
    run("BEGIN IMMEDIATE");
    assert_false(am_outbox_claim(job, JOB_TIME, &task));
    says_busy(box);
    run("ROLLBACK");
    job_claim(job, AM_OUTBOX_LOOK);
    am_outbox_job_free(job);
    close_both(box);
}

static void settle_is_called_again_until_it_is_written(void **state)
{
    (void)state;
    static const struct {
        am_code code;
        am_outcome outcome;
        int status;
        am_outbox_state told, written;
    } ends[] = {
        {AM_REJECTED, AM_NOT_APPLIED, 422, AM_OUTBOX_SENDING, AM_OUTBOX_REFUSED},
        {AM_TIMEOUT, AM_UNKNOWN, 0, AM_OUTBOX_SENDING, AM_OUTBOX_DOUBTFUL},
        {AM_NETWORK, AM_NOT_APPLIED, 0, AM_OUTBOX_SENDING, AM_OUTBOX_WAITING},
        {AM_OK, AM_APPLIED, 200, AM_OUTBOX_SENT, AM_OUTBOX_SENT},
    };
    am_outbox *box = open_impatient();
    for (size_t i = 0; i < COUNT(ends); i++) {
        char key[] = {(char)('a' + i), '\0'};
        am_outbox_job *job = job_start(box, key, "one", AM_PUT_NEW);
        am_outbox_answer answer = ends[i].code == AM_OK
                                      ? job_sent()
                                      : job_failed(ends[i].code, ends[i].outcome, ends[i].status);
        run("BEGIN IMMEDIATE");
        for (int again = 0; again < 3; again++) {
            assert_false(am_outbox_settle(job, &answer));
            says_busy(box);
            assert_int_equal(am_outbox_job_entry(job).state, ends[i].told);
        }
        run("ROLLBACK");
        assert_int_equal(job_state_of(box, key), AM_OUTBOX_SENDING);
        job_settle(job, answer);
        assert_int_equal(job_state_of(box, key), ends[i].written);
        am_outbox_job_free(job);
    }
    close_both(box);
}

static void people_and_prunes_may_ask_again(void **state)
{
    (void)state;
    am_outbox *box = open_impatient();
    job_leave(box, "k", "one", AM_PUT_NEW, job_sent());
    job_clock += 30 * JOB_HOUR;
    run("BEGIN IMMEDIATE");
    assert_int_equal(am_outbox_prune(box, 0), -1);
    says_busy(box);
    run("ROLLBACK");
    assert_int_equal(am_outbox_prune(box, 0), 1);
    close_both(box);
}

static void opening_says_why_it_failed(void **state)
{
    (void)state;
    char error[AM_ERROR_SIZE] = "";
    const char *code = NULL;
    am_outbox_options options = job_options();
    options.wait_ms = -1;
    options.code = &code;
    assert_int_equal(sqlite3_open(rig_path, &other), SQLITE_OK);
    run("BEGIN EXCLUSIVE");
    assert_null(am_outbox_open(&options, error));
    assert_string_equal(code, "busy");
    run("ROLLBACK");
    am_outbox *box = job_open_with(&options);
    options.service = "https://other.example";
    assert_null(am_outbox_open(&options, error));
    assert_string_equal(code, "storage");
    close_both(box);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOB(put_and_claim_do_nothing_and_may_be_called_again),
        JOB(settle_is_called_again_until_it_is_written),
        JOB(people_and_prunes_may_ask_again),
        JOB(opening_says_why_it_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
