/* SPDX-License-Identifier: MIT */
/* What a timeout says about the connection. Over HTTP/2 the request leaves it to others, dead or
 * not.
 */
#include "unit.h"

#include "engine/client.h"
#include "fault_client.h"

/* libcurl measures the age of connections in whole seconds: simulates two seconds passing. */
static void let_time_pass(fault_rig *rig)
{
    rig->client->host->doubted_ms -= 2000;
}

static void a_dead_http2_connection_is_not_used_again(void **state)
{
    static const fault_step dead = {.end = FAULT_DEAD};
    (void)state;
    fault_server *server = fault_server_new(FAULT_H2);
    fault_rig rig = fault_rig_new(server);
    rig.limits.attempt_timeout_ms = 2100; /* otherwise that connection would be too young */
    am_client_options options = fault_options(&rig);
    fault_rig_client(&rig, &options);
    fault_server_script(server, &dead, 1);
    assert_int_equal(fault_finish(rig.engine, fault_begin(&rig, AM_KEYED)).attempts, 2);
    assert_int_equal(fault_finish(rig.engine, fault_begin(&rig, AM_KEYED)).attempts, 1);
    int before = fault_server_totals(server).connections;
    let_time_pass(&rig);
    for (int i = 0; i < 3; i++)
        assert_int_equal(fault_finish(rig.engine, fault_begin(&rig, AM_KEYED)).attempts, 1);
    assert_int_equal(fault_server_totals(server).connections, before);
    fault_rig_free(&rig);
    fault_server_free(server);
}

static void a_dead_http2_connection_is_not_used_while_another_call_waits_on_it(void **state)
{
    static const fault_step dead = {.end = FAULT_DEAD};
    (void)state;
    fault_server *server = fault_server_new(FAULT_H2);
    fault_rig rig = fault_rig_new(server);
    char error[AM_ERROR_SIZE];
    am_code code;
    fault_prime(&rig);
    fault_server_script(server, &dead, 1);
    am_limits patient = rig.limits;
    am_request request = {.method = "GET", .target = "/v0/x", .limits = &patient};
    am_call *waiting = am_call_submit(rig.client, &request, &code, error);
    fault_until_arrived(&rig, 2);
    am_limits hasty = rig.limits;
    hasty.attempt_timeout_ms = 200 * fault_slowness();
    request.limits = &hasty;
    am_call *late = am_call_submit(rig.client, &request, &code, error);
    assert_int_equal(fault_finish(rig.engine, late).attempts, 2);
    assert_int_equal(rig.client->host->doubtful, 1);
    let_time_pass(&rig);
    for (int i = 0; i < 3; i++)
        assert_int_equal(fault_finish(rig.engine, fault_begin(&rig, AM_KEYED)).attempts, 1);
    am_call_cancel(waiting);
    assert_int_equal(rig.client->host->doubtful, 0);
    assert_int_equal(rig.client->host->running, 0);
    am_call_free(late);
    fault_rig_free(&rig);
    fault_server_free(server);
}

/* Over HTTP/1.1 libcurl itself closes the connection that timed out, and the others stay good. */
static void a_timeout_over_http1_closes_no_other_connection(void **state)
{
    static const fault_step stall = {.end = FAULT_STALL};
    fault_rig rig = fault_rig_new(*state);
    rig.limits.attempt_timeout_ms = 200 * fault_slowness();
    am_client_options options = fault_options(&rig);
    options.http2 = false;
    fault_rig_client(&rig, &options);
    fault_server_script(*state, &stall, 1);
    assert_int_equal(fault_finish(rig.engine, fault_begin(&rig, AM_KEYED)).attempts, 2);
    int before = fault_server_totals(*state).connections;
    fault_prime(&rig);
    assert_int_equal(fault_server_totals(*state).connections, before);
    fault_rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dead_http2_connection_is_not_used_again),
        cmocka_unit_test(a_dead_http2_connection_is_not_used_while_another_call_waits_on_it),
        FAULT_CASE(a_timeout_over_http1_closes_no_other_connection),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests_name("doubt", tests, NULL, NULL);
}
