/* SPDX-License-Identifier: MIT */
/* Settles of sends and creations: every event, and when the row is due again. */
#include "rows.h"

/* ---- a send ---------------------------------------------------------------------------------- */

enum {
    BEFORE_DOUBT,
    IN_DOUBT,
    DOUBT_IN_CALL,
    OWN_DRAFT,
    OWN_DRAFT_IN_DOUBT,
    GIVEN_DRAFT,
    SITUATIONS
};

static const struct {
    am_outbox_event event;
    bool told;
    am_outbox_state state[SITUATIONS];
} sends[] = {
#define W AM_OUTBOX_WAITING
#define D AM_OUTBOX_DOUBTFUL
#define F AM_OUTBOX_DRAFTED
#define S AM_OUTBOX_SENT
#define R AM_OUTBOX_REFUSED
#define K AM_OUTBOX_KEY_TAKEN
    {AM_OUTBOX_OK, true, {S, S, S, S, S, S}},       {AM_OUTBOX_UNSENT, true, {W, D, D, F, D, F}},
    {AM_OUTBOX_DECLINE, true, {R, D, D, R, D, R}},  {AM_OUTBOX_DECLINE, false, {R, D, D, R, D, R}},
    {AM_OUTBOX_BARRED, true, {R, D, D, R, D, R}},   {AM_OUTBOX_BARRED, false, {W, D, D, F, D, F}},
    {AM_OUTBOX_MISMATCH, true, {K, D, D, K, D, K}}, {AM_OUTBOX_NO_DRAFT, true, {R, D, D, D, D, R}},
    {AM_OUTBOX_CONFLICT, true, {D, D, D, D, D, D}}, {AM_OUTBOX_LOST, true, {D, D, D, D, D, D}},
#undef W
#undef D
#undef F
#undef S
#undef R
#undef K
};

static int flag_of(am_outbox_event event)
{
    return event == AM_OUTBOX_DECLINE || event == AM_OUTBOX_MISMATCH ? AM_OUTBOX_DECLINED
           : event == AM_OUTBOX_CONFLICT                             ? AM_OUTBOX_CONFLICTED
           : event == AM_OUTBOX_NO_DRAFT                             ? AM_OUTBOX_GONE
                                                                     : 0;
}

static am_outbox_row sending_row(int situation, am_outbox_policy *policy, am_outbox_step *job)
{
    bool is_draft = situation >= OWN_DRAFT;
    bool doubt = situation == IN_DOUBT || situation == OWN_DRAFT_IN_DOUBT;
    *policy = is_draft ? drafts() : keyed;
    am_outbox_row row = put_row();
    row.draft_id = is_draft ? "d" : NULL;
    row.state = is_draft ? AM_OUTBOX_DRAFTED : AM_OUTBOX_WAITING;
    row.flags = is_draft && situation != GIVEN_DRAFT ? AM_OUTBOX_CREATED : 0;
    *job = claim(&row, policy, 0);
    row.flags |= doubt ? AM_OUTBOX_DOUBT : 0;
    return row;
}

static void each_event_of_a_send(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sends); i++) {
        for (int situation = 0; situation < SITUATIONS; situation++) {
            am_outbox_policy policy;
            am_outbox_step job;
            am_outbox_row row = sending_row(situation, &policy, &job);
            am_outbox_seen seen = saw(sends[i].event);
            seen.told = sends[i].told;
            seen.doubt = situation == DOUBT_IN_CALL;
            seen.code = "word";
            seen.status = 418;
            int flags = row.flags;
            assert_int_equal(settle_as(&row, &policy, &job, seen, 2000), AM_OUTBOX_COMPARED);
            assert_int_equal(row.state, sends[i].state[situation]);
            assert_true(row.owner == 0 && row.lease_ms == -1 && row.status == 418);
            assert_string_equal(row.code, "word");
            if (row.state == AM_OUTBOX_DOUBTFUL) {
                assert_int_equal(row.flags, flags | AM_OUTBOX_DOUBT | flag_of(seen.event));
                assert_true(row.last_wire.wall == START + 2000 && row.first_wire.wall == START);
            } else if (am_row_is_open(&row)) {
                assert_true(row.first_wire.wall == -1 && row.last_wire.wall == -1);
                assert_true(row.due_ms == START + 3000);
            } else {
                assert_true(row.settled_ms == START + 2000);
            }
        }
    }
}

static void a_success_brings_ids(void **state)
{
    (void)state;
    am_outbox_row row = put_row();
    am_outbox_step job = claim(&row, &keyed, 0);
    am_outbox_seen seen = {.event = AM_OUTBOX_OK, .message_id = "m", .thread_id = "t"};
    settle_as(&row, &keyed, &job, seen, 10);
    assert_string_equal(row.message_id, "m");
    assert_string_equal(row.thread_id, "t");
    assert_null(row.code);
}

static void only_a_whole_success_counts_after_the_row_changed_hands(void **state)
{
    (void)state;
    for (int event = 0; event < AM_OUTBOX_EVENTS; event++) {
        am_outbox_row row = put_row();
        am_outbox_step job = claim(&row, &keyed, 0);
        row.version++;
        am_outbox_row before = row;
        am_outbox_write write = settle_as(&row, &keyed, &job, saw((am_outbox_event)event), 10);
        assert_int_equal(write, event == AM_OUTBOX_OK ? AM_OUTBOX_ALWAYS : AM_OUTBOX_LATE);
        assert_int_equal(row.state, event == AM_OUTBOX_OK ? AM_OUTBOX_SENT : before.state);
    }
    /* A draft of a creation that came late is not recorded, so never sent. */
    am_outbox_policy era = drafts();
    am_outbox_row row = put_row();
    am_outbox_step job = claim(&row, &era, 0);
    row.version++;
    assert_int_equal(settle_as(&row, &era, &job, saw(AM_OUTBOX_OK), 10), AM_OUTBOX_LATE);
    era = drafts();
    row = put_row();
    row.state = AM_OUTBOX_DRAFTED;
    row.draft_id = "d";
    job = claim(&row, &era, 0);
    row.version++;
    assert_int_equal(settle_as(&row, &era, &job, saw(AM_OUTBOX_OK), 10), AM_OUTBOX_ALWAYS);
}

/* ---- a creation ------------------------------------------------------------------------------ */

static void each_event_of_a_creation(void **state)
{
    (void)state;
    for (int told = 0; told < 2; told++) {
        for (int event = 0; event < AM_OUTBOX_EVENTS; event++) {
            am_outbox_policy era = drafts();
            am_outbox_row row = put_row();
            am_outbox_step job = claim(&row, &era, 0);
            am_outbox_seen seen = saw((am_outbox_event)event);
            seen.told = told;
            settle_as(&row, &era, &job, seen, 10);
            bool refused = event == AM_OUTBOX_DECLINE || (event == AM_OUTBOX_BARRED && told);
            assert_int_equal(row.state, event == AM_OUTBOX_OK         ? AM_OUTBOX_DRAFTED
                                        : event == AM_OUTBOX_MISMATCH ? AM_OUTBOX_KEY_TAKEN
                                        : refused                     ? AM_OUTBOX_REFUSED
                                                                      : AM_OUTBOX_WAITING);
            assert_int_equal(row.flags, event == AM_OUTBOX_OK ? AM_OUTBOX_CREATED : 0);
            if (am_row_is_open(&row))
                assert_true(row.due_ms == START + 10 + (event == AM_OUTBOX_OK ? 0 : 1000));
        }
    }
}

/* ---- when it is due again -------------------------------------------------------------------- */

static void the_service_may_ask_to_wait(void **state)
{
    (void)state;
    static const int64_t asked[] = {90000, 48 * HOUR}, due[] = {90000, 24 * HOUR};
    for (size_t i = 0; i < COUNT(asked); i++) {
        am_outbox_row row = put_row();
        am_outbox_step job = claim(&row, &keyed, 0);
        am_outbox_seen seen = {.event = AM_OUTBOX_UNSENT, .not_before_ms = asked[i]};
        settle_as(&row, &keyed, &job, seen, 0);
        assert_true(row.due_ms == START + due[i] && row.flags == AM_OUTBOX_ASKED);
    }
}

static void back_off_doubles_up_to_an_hour(void **state)
{
    (void)state;
    static const struct {
        int tries;
        int64_t delay, doubtful;
    } cases[] = {{1, 1000, 0},         {2, 2000, 1000},      {3, 4000, 2000},
                 {12, 2048000, 30000}, {13, 3600000, 30000}, {40, 3600000, 30000}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (int doubt = 0; doubt < 2; doubt++) {
            am_outbox_row row = put_row();
            am_outbox_step job = claim(&row, &keyed, 0);
            row.tries = cases[i].tries;
            settle(&row, &keyed, &job, doubt ? AM_OUTBOX_LOST : AM_OUTBOX_UNSENT, 0);
            assert_true(row.due_ms == START + (doubt ? cases[i].doubtful : cases[i].delay));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_event_of_a_send),
        cmocka_unit_test(a_success_brings_ids),
        cmocka_unit_test(only_a_whole_success_counts_after_the_row_changed_hands),
        cmocka_unit_test(each_event_of_a_creation),
        cmocka_unit_test(the_service_may_ask_to_wait),
        cmocka_unit_test(back_off_doubles_up_to_an_hour),
    };
    return cmocka_run_group_tests_name("outbox: settle", tests, NULL, NULL);
}
