/* SPDX-License-Identifier: MIT */
/* The engine as a host sees it: one descriptor, interrupted waits, threads, turns, many calls. */
#define _GNU_SOURCE
#include "unit.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "fault_client.h"

static void script(fault_rig *rig, fault_step first, fault_step second)
{
    fault_step steps[] = {first, second};
    fault_server_script(rig->server, steps, 2);
}

static void assert_truth(fault_rig *rig, am_protection protection, am_result result)
{
    fault_server_settle(rig->server);
    fault_tally tally = fault_server_tally(rig->server, rig->op);
    const char *lie = fault_lie(protection, result, tally);
    if (lie)
        fail_msg("%s", lie);
    assert_int_equal(result.attempts, tally.requests);
}

/* ---- a host that only watches the descriptor ------------------------------------------------- */

static void watch(am_engine *engine, int fd, am_call *call)
{
    while (am_call_state(call) != AM_STATE_DONE) {
        struct pollfd watched = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&watched, 1, 10000 * fault_slowness()), 1);
        am_engine_step(engine);
        for (am_call *next; (next = am_engine_next(engine)) != NULL;)
            if (am_call_state(next) == AM_STATE_JUDGING)
                fault_judge(next);
    }
}

static void a_host_that_only_watches_the_descriptor_finishes_its_calls(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    rig.limits.attempt_timeout_ms = 100 * fault_slowness();
    am_client_options options = fault_options(&rig);
    fault_rig_client(&rig, &options);
    int fd = am_engine_pollfd(rig.engine);
    for (int i = 0; i < 3; i++) {
        script(&rig, (fault_step){.end = FAULT_STALL},
               (fault_step){.status = 503, .header = "Retry-After: 1\r\n"});
        am_call *call = fault_begin(&rig, AM_KEYED);
        watch(rig.engine, fd, call);
        am_result result = am_call_result(call);
        assert_int_equal(result.outcome, AM_APPLIED);
        assert_in_range(result.attempts, 3, 8); /* more on a busy machine */
        assert_in_range(result.elapsed_ms, 1100, 60000);
        assert_int_equal(am_engine_pollfd(rig.engine), fd);
        am_call_free(call);
    }
    fault_rig_free(&rig);
}

static am_call *begin_briefly(fault_rig *rig)
{
    char error[AM_ERROR_SIZE];
    am_code code;
    am_request request = {.method = "POST", .target = "/v0/x", .limits = &rig->limits};
    request.protection = AM_UNPROTECTED;
    return am_call_submit(rig->client, &request, &code, error);
}

static void the_descriptor_tells_of_a_deadline_in_the_queue(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    rig.limits.connections = 1;
    rig.limits.deadline_ms = 200 * fault_slowness();
    am_client_options options = fault_options(&rig);
    fault_rig_client(&rig, &options);
    script(&rig, (fault_step){.end = FAULT_STALL}, (fault_step){.end = FAULT_STALL});
    int fd = am_engine_pollfd(rig.engine);
    am_call *first = fault_begin(&rig, AM_KEYED);
    rig.limits.deadline_ms /= 2; /* so that the first cannot make room just before */
    am_call *second = begin_briefly(&rig);
    watch(rig.engine, fd, second);
    assert_int_equal(am_call_result(second).code, AM_TIMEOUT);
    assert_int_equal(am_call_result(second).outcome, AM_NOT_APPLIED);
    assert_int_equal(am_call_result(second).attempts, 0);
    watch(rig.engine, fd, first);
    assert_int_equal(am_call_result(first).outcome, AM_UNKNOWN);
    fault_rig_free(&rig);
}

static void expect_news(am_engine *engine, int fd, am_call *call)
{
    struct pollfd watched = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&watched, 1, 0), 1);
    assert_true(am_engine_wait(engine, -1));
    assert_ptr_equal(am_engine_next(engine), call);
    assert_null(am_engine_next(engine));
}

/* When nothing comes from the network, as with a file that cannot be emptied. */
static void the_descriptor_tells_of_a_call_that_ended_without_a_step(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    char error[AM_ERROR_SIZE];
    int fd = am_engine_pollfd(rig.engine), ends[2], owner = 0;
    am_code code;
    assert_int_equal(pipe(ends), 0);
    am_request request = {.method = "GET", .target = "/v0/x", .user = &owner, .save = true};
    request.save_fd = ends[1];
    struct pollfd watched = {.fd = fd, .events = POLLIN};
    am_call *spoiled = am_call_submit(rig.client, &request, &code, error);
    assert_int_equal(am_call_state(spoiled), AM_STATE_DONE);
    expect_news(rig.engine, fd, spoiled);
    am_call *cancelled = fault_begin(&rig, AM_KEYED), *closed = fault_begin(&rig, AM_KEYED);
    am_call_cancel(cancelled);
    expect_news(rig.engine, fd, cancelled);
    am_client_close(rig.client);
    expect_news(rig.engine, fd, closed);
    assert_int_equal(am_call_result(spoiled).code, AM_FILE);
    assert_int_equal(am_call_result(closed).code, AM_CLOSED);
    assert_ptr_equal(am_call_user(spoiled), &owner);
    assert_null(am_call_user(closed));
    am_engine_step(rig.engine);
    assert_int_equal(poll(&watched, 1, 0), 0);
    close(ends[0]);
    close(ends[1]);
    fault_rig_free(&rig);
}

static void the_descriptor_tells_of_a_call_judged_out_of_turn(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    int fd = am_engine_pollfd(rig.engine);
    am_call *call = fault_begin(&rig, AM_SAFE);
    fault_until(&rig, call, AM_STATE_JUDGING);
    while (am_engine_next(rig.engine))
        continue;
    am_engine_step(rig.engine);
    fault_judge(call); /* by another callback of the host */
    assert_int_equal(am_call_state(call), AM_STATE_DONE);
    expect_news(rig.engine, fd, call);
    am_call_free(call);
    fault_rig_free(&rig);
}

static void an_idle_engine_keeps_the_descriptor_quiet(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    struct pollfd watched = {.fd = am_engine_pollfd(rig.engine), .events = POLLIN};
    fault_prime(&rig);
    for (int i = 0; i < 20 && poll(&watched, 1, 0) == 1; i++)
        am_engine_step(rig.engine);
    assert_int_equal(poll(&watched, 1, 0), 0);
    assert_int_equal(fault_server_totals(*state).open, 1);
    fault_rig_free(&rig);
}

/* ---- waits ----------------------------------------------------------------------------------- */

static void on_alarm(int number)
{
    (void)number;
}

static void a_signal_ends_a_wait_of_the_engine(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART}, before;
    struct itimerval often = {{0, 20000}, {0, 20000}}, never = {{0, 0}, {0, 0}};
    sigaction(SIGALRM, &action, &before);
    script(&rig, (fault_step){.end = FAULT_STALL}, (fault_step){.end = FAULT_STALL});
    am_call *call = fault_begin(&rig, AM_KEYED);
    setitimer(ITIMER_REAL, &often, NULL);
    int64_t start = am_monotonic_ms();
    bool interrupted = false;
    for (int i = 0; i < 1000 && !interrupted; i++)
        interrupted = !am_engine_wait(rig.engine, 10000);
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &before, NULL);
    assert_true(interrupted);
    assert_true(am_monotonic_ms() - start < 5000);
    assert_int_equal(am_call_state(call), AM_STATE_SENDING);
    fault_rig_free(&rig);
}

static void a_wait_of_the_engine_is_bounded(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    int64_t start = am_monotonic_ms();
    assert_true(am_engine_wait(rig.engine, 30));
    assert_in_range(am_monotonic_ms() - start, 29, 5000);
    assert_int_equal(am_engine_timeout(rig.engine), -1);
    assert_true(am_engine_wait(rig.engine, 0));
    fault_rig_free(&rig);
}

/* ---- turns ----------------------------------------------------------------------------------- */

static void finish_all(am_engine *engine, am_call *const *calls, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(fault_finish(engine, calls[i]).outcome, AM_APPLIED);
}

static void a_client_has_never_more_connections_than_its_limit(void **state)
{
    fault_server *server = fault_server_new(FAULT_HTTP);
    fault_rig rig = fault_rig_new(server);
    am_call *calls[40];
    (void)state;
    rig.limits.connections = 4;
    am_client_options options = fault_options(&rig);
    fault_rig_client(&rig, &options);
    fault_server_hold(server, 4);
    for (size_t i = 0; i < COUNT(calls); i++)
        calls[i] = fault_begin(&rig, i % 2 ? AM_KEYED : AM_UNPROTECTED);
    finish_all(rig.engine, calls, COUNT(calls));
    assert_int_equal(fault_server_totals(server).most_at_once, 4);
    assert_int_equal(fault_server_totals(server).requests, COUNT(calls));
    fault_rig_free(&rig);
    fault_server_free(server);
}

static void a_full_queue_refuses_another_call(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    am_call *calls[3];
    rig.limits.queue_length = 2;
    am_client_options options = fault_options(&rig);
    fault_rig_client(&rig, &options);
    for (size_t i = 0; i < COUNT(calls); i++)
        calls[i] = fault_begin(&rig, AM_KEYED);
    assert_non_null(calls[1]);
    assert_null(calls[2]);
    finish_all(rig.engine, calls, 2);
    calls[2] = fault_begin(&rig, AM_KEYED);
    assert_non_null(calls[2]);
    finish_all(rig.engine, &calls[2], 1);
    fault_rig_free(&rig);
}

/* ---- several of each ------------------------------------------------------------------------- */

static void engines_and_clients_are_independent(void **state)
{
    fault_rig one = fault_rig_new(*state), two = fault_rig_new(*state);
    am_client_options options = fault_options(&one);
    char error[AM_ERROR_SIZE];
    options.api_key = "am_test_other";
    am_client *other = am_client_new(one.engine, &options, error);
    assert_non_null(other);
    one.op = 1000000;
    am_call *first = fault_submit(one.client, 2001, AM_KEYED, 0);
    am_call *second = fault_submit(other, 2002, AM_KEYED, 0);
    am_call *third = fault_submit(two.client, 2003, AM_KEYED, 0);
    am_client_close(one.client);
    assert_int_equal(am_call_result(first).code, AM_CLOSED);
    assert_int_equal(fault_finish(one.engine, second).outcome, AM_APPLIED);
    char head[4096];
    fault_server_last_head(*state, head, sizeof head);
    assert_non_null(strstr(head, "Authorization: Bearer am_test_other\r\n"));
    fault_rig_free(&one);
    assert_int_equal(fault_finish(two.engine, third).outcome, AM_APPLIED);
    fault_rig_free(&two);
}

static void *work(void *data)
{
    fault_rig rig = fault_rig_new(data);
    am_call *calls[50];
    size_t good = 0;
    for (size_t i = 0; i < COUNT(calls); i++)
        calls[i] = fault_submit(rig.client, 0, AM_SAFE, 0);
    for (size_t i = 0; i < COUNT(calls); i++)
        good += fault_finish(rig.engine, calls[i]).outcome == AM_APPLIED;
    fault_rig_free(&rig);
    return good == COUNT(calls) ? data : NULL;
}

static void two_threads_can_each_use_an_engine(void **state)
{
    pthread_t threads[2];
    fault_server *servers[] = {*state, fault_server_new(FAULT_HTTPS)};
    void *good;
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, servers[i]), 0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        pthread_join(threads[i], &good);
        assert_ptr_equal(good, servers[i]);
    }
    fault_server_free(servers[1]);
}

/* ---- attempts -------------------------------------------------------------------------------- */

static void events_tell_of_each_attempt_answer_and_wait_of_a_call(void **state)
{
    static const am_event_kind story[] = {AM_EVENT_ATTEMPT, AM_EVENT_ANSWER, AM_EVENT_WAIT,
                                          AM_EVENT_ATTEMPT, AM_EVENT_ANSWER, AM_EVENT_DONE};
    fault_rig rig = fault_rig_new(*state);
    char error[AM_ERROR_SIZE];
    am_code code;
    am_request request = {.method = "GET", .target = "/v0/x", .events = true};
    script(&rig, (fault_step){.status = 500}, (fault_step){.status = 200});
    am_call *call = am_call_submit(rig.client, &request, &code, error);
    assert_int_equal(fault_finish(rig.engine, call).code, AM_OK);
    for (size_t i = 0; i < COUNT(story); i++) {
        am_event event;
        assert_true(am_call_next_event(call, &event));
        assert_int_equal(event.kind, story[i]);
    }
    assert_false(am_call_has_event(call));
    fault_rig_free(&rig);
}

static void a_keyed_send_whose_answer_is_lost_is_repeated(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    script(&rig, (fault_step){.done = true, .end = FAULT_RESET}, (fault_step){.status = 504});
    am_result result = fault_finish(rig.engine, fault_begin(&rig, AM_KEYED));
    assert_int_equal(result.outcome, AM_APPLIED);
    assert_int_equal(result.attempts, 3);
    fault_rig_free(&rig);
    assert_truth(&rig, AM_KEYED, result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_CASE(the_descriptor_tells_of_a_call_judged_out_of_turn),
        FAULT_CASE(a_host_that_only_watches_the_descriptor_finishes_its_calls),
        FAULT_CASE(the_descriptor_tells_of_a_deadline_in_the_queue),
        FAULT_CASE(the_descriptor_tells_of_a_call_that_ended_without_a_step),
        FAULT_CASE(an_idle_engine_keeps_the_descriptor_quiet),
        FAULT_CASE(a_signal_ends_a_wait_of_the_engine),
        FAULT_CASE(a_wait_of_the_engine_is_bounded),
        FAULT_CASE(a_client_has_never_more_connections_than_its_limit),
        FAULT_CASE(a_full_queue_refuses_another_call),
        FAULT_CASE(engines_and_clients_are_independent),
        FAULT_CASE(two_threads_can_each_use_an_engine),
        FAULT_CASE(events_tell_of_each_attempt_answer_and_wait_of_a_call),
        FAULT_CASE(a_keyed_send_whose_answer_is_lost_is_repeated),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
