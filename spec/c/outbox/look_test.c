/* SPDX-License-Identifier: MIT */
/* Looks and drafts: what each event means, and when the next comes. */
#include "rows.h"

/* ---- looks ----------------------------------------------------------------------------------- */

static void a_first_look_that_finds_ends_it(void **state)
{
    (void)state;
    am_outbox_row row = put_row();
    row.caused = NEVER;
    am_outbox_step job = claim(&row, &keyed, 0);
    am_outbox_seen seen = {.event = AM_OUTBOX_FOUND, .message_id = "m", .not_before_ms = -1};
    settle_as(&row, &keyed, &job, seen, 10);
    assert_int_equal(row.state, AM_OUTBOX_SENT);
    assert_string_equal(row.message_id, "m");
}

static void what_a_first_look_finds_unsent_is_never_sent(void **state)
{
    (void)state;
    am_outbox_row row = put_row();
    row.caused = NEVER;
    am_outbox_step job = claim(&row, &keyed, 0);
    settle(&row, &keyed, &job, AM_OUTBOX_FOUND_UNSENT, 10);
    assert_int_equal(row.state, AM_OUTBOX_DOUBTFUL);
    assert_int_equal(row.flags, AM_OUTBOX_DOUBT | AM_OUTBOX_SEEN);
    job = claim(&row, &keyed, 15 * MIN);
    settle(&row, &keyed, &job, AM_OUTBOX_EMPTY, 15 * MIN + 9);
    assert_int_equal(row.state, AM_OUTBOX_DOUBTFUL);
    job = claim(&row, &keyed, 16 * MIN);
    settle(&row, &keyed, &job, AM_OUTBOX_EMPTY, 16 * MIN);
    assert_int_equal(row.state, AM_OUTBOX_UNKNOWN);
    assert_null(row.code);
}

static void a_failed_first_look_is_no_answer(void **state)
{
    (void)state;
    am_outbox_row row = put_row();
    row.caused = NEVER;
    am_outbox_step job = claim(&row, &keyed, 0);
    settle(&row, &keyed, &job, AM_OUTBOX_FAILED, 4000);
    assert_int_equal(row.state, AM_OUTBOX_WAITING);
    assert_true(row.owner == 0 && row.flags == 0 && row.due_ms == START + 8000);
    job = claim(&row, &keyed, HOUR);
    assert_int_equal(job.action, AM_OUTBOX_LOOK);
    settle(&row, &keyed, &job, AM_OUTBOX_FAILED, HOUR);
    assert_true(row.due_ms == START + HOUR + 30000);
    job = claim(&row, &keyed, 2 * HOUR);
    settle(&row, &keyed, &job, AM_OUTBOX_BARRED, 2 * HOUR);
    assert_true(row.due_ms == START + 3 * HOUR);
}

/* The claim at each time, what it sees, and when it is due again. */
static void looks_come_at_doubling_times_then_at_h_and_g(void **state)
{
    (void)state;
    static const struct {
        int64_t at, due;
    } looks[] = {{0, 1000},      {1000, 2000},   {2000, 4000},   {4000, 8000},    {8000, 16000},
                 {16000, 32000}, {32000, 62000}, {62000, 92000}, {92000, 120000}, {120000, 180000}};
    am_outbox_row row = doubtful_row();
    row.flags |= AM_OUTBOX_CONFLICTED;
    for (size_t i = 0; i < COUNT(looks); i++) {
        assert_int_equal(row.due_ms, START + looks[i].at);
        am_outbox_step job = claim(&row, &keyed, looks[i].at);
        assert_int_equal(job.action, AM_OUTBOX_LOOK);
        settle(&row, &keyed, &job, AM_OUTBOX_EMPTY, looks[i].at);
        assert_true(row.due_ms == START + looks[i].due);
        assert_true(row.owner == 0);
    }
    assert_true(row.empty_look.wall == START + H && row.empty_look.boot == UP + H);
    am_outbox_step job = claim(&row, &keyed, H + G);
    settle(&row, &keyed, &job, AM_OUTBOX_EMPTY, H + G);
    assert_int_equal(row.state, AM_OUTBOX_DOUBTFUL);
    assert_true(row.owner == ME && row.flags & AM_OUTBOX_LOOKED);
    job = claim(&row, &keyed, H + G);
    assert_int_equal(job.action, AM_OUTBOX_SEND);
    assert_true(job.blind_ms == T0 && row.empty_look.wall == -1);
    assert_true(row.first_wire.wall == START && row.last_wire.wall == START + H + G);
}

static void a_look_counts_by_when_it_began(void **state)
{
    (void)state;
    am_outbox_row row = doubtful_row();
    am_outbox_step job = claim(&row, &keyed, H - 1);
    settle(&row, &keyed, &job, AM_OUTBOX_EMPTY, H + 1000);
    assert_true(row.empty_look.wall == -1);
    job = claim(&row, &keyed, H + 40000);
    settle(&row, &keyed, &job, AM_OUTBOX_EMPTY, H + 50000);
    assert_true(row.empty_look.wall == START + H + 50000);
    assert_true(row.due_ms == START + H + 50000 + G);
    row.due_ms = START;
    job = claim(&row, &keyed, H + 60000); /* too early, so it is worth nothing */
    settle(&row, &keyed, &job, AM_OUTBOX_EMPTY, H + 50000 + 2 * G);
    assert_int_equal(row.state, AM_OUTBOX_DOUBTFUL);
    assert_false(row.flags & AM_OUTBOX_LOOKED);
    assert_true(row.due_ms == START + H + 50000 + 2 * G);
}

/* The verdict of a second empty look, by age, refusals and `resend`. */
static void two_empty_looks_decide(void **state)
{
    (void)state;
    static const struct {
        int64_t first;
        int flags;
        bool resend, may_send;
        const char *code;
    } cases[] = {
        {-22 * HOUR, 0, false, true, "word"},
        {-22 * HOUR, AM_OUTBOX_CONFLICTED, false, true, "word"},
        {-22 * HOUR, AM_OUTBOX_DECLINED, false, false, "word"},
        {-22 * HOUR, AM_OUTBOX_DECLINED, true, false, "word"},
        {-22 * HOUR, AM_OUTBOX_GONE, true, false, "word"},
        {-23 * HOUR, 0, false, false, "expired"},
        {-23 * HOUR, 0, true, true, "word"},
        {-23 * HOUR, AM_OUTBOX_DECLINED, true, false, "word"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        am_outbox_policy policy = keyed;
        policy.resend = cases[i].resend;
        am_outbox_row row = doubtful_row();
        row.code = "word";
        row.flags |= cases[i].flags;
        row.first_wire = stamp(cases[i].first);
        row.last_wire = stamp(-HOUR);
        row.empty_look = stamp(-MIN);
        am_outbox_step job = claim(&row, &policy, 0);
        assert_int_equal(job.weight, AM_OUTBOX_SECOND);
        settle(&row, &policy, &job, AM_OUTBOX_EMPTY, 0);
        assert_int_equal(row.state, cases[i].may_send ? AM_OUTBOX_DOUBTFUL : AM_OUTBOX_UNKNOWN);
        assert_string_equal(row.code, cases[i].code);
        assert_int_equal(claim(&row, &policy, 0).action,
                         cases[i].may_send ? AM_OUTBOX_SEND : AM_OUTBOX_DONE);
    }
}

static void what_is_found_without_sent_has_15_minutes_and_is_never_sent(void **state)
{
    (void)state;
    am_outbox_row row = doubtful_row();
    am_outbox_step job = claim(&row, &keyed, MIN);
    settle(&row, &keyed, &job, AM_OUTBOX_FOUND_UNSENT, MIN);
    assert_true(row.flags & AM_OUTBOX_SEEN && row.due_ms == START + MIN + 30000);
    job = claim(&row, &keyed, 15 * MIN - 1);
    settle(&row, &keyed, &job, AM_OUTBOX_FOUND_UNSENT, 15 * MIN - 1);
    assert_int_equal(row.state, AM_OUTBOX_DOUBTFUL);
    job = claim(&row, &keyed, 16 * MIN);
    settle(&row, &keyed, &job, AM_OUTBOX_FOUND_UNSENT, 16 * MIN);
    assert_int_equal(row.state, AM_OUTBOX_UNKNOWN);
}

/* ---- a draft --------------------------------------------------------------------------------- */

static am_outbox_row draft_in_doubt(am_outbox_step *job, int64_t at)
{
    am_outbox_policy era = drafts();
    am_outbox_row row = doubtful_row();
    row.draft_id = "d";
    row.flags |= AM_OUTBOX_CREATED;
    row.code = "word";
    *job = claim(&row, &era, at);
    assert_int_equal(job->action, AM_OUTBOX_GET_DRAFT);
    return row;
}

static void each_event_of_a_draft(void **state)
{
    (void)state;
    am_outbox_policy era = drafts();
    am_outbox_step job;
    am_outbox_row row = draft_in_doubt(&job, H);
    settle(&row, &era, &job, AM_OUTBOX_THERE, H);
    assert_true(row.flags & AM_OUTBOX_STAYED && row.owner == 0 && row.due_ms == START + H);

    row = draft_in_doubt(&job, H);
    settle(&row, &era, &job, AM_OUTBOX_LEAVING, H);
    assert_int_equal(row.state, AM_OUTBOX_DOUBTFUL);
    assert_true(row.owner == 0 && row.due_ms == START + H + 30000);
    row = draft_in_doubt(&job, 15 * MIN);
    settle(&row, &era, &job, AM_OUTBOX_LEAVING, 15 * MIN);
    assert_true(row.flags & AM_OUTBOX_GONE && row.owner == 0 && row.due_ms == START + 15 * MIN);

    row = draft_in_doubt(&job, H);
    settle(&row, &era, &job, AM_OUTBOX_NO_DRAFT, H);
    assert_true(row.flags & AM_OUTBOX_GONE && row.owner == 0 && row.due_ms == START + H);

    row = draft_in_doubt(&job, 2 * HOUR);
    settle(&row, &era, &job, AM_OUTBOX_FAILED, 2 * HOUR);
    assert_true(row.state == AM_OUTBOX_DOUBTFUL && row.due_ms == START + 2 * HOUR + 30000);
    row = draft_in_doubt(&job, 2 * HOUR);
    settle(&row, &era, &job, AM_OUTBOX_BARRED, 2 * HOUR);
    assert_true(row.state == AM_OUTBOX_DOUBTFUL && row.due_ms == START + 3 * HOUR);
}

static void a_draft_that_is_gone_ends_by_looks_and_is_never_made_again(void **state)
{
    (void)state;
    am_outbox_policy era = drafts();
    for (int found = 0; found < 2; found++) {
        am_outbox_step job;
        am_outbox_row row = draft_in_doubt(&job, H);
        settle(&row, &era, &job, AM_OUTBOX_NO_DRAFT, H);
        job = claim(&row, &era, H);
        assert_int_equal(job.weight, AM_OUTBOX_FIRST);
        settle(&row, &era, &job, AM_OUTBOX_EMPTY, H);
        job = claim(&row, &era, H + G);
        assert_int_equal(job.weight, AM_OUTBOX_SECOND);
        settle(&row, &era, &job, found ? AM_OUTBOX_FOUND : AM_OUTBOX_EMPTY, H + G);
        assert_int_equal(row.state, found ? AM_OUTBOX_SENT : AM_OUTBOX_UNKNOWN);
    }
}

/* The service may have died between hand-off and deletion. */
static void a_draft_that_stayed_is_sent_after_two_empty_looks_however_old(void **state)
{
    (void)state;
    static const int64_t ages[] = {H, 24 * HOUR};
    am_outbox_policy era = drafts();
    for (size_t i = 0; i < COUNT(ages); i++) {
        for (int found = 0; found < 3; found++) {
            int64_t at = ages[i];
            am_outbox_step job;
            am_outbox_row row = draft_in_doubt(&job, at);
            settle(&row, &era, &job, AM_OUTBOX_THERE, at);
            job = claim(&row, &era, at);
            assert_int_equal(job.weight, AM_OUTBOX_FIRST);
            settle(&row, &era, &job, found == 1 ? AM_OUTBOX_FOUND : AM_OUTBOX_EMPTY, at);
            assert_int_equal(claim(&row, &era, at).action,
                             found == 1 ? AM_OUTBOX_DONE : AM_OUTBOX_WAIT);
            if (found == 1)
                continue;
            job = claim(&row, &era, at + G);
            assert_int_equal(job.weight, AM_OUTBOX_SECOND);
            settle(&row, &era, &job, found ? AM_OUTBOX_FOUND : AM_OUTBOX_EMPTY, at + G);
            job = claim(&row, &era, at + G);
            assert_int_equal(job.action, found ? AM_OUTBOX_DONE : AM_OUTBOX_SEND_DRAFT);
            assert_int_equal(row.state, found ? AM_OUTBOX_SENT : AM_OUTBOX_SENDING);
        }
    }
}

static void a_draft_that_stayed_is_not_sent_again_once_it_was_refused(void **state)
{
    (void)state;
    for (int labelled = 0; labelled < 2; labelled++) {
        am_outbox_policy era = drafts();
        era.labelled = labelled;
        am_outbox_step job;
        am_outbox_row row = draft_in_doubt(&job, H);
        row.flags |= AM_OUTBOX_DECLINED;
        settle(&row, &era, &job, AM_OUTBOX_THERE, H);
        for (int look = 0; look < 2 * labelled; look++) {
            job = claim(&row, &era, H + look * G);
            assert_int_equal(job.action, AM_OUTBOX_LOOK);
            settle(&row, &era, &job, AM_OUTBOX_EMPTY, H + look * G);
        }
        assert_int_equal(claim(&row, &era, H + G).action, AM_OUTBOX_DONE);
        assert_int_equal(row.state, AM_OUTBOX_UNKNOWN);
        assert_string_equal(row.code, "word");
    }
}

static void without_a_label_a_draft_that_stayed_is_sent_at_once(void **state)
{
    (void)state;
    am_outbox_policy era = drafts();
    era.labelled = false;
    am_outbox_step job;
    am_outbox_row row = draft_in_doubt(&job, 24 * HOUR);
    settle(&row, &era, &job, AM_OUTBOX_THERE, 24 * HOUR);
    assert_int_equal(claim(&row, &era, 24 * HOUR).action, AM_OUTBOX_SEND_DRAFT);
}

/* What was read before a send says nothing about it. */
static void a_draft_is_read_anew_after_each_send(void **state)
{
    (void)state;
    am_outbox_policy era = drafts();
    am_outbox_step job;
    am_outbox_row row = draft_in_doubt(&job, H);
    settle(&row, &era, &job, AM_OUTBOX_THERE, H);
    for (int look = 0; look < 2; look++) {
        job = claim(&row, &era, H + look * G);
        settle(&row, &era, &job, AM_OUTBOX_EMPTY, H + look * G);
    }
    job = claim(&row, &era, H + G);
    assert_int_equal(job.action, AM_OUTBOX_SEND_DRAFT);
    assert_int_equal(row.flags, AM_OUTBOX_DOUBT | AM_OUTBOX_CREATED);
    settle(&row, &era, &job, AM_OUTBOX_LOST, H + G);
    assert_int_equal(claim(&row, &era, 2 * H + G).action, AM_OUTBOX_GET_DRAFT);
}

static void a_failed_look_says_why(void **state)
{
    (void)state;
    for (int refused = 0; refused < 2; refused++) {
        am_outbox_row row = doubtful_row();
        am_outbox_seen seen = saw(AM_OUTBOX_BARRED);
        row.code = "validation_error";
        row.status = 422;
        row.flags |= refused ? AM_OUTBOX_DECLINED : 0;
        seen.code = "forbidden";
        seen.status = 403;
        am_outbox_step job = claim(&row, &keyed, HOUR);
        assert_int_equal(job.action, AM_OUTBOX_LOOK);
        settle_as(&row, &keyed, &job, seen, HOUR);
        assert_string_equal(row.code, refused ? "validation_error" : "forbidden");
        assert_int_equal(row.status, refused ? 422 : 403);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_look_says_why),
        cmocka_unit_test(a_first_look_that_finds_ends_it),
        cmocka_unit_test(what_a_first_look_finds_unsent_is_never_sent),
        cmocka_unit_test(a_failed_first_look_is_no_answer),
        cmocka_unit_test(looks_come_at_doubling_times_then_at_h_and_g),
        cmocka_unit_test(a_look_counts_by_when_it_began),
        cmocka_unit_test(two_empty_looks_decide),
        cmocka_unit_test(what_is_found_without_sent_has_15_minutes_and_is_never_sent),
        cmocka_unit_test(each_event_of_a_draft),
        cmocka_unit_test(a_draft_that_is_gone_ends_by_looks_and_is_never_made_again),
        cmocka_unit_test(a_draft_that_stayed_is_sent_after_two_empty_looks_however_old),
        cmocka_unit_test(a_draft_that_stayed_is_not_sent_again_once_it_was_refused),
        cmocka_unit_test(without_a_label_a_draft_that_stayed_is_sent_at_once),
        cmocka_unit_test(a_draft_is_read_anew_after_each_send),
    };
    return cmocka_run_group_tests_name("outbox: look", tests, NULL, NULL);
}
