/* SPDX-License-Identifier: MIT */
/* Rows that depend on more than the answer: an option, the time, other calls. */
#define _GNU_SOURCE
#include "base/clock.h"
#include "rows_run.h"
#include "unit.h"

#include <string.h>

static void use_limits(fault_rig *rig)
{
    am_client_options options = fault_options(rig);
    fault_rig_client(rig, &options);
}

/* ---- what the caller allows ------------------------------------------------------------------ */

static void a_503_is_repeated_where_the_caller_believes_that_nothing_was_done(void **state)
{
    static const fault_step steps[] = {
        {.status = 503, .body = "{\"code\":\"service_unavailable\"}"}, {.status = 200}};
    static const fault_step other[] = {{.status = 503, .body = "{\"code\":\"overloaded\"}"}};
    am_request request = {.method = "POST",
                          .target = "/v0/x",
                          .protection = AM_UNPROTECTED,
                          .resend_unavailable = true};
    fault_rig rig = fault_rig_new(*state);
    assert_int_equal(rows_ask(&rig, &request, steps, 2).outcome, AM_APPLIED);
    assert_int_equal(rows_ask(&rig, &request, other, 1).outcome, AM_UNKNOWN);
    request.resend_unavailable = false;
    assert_int_equal(rows_ask(&rig, &request, steps, 2).outcome, AM_UNKNOWN);
    fault_rig_free(&rig);
}

static void a_send_whose_key_stays_in_use_is_in_doubt(void **state)
{
    fault_step busy[60], other[60] = {LOST};
    for (size_t i = 0; i < COUNT(busy); i++)
        busy[i] = (fault_step){.status = 409, .body = "{\"code\":\"conflict\"}"};
    for (size_t i = 1; i < COUNT(other); i++)
        other[i] =
            (fault_step){.status = 409, .body = "{\"name\":\"IdempotencyKeyConflictError\"}"};
    fault_rig rig = fault_rig_new(*state);
    rig.limits.conflict_wait_ms = 50;
    rig.limits.backoff_base_ms = rig.limits.backoff_cap_ms = 10;
    use_limits(&rig);
    fault_server_script(*state, busy, COUNT(busy));
    am_result result = fault_finish(rig.engine, fault_begin(&rig, AM_KEYED));
    rows_check("18", AM_KEYED, result, fault_server_tally(*state, rig.op), 'u', AM_CONFLICT, false);
    assert_true(result.attempts >= 2);
    assert_true(result.retryable);
    fault_server_script(*state, other, COUNT(other));
    result = fault_finish(rig.engine, fault_begin(&rig, AM_KEYED));
    rows_check("18b", AM_KEYED, result, fault_server_tally(*state, rig.op), 'u', AM_KEY_REUSED,
               false);
    assert_true(result.attempts >= 3);
    assert_false(result.retryable);
    fault_rig_free(&rig);
}

/* A client whose budget pays for one repeat, and regains tokens at this rate. */
static am_result ask_on_a_budget(fault_rig *rig, int64_t refill_ms)
{
    static const fault_step steps[] = {{.status = 500}, {.status = 500}, {.status = 500}};
    am_engine_free(rig->engine); /* budgets belong to the origin, and live as long as the engine */
    rig->engine = am_engine_new();
    rig->client = NULL;
    rig->limits.budget_tokens = rig->limits.budget_cost = 5;
    rig->limits.budget_refill_ms = refill_ms;
    use_limits(rig);
    fault_server_script(rig->server, steps, COUNT(steps));
    return fault_finish(rig->engine, fault_begin(rig, AM_KEYED));
}

static void an_empty_retry_budget_defers_a_call(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    rig.limits.deadline_ms = 300 * fault_slowness();
    am_result result = ask_on_a_budget(&rig, 86400000);
    rows_check("24", AM_KEYED, result, fault_server_tally(*state, rig.op), 'u', AM_DEFERRED, false);
    assert_int_equal(result.cause, AM_SERVICE_ERROR);
    assert_int_equal(result.cause_status, 500);
    assert_int_equal(result.attempts, 2);
    assert_true(result.not_before_ms >= 0);
    assert_true(result.retryable);
    rig.limits.deadline_ms = 60000;
    result = ask_on_a_budget(&rig, 1);
    rows_check("24", AM_KEYED, result, fault_server_tally(*state, rig.op), 'a', AM_OK, false);
    assert_int_equal(result.cause, AM_OK);
    assert_int_equal(result.attempts, 4);
    fault_rig_free(&rig);
}

/* Downloads come from elsewhere: their failures are not the service's. */
static void another_host_has_a_retry_budget_of_its_own(void **state)
{
    static const fault_step down[] = {{.status = 503}, {.status = 503}, {.status = 503}};
    static const fault_step once = {.status = 503};
    fault_server *elsewhere = fault_server_new(FAULT_HTTP);
    fault_rig rig = fault_rig_new(*state);
    char url[128], error[AM_ERROR_SIZE];
    am_code code;
    rig.limits.deadline_ms = 300 * fault_slowness();
    rig.limits.budget_refill_ms = 86400000;
    ask_on_a_budget(&rig, 86400000); /* spends the service's budget */
    fault_server_script(elsewhere, &once, 1);
    snprintf(url, sizeof url, "%s/file", fault_server_url(elsewhere));
    am_request request = {.method = "GET", .url = url};
    am_call *call = am_call_submit(rig.client, &request, &code, error);
    assert_int_equal(fault_finish(rig.engine, call).code, AM_OK); /* and here some is left */
    am_call_free(call);
    fault_server_script(elsewhere, down, COUNT(down));
    call = am_call_submit(rig.client, &request, &code, error);
    assert_int_equal(fault_finish(rig.engine, call).code, AM_DEFERRED);
    am_call_free(call);
    fault_rig_free(&rig);
    fault_server_free(elsewhere);
}

/* ---- time ------------------------------------------------------------------------------------ */

static am_event next_of(fault_rig *rig, am_call *call, am_event_kind kind)
{
    am_event event;
    for (;;) {
        while (am_call_next_event(call, &event))
            if (event.kind == kind)
                return event;
        am_engine_wait(rig->engine, -1);
        for (am_call *next; (next = am_engine_next(rig->engine)) != NULL;)
            fault_judge(next);
    }
}

static void a_retry_after_is_waited_for(void **state)
{
    static const struct {
        const char *header;
        int64_t least, most;
    } cases[] = {
        {"Retry-After: 7\r\n", 7000, 8750},
        {"Retry-After: 1.5\r\n", 1500, 1875},
        {"Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 0, 5},
        {"Retry-After: soon\r\n", 0, 5},
        {"Retry-After: -3\r\n", 0, 5},
    };
    static const int statuses[] = {429, 503};
    am_request request = {
        .method = "POST", .target = "/v0/x", .protection = AM_CLIENT_ID, .events = true};
    fault_rig rig = fault_rig_new(*state);
    for (size_t i = 0; i < COUNT(cases) * COUNT(statuses); i++) {
        const fault_step step = {.status = statuses[i % 2], .header = cases[i / 2].header};
        char error[AM_ERROR_SIZE];
        am_code code;
        fault_server_script(*state, &step, 1);
        am_call *call = am_call_submit(rig.client, &request, &code, error);
        am_event wait = next_of(&rig, call, AM_EVENT_WAIT);
        assert_in_range(wait.delay_ms, cases[i / 2].least, cases[i / 2].most);
        am_call_free(call);
    }
    fault_rig_free(&rig);
}

/* A service that admits one request per so many milliseconds, and says so. */
enum { PACE_MS = 100, PACED = 30 };

static fault_step at_a_pace(void *context, unsigned op, int nth)
{
    int64_t *admitted_ms = context, now = am_monotonic_ms();
    (void)op, (void)nth;
    if (now - *admitted_ms < PACE_MS)
        return (fault_step){.status = 429, .header = "Retry-After: 0.1\r\n"};
    *admitted_ms = now;
    return (fault_step){.done = true, .status = 200};
}

static void a_rate_limit_that_names_its_time_sets_the_pace_of_sends(void **state)
{
    int64_t admitted_ms = 0, since = am_monotonic_ms();
    fault_rig rig = fault_rig_new(*state);
    am_limits_init(&rig.limits);
    rig.limits.backoff_base_ms = 10;
    rig.limits.attempts = 50;
    use_limits(&rig);
    fault_server_choose(*state, at_a_pace, &admitted_ms);
    for (int i = 0; i < PACED; i++) {
        am_call *call = fault_begin(&rig, AM_KEYED);
        am_result result = fault_finish(rig.engine, call);
        rows_check("20", AM_KEYED, result, fault_server_tally(*state, rig.op), 'a', AM_OK, false);
        am_call_free(call);
    }
    int64_t took = am_monotonic_ms() - since;
    print_message("# %d sends at one in %d ms took %lld ms\n", PACED, PACE_MS, (long long)took);
    assert_in_range(took, (PACED - 1) * PACE_MS, 2 * PACED * PACE_MS * fault_slowness());
    fault_rig_free(&rig);
    fault_server_choose(*state, NULL, NULL);
}

/* ---- libcurl's own repeats ------------------------------------------------------------------- */

/* A reused connection that dies without a byte: libcurl sends again by itself, and we report it. */
static void a_repeat_by_libcurl_itself_is_reported(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    char error[AM_ERROR_SIZE];
    am_code code;
    am_request request = {
        .method = "POST", .target = "/v0/x", .protection = AM_CLIENT_ID, .events = true};
    fault_prime(&rig);
    int before = fault_server_totals(*state).requests;
    static const fault_step lost = LOST;
    fault_server_script(*state, &lost, 1);
    am_call *call = am_call_submit(rig.client, &request, &code, error);
    am_event event = next_of(&rig, call, AM_EVENT_RESEND);
    assert_int_equal(event.attempt, 2);
    am_result result = fault_finish(rig.engine, call);
    assert_int_equal(result.attempts, 2);
    assert_int_equal(result.attempts, fault_server_totals(*state).requests - before);
    assert_int_equal(result.outcome, AM_APPLIED);
    fault_rig_free(&rig);
}

/* The request that the service compares must be the same each time, its head included. */
static void every_attempt_sends_the_same_bytes(void **state)
{
    static const fault_step steps[] = {{.done = true, .end = FAULT_CLOSE}, {.status = 502}};
    fault_rig rig = fault_rig_new(*state);
    char heads[3][4096];
    fault_prime(&rig);
    for (size_t i = 0; i < COUNT(heads); i++) {
        fault_server_script(*state, steps, i);
        am_call *call = fault_submit(rig.client, 1, AM_KEYED, 500);
        assert_int_equal(fault_finish(rig.engine, call).attempts, (int)i + 1);
        am_call_free(call);
        fault_server_last_head(*state, heads[i], sizeof heads[i]);
        assert_string_equal(heads[i], heads[0]);
    }
    assert_non_null(strstr(heads[0], "\r\nIdempotency-Key: ~~~~~~~~00000001\r\n"));
    assert_non_null(strstr(heads[0], "\r\nContent-Length: 500\r\n"));
    assert_null(strcasestr(heads[0], "Expect"));
    assert_int_equal(fault_server_tally(*state, 1).copies, 1);
    fault_rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_CASE(a_rate_limit_that_names_its_time_sets_the_pace_of_sends),
        FAULT_CASE(a_503_is_repeated_where_the_caller_believes_that_nothing_was_done),
        FAULT_CASE(a_send_whose_key_stays_in_use_is_in_doubt),
        FAULT_CASE(an_empty_retry_budget_defers_a_call),
        FAULT_CASE(a_retry_after_is_waited_for),
        FAULT_CASE(another_host_has_a_retry_budget_of_its_own),
        FAULT_CASE(a_repeat_by_libcurl_itself_is_reported),
        FAULT_CASE(every_attempt_sends_the_same_bytes),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
