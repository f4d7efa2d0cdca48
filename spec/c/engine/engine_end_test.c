/* SPDX-License-Identifier: MIT */
/* Calls that are ended from outside, in every state, and what they then report. */
#define _GNU_SOURCE
#include "unit.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/call.h"
#include "engine/client.h"
#include "fault_client.h"

static void script(fault_rig *rig, fault_step first, fault_step second)
{
    fault_step steps[] = {first, second};
    fault_server_script(rig->server, steps, 2);
}

/* Compares the report with what the server counted, once all is quiet. */
static void assert_truth(fault_rig *rig, unsigned op, am_protection protection, am_result result)
{
    am_engine_free(rig->engine);
    fault_server_settle(rig->server);
    fault_tally tally = fault_server_tally(rig->server, op);
    const char *lie = fault_lie(protection, result, tally);
    if (lie)
        fail_msg("%s", lie);
    assert_true(result.attempts >= tally.requests);
}

/* ---- cancel ---------------------------------------------------------------------------------- */

static void a_call_cancelled_in_the_queue_sends_nothing(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    rig.limits.connections = 1;
    am_client_options options = fault_options(&rig);
    fault_rig_client(&rig, &options);
    script(&rig, (fault_step){.end = FAULT_STALL}, (fault_step){.end = FAULT_STALL});
    am_call *first = fault_begin(&rig, AM_KEYED);
    fault_until_arrived(&rig, 1);
    am_call *second = fault_begin(&rig, AM_UNPROTECTED);
    assert_int_equal(am_call_state(second), AM_STATE_QUEUED);
    am_call_cancel(second);
    am_result result = am_call_result(second);
    assert_int_equal(result.code, AM_CANCELLED);
    assert_int_equal(result.outcome, AM_NOT_APPLIED);
    assert_int_equal(result.attempts, 0);
    am_call_cancel(first);
    am_call_cancel(first);
    assert_int_equal(am_call_result(first).outcome, AM_UNKNOWN);
    assert_truth(&rig, 2, AM_UNPROTECTED, result);
}

static void a_call_cancelled_before_it_is_sent_sends_nothing(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    am_call *call = fault_begin(&rig, AM_UNPROTECTED);
    am_call_cancel(call);
    am_result result = am_call_result(call);
    assert_int_equal(result.outcome, AM_NOT_APPLIED);
    assert_int_equal(result.attempts, 0);
    assert_true(result.retryable);
    assert_truth(&rig, 1, AM_UNPROTECTED, result);
}

static void a_call_cancelled_before_it_is_sent_shows_no_status_of_the_one_before(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    fault_prime(&rig);
    am_call *call = fault_begin(&rig, AM_KEYED);
    assert_int_equal(am_call_state(call), AM_STATE_SENDING);
    am_call_cancel(call);
    assert_int_equal(am_call_status(call), 0);
    assert_int_equal(am_call_result(call).status, 0);
    assert_false(am_call_is_delimited(call));
    fault_rig_free(&rig);
}

static void a_call_cancelled_after_it_was_sent_is_in_doubt_unless_it_is_a_read(void **state)
{
    for (am_protection p = 0; p < AM_PROTECTIONS; p++) {
        fault_rig rig = fault_rig_new(*state);
        rig.op = 10 + p;
        script(&rig, (fault_step){.done = true, .end = FAULT_STALL}, (fault_step){.status = 200});
        int before = fault_server_totals(*state).requests;
        am_call *call = fault_begin(&rig, p);
        fault_until_arrived(&rig, before + 1);
        am_result so_far = am_call_result(call);
        am_call_cancel(call);
        am_result result = am_call_result(call);
        assert_int_equal(so_far.outcome, result.outcome);
        assert_int_equal(so_far.attempts, result.attempts);
        assert_int_equal(result.code, AM_CANCELLED);
        assert_int_equal(result.outcome, p == AM_SAFE ? AM_NOT_APPLIED : AM_UNKNOWN);
        assert_int_equal(result.attempts, 1);
        assert_int_equal(result.retryable, p != AM_UNPROTECTED);
        assert_truth(&rig, 11 + p, p, result);
    }
}

static void a_call_cancelled_while_it_backs_off_keeps_its_last_answer(void **state)
{
    static const struct {
        fault_step step;
        am_outcome outcome;
        int64_t not_before_ms;
    } cases[] = {
        {{.status = 429, .header = "Retry-After: 50\r\n"}, AM_NOT_APPLIED, 50000},
        {{.done = true, .status = 504, .header = "Retry-After: 50\r\n"}, AM_UNKNOWN, 50000},
        {{.end = FAULT_RESET}, AM_UNKNOWN, -1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        fault_rig rig = fault_rig_new(*state);
        rig.op = 20 + (unsigned)i;
        rig.limits.backoff_base_ms = rig.limits.backoff_cap_ms = 3600000;
        rig.limits.deadline_ms = 86400000;
        am_client_options options = fault_options(&rig);
        fault_rig_client(&rig, &options);
        script(&rig, cases[i].step, (fault_step){.status = 200});
        am_call *call = fault_begin(&rig, AM_KEYED);
        while (am_call_state(call) != AM_STATE_BACKING_OFF) {
            am_engine_wait(rig.engine, -1);
            fault_judge(call);
        }
        am_result so_far = am_call_result(call);
        am_call_cancel(call);
        am_result result = am_call_result(call);
        assert_int_equal(result.outcome, cases[i].outcome);
        assert_int_equal(so_far.outcome, result.outcome);
        assert_int_equal(so_far.attempts, result.attempts);
        assert_int_equal(result.status, cases[i].step.status); /* the last answer is kept */
        assert_in_range(result.not_before_ms + 60000, cases[i].not_before_ms + 30000,
                        cases[i].not_before_ms + 60000);
        assert_int_equal(am_engine_timeout(rig.engine), 0); /* it needs its owner */
        am_engine_step(rig.engine);
        assert_int_equal(am_engine_timeout(rig.engine), -1);
        assert_truth(&rig, rig.op, AM_KEYED, result);
    }
}

static void a_call_cancelled_before_its_answer_is_judged_ends_once(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    am_call *call = fault_begin(&rig, AM_UNPROTECTED);
    fault_until(&rig, call, AM_STATE_JUDGING);
    am_call_cancel(call);
    fault_judge(call);
    assert_int_equal(am_call_state(call), AM_STATE_DONE);
    assert_int_equal(am_call_result(call).code, AM_CANCELLED);
    assert_int_equal(am_call_result(call).status, 200);
    assert_ptr_equal(am_engine_next(rig.engine), call);
    assert_null(am_engine_next(rig.engine));
    assert_truth(&rig, 1, AM_UNPROTECTED, am_call_result(call));
}

static void a_cancelled_call_makes_room_for_the_next(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    rig.limits.connections = 1;
    am_client_options options = fault_options(&rig);
    fault_rig_client(&rig, &options);
    script(&rig, (fault_step){.end = FAULT_STALL}, (fault_step){.done = true, .status = 200});
    am_call *first = fault_begin(&rig, AM_KEYED), *second = fault_begin(&rig, AM_KEYED);
    fault_until_arrived(&rig, 1);
    am_call_free(first);
    assert_int_equal(fault_finish(rig.engine, second).outcome, AM_APPLIED);
    assert_truth(&rig, 2, AM_KEYED, am_call_result(second));
}

/* ---- deadline -------------------------------------------------------------------------------- */

static void a_deadline_ends_a_retry_storm(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    fault_step stall[8];
    for (size_t i = 0; i < COUNT(stall); i++)
        stall[i] = (fault_step){.done = true, .end = FAULT_STALL};
    fault_server_script(*state, stall, COUNT(stall));
    rig.limits.attempt_timeout_ms = 300;
    rig.limits.deadline_ms = 1000;
    am_client_options options = fault_options(&rig);
    fault_rig_client(&rig, &options);
    am_result result = fault_finish(rig.engine, fault_begin(&rig, AM_KEYED));
    assert_int_equal(result.outcome, AM_UNKNOWN);
    assert_int_equal(result.code, AM_TIMEOUT);
    assert_in_range(result.elapsed_ms, 0, 1000 + 200 * fault_slowness());
    assert_truth(&rig, 1, AM_KEYED, result);
}

/* ---- close ----------------------------------------------------------------------------------- */

static void a_closed_client_ends_its_calls(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    am_call *calls[4];
    char error[AM_ERROR_SIZE];
    am_code code;
    am_request request = {.method = "GET", .target = "/v0/x"};
    rig.limits.connections = 3;
    rig.limits.backoff_base_ms = rig.limits.backoff_cap_ms = 3600000;
    rig.limits.deadline_ms = 86400000;
    am_client_options options = fault_options(&rig);
    fault_rig_client(&rig, &options);
    calls[0] = fault_begin(&rig, AM_KEYED); /* done */
    assert_int_equal(fault_finish(rig.engine, calls[0]).outcome, AM_APPLIED);
    script(&rig, (fault_step){.done = true, .end = FAULT_STALL},
           (fault_step){.done = true, .end = FAULT_STALL});
    for (size_t i = 1; i < COUNT(calls); i++)
        calls[i] = fault_begin(&rig, AM_KEYED);
    fault_until_arrived(&rig, 4);
    while (am_call_state(calls[1]) != AM_STATE_JUDGING &&
           am_call_state(calls[2]) != AM_STATE_JUDGING &&
           am_call_state(calls[3]) != AM_STATE_JUDGING)
        am_engine_wait(rig.engine, -1);
    am_client_close(rig.client);
    am_client_close(rig.client);
    assert_true(am_client_is_closed(rig.client));
    assert_null(am_call_submit(rig.client, &request, &code, error));
    assert_int_equal(code, AM_CLOSED);
    assert_int_equal(am_call_result(calls[0]).outcome, AM_APPLIED);
    for (size_t i = 1; i < COUNT(calls); i++) {
        size_t size;
        assert_int_equal(am_call_state(calls[i]), AM_STATE_DONE);
        assert_int_equal(am_call_result(calls[i]).code, AM_CLOSED);
        assert_int_equal(am_call_result(calls[i]).outcome, AM_UNKNOWN);
        assert_string_equal(am_call_body(calls[i], &size), "");
        assert_null(am_call_header(calls[i], "date", &size));
    }
    am_client_free(rig.client);
    rig.client = NULL;
    am_call_cancel(calls[2]);
    am_call_free(calls[1]);
    am_call_free(calls[3]);
    am_call_free(calls[2]);
    assert_int_equal(am_call_result(calls[0]).outcome, AM_APPLIED);
    am_call_free(calls[0]);
    am_engine_step(rig.engine);
    assert_null(am_engine_next(rig.engine));
    fault_rig_free(&rig);
}

/* A call that never had its turn must not get it when others end. */
static void a_call_in_the_queue_is_not_begun_when_its_engine_is_freed(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    char error[AM_ERROR_SIZE], name[] = "/tmp/agentmail-unit-XXXXXX";
    am_code code;
    int fd = mkstemp(name);
    assert_int_equal(write(fd, "precious", 8), 8);
    rig.limits.connections = 1;
    am_client_options options = fault_options(&rig);
    fault_rig_client(&rig, &options);
    fault_begin(&rig, AM_SAFE);
    am_request request = {.method = "GET", .target = "/v0/x", .save = true, .save_fd = fd};
    assert_non_null(am_call_submit(rig.client, &request, &code, error));
    fault_rig_free(&rig);
    assert_int_equal(lseek(fd, 0, SEEK_END), 8);
    close(fd);
    unlink(name);
}

/* What stays in memory of a client after its close. */
static void a_closed_client_keeps_no_credential(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    char error[AM_ERROR_SIZE];
    am_code code;
    am_client_options options = fault_options(&rig);
    options.proxy = "http://bob:hunter2@127.0.0.1:9";
    fault_rig_client(&rig, &options);
    am_request request = {.method = "GET", .target = "/v0/x", .api_key = "am_secret"};
    am_call *call = am_call_submit(rig.client, &request, &code, error);
    const char *proxy = rig.client->proxy, *secret = call->secret;
    assert_non_null(strstr(secret, "am_secret"));
    am_client_close(rig.client);
    assert_int_equal(proxy[0], 0);
    assert_int_equal(secret[0], 0);
    fault_rig_free(&rig);
}

/* ---- again and again ------------------------------------------------------------------------- */

/* One call of many, abandoned at one of the points where a careless host abandons it. */
static void leave(fault_rig *rig, int turn)
{
    int before = fault_server_totals(rig->server).requests;
    am_call *call = fault_begin(rig, turn % 3 ? AM_KEYED : AM_UNPROTECTED);
    am_call *second = turn % 5 ? NULL : fault_begin(rig, AM_SAFE);
    if (turn % 4 == 1)
        am_engine_step(rig->engine);
    if (turn % 4 >= 2)
        fault_until_arrived(rig, before + 1);
    if (turn % 8 == 3)
        while (am_call_state(call) != AM_STATE_JUDGING)
            am_engine_wait(rig->engine, -1);
    if (turn % 2)
        am_call_free(call);
    if (turn % 16 < 8)
        am_client_close(rig->client);
    if (turn % 10 == 0)
        am_call_free(second);
}

static void a_thousand_clients_leave_no_descriptor_open(void **state)
{
    enum { TURNS = 1000 };
    static const fault_step stall = {.done = true, .end = FAULT_STALL};
    fault_rig rig = fault_rig_new(*state);
    am_engine_free(rig.engine);
    fault_server_settle(*state);
    int descriptors = fault_descriptors();
    am_engine *engine = am_engine_new();
    struct rusage early, late;
    for (int turn = 0; turn < TURNS; turn++) {
        rig.engine = turn % 7 ? engine : am_engine_new();
        rig.client = NULL;
        am_client_options options = fault_options(&rig);
        fault_rig_client(&rig, &options);
        fault_server_script(*state, &stall, turn % 8 != 3);
        leave(&rig, turn);
        if (turn % 7 == 0)
            am_engine_free(rig.engine);
        else if (turn % 3)
            am_client_free(rig.client);
        else
            am_client_close(rig.client);
        if (turn == TURNS / 10)
            getrusage(RUSAGE_SELF, &early);
    }
    getrusage(RUSAGE_SELF, &late);
    am_engine_free(engine);
    fault_server_settle(*state);
    assert_int_equal(fault_descriptors(), descriptors);
    print_message("# peak memory grew by %ld kB over %d clients\n",
                  late.ru_maxrss - early.ru_maxrss, TURNS * 9 / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_CASE(a_call_cancelled_in_the_queue_sends_nothing),
        FAULT_CASE(a_call_cancelled_before_it_is_sent_sends_nothing),
        FAULT_CASE(a_call_cancelled_before_it_is_sent_shows_no_status_of_the_one_before),
        FAULT_CASE(a_call_cancelled_after_it_was_sent_is_in_doubt_unless_it_is_a_read),
        FAULT_CASE(a_call_cancelled_while_it_backs_off_keeps_its_last_answer),
        FAULT_CASE(a_call_cancelled_before_its_answer_is_judged_ends_once),
        FAULT_CASE(a_call_in_the_queue_is_not_begun_when_its_engine_is_freed),
        FAULT_CASE(a_closed_client_keeps_no_credential),
        FAULT_CASE(a_cancelled_call_makes_room_for_the_next),
        FAULT_CASE(a_deadline_ends_a_retry_storm),
        FAULT_CASE(a_closed_client_ends_its_calls),
        FAULT_CASE(a_thousand_clients_leave_no_descriptor_open),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
