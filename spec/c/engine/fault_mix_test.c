/* SPDX-License-Identifier: MIT */
/*
 * A lossy way to a lossy service: thousands of keyed sends over real sockets while 5 of 100
 * requests fail, each sent by one call with no loop around it. The service's own record decides: no
 * mail twice, none missing, and no call that reports failure.
 */
#define _GNU_SOURCE
#include "unit.h"

#include "base/clock.h"
#include "fault_client.h"

enum { SENDS = 10000, AT_ONCE = 64 };

/* Of 1,000 requests. */
enum mishap { RESET_BEFORE, RESET_AFTER, LATE_504, EARLY_503, TRUNCATED, BUSY_429, MISHAPS };
static const int shares[MISHAPS] = {[RESET_BEFORE] = 10, [RESET_AFTER] = 10, [LATE_504] = 10,
                                    [EARLY_503] = 10,    [TRUNCATED] = 5,    [BUSY_429] = 5};

typedef struct mix {
    uint64_t seed;
    int scale; /* multiplies the shares */
    int met[MISHAPS];
} mix;

static const fault_step steps[MISHAPS] = {
    [RESET_BEFORE] = {.end = FAULT_RESET},
    [RESET_AFTER] = {.done = true, .end = FAULT_RESET},
    [LATE_504] = {.done = true, .status = 504, .body = "<html>504</html>"},
    [EARLY_503] = {.status = 503, .body = "{\"message\":\"later\"}"},
    [TRUNCATED] = {.done = true,
                   .raw = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"whole\":tr",
                   .end = FAULT_CLOSE},
    [BUSY_429] = {.status = 429, .header = "Retry-After: 1\r\n"},
};

/* The same request of the same send meets the same fault, in any order of arrival. */
static fault_step choose(void *context, unsigned op, int nth)
{
    mix *mixed = context;
    uint64_t state = mixed->seed ^ ((uint64_t)op << 20) ^ (uint64_t)nth;
    int draw = (int)unit_between(&state, 0, 999);
    for (int i = 0; op > 0 && i < MISHAPS; i++)
        if ((draw -= shares[i] * mixed->scale) < 0) {
            mixed->met[i]++;
            return steps[i];
        }
    return (fault_step){.done = true, .status = 200};
}

typedef struct mix_report {
    int applied, not_applied, unknown, lies;
    int64_t attempts, most_attempts, deferred;
} mix_report;

static void take(mix_report *report, am_call *call)
{
    am_result result = am_call_result(call);
    report->applied += result.outcome == AM_APPLIED;
    report->not_applied += result.outcome == AM_NOT_APPLIED;
    report->unknown += result.outcome == AM_UNKNOWN;
    report->deferred += result.code == AM_DEFERRED;
    report->attempts += result.attempts;
    if (result.attempts > report->most_attempts)
        report->most_attempts = result.attempts;
}

/* Sends all, with at most AT_ONCE unfinished at a time. */
static mix_report send_all(fault_rig *rig, unsigned count)
{
    mix_report told = {0};
    unsigned begun = 0, ended = 0;
    while (ended < count) {
        while (begun < count && begun - ended < AT_ONCE)
            fault_submit(rig->client, ++begun, AM_KEYED, 0);
        am_engine_wait(rig->engine, -1);
        for (am_call *call; (call = am_engine_next(rig->engine)) != NULL;) {
            if (am_call_state(call) == AM_STATE_JUDGING)
                fault_judge(call);
            if (am_call_state(call) != AM_STATE_DONE)
                continue;
            take(&told, call);
            am_call_free(call);
            ended++;
        }
    }
    return told;
}

static void run(const char *name, fault_scheme scheme, unsigned count, int scale,
                int64_t budget_tokens)
{
    mix mixed = {.seed = unit_seed(), .scale = scale};
    fault_server *server = fault_server_new(scheme);
    fault_rig rig = fault_rig_new(server);
    rig.limits.backoff_cap_ms = 16;
    am_limits defaults;
    am_limits_init(&defaults);
    rig.limits.attempts = defaults.attempts;
    rig.limits.budget_tokens = budget_tokens ? budget_tokens : defaults.budget_tokens;
    fault_rig_free(&rig); /* an origin's budget is created with its first client */
    rig.engine = am_engine_new();
    rig.client = NULL;
    am_client_options options = fault_options(&rig);
    fault_rig_client(&rig, &options);
    fault_server_choose(server, choose, &mixed);
    int64_t start = am_monotonic_ms();
    mix_report told = send_all(&rig, count);
    int64_t elapsed = am_monotonic_ms() - start;
    fault_rig_free(&rig);
    fault_server_settle(server);
    int extra = 0, lost = 0, requests = 0, met = 0;
    for (unsigned op = 1; op <= count; op++) {
        fault_tally tally = fault_server_tally(server, op);
        extra += tally.copies > 1 ? tally.copies - 1 : 0;
        lost += tally.copies == 0;
        requests += tally.requests;
    }
    for (int i = 0; i < MISHAPS; i++)
        met += mixed.met[i];
    print_message("# %s: %u sends, %d requests, %d mishaps (reset before %d, after %d, 504 %d, 503 "
                  "%d, cut %d, 429 %d), %d connections, %lld ms\n",
                  name, count, requests, met, mixed.met[0], mixed.met[1], mixed.met[2],
                  mixed.met[3], mixed.met[4], mixed.met[5], fault_server_totals(server).connections,
                  (long long)elapsed);
    print_message("# duplicates %d, losses %d, false failures %d, unknown %d, deferred %lld, most "
                  "attempts %lld\n",
                  extra, lost, told.not_applied, told.unknown, (long long)told.deferred,
                  (long long)told.most_attempts);
    fault_server_free(server);
    assert_int_equal(extra, 0);
    assert_int_equal(lost, 0);
    assert_int_equal(told.applied, count);
    /* If many share a connection, a reset takes requests along that never arrived. */
    assert_true(told.attempts == requests || (scheme == FAULT_H2 && told.attempts > requests));
}

/* Fewer when each takes longer; the figures are those of the full count. */
static unsigned sends(unsigned all)
{
    return fault_slowness() > 1 ? all / 50 : all;
}

static void all_sends_are_done_once_when_5_of_100_requests_fail(void **state)
{
    (void)state;
    run("5 %", FAULT_HTTP, sends(SENDS), 1, 0);
}

static void all_sends_are_done_once_when_20_of_100_requests_fail(void **state)
{
    (void)state;
    run("20 %", FAULT_HTTP, sends(SENDS / 5), 4, 1000000);
}

static void all_sends_are_done_once_when_5_of_100_requests_fail_over_tls(void **state)
{
    (void)state;
    run("5 %, TLS", FAULT_HTTPS, sends(SENDS / 5), 1, 0);
}

static void all_sends_are_done_once_when_5_of_100_requests_fail_over_http2(void **state)
{
    (void)state;
    run("5 %, h2", FAULT_H2, sends(SENDS / 5), 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_sends_are_done_once_when_5_of_100_requests_fail),
        cmocka_unit_test(all_sends_are_done_once_when_20_of_100_requests_fail),
        cmocka_unit_test(all_sends_are_done_once_when_5_of_100_requests_fail_over_tls),
        cmocka_unit_test(all_sends_are_done_once_when_5_of_100_requests_fail_over_http2),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
