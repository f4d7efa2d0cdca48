/* SPDX-License-Identifier: MIT */
/* Puts, ages, and what people do to rows. */
#include "rows.h"

#include "outbox/age.h"

static am_outbox_row fresh_row(unsigned char byte)
{
    am_outbox_row row = {.inbox_id = "i", .key = "k", .operation = "messages.send", .label = "l"};
    row.fingerprint[0] = byte;
    row.caused.wall = START - HOUR;
    return row;
}

static am_put put(am_outbox_row *row, const am_outbox_row *fresh, bool first)
{
    am_outbox_now now = after(0);
    return am_row_put(row, fresh, first, &keyed, &now);
}

static void a_new_row_waits(void **state)
{
    (void)state;
    am_outbox_row row = {0}, fresh = fresh_row(1);
    assert_int_equal(put(&row, &fresh, false), AM_PUT_NEW);
    assert_int_equal(row.state, AM_OUTBOX_WAITING);
    assert_string_equal(row.key, "k");
    assert_true(row.due_ms == START && row.created_ms == START && row.settled_ms == -1);
    assert_true(row.caused.wall == START - HOUR && row.caused.boot == UP - HOUR);
    assert_true(row.first_wire.wall == -1 && row.boot_id == 7 && row.owner == 0);
}

static void a_row_without_its_label_is_bare(void **state)
{
    (void)state;
    am_outbox_row row = {0}, fresh = fresh_row(1);
    put(&row, &fresh, false);
    assert_int_equal(row.flags, 0);
    row.state = AM_OUTBOX_CANCELLED;
    fresh.label = NULL;
    assert_int_equal(put(&row, &fresh, false), AM_PUT_ANEW);
    assert_int_equal(row.flags, AM_OUTBOX_BARE);
}

static void a_cause_does_not_get_younger_by_setting_the_clock_back(void **state)
{
    (void)state;
    am_outbox_row row = {0}, fresh = fresh_row(1);
    fresh.caused.wall = START - 22 * HOUR;
    put(&row, &fresh, false);
    am_outbox_now now = after(2 * HOUR);
    now.wall_ms = START; /* set back by what has passed */
    am_outbox_worker me = worker();
    assert_int_equal(am_row_claim(&row, &keyed, &me, &now).action, AM_OUTBOX_LOOK);
}

static void an_unknown_cause_stays_unknown(void **state)
{
    (void)state;
    am_outbox_row row = {0}, fresh = fresh_row(1);
    fresh.caused.wall = -1;
    put(&row, &fresh, false);
    assert_true(row.caused.wall == -1 && row.caused.boot == -1);
    fresh.caused.wall = 5;
    row.state = AM_OUTBOX_NONE;
    am_outbox_now now = after(0);
    now.wall_ms = 5; /* 1970 */
    am_row_put(&row, &fresh, false, &keyed, &now);
    assert_true(row.caused.boot == -1);
}

static void a_draft_to_send_is_drafted_in_its_era(void **state)
{
    (void)state;
    am_outbox_policy era = drafts();
    am_outbox_now now = after(0);
    am_outbox_row row = {0}, fresh = fresh_row(1);
    fresh.draft_id = "d";
    assert_int_equal(am_row_put(&row, &fresh, false, &era, &now), AM_PUT_NEW);
    assert_int_equal(row.state, AM_OUTBOX_DRAFTED);
    row = (am_outbox_row){0};
    am_row_put(&row, &fresh, false, &keyed, &now);
    assert_int_equal(row.state, AM_OUTBOX_WAITING);
    row = (am_outbox_row){0};
    fresh.draft_id = NULL;
    am_row_put(&row, &fresh, false, &era, &now);
    assert_int_equal(row.state, AM_OUTBOX_WAITING);
}

/* Same bytes, other bytes, other bytes with `first`. */
static void a_second_call(void **state)
{
    (void)state;
    static const am_put open[] = {AM_PUT_GO_ON, AM_PUT_OTHER, AM_PUT_GO_ON},
                        anew[] = {AM_PUT_ANEW, AM_PUT_ANEW, AM_PUT_ANEW},
                        closed[] = {AM_PUT_CLOSED, AM_PUT_OTHER, AM_PUT_CLOSED};
    for (int was = AM_OUTBOX_WAITING; was < AM_OUTBOX_STATES; was++) {
        for (int call = 0; call < 3; call++) {
            am_outbox_row row = put_row(), fresh = fresh_row(call > 0);
            row.state = was;
            row.flags = AM_OUTBOX_DOUBT;
            row.tries = 3;
            row.version = 9;
            row.due_ms = START + HOUR;
            am_put got = put(&row, &fresh, call == 2);
            bool again = was == AM_OUTBOX_REFUSED || was == AM_OUTBOX_CANCELLED;
            assert_int_equal(got, was < AM_OUTBOX_SENT ? open[call]
                                  : again              ? anew[call]
                                                       : closed[call]);
            if (got == AM_PUT_ANEW) {
                assert_true(row.state == AM_OUTBOX_WAITING && row.flags == 0 && row.tries == 0);
                assert_true(row.id == 1 && row.version == 9);
                assert_memory_equal(row.fingerprint, fresh.fingerprint, AM_FINGERPRINT_SIZE);
            } else {
                assert_int_equal(row.state, was);
            }
            assert_true((row.due_ms == START) == (got == AM_PUT_GO_ON || got == AM_PUT_ANEW));
        }
    }
}

static void a_new_call_waits_as_the_service_asked(void **state)
{
    (void)state;
    am_outbox_row row = put_row(), fresh = fresh_row(0);
    row.flags = AM_OUTBOX_ASKED;
    row.due_ms = START + HOUR;
    assert_int_equal(put(&row, &fresh, false), AM_PUT_GO_ON);
    assert_true(row.due_ms == START + HOUR);
}

static void a_key_is_kept_from_other_inboxes(void **state)
{
    (void)state;
    for (int in = AM_OUTBOX_WAITING; in < AM_OUTBOX_STATES; in++) {
        am_outbox_row row = put_row();
        row.state = in;
        row.settled_ms = START;
        am_outbox_now now = after(24 * HOUR - 1);
        bool never = in == AM_OUTBOX_REFUSED || in == AM_OUTBOX_CANCELLED;
        assert_true(am_row_keeps_key(&row, &keyed, &now) == !never);
        now.wall_ms++;
        assert_true(am_row_keeps_key(&row, &keyed, &now) == (in < AM_OUTBOX_SENT));
        now.wall_ms = 5;
        assert_true(am_row_keeps_key(&row, &keyed, &now) == !never);
    }
}

/* ---- people ---------------------------------------------------------------------------------- */

static bool is_in(int state, const char *list)
{
    for (; *list; list++)
        if (*list - '0' == state)
            return true;
    return false;
}

static void only_what_is_proven_unsent_can_be_cancelled(void **state)
{
    (void)state;
    am_outbox_now now = after(0);
    for (int held = 0; held < 2; held++) {
        for (int in = AM_OUTBOX_WAITING; in < AM_OUTBOX_STATES; in++) {
            am_outbox_row row = put_row();
            am_outbox_worker me = worker();
            row.state = in;
            row.owner = held ? OTHER : 0;
            row.lease_ms = UP + 1;
            bool may = !held && is_in(in, "14");
            assert_true(am_row_cancel(&row, &me, &now) == may);
            assert_int_equal(row.state, may ? AM_OUTBOX_CANCELLED : in);
        }
    }
}

static void what_is_in_doubt_can_be_resolved(void **state)
{
    (void)state;
    am_outbox_now now = after(0);
    for (int held = 0; held < 4; held++) {
        for (int in = AM_OUTBOX_WAITING; in < AM_OUTBOX_STATES; in++) {
            am_outbox_row row = put_row();
            am_outbox_worker me = worker();
            row.state = in;
            row.owner = held ? OTHER : 0;
            row.lease_ms = held == 2 ? UP : UP + 1; /* 2: it is over; 3: its owner is dead */
            me.owner_lives = held != 3;
            bool may = held != 1 && is_in(in, "2389");
            assert_true(am_row_resolve(&row, held == 0, &me, &now) == may);
            assert_int_equal(row.state, !may ? in : held == 0 ? AM_OUTBOX_SENT : AM_OUTBOX_REFUSED);
            if (may)
                assert_true(row.owner == 0 && row.settled_ms == START);
        }
    }
}

static void only_old_finished_rows_are_pruned(void **state)
{
    (void)state;
    for (int in = AM_OUTBOX_WAITING; in < AM_OUTBOX_STATES; in++) {
        am_outbox_row row = put_row();
        row.state = in;
        row.settled_ms = START;
        bool finished = is_in(in, "567");
        am_outbox_now now = after(25 * HOUR - 1);
        assert_false(am_row_is_prunable(&row, HOUR, &keyed, &now));
        now.wall_ms++;
        assert_true(am_row_is_prunable(&row, HOUR, &keyed, &now) == finished);
        assert_false(am_row_is_prunable(&row, 26 * HOUR, &keyed, &now));
        now.wall_ms += HOUR;
        assert_true(am_row_is_prunable(&row, 26 * HOUR, &keyed, &now) == finished);
        now.newest_ms = now.wall_ms + HOUR;
        assert_false(am_row_is_prunable(&row, HOUR, &keyed, &now));
    }
}

static void each_state_has_an_outcome(void **state)
{
    (void)state;
    for (int in = AM_OUTBOX_NONE; in < AM_OUTBOX_STATES; in++) {
        am_outbox_row row = {.state = in};
        am_outcome expected = in == AM_OUTBOX_SENT ? AM_APPLIED
                              : is_in(in, "239")   ? AM_UNKNOWN
                                                   : AM_NOT_APPLIED;
        assert_int_equal(am_row_outcome(&row), expected);
        assert_true(am_row_is_open(&row) == is_in(in, "1234"));
    }
}

/* ---- clocks ---------------------------------------------------------------------------------- */

static void a_clock_that_was_never_set_or_set_back_is_unusable(void **state)
{
    (void)state;
    am_outbox_now now = after(0);
    assert_true(am_wall_is_usable(&keyed, &now));
    now.newest_ms = now.wall_ms + MIN; /* small steps are usual */
    assert_true(am_wall_is_usable(&keyed, &now));
    now.newest_ms++;
    assert_false(am_wall_is_usable(&keyed, &now));
    now.newest_ms = -1;
    now.wall_ms = BUILT;
    assert_true(am_wall_is_usable(&keyed, &now));
    now.wall_ms--;
    assert_false(am_wall_is_usable(&keyed, &now));
}

static void age_is_the_larger_clock_and_over_without_one(void **state)
{
    (void)state;
    am_outbox_now now = after(1000);
    assert_true(am_age_most(stamp(0), &keyed, &now) == 1000);
    now.boot_ms += 500;
    assert_true(am_age_most(stamp(0), &keyed, &now) == 1500);
    now.wall_ms += 900;
    assert_true(am_age_most(stamp(0), &keyed, &now) == 1900);
    assert_true(am_age_most((am_outbox_stamp){START, -1}, &keyed, &now) == 1900);
    assert_true(am_age_most(NEVER, &keyed, &now) == INT64_MAX);
    now.wall_ms = 5;
    assert_true(am_age_most(stamp(0), &keyed, &now) == INT64_MAX);
}

static void a_new_boot_is_entered_once(void **state)
{
    (void)state;
    am_outbox_now now = after(0);
    am_outbox_row row = put_row();
    now.boot_id = 8;
    assert_true(am_row_enter_boot(&row, &now));
    assert_true(row.last_wire.wall == -1 && row.caused.boot == -1 && row.boot_id == 8);
    assert_false(am_row_enter_boot(&row, &now));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_row_waits),
        cmocka_unit_test(a_row_without_its_label_is_bare),
        cmocka_unit_test(a_cause_does_not_get_younger_by_setting_the_clock_back),
        cmocka_unit_test(an_unknown_cause_stays_unknown),
        cmocka_unit_test(a_draft_to_send_is_drafted_in_its_era),
        cmocka_unit_test(a_second_call),
        cmocka_unit_test(a_new_call_waits_as_the_service_asked),
        cmocka_unit_test(a_key_is_kept_from_other_inboxes),
        cmocka_unit_test(only_what_is_proven_unsent_can_be_cancelled),
        cmocka_unit_test(what_is_in_doubt_can_be_resolved),
        cmocka_unit_test(only_old_finished_rows_are_pruned),
        cmocka_unit_test(each_state_has_an_outcome),
        cmocka_unit_test(a_clock_that_was_never_set_or_set_back_is_unusable),
        cmocka_unit_test(age_is_the_larger_clock_and_over_without_one),
        cmocka_unit_test(a_new_boot_is_entered_once),
    };
    return cmocka_run_group_tests_name("outbox: put", tests, NULL, NULL);
}
