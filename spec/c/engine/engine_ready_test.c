/* SPDX-License-Identifier: MIT */
/* Calls that want their owner: in which order, by what, and that no wake-up is swallowed. */
#define _GNU_SOURCE
#include "unit.h"

#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "fault_client.h"

static bool is_readable(am_engine *engine)
{
    struct pollfd watched = {.fd = am_engine_pollfd(engine), .events = POLLIN};
    return poll(&watched, 1, 0) == 1;
}

/* Whether it is still readable once libcurl's own work is done: the connection of an answer may
 * wake it once more, as it is watched until it has told something that nobody wants. */
static bool stays_readable(am_engine *engine)
{
    for (int i = 0; is_readable(engine) && i < 3; i++)
        am_engine_block(engine, 0); /* not for the owner */
    return is_readable(engine);
}

static am_call *begin(fault_rig *rig, am_request request)
{
    char error[AM_ERROR_SIZE];
    am_code code;
    if (!request.method)
        request.method = "GET";
    request.target = "/v0/x";
    am_call *call = am_call_submit(rig->client, &request, &code, error);
    assert_non_null(call);
    return call;
}

/* ---- the descriptor -------------------------------------------------------------------------- */

static void a_call_that_wants_its_owner_makes_the_descriptor_readable(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    assert_false(stays_readable(rig.engine));
    am_call *call = fault_begin(&rig, AM_SAFE);
    fault_until(&rig, call, AM_STATE_JUDGING);
    assert_true(is_readable(rig.engine));
    assert_int_equal(am_engine_timeout(rig.engine), 0);
    assert_ptr_equal(am_engine_next(rig.engine), call);
    assert_false(stays_readable(rig.engine));
    fault_judge(call);
    assert_int_equal(am_call_state(call), AM_STATE_DONE);
    assert_true(is_readable(rig.engine));
    am_engine_step(rig.engine); /* a host that looks at states instead must not spin */
    assert_false(stays_readable(rig.engine));
    assert_ptr_equal(am_engine_look(rig.engine, NULL), call);
    am_call_free(call);
    assert_null(am_engine_next(rig.engine));
    fault_rig_free(&rig);
}

/* A call blocks and ends in a timeout; meanwhile, that of another comes to be judging. */
static void no_wake_up_is_swallowed_while_another_call_blocks(void **state)
{
    for (int watched = 0; watched < 2; watched++) {
        fault_rig rig = fault_rig_new(*state);
        fault_step steps[] = {{.end = FAULT_STALL}};
        rig.limits.deadline_ms = 200 * fault_slowness();
        am_client_options options = fault_options(&rig);
        fault_rig_client(&rig, &options);
        if (watched)
            assert_false(stays_readable(rig.engine));
        fault_server_script(rig.server, steps, 1);
        am_call *mine = fault_begin(&rig, AM_KEYED);
        fault_until_arrived(&rig, fault_server_totals(rig.server).requests + 1);
        am_call *others = fault_begin(&rig, AM_SAFE);
        while (am_call_state(mine) != AM_STATE_DONE)
            assert_true(am_engine_block(rig.engine, -1));
        assert_int_equal(am_call_result(mine).code, AM_TIMEOUT);
        am_call_free(mine);
        assert_int_equal(am_call_state(others), AM_STATE_JUDGING);
        assert_int_equal(am_engine_timeout(rig.engine), 0);
        assert_true(is_readable(rig.engine));
        assert_ptr_equal(am_engine_next(rig.engine), others);
        fault_rig_free(&rig);
    }
}

/* Else a blocked call would spin for as long as another's is not looked at. */
static void a_block_is_ended_neither_by_what_is_ready_nor_by_the_alarm(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    am_call *call = fault_begin(&rig, AM_SAFE);
    fault_until(&rig, call, AM_STATE_JUDGING);
    am_engine_alarm(rig.engine, 0);
    assert_true(is_readable(rig.engine));
    int64_t start = am_monotonic_ms();
    for (int i = 0; i < 8 && am_monotonic_ms() - start < 200; i++)
        assert_true(am_engine_block(rig.engine, 200)); /* the idle connection may end one */
    assert_in_range(am_monotonic_ms() - start, 200, 60000);
    assert_true(is_readable(rig.engine));
    am_call_free(call);
    am_engine_step(rig.engine);
    assert_true(is_readable(rig.engine)); /* for the alarm */
    am_engine_alarm(rig.engine, -1);
    assert_false(stays_readable(rig.engine));
    fault_rig_free(&rig);
}

/* ---- who is next ----------------------------------------------------------------------------- */

static void calls_are_returned_in_the_order_in_which_they_came_to_want_it(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    am_call *calls[5];
    for (size_t i = 0; i < COUNT(calls); i++)
        calls[i] = fault_begin(&rig, AM_KEYED);
    assert_int_equal(am_engine_unfinished(rig.engine), COUNT(calls));
    assert_null(am_engine_look(rig.engine, NULL));
    static const size_t order[] = {3, 0, 4, 1};
    for (size_t i = 0; i < COUNT(order); i++)
        am_call_cancel(calls[order[i]]);
    am_call *call = NULL;
    assert_int_equal(am_engine_unfinished(rig.engine), 1);
    for (size_t i = 0; i < COUNT(order); i++) {
        call = am_engine_look(rig.engine, call);
        assert_ptr_equal(call, calls[order[i]]);
    }
    assert_null(am_engine_look(rig.engine, call));
    assert_true(am_call_take(calls[0]));
    assert_false(am_call_take(calls[0])); /* told once */
    assert_false(am_call_take(calls[2]));
    assert_ptr_equal(am_engine_next(rig.engine), calls[3]);
    assert_ptr_equal(am_engine_look(rig.engine, calls[3]), calls[4]); /* it is not in the list */
    assert_ptr_equal(am_engine_next(rig.engine), calls[4]);
    assert_ptr_equal(am_engine_next(rig.engine), calls[1]);
    assert_null(am_engine_next(rig.engine));
    fault_rig_free(&rig);
}

/* ---- events and progress --------------------------------------------------------------------- */

static void an_event_makes_a_call_want_its_owner(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    fault_step steps[] = {{.status = 500}, {.status = 200}};
    fault_server_script(rig.server, steps, 2);
    assert_false(stays_readable(rig.engine));
    am_call *call = begin(&rig, (am_request){.events = true});
    assert_true(is_readable(rig.engine)); /* its first attempt has begun */
    bool told_at[AM_STATE_DONE + 1] = {false};
    am_event event;
    int events = 0;
    while (am_call_state(call) != AM_STATE_DONE) {
        am_engine_wait(rig.engine, -1);
        for (am_call *next; (next = am_engine_next(rig.engine)) != NULL;) {
            assert_ptr_equal(next, call);
            told_at[am_call_state(call)] = true;
            while (am_call_next_event(call, &event))
                events++;
            if (am_call_state(call) == AM_STATE_JUDGING)
                fault_judge(call);
        }
    }
    assert_int_equal(events, 6);
    assert_true(told_at[AM_STATE_SENDING]);
    assert_true(told_at[AM_STATE_BACKING_OFF]);
    assert_true(told_at[AM_STATE_DONE]);
    fault_rig_free(&rig);
}

/* Of every request: one that was cancelled may arrive late. */
static fault_step choose(void *step, unsigned op, int nth)
{
    (void)op, (void)nth;
    return *(fault_step *)step;
}

/* Runs a call until it has moved bytes and, if it wants to know, was told of them; the server then
 * stalls. */
static int told_while_sending(fault_rig *rig, am_request request, fault_step *step)
{
    fault_server_choose(rig->server, choose, step);
    am_call *call = begin(rig, request);
    int told = 0;
    int64_t moved = 0;
    while (moved == 0 || (request.progress && told == 0)) {
        am_engine_wait(rig->engine, 10);
        for (am_call *next; (next = am_engine_next(rig->engine)) != NULL; told++)
            assert_int_equal(am_call_state(next), AM_STATE_SENDING);
        am_progress progress = am_call_progress(call);
        assert_true(progress.sent + progress.received >= moved);
        moved = progress.sent + progress.received;
    }
    am_call_free(call);
    return told;
}

static void moved_bytes_make_a_call_want_its_owner_if_it_says_so(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    char *large = calloc(1, (size_t)FAULT_LARGE);
    assert_non_null(large);
    am_piece piece = {.data = large, .size = (size_t)FAULT_LARGE};
    am_request sends = {.method = "POST", .body = large, .body_size = piece.size},
               streams = {.method = "POST", .pieces = &piece, .piece_count = 1}, reads = {0};
    fault_step unread = {.when = FAULT_AFTER_HEAD, .end = FAULT_STALL};
    fault_step half = {.raw = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
                       .flood = 50000,
                       .end = FAULT_STALL};
    sends.protection = streams.protection = AM_IDEMPOTENT;
    for (int follows = 0; follows < 2; follows++) {
        sends.progress = streams.progress = reads.progress = follows;
        assert_int_equal(told_while_sending(&rig, sends, &unread) > 0, follows);
        assert_int_equal(told_while_sending(&rig, streams, &unread) > 0, follows);
        assert_int_equal(told_while_sending(&rig, reads, &half) > 0, follows);
    }
    free(large);
    fault_rig_free(&rig);
}

/* ---- the alarm ------------------------------------------------------------------------------- */

static void the_alarm_is_in_the_descriptor_and_in_the_timeout(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    struct pollfd watched = {.fd = am_engine_pollfd(rig.engine), .events = POLLIN};
    assert_int_equal(am_engine_timeout(rig.engine), -1);
    am_engine_alarm(rig.engine, 30);
    assert_in_range(am_engine_timeout(rig.engine), 0, 30);
    int64_t start = am_monotonic_ms();
    assert_int_equal(poll(&watched, 1, 60000), 1);
    assert_in_range(am_monotonic_ms() - start, 29, 59000);
    for (int i = 0; i < 3; i++) { /* until it is set anew */
        am_engine_step(rig.engine);
        assert_true(is_readable(rig.engine));
        assert_int_equal(am_engine_timeout(rig.engine), 0);
    }
    am_engine_alarm(rig.engine, 600000);
    assert_in_range(am_engine_timeout(rig.engine), 500000, 600000);
    assert_false(stays_readable(rig.engine));
    am_engine_alarm(rig.engine, 0);
    assert_true(is_readable(rig.engine));
    am_engine_alarm(rig.engine, -1);
    assert_int_equal(am_engine_timeout(rig.engine), -1);
    assert_false(stays_readable(rig.engine));
    am_engine_alarm(rig.engine, 30);
    start = am_monotonic_ms();
    assert_true(am_engine_wait(rig.engine, 60000)); /* on the same descriptor */
    assert_in_range(am_monotonic_ms() - start, 29, 59000);
    fault_rig_free(&rig);
}

/* A child has the same timer as its parent. */
static void a_forked_child_sets_no_alarm_for_its_parent(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    assert_false(stays_readable(rig.engine));
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        am_engine_alarm(rig.engine, 0);
        _exit(am_engine_block(rig.engine, 60000) ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_false(stays_readable(rig.engine));
    fault_rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_CASE(a_call_that_wants_its_owner_makes_the_descriptor_readable),
        FAULT_CASE(no_wake_up_is_swallowed_while_another_call_blocks),
        FAULT_CASE(a_block_is_ended_neither_by_what_is_ready_nor_by_the_alarm),
        FAULT_CASE(calls_are_returned_in_the_order_in_which_they_came_to_want_it),
        FAULT_CASE(an_event_makes_a_call_want_its_owner),
        FAULT_CASE(moved_bytes_make_a_call_want_its_owner_if_it_says_so),
        FAULT_CASE(the_alarm_is_in_the_descriptor_and_in_the_timeout),
        FAULT_CASE(a_forked_child_sets_no_alarm_for_its_parent),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
