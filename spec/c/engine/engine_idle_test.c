/* SPDX-License-Identifier: MIT */
/*
 * Data on an idle connection answers no request. The connection is dropped before the next request,
 * which costs nothing; a connection in use is left alone.
 */
#define _GNU_SOURCE
#include "unit.h"

#include <poll.h>
#include <string.h>

#include "engine/client.h"
#include "engine/engine.h"
#include "fault_client.h"

enum { A_WHILE_MS = 10000, BIG = 300000, MOST_NOISE = 5000 };

#define OTHER "HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n{\"who\":\"another\",\"whole\":true}"
#define TOO_LATE "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

/* ---- one connection -------------------------------------------------------------------------- */

static int only_connection(const fault_rig *rig)
{
    const am_poller *poller = &rig->engine->transport.poller;
    int found = -1;
    for (size_t fd = 0; fd < poller->watch_count; fd++)
        if (poller->watches[fd].lasting) {
            assert_int_equal(found, -1);
            found = (int)fd;
        }
    return found;
}

/* The first request, then what the server sends unasked. */
static void hear_noise(fault_rig *rig, fault_server *server, fault_step noise)
{
    noise.done = noise.pauses = true;
    noise.status = 200;
    fault_server_script(server, &noise, 1);
    fault_prime(rig);
    struct pollfd idle = {.fd = only_connection(rig), .events = POLLIN};
    fault_server_go_on(server, 1);
    if (noise.raw_size || noise.raw || noise.ticket || noise.frame || noise.end != FAULT_KEEP)
        assert_int_equal(poll(&idle, 1, A_WHILE_MS), 1);
}

/* The next request gets its own answer, is counted once, and has cost nothing. */
static void assert_undisturbed(fault_rig *rig, fault_server *server, am_protection protection,
                               bool reused)
{
    size_t size;
    int64_t tokens = rig->client->host->budget.tokens;
    am_call *call = fault_begin(rig, protection);
    am_result result = fault_finish(rig->engine, call);
    fault_tally tally = fault_server_tally(server, rig->op);
    if (result.code != AM_OK)
        fail_msg("%s: %s", result.reason, result.detail);
    assert_string_equal(am_call_body(call, &size), FAULT_WHOLE);
    assert_int_equal(result.attempts, 1);
    assert_int_equal(result.tries, 1);
    assert_int_equal(tally.requests, 1);
    assert_int_equal(tally.copies, 1);
    assert_int_equal(tally.reused, reused);
    assert_int_equal(rig->client->host->budget.tokens, tokens);
    am_call_free(call);
}

static void run(fault_scheme scheme, fault_step noise, bool reused)
{
    for (int p = 0; p < AM_PROTECTIONS; p++) {
        fault_server *server = fault_server_new(scheme);
        fault_rig rig = fault_rig_new(server);
        hear_noise(&rig, server, noise);
        assert_undisturbed(&rig, server, (am_protection)p, reused && p != AM_UNPROTECTED);
        fault_rig_free(&rig);
        fault_server_free(server);
    }
}

static void bytes_on_an_idle_connection_are_no_answer_to_the_next_request(void **state)
{
    static const struct {
        const char *name;
        fault_step step;
    } rows[] = {
        {"a second whole answer", {.raw = OTHER}},
        {"a second whole answer, and the end", {.raw = OTHER, .end = FAULT_CLOSE}},
        {"two more answers", {.raw = OTHER OTHER}},
        {"half an answer", {.raw = "HTTP/1.1 200 OK\r\nContent-Le"}},
        {"a 100", {.raw = "HTTP/1.1 100 Continue\r\n\r\n"}},
        {"a 408, and the end", {.raw = TOO_LATE, .end = FAULT_CLOSE}},
        {"a 408, and a reset", {.raw = TOO_LATE, .end = FAULT_RESET}},
        {"one byte", {.raw = "x"}},
        {"a NUL", {.raw = "", .raw_size = 1}},
        {"an empty line", {.raw = "\r\n"}},
        {"the end", {.end = FAULT_CLOSE}},
        {"a reset", {.end = FAULT_RESET}},
        {"a flood", {.raw = "x", .flood = BIG, .end = FAULT_CLOSE}},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        print_message("# %s\n", rows[i].name);
        run(FAULT_HTTP, rows[i].step, false);
        run(FAULT_HTTPS, rows[i].step, false);
    }
}

static void a_silent_idle_connection_is_used_again(void **state)
{
    (void)state;
    run(FAULT_HTTP, (fault_step){.end = FAULT_KEEP}, true);
    run(FAULT_HTTPS, (fault_step){.end = FAULT_KEEP}, true);
}

/* A ticket that comes with the handshake is read with the first answer; a late one costs a
 * connection.
 */
static void a_late_tls_ticket_costs_its_idle_connection(void **state)
{
    (void)state;
    run(FAULT_HTTPS, (fault_step){.ticket = true}, false);
}

static void an_idle_http2_connection_may_send_a_ping(void **state)
{
    (void)state;
    run(FAULT_H2, (fault_step){.frame = FAULT_PING}, true);
}

static void a_hundred_requests_share_one_connection(void **state)
{
    static const fault_scheme schemes[] = {FAULT_HTTP, FAULT_HTTPS, FAULT_H2};
    (void)state;
    for (size_t i = 0; i < COUNT(schemes); i++) {
        fault_server *server = fault_server_new(schemes[i]);
        fault_rig rig = fault_rig_new(server);
        for (int n = 0; n < 100; n++)
            fault_prime(&rig);
        assert_int_equal(fault_server_totals(server).connections, 1);
        fault_rig_free(&rig);
        fault_server_free(server);
    }
}

/* ---- proxies --------------------------------------------------------------------------------- */

static fault_rig rig_through(fault_server *server, fault_server *proxy, const char *url)
{
    fault_rig rig = fault_rig_new(server);
    am_client_options options = fault_options(&rig);
    options.proxy = fault_server_url(proxy);
    options.base_url = url;
    options.http2 = false;
    fault_rig_client(&rig, &options);
    return rig;
}

static void bytes_through_an_idle_tunnel_are_no_answer_to_the_next_request(void **state)
{
    static const fault_step noises[] = {
        {.raw = OTHER}, {.raw = TOO_LATE, .end = FAULT_CLOSE}, {.end = FAULT_RESET}};
    (void)state;
    for (size_t i = 0; i < COUNT(noises); i++) {
        fault_server *server = fault_server_new(FAULT_HTTPS),
                     *proxy = fault_server_new(FAULT_PROXY);
        fault_rig rig = rig_through(server, proxy, fault_server_url(server));
        hear_noise(&rig, server, noises[i]);
        assert_undisturbed(&rig, server, AM_KEYED, false);
        assert_undisturbed(&rig, server, AM_KEYED, true);
        assert_int_equal(fault_server_totals(proxy).tunnels, 2);
        fault_rig_free(&rig);
        fault_server_free(proxy);
        fault_server_free(server);
    }
}

static void bytes_of_an_idle_proxy_are_no_answer_to_the_next_request(void **state)
{
    (void)state;
    fault_server *proxy = fault_server_new(FAULT_HTTP);
    fault_rig rig = rig_through(proxy, proxy, "http://nowhere.test");
    hear_noise(&rig, proxy, (fault_step){.raw = OTHER});
    assert_undisturbed(&rig, proxy, AM_KEYED, false);
    assert_undisturbed(&rig, proxy, AM_KEYED, true);
    fault_rig_free(&rig);
    fault_server_free(proxy);
}

/* ---- chance ---------------------------------------------------------------------------------- */

static void random_bytes_on_an_idle_connection_are_no_answer(void **state)
{
    static const fault_end ends[] = {FAULT_KEEP, FAULT_CLOSE, FAULT_RESET};
    static char bytes[MOST_NOISE];
    uint64_t random = unit_seed();
    (void)state;
    for (int row = 0; row < 100; row++) {
        fault_server *server =
            fault_server_new(unit_random(&random) % 2 ? FAULT_HTTP : FAULT_HTTPS);
        fault_rig rig = fault_rig_new(server);
        fault_step noise = {.raw = bytes,
                            .raw_size = (size_t)unit_between(&random, 0, MOST_NOISE),
                            .end = ends[unit_random(&random) % COUNT(ends)]};
        if (noise.raw_size % 3 == 0) /* sometimes none at all */
            noise.raw = NULL, noise.raw_size = 0;
        for (size_t i = 0; i < noise.raw_size; i++)
            bytes[i] = (char)unit_random(&random);
        hear_noise(&rig, server, noise);
        assert_undisturbed(&rig, server,
                           (am_protection)unit_between(&random, AM_SAFE, AM_NATURAL_KEY),
                           noise.raw_size == 0 && noise.end == FAULT_KEEP);
        fault_rig_free(&rig);
        fault_server_free(server);
    }
}

/* ---- connections in use ---------------------------------------------------------------------- */

enum { AT_ONCE = 8, ROUNDS = 100 };

static fault_step mutter(void *context, unsigned op, int nth)
{
    (void)context, (void)op, (void)nth;
    return (fault_step){.done = true, .status = 200, .pauses = true, .raw = OTHER};
}

/* Eight wait for their answers, four of them with a request that is not read, while a ninth
 * connection is dropped again and again. */
static void a_connection_in_use_is_left_alone(void **state)
{
    (void)state;
    fault_server *slow = fault_server_new(FAULT_HTTP), *noisy = fault_server_new(FAULT_HTTP);
    fault_rig rig = fault_rig_new(slow);
    char error[AM_ERROR_SIZE];
    fault_step waits[AT_ONCE];
    am_call *calls[AT_ONCE];
    for (int i = 0; i < AT_ONCE; i++)
        waits[i] = (fault_step){.when = i % 2 ? FAULT_AFTER_HEAD : FAULT_AFTER_REQUEST,
                                .done = true,
                                .pauses = true,
                                .raw = "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n" FAULT_WHOLE,
                                .end = i % 2 ? FAULT_STALL : FAULT_KEEP};
    fault_server_hold(slow, AT_ONCE); /* so that some connections have been used before */
    for (int i = 0; i < AT_ONCE; i++)
        calls[i] = fault_submit(rig.client, 0, AM_SAFE, 0);
    for (int i = 0; i < AT_ONCE; i++)
        fault_finish(rig.engine, calls[i]);
    fault_server_hold(slow, 0);
    fault_server_script(slow, waits, AT_ONCE);
    for (int i = 0; i < AT_ONCE; i++) {
        calls[i] = fault_submit(rig.client, (unsigned)i + 1, AM_KEYED, i % 2 ? FAULT_LARGE : 0);
        fault_until_arrived(&rig, AT_ONCE + i + 1);
    }
    fault_rig other = {.server = noisy, .engine = rig.engine, .limits = rig.limits};
    am_client_options options = fault_options(&other);
    other.client = am_client_new(other.engine, &options, error);
    fault_server_choose(noisy, mutter, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        am_call *call = fault_submit(other.client, 1, AM_KEYED, 0);
        assert_int_equal(fault_finish(rig.engine, call).attempts, 1);
        am_call_free(call);
        struct pollfd idle = rig.engine->transport.poller.idle.sockets[0];
        assert_int_equal(rig.engine->transport.poller.idle.count, 1); /* none of the eight */
        fault_server_go_on(noisy, 1);
        assert_int_equal(poll(&idle, 1, A_WHILE_MS), 1);
    }
    assert_int_equal(fault_server_totals(noisy).connections, ROUNDS);
    fault_server_go_on(slow, AT_ONCE);
    for (int i = 0; i < AT_ONCE; i++) {
        am_result result = fault_finish(rig.engine, calls[i]);
        fault_tally tally = fault_server_tally(slow, (unsigned)i + 1);
        assert_int_equal(result.code, AM_OK);
        assert_int_equal(result.attempts, 1);
        assert_int_equal(tally.requests, 1);
    }
    fault_rig_free(&rig);
    fault_server_free(noisy);
    fault_server_free(slow);
}

/* One connection receives something unasked; the other, which the request took, ends. */
static fault_step fail_together(void *context, unsigned op, int nth)
{
    (void)context;
    if (op == 2)
        return (fault_step){.done = true, .status = 200, .pauses = true, .raw = OTHER};
    if (op == 3 && nth == 1)
        return (fault_step){.pauses = true, .end = FAULT_CLOSE};
    return (fault_step){.done = true, .status = 200};
}

static void a_repeat_by_libcurl_takes_no_bytes_of_an_idle_connection_for_its_answer(void **state)
{
    size_t size;
    fault_rig rig = fault_rig_new(*state);
    am_call *calls[2];
    fault_server_choose(*state, fail_together, NULL);
    fault_server_hold(*state, 2);
    for (int i = 0; i < 2; i++)
        calls[i] = fault_submit(rig.client, (unsigned)i + 1, AM_SAFE, 0);
    for (int i = 0; i < 2; i++)
        fault_finish(rig.engine, calls[i]);
    fault_server_hold(*state, 0);
    const am_idle *idle = &rig.engine->transport.poller.idle;
    struct pollfd both[2] = {idle->sockets[0], idle->sockets[1]};
    assert_int_equal(idle->count, 2);
    am_call *call = fault_submit(rig.client, 3, AM_KEYED, 0);
    fault_until_arrived(&rig, 3);
    assert_int_equal(idle->count, 1);
    fault_server_go_on(*state, 2);
    for (int i = 0; i < 2; i++)
        assert_int_equal(poll(&both[i], 1, A_WHILE_MS), 1);
    am_result result = fault_finish(rig.engine, call);
    assert_int_equal(result.code, AM_OK);
    assert_int_equal(result.attempts, 2); /* noise would be an answer, and cost another */
    assert_string_equal(am_call_body(call, &size), FAULT_WHOLE);
    assert_int_equal(fault_server_tally(*state, 3).copies, 1);
    fault_rig_free(&rig);
}

/* Noise may also come too late to be seen before use: then it costs attempts, but nothing else. */
static fault_step misbehave(void *context, unsigned op, int nth)
{
    static const fault_step after[] = {{.raw = "x"},
                                       {.raw = TOO_LATE, .end = FAULT_CLOSE},
                                       {.end = FAULT_CLOSE},
                                       {.end = FAULT_RESET}};
    uint64_t random = *(uint64_t *)context ^ (uint64_t)op << 20 ^ (uint64_t)nth;
    fault_step step = {.end = FAULT_KEEP};
    if (unit_random(&random) % 4 == 0)
        step = after[unit_random(&random) % COUNT(after)];
    step.done = true;
    step.status = 200;
    return step;
}

static void sends_over_noisy_connections_are_done_exactly_once(void **state)
{
    uint64_t seed = unit_seed();
    unsigned begun = 0, ended = 0, sends = 2000 / (unsigned)fault_slowness();
    fault_rig rig = fault_rig_new(*state);
    rig.limits.attempts = 100;
    am_client_options options = fault_options(&rig);
    fault_rig_client(&rig, &options);
    fault_server_choose(*state, misbehave, &seed);
    while (ended < sends) {
        while (begun < sends && begun - ended < AT_ONCE)
            fault_submit(rig.client, ++begun, AM_KEYED, 0);
        am_engine_wait(rig.engine, -1);
        for (am_call *call; (call = am_engine_next(rig.engine)) != NULL;) {
            if (am_call_state(call) == AM_STATE_JUDGING)
                fault_judge(call);
            if (am_call_state(call) != AM_STATE_DONE)
                continue;
            assert_int_equal(am_call_result(call).outcome, AM_APPLIED);
            am_call_free(call);
            ended++;
        }
    }
    for (unsigned op = 1; op <= sends; op++)
        assert_int_equal(fault_server_tally(*state, op).copies, 1);
    fault_rig_free(&rig);
}

int main(void)
{
    unsetenv("no_proxy"); /* from the Makefile: these proxies run on this machine, on purpose */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_on_an_idle_connection_are_no_answer_to_the_next_request),
        cmocka_unit_test(a_silent_idle_connection_is_used_again),
        cmocka_unit_test(a_late_tls_ticket_costs_its_idle_connection),
        cmocka_unit_test(an_idle_http2_connection_may_send_a_ping),
        cmocka_unit_test(a_hundred_requests_share_one_connection),
        cmocka_unit_test(bytes_through_an_idle_tunnel_are_no_answer_to_the_next_request),
        cmocka_unit_test(bytes_of_an_idle_proxy_are_no_answer_to_the_next_request),
        cmocka_unit_test(random_bytes_on_an_idle_connection_are_no_answer),
        cmocka_unit_test(a_connection_in_use_is_left_alone),
        FAULT_CASE(a_repeat_by_libcurl_takes_no_bytes_of_an_idle_connection_for_its_answer),
        FAULT_CASE(sends_over_noisy_connections_are_done_exactly_once),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests_name("idle", tests, NULL, NULL);
}
