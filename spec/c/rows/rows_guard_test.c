/* SPDX-License-Identifier: MIT */
/* Rows of the guard: what must not go onto the wire any more, and what must not go out again. */
#define _GNU_SOURCE
#include "rows_run.h"
#include "unit.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/call.h"

#define LOST                                                                                       \
    {                                                                                              \
        .done = true, .end = FAULT_RESET                                                           \
    }

static am_call *submit(fault_rig *rig, am_request request)
{
    char error[AM_ERROR_SIZE], id[FAULT_ID_SIZE], key[FAULT_ID_SIZE], body[64];
    am_code code;
    am_header header = {"X-Op", id};
    snprintf(id, sizeof id, "~~~~~~~~%08x%c", ++rig->op, "SICKNMU"[request.protection]);
    snprintf(key, sizeof key, "%.16s", id);
    request.method = request.protection == AM_SAFE ? "GET" : "POST";
    if (request.protection != AM_SAFE) {
        request.body = body;
        request.body_size = (size_t)snprintf(body, sizeof body, "{\"client_id\":\"%s\"}", key);
    }
    request.target = "/v0/operation";
    request.idempotency_key = request.protection == AM_KEYED ? key : NULL;
    request.if_match = request.protection == AM_IF_MATCH ? "\"rv-1\"" : NULL;
    request.headers = &header;
    request.header_count = 1;
    am_call *call = am_call_submit(rig->client, &request, &code, error);
    if (!call)
        fail_msg("%s", error);
    return call;
}

static void check(fault_rig *rig, am_call *call, char outcome, int attempts, am_code code)
{
    am_result result = fault_finish(rig->engine, call);
    am_protection protection = call->policy.protection;
    rows_check(am_protection_word(protection), protection, result,
               fault_server_tally(rig->server, rig->op), outcome, code, false);
    assert_int_equal(result.attempts, attempts);
    assert_int_equal(result.code, code);
    assert_int_equal(result.retryable, false);
    am_call_free(call);
}

/* Until the clock of the guard is beyond a time. */
static void pass(int64_t boottime_ms)
{
    while (am_boottime_ms() <= boottime_ms)
        usleep(1000);
}

/* ---- row 29: never sent ---------------------------------------------------------------------- */

static void row_29_it_is_too_late_to_send_it(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    for (int primed = 0; primed < 2; primed++) {
        for (int protection = 0; protection < AM_PROTECTIONS; protection++) {
            am_request request = {.protection = (am_protection)protection, .not_after_ms = 1};
            check(&rig, submit(&rig, request), 'n', 0, AM_STALE);
            request.doubtful = true;
            check(&rig, submit(&rig, request), protection == AM_SAFE ? 'n' : 'u', 0, AM_STALE);
        }
        fault_prime(&rig);
    }
    am_request request = {.protection = AM_KEYED, .not_after_ms = am_boottime_ms() + 600000};
    check(&rig, submit(&rig, request), 'a', 1, AM_OK);
    fault_rig_free(&rig);
}

static void row_29_what_may_have_been_done_before_is_not_repeated_blindly_for_long(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    am_request request = {.protection = AM_KEYED, .doubtful = true, .blind_ms = 1};
    am_call *call = submit(&rig, request);
    pass(call->history.doubt_ms + 1);
    check(&rig, call, 'u', 0, AM_STALE);
    request.blind_ms = 600000;
    check(&rig, submit(&rig, request), 'a', 1, AM_OK);
    fault_rig_free(&rig);
}

/* ---- row 29b: not sent again by libcurl ------------------------------------------------------ */

/* A request that is done and, once `late` has been made so, loses its connection; which libcurl had
 * used before, so that it sends it again by itself. */
static am_call *lose(fault_rig *rig, am_request request)
{
    static const fault_step step = {.done = true, .pauses = true, .end = FAULT_CLOSE};
    fault_prime(rig);
    fault_server_script(rig->server, &step, 1);
    am_call *call = submit(rig, request);
    fault_until_arrived(rig, fault_server_totals(rig->server).requests + 1);
    assert_int_equal(call->transfer->wire, 1);
    return call;
}

static void row_29b_libcurl_must_not_send_it_again_after_its_time(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    for (int is_late = 0; is_late < 2; is_late++) {
        am_request request = {.protection = AM_KEYED, .not_after_ms = am_boottime_ms() + 600000};
        am_call *call = lose(&rig, request);
        if (is_late)
            call->policy.not_after_ms = am_boottime_ms() - 1;
        fault_server_go_on(rig.server, 1);
        check(&rig, call, is_late ? 'u' : 'a', is_late ? 1 : 2, is_late ? AM_STALE : AM_OK);
    }
    fault_rig_free(&rig);
}

static void row_29b_libcurl_must_not_send_it_again_blindly_for_long(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    for (int is_late = 0; is_late < 2; is_late++) {
        am_request request = {.protection = AM_CLIENT_ID, .blind_ms = 600000};
        am_call *call = lose(&rig, request);
        pass(call->transfer->first_ms + 1);
        if (is_late)
            call->policy.blind_ms = 1;
        fault_server_go_on(rig.server, 1);
        check(&rig, call, is_late ? 'u' : 'a', is_late ? 1 : 2, is_late ? AM_STALE : AM_OK);
    }
    fault_rig_free(&rig);
}

/* ---- what the guard leaves alone ------------------------------------------------------------- */

static void blindness_ends_no_repeat_of_what_was_not_done_and_no_read(void **state)
{
    static const fault_step busy[] = {{.status = 429}, {.status = 425}};
    static const fault_step lost[] = {LOST, LOST};
    fault_rig rig = fault_rig_new(*state);
    fault_server_script(rig.server, busy, COUNT(busy));
    am_request request = {.protection = AM_KEYED, .blind_ms = 1};
    check(&rig, submit(&rig, request), 'a', 3, AM_OK);
    fault_server_script(rig.server, lost, COUNT(lost));
    request.protection = AM_SAFE;
    check(&rig, submit(&rig, request), 'a', 3, AM_OK);
    fault_rig_free(&rig);
}

/* No connection is made for a repeat that is known to come too late. */
static void a_repeat_after_its_time_is_not_begun(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    static const fault_step step = {.done = true, .pauses = true, .end = FAULT_RESET};
    am_request request = {.protection = AM_KEYED, .blind_ms = 600000};
    fault_server_script(rig.server, &step, 1);
    am_call *call = submit(&rig, request);
    fault_until_arrived(&rig, 1);
    pass(call->transfer->first_ms + 1);
    call->policy.blind_ms = 1;
    fault_server_go_on(rig.server, 1);
    am_result result = fault_finish(rig.engine, call);
    assert_int_equal(result.tries, 1);
    assert_int_equal(result.cause, AM_NETWORK);
    assert_non_null(strstr(result.reason, "too late to send it again"));
    assert_int_equal(fault_server_totals(rig.server).connections, 1);
    check(&rig, call, 'u', 1, AM_STALE);
    fault_rig_free(&rig);
}

static void a_guard_in_the_past_of_time_itself_is_refused(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    for (int i = 0; i < 2; i++) {
        char error[AM_ERROR_SIZE];
        am_code code;
        am_request request = {.method = "GET", .target = "/v0/x"};
        request.not_after_ms = i ? 0 : -1;
        request.blind_ms = i ? -1 : 0;
        assert_null(am_call_submit(rig.client, &request, &code, error));
        assert_int_equal(code, AM_INVALID);
        assert_non_null(strstr(error, "must be 0 or more"));
    }
    fault_rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_CASE(row_29_it_is_too_late_to_send_it),
        FAULT_CASE(row_29_what_may_have_been_done_before_is_not_repeated_blindly_for_long),
        FAULT_CASE(row_29b_libcurl_must_not_send_it_again_after_its_time),
        FAULT_CASE(row_29b_libcurl_must_not_send_it_again_blindly_for_long),
        FAULT_CASE(blindness_ends_no_repeat_of_what_was_not_done_and_no_read),
        FAULT_CASE(a_repeat_after_its_time_is_not_begun),
        FAULT_CASE(a_guard_in_the_past_of_time_itself_is_refused),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests_name("rows: the guard", tests, NULL, NULL);
}
