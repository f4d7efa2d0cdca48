/* SPDX-License-Identifier: MIT */
/* Rows as a host sees them, and what people do to them. */
#include "job_rig.h"

/* A row in each of these states, with that as its key. */
static void leave_all(am_outbox *box)
{
    job_leave(box, "waiting", "text", AM_PUT_NEW, job_failed(AM_DNS, AM_NOT_APPLIED, 0));
    job_leave(box, "doubtful", "text", AM_PUT_NEW, job_failed(AM_TIMEOUT, AM_UNKNOWN, 0));
    job_leave(box, "sent", "text", AM_PUT_NEW, job_sent());
    job_leave(box, "refused", "text", AM_PUT_NEW, job_failed(AM_REJECTED, AM_NOT_APPLIED, 422));
}

static void lists_by_state_in_pages(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    leave_all(box);
    am_outbox_rows *rows =
        am_outbox_list(box, 1u << AM_OUTBOX_SENT | 1u << AM_OUTBOX_REFUSED, 0, 9);
    assert_int_equal(am_outbox_rows_count(rows), 2);
    assert_string_equal(am_outbox_rows_at(rows, 0).key, "sent");
    assert_string_equal(am_outbox_rows_at(rows, 1).key, "refused");
    assert_int_equal(am_outbox_rows_at(rows, 1).settled_ms, JOB_START);
    assert_int_equal(am_outbox_rows_at(rows, 1).due_ms, -1);
    int64_t after = am_outbox_rows_at(rows, 0).id;
    am_outbox_rows_free(rows);
    rows = am_outbox_list(box, ~0u, after, 1);
    assert_int_equal(am_outbox_rows_count(rows), 1);
    assert_string_equal(am_outbox_rows_at(rows, 0).key, "refused");
    am_outbox_rows_free(rows);
    am_outbox_close(box);
}

static void finds_what_is_due_and_when_the_next_will_be(void **state)
{
    (void)state;
    int64_t next_ms;
    am_outbox *box = job_open();
    am_outbox_rows *rows = am_outbox_due(box, 9, &next_ms);
    assert_int_equal(am_outbox_rows_count(rows), 0);
    assert_int_equal(next_ms, -1);
    am_outbox_rows_free(rows);
    leave_all(box);
    rows = am_outbox_due(box, 9, &next_ms);
    assert_int_equal(am_outbox_rows_count(rows), 1);
    assert_string_equal(am_outbox_rows_at(rows, 0).key, "doubtful");
    assert_true(am_outbox_rows_at(rows, 0).pending);
    assert_int_equal(next_ms, 1000);
    am_outbox_rows_free(rows);
    job_clock += 1000;
    rows = am_outbox_due(box, 9, &next_ms);
    assert_int_equal(am_outbox_rows_count(rows), 2);
    assert_int_equal(next_ms, -1);
    am_outbox_rows_free(rows);
    am_outbox_close(box);
}

/* However many are held, those behind them are found. */
static void what_is_held_is_not_due(void **state)
{
    (void)state;
    enum { HELD = 40 };
    am_outbox_job *jobs[HELD];
    int64_t next_ms;
    am_outbox *box = job_open();
    for (int i = 0; i < HELD; i++) {
        char key[] = {'h', (char)('0' + i), '\0'};
        jobs[i] = job_start(box, key, "one", AM_PUT_NEW);
    }
    job_clock += 1000;
    static const char *const keys[] = {"a", "b"};
    for (int i = 0; i < 2; i++)
        job_leave(box, keys[i], "one", AM_PUT_NEW, job_failed(AM_NETWORK, AM_NOT_APPLIED, 0));
    job_clock += 5000;
    for (int limit = -1; limit < 4; limit++) {
        am_outbox_rows *rows = am_outbox_due(box, limit, &next_ms);
        size_t count = limit < 0 || limit > 2 ? 2 : (size_t)limit;
        assert_int_equal(am_outbox_rows_count(rows), count);
        for (size_t i = 0; i < count; i++)
            assert_string_equal(am_outbox_rows_at(rows, i).key, keys[i]);
        if (limit != 0)
            assert_true(next_ms > JOB_TIME && next_ms <= JOB_TIME + 30000);
        am_outbox_rows_free(rows);
    }
    for (int i = 0; i < HELD; i++)
        am_outbox_job_free(jobs[i]);
    am_outbox_close(box);
}

static void cancels_only_what_is_proven_unsent(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    leave_all(box);
    assert_int_equal(am_outbox_cancel(box, JOB_INBOX, "waiting"), AM_OUTBOX_CHANGED);
    assert_int_equal(am_outbox_cancel(box, JOB_INBOX, "doubtful"), AM_OUTBOX_NO_CHANGE);
    assert_int_equal(am_outbox_cancel(box, JOB_INBOX, "sent"), AM_OUTBOX_NO_CHANGE);
    assert_int_equal(am_outbox_cancel(box, JOB_INBOX, "none"), AM_OUTBOX_NO_ROW);
    assert_int_equal(job_state_of(box, "waiting"), AM_OUTBOX_CANCELLED);
    assert_int_equal(job_state_of(box, "doubtful"), AM_OUTBOX_DOUBTFUL);
    am_outbox_close(box);
}

static void cancels_nothing_that_is_in_hand(void **state)
{
    (void)state;
    am_outbox *box = job_open(), *other = job_open();
    am_outbox_job *job = job_put(box, "k", "text", AM_PUT_NEW);
    assert_int_equal(am_outbox_cancel(other, JOB_INBOX, "k"), AM_OUTBOX_NO_CHANGE);
    assert_int_equal(am_outbox_resolve(other, JOB_INBOX, "k", true), AM_OUTBOX_NO_CHANGE);
    am_outbox_job_free(job);
    am_outbox_close(other);
    am_outbox_close(box);
}

static void resolves_what_is_in_doubt(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    leave_all(box);
    assert_int_equal(am_outbox_resolve(box, JOB_INBOX, "waiting", true), AM_OUTBOX_NO_CHANGE);
    assert_int_equal(am_outbox_resolve(box, JOB_INBOX, "doubtful", true), AM_OUTBOX_CHANGED);
    assert_int_equal(job_state_of(box, "doubtful"), AM_OUTBOX_SENT);
    am_outbox_close(box);
}

static void prunes_what_is_finished_and_a_day_old(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    leave_all(box);
    assert_int_equal(am_outbox_prune(box, 0), 0);
    job_clock += 25 * JOB_HOUR;
    assert_int_equal(am_outbox_prune(box, 26 * JOB_HOUR), 0);
    assert_int_equal(am_outbox_prune(box, 0), 2);
    assert_int_equal(job_state_of(box, "sent"), AM_OUTBOX_NONE);
    assert_int_equal(job_state_of(box, "doubtful"), AM_OUTBOX_DOUBTFUL);
    am_outbox_close(box);
}

static void takes_no_row_that_is_not_there(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    assert_null(am_outbox_take(box, JOB_INBOX, "k"));
    assert_null(am_outbox_code(box));
    am_outbox_close(box);
}

static void each_state_has_a_word(void **state)
{
    (void)state;
    for (int i = 1; i < AM_OUTBOX_STATES; i++)
        assert_string_not_equal(am_outbox_state_word((am_outbox_state)i), "none");
    assert_string_equal(am_outbox_state_word(AM_OUTBOX_KEY_TAKEN), "key_taken");
    assert_string_equal(am_outbox_state_word(AM_OUTBOX_STATES), "none");
}

static void another_service_is_refused_in_words(void **state)
{
    (void)state;
    char error[AM_ERROR_SIZE];
    am_outbox_options options = job_options();
    am_outbox_close(job_open());
    options.service = "https://rehearsal.example.com";
    assert_null(am_outbox_open(&options, error));
    assert_non_null(strstr(error, SERVICE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOB(lists_by_state_in_pages),
        JOB(finds_what_is_due_and_when_the_next_will_be),
        JOB(what_is_held_is_not_due),
        JOB(cancels_only_what_is_proven_unsent),
        JOB(cancels_nothing_that_is_in_hand),
        JOB(resolves_what_is_in_doubt),
        JOB(prunes_what_is_finished_and_a_day_old),
        JOB(takes_no_row_that_is_not_there),
        JOB(each_state_has_a_word),
        JOB(another_service_is_refused_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
