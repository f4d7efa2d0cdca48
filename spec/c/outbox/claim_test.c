/* SPDX-License-Identifier: MIT */
/* Claims: each rule with its limits, and the guard that goes with it. */
#include "rows.h"

static void a_first_attempt_is_recorded_before_it_goes_out(void **state)
{
    (void)state;
    am_outbox_row row = put_row();
    am_outbox_step job = claim(&row, &keyed, 5);
    assert_int_equal(job.action, AM_OUTBOX_SEND);
    assert_true(job.write && job.version == 2);
    assert_int_equal(row.state, AM_OUTBOX_SENDING);
    assert_true(row.first_wire.wall == START + 5 && row.first_wire.boot == UP + 5);
    assert_true(row.last_wire.wall == START + 5);
    assert_int_equal(row.tries, 1);
    assert_int_equal(row.owner, ME);
    assert_true(row.lease_ms == UP + 5 + 2 * MIN + 30000);
    assert_true(job.not_after_ms == row.lease_ms && job.blind_ms == T0);
}

static void a_lease_is_never_longer_than_a_decision_may_live(void **state)
{
    (void)state;
    am_outbox_row row = put_row();
    am_outbox_worker patient = worker();
    patient.time_ms = 24 * HOUR;
    am_outbox_step job = claim_by(&row, &keyed, &patient, 0);
    assert_true(row.lease_ms == UP + HOUR / 4 && job.not_after_ms == row.lease_ms);
}

static void a_closed_row_is_done(void **state)
{
    (void)state;
    for (int closed = AM_OUTBOX_SENT; closed < AM_OUTBOX_STATES; closed++) {
        am_outbox_row row = put_row();
        row.state = closed;
        am_outbox_step job = claim(&row, &keyed, 0);
        assert_int_equal(job.action, AM_OUTBOX_DONE);
        assert_false(job.write);
    }
}

static void a_living_owner_is_waited_for(void **state)
{
    (void)state;
    am_outbox_row row = put_row();
    am_outbox_worker other = {.owner = OTHER, .epoch = 1, .time_ms = MIN};
    claim_by(&row, &keyed, &other, 0);
    am_outbox_step job = claim(&row, &keyed, 10000);
    assert_int_equal(job.action, AM_OUTBOX_BUSY);
    assert_true(job.wait_ms == MIN + 30000 - 10000 && !job.write);
    assert_int_equal(row.owner, OTHER);
    /* The same process with another call is as good as another. */
    am_outbox_worker again = {.owner = OTHER, .epoch = 1, .owner_lives = true};
    assert_int_equal(claim_by(&row, &keyed, &again, 10000).action, AM_OUTBOX_BUSY);
    again.holding = row.version; /* it has not settled yet */
    assert_int_equal(claim_by(&row, &keyed, &again, 10000).action, AM_OUTBOX_BUSY);
}

static void a_dead_owner_is_not_and_its_send_is_in_doubt_until_now(void **state)
{
    (void)state;
    am_outbox_row row = put_row();
    am_outbox_worker other = {.owner = OTHER, .epoch = 1, .time_ms = MIN}, me = worker();
    claim_by(&row, &keyed, &other, 0);
    me.owner_lives = false;
    am_outbox_step job = claim_by(&row, &keyed, &me, 40000);
    assert_int_equal(job.action, AM_OUTBOX_LOOK); /* past T0 */
    assert_int_equal(job.weight, AM_OUTBOX_EARLY);
    assert_int_equal(row.state, AM_OUTBOX_DOUBTFUL);
    assert_true(row.flags == AM_OUTBOX_DOUBT && row.last_wire.wall == START + 40000);
    assert_int_equal(row.owner, ME);
}

static void a_frozen_owner_could_send_until_its_lease_ended(void **state)
{
    (void)state;
    am_outbox_row row = put_row();
    am_outbox_worker other = {.owner = OTHER, .epoch = 1, .time_ms = MIN};
    claim_by(&row, &keyed, &other, 0);
    assert_int_equal(claim(&row, &keyed, MIN + 29999).action, AM_OUTBOX_BUSY);
    am_outbox_step job = claim(&row, &keyed, MIN + 30000 + H);
    assert_int_equal(job.action, AM_OUTBOX_LOOK);
    assert_int_equal(job.weight, AM_OUTBOX_FIRST);
    assert_true(row.last_wire.wall == START + MIN + 30000);
    assert_true(row.last_wire.boot == UP + MIN + 30000);
}

static void a_hold_that_sends_nothing_leaves_no_doubt(void **state)
{
    (void)state;
    am_outbox_row row = put_row();
    row.owner = OTHER;
    row.epoch = 1;
    row.lease_ms = UP + MIN;
    am_outbox_worker me = worker();
    me.owner_lives = false;
    assert_int_equal(claim_by(&row, &keyed, &me, 0).action, AM_OUTBOX_SEND);
    assert_int_equal(row.flags, 0);
}

static void an_old_or_unknown_cause_is_looked_for_first(void **state)
{
    (void)state;
    static const struct {
        int64_t caused;
        am_outbox_action action;
    } cases[] = {{-23 * HOUR + 1, AM_OUTBOX_SEND},
                 {-23 * HOUR, AM_OUTBOX_LOOK},
                 {INT64_MIN, AM_OUTBOX_LOOK}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        am_outbox_row row = put_row();
        row.caused = cases[i].caused == INT64_MIN ? NEVER : stamp(cases[i].caused);
        am_outbox_step job = claim(&row, &keyed, 0);
        assert_int_equal(job.action, cases[i].action);
        if (job.action == AM_OUTBOX_LOOK) {
            assert_int_equal(job.weight, AM_OUTBOX_BEFORE);
            assert_int_equal(row.state, AM_OUTBOX_WAITING);
            assert_int_equal(row.tries, 0);
        }
    }
}

static void a_first_look_counts_for_its_holder_only(void **state)
{
    (void)state;
    for (int case_ = 0; case_ < 4; case_++) {
        am_outbox_row row = put_row();
        row.caused = NEVER;
        am_outbox_step job = claim(&row, &keyed, 0);
        settle(&row, &keyed, &job, AM_OUTBOX_EMPTY, 1000);
        assert_int_equal(row.flags, AM_OUTBOX_LOOKED);
        am_outbox_worker me = worker();
        me.holding = row.version;
        if (case_ == 1)
            me.holding--; /* another call of this process */
        if (case_ == 2)
            me.epoch++; /* another process in its place, and it is dead */
        me.owner_lives = case_ != 2;
        job = claim_by(&row, &keyed, &me, case_ == 3 ? 3 * MIN : 2000);
        static const am_outbox_action expected[] = {AM_OUTBOX_SEND, AM_OUTBOX_BUSY, AM_OUTBOX_LOOK,
                                                    AM_OUTBOX_LOOK};
        assert_int_equal(job.action, expected[case_]);
    }
}

static void doubt_is_repeated_blindly_within_t0_of_the_first_byte(void **state)
{
    (void)state;
    am_outbox_row row = doubtful_row();
    am_outbox_step job = claim(&row, &keyed, T0 - 1);
    assert_int_equal(job.action, AM_OUTBOX_SEND);
    assert_true(job.blind_ms == 1 && job.not_after_ms == UP + T0);
    assert_true(row.first_wire.wall == START && row.tries == 2);
    row = doubtful_row();
    assert_int_equal(claim(&row, &keyed, T0).action, AM_OUTBOX_LOOK);
}

static void conflict_and_refusal_end_blindness(void **state)
{
    (void)state;
    static const int flags[] = {AM_OUTBOX_CONFLICTED, AM_OUTBOX_DECLINED, AM_OUTBOX_SEEN,
                                AM_OUTBOX_GONE};
    for (size_t i = 0; i < COUNT(flags); i++) {
        am_outbox_row row = doubtful_row();
        row.flags |= flags[i];
        assert_int_equal(claim(&row, &keyed, 1000).action, AM_OUTBOX_LOOK);
    }
}

static void another_boot_ends_blindness_and_begins_the_waits_anew(void **state)
{
    (void)state;
    am_outbox_row row = doubtful_row();
    row.empty_look = stamp(0);
    am_outbox_worker me = worker();
    am_outbox_now now = after(3000);
    now.boot_id = 8;
    now.boot_ms = now.real_ms = 20000;
    am_outbox_step job = am_row_claim(&row, &keyed, &me, &now);
    assert_int_equal(job.action, AM_OUTBOX_LOOK);
    assert_int_equal(job.weight, AM_OUTBOX_EARLY);
    assert_true(row.boot_id == 8 && row.first_wire.boot == -1 && row.first_wire.wall == START);
    assert_true(row.last_wire.wall == START + 3000 && row.last_wire.boot == 20000);
    assert_true(row.empty_look.wall == -1);
}

static void a_lease_ends_with_its_boot(void **state)
{
    (void)state;
    am_outbox_row row = put_row();
    am_outbox_worker other = {.owner = OTHER, .epoch = 1, .time_ms = MIN}, me = worker();
    claim_by(&row, &keyed, &other, 0);
    am_outbox_now now = after(1000);
    now.boot_id = 8;
    now.real_ms = now.boot_ms = 5;
    am_outbox_step job = am_row_claim(&row, &keyed, &me, &now);
    assert_int_equal(job.action, AM_OUTBOX_LOOK);
    assert_true(row.last_wire.boot == 5); /* nothing is known of its lease */
}

static void looks_count_after_h_and_g(void **state)
{
    (void)state;
    static const struct {
        int64_t at, empty;
        am_outbox_weight weight;
    } cases[] = {{H - 1, -1, AM_OUTBOX_EARLY},
                 {H, -1, AM_OUTBOX_FIRST},
                 {H + G - 1, H, AM_OUTBOX_EARLY},
                 {H + G, H, AM_OUTBOX_SECOND}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        am_outbox_row row = doubtful_row();
        row.empty_look = cases[i].empty < 0 ? NEVER : stamp(cases[i].empty);
        am_outbox_step job = claim(&row, &keyed, cases[i].at);
        assert_int_equal(job.action, AM_OUTBOX_LOOK);
        assert_int_equal(job.weight, cases[i].weight);
    }
}

static void h_and_g_take_the_smaller_clock(void **state)
{
    (void)state;
    for (int clock = 0; clock < 2; clock++) {
        am_outbox_row row = doubtful_row();
        am_outbox_worker me = worker();
        am_outbox_now now = after(H);
        *(clock ? &now.wall_ms : &now.boot_ms) -= 1000;
        assert_int_equal(am_row_claim(&row, &keyed, &me, &now).weight, AM_OUTBOX_EARLY);
        row = doubtful_row();
        now.wall_ms = 5; /* unusable: the other alone */
        now.boot_ms = UP + H;
        assert_int_equal(am_row_claim(&row, &keyed, &me, &now).weight, AM_OUTBOX_FIRST);
        row = doubtful_row();
        now.boot_ms = UP - 5; /* no clock that anyone has */
        assert_int_equal(am_row_claim(&row, &keyed, &me, &now).weight, AM_OUTBOX_EARLY);
    }
}

static void a_row_waits_until_it_is_due(void **state)
{
    (void)state;
    am_outbox_row row = put_row();
    row.due_ms = START + 5000;
    am_outbox_step job = claim(&row, &keyed, 1000);
    assert_int_equal(job.action, AM_OUTBOX_WAIT);
    assert_true(job.wait_ms == 4000 && !job.write);
    assert_int_equal(claim(&row, &keyed, 5000).action, AM_OUTBOX_SEND);
    /* Later than any settle asks for: the clock was set back. */
    row = put_row();
    row.due_ms = START + HOUR + 1;
    assert_int_equal(claim(&row, &keyed, 0).action, AM_OUTBOX_SEND);
    row = put_row();
    row.due_ms = START + HOUR + 1;
    row.flags = AM_OUTBOX_ASKED;
    assert_int_equal(claim(&row, &keyed, 0).action, AM_OUTBOX_WAIT);
    row.due_ms = START + 24 * HOUR + 1;
    assert_int_equal(claim(&row, &keyed, 0).action, AM_OUTBOX_SEND);
    assert_int_equal(row.flags, 0);
}

static void a_row_of_a_dead_owner_is_let_go_even_if_it_waits(void **state)
{
    (void)state;
    am_outbox_row row = doubtful_row();
    row.due_ms = START + 30000;
    row.owner = OTHER;
    row.lease_ms = UP + MIN;
    am_outbox_worker me = worker();
    me.owner_lives = false;
    am_outbox_step job = claim_by(&row, &keyed, &me, 20000);
    assert_int_equal(job.action, AM_OUTBOX_WAIT);
    assert_true(job.write && row.owner == 0);
}

/* An outbox without labels, or a row without one. */
static void assert_key_alone(am_outbox_policy bare, int32_t flags)
{
    am_outbox_row row = put_row();
    row.flags = flags;
    row.caused = NEVER;
    am_outbox_step job = claim(&row, &bare, 0);
    assert_int_equal(job.action, AM_OUTBOX_SEND);
    assert_true(job.blind_ms == 23 * HOUR);
    row = doubtful_row();
    row.flags |= flags;
    assert_int_equal(claim(&row, &bare, 22 * HOUR).action, AM_OUTBOX_SEND);
    row = doubtful_row();
    row.flags |= flags;
    row.flags |= AM_OUTBOX_CONFLICTED;
    assert_int_equal(claim(&row, &bare, 22 * HOUR).action, AM_OUTBOX_SEND);
    for (int declined = 0; declined < 2; declined++) {
        row = doubtful_row();
        row.flags |= flags;
        row.code = "validation_error";
        row.flags |= declined ? AM_OUTBOX_DECLINED : 0;
        job = claim(&row, &bare, declined ? 1000 : 23 * HOUR);
        assert_int_equal(job.action, AM_OUTBOX_DONE);
        assert_true(job.write);
        assert_int_equal(row.state, AM_OUTBOX_UNKNOWN);
        assert_string_equal(row.code, declined ? "validation_error" : "expired");
    }
    bare.resend = true;
    row = doubtful_row();
    row.flags |= flags;
    assert_int_equal(claim(&row, &bare, 23 * HOUR).action, AM_OUTBOX_SEND);
}

static void without_a_label_the_key_alone_is_trusted(void **state)
{
    (void)state;
    am_outbox_policy bare = keyed;
    bare.labelled = false;
    assert_key_alone(bare, 0);
    assert_key_alone(bare, AM_OUTBOX_BARE);
    assert_key_alone(keyed, AM_OUTBOX_BARE);
}

static void a_mail_becomes_a_draft_first(void **state)
{
    (void)state;
    am_outbox_policy era = drafts();
    am_outbox_row row = put_row();
    am_outbox_step job = claim(&row, &era, 0);
    assert_int_equal(job.action, AM_OUTBOX_CREATE);
    assert_int_equal(row.state, AM_OUTBOX_WAITING);
    assert_true(row.first_wire.wall == -1);
    settle_as(&row, &era, &job, (am_outbox_seen){.event = AM_OUTBOX_OK, .draft_id = "d"}, 10);
    assert_int_equal(row.state, AM_OUTBOX_DRAFTED);
    assert_int_equal(row.flags, AM_OUTBOX_CREATED);
    assert_string_equal(row.draft_id, "d");
    job = claim(&row, &era, 20);
    assert_int_equal(job.action, AM_OUTBOX_SEND_DRAFT);
    assert_true(job.blind_ms == 0);
    assert_int_equal(row.state, AM_OUTBOX_SENDING);
}

static void a_draft_in_doubt_is_read_after_h_and_looked_for_once_it_is_gone(void **state)
{
    (void)state;
    am_outbox_policy era = drafts();
    am_outbox_row row = doubtful_row();
    row.draft_id = "d";
    am_outbox_step job = claim(&row, &era, 1000);
    assert_int_equal(job.action, AM_OUTBOX_WAIT);
    assert_true(job.wait_ms == H - 1000);
    job = claim(&row, &era, H);
    assert_int_equal(job.action, AM_OUTBOX_GET_DRAFT);
    settle(&row, &era, &job, AM_OUTBOX_NO_DRAFT, H + 10);
    job = claim(&row, &era, H + 10);
    assert_int_equal(job.action, AM_OUTBOX_LOOK);
    assert_int_equal(job.weight, AM_OUTBOX_FIRST);
    era.labelled = false;
    row = doubtful_row();
    row.draft_id = "d";
    row.flags |= AM_OUTBOX_GONE;
    assert_int_equal(claim(&row, &era, H).action, AM_OUTBOX_DONE);
    assert_int_equal(row.state, AM_OUTBOX_UNKNOWN);
}

static void a_mail_found_before_its_draft_was_made_is_looked_for(void **state)
{
    (void)state;
    am_outbox_policy era = drafts();
    am_outbox_row row = doubtful_row(); /* found without `sent` by a first look */
    row.flags |= AM_OUTBOX_SEEN;
    assert_int_equal(claim(&row, &era, H).action, AM_OUTBOX_LOOK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_attempt_is_recorded_before_it_goes_out),
        cmocka_unit_test(a_lease_is_never_longer_than_a_decision_may_live),
        cmocka_unit_test(a_closed_row_is_done),
        cmocka_unit_test(a_living_owner_is_waited_for),
        cmocka_unit_test(a_dead_owner_is_not_and_its_send_is_in_doubt_until_now),
        cmocka_unit_test(a_frozen_owner_could_send_until_its_lease_ended),
        cmocka_unit_test(a_hold_that_sends_nothing_leaves_no_doubt),
        cmocka_unit_test(an_old_or_unknown_cause_is_looked_for_first),
        cmocka_unit_test(a_first_look_counts_for_its_holder_only),
        cmocka_unit_test(doubt_is_repeated_blindly_within_t0_of_the_first_byte),
        cmocka_unit_test(conflict_and_refusal_end_blindness),
        cmocka_unit_test(another_boot_ends_blindness_and_begins_the_waits_anew),
        cmocka_unit_test(a_lease_ends_with_its_boot),
        cmocka_unit_test(looks_count_after_h_and_g),
        cmocka_unit_test(h_and_g_take_the_smaller_clock),
        cmocka_unit_test(a_row_waits_until_it_is_due),
        cmocka_unit_test(a_row_of_a_dead_owner_is_let_go_even_if_it_waits),
        cmocka_unit_test(without_a_label_the_key_alone_is_trusted),
        cmocka_unit_test(a_mail_becomes_a_draft_first),
        cmocka_unit_test(a_draft_in_doubt_is_read_after_h_and_looked_for_once_it_is_gone),
        cmocka_unit_test(a_mail_found_before_its_draft_was_made_is_looked_for),
    };
    return cmocka_run_group_tests_name("outbox: claim", tests, NULL, NULL);
}
