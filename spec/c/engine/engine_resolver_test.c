/* SPDX-License-Identifier: MIT */
/* A resolver that takes five seconds: this program's getaddrinfo replaces the system's.
 */
#define _GNU_SOURCE
#include "unit.h"

#include <dirent.h>
#include <dlfcn.h>
#include <netdb.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "fault_client.h"

enum { RESOLVER_MS = 5000, TOLERANCE_MS = 200 };

/* Closing the writing end of the gate lets all lookups return at once. */
static int gate[2];

__attribute__((visibility("default"))) int getaddrinfo(const char *node, const char *service,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **result);

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    if (node && strcmp(node, "slow.test") == 0) {
        struct pollfd opened = {.fd = gate[0], .events = POLLIN};
        poll(&opened, 1, RESOLVER_MS);
        return EAI_AGAIN;
    }
    if (node && strcmp(node, "nowhere.test") == 0)
        return EAI_NONAME;
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    return real(node, service, hints, result);
}

static int threads(void)
{
    int count = -2; /* the folder itself and the one above */
    DIR *folder = opendir("/proc/self/task");
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

/* Lets the lookups return, into the remains of the engine that asked for them. */
static void open_gate_and_wait(void)
{
    close(gate[1]);
    while (threads() > 1)
        sched_yield();
}

typedef struct slow {
    am_engine *engine;
    am_client *client;
    am_call *call;
    int64_t start_ms;
    int descriptors;
} slow;

static slow ask(const char *url, int64_t deadline_ms)
{
    char error[AM_ERROR_SIZE];
    am_code code;
    am_limits limits;
    slow asked = {.descriptors = fault_descriptors()};
    asked.engine = am_engine_new();
    am_limits_init(&limits);
    limits.deadline_ms = deadline_ms;
    limits.backoff_base_ms = limits.backoff_cap_ms = 1;
    limits.attempts = 3;
    asked.client = am_client_new(
        asked.engine,
        &(am_client_options){.base_url = url, .api_key = "k", .proxy = "", .limits = &limits},
        error);
    assert_non_null(asked.client);
    am_request request = {.method = "POST", .target = "/v0/x", .protection = AM_UNPROTECTED};
    asked.start_ms = am_monotonic_ms();
    asked.call = am_call_submit(asked.client, &request, &code, error);
    assert_non_null(asked.call);
    return asked;
}

static void assert_soon(int64_t since_ms, int64_t planned_ms)
{
    assert_in_range(am_monotonic_ms() - since_ms, planned_ms - 1,
                    planned_ms + TOLERANCE_MS * fault_slowness());
}

static void a_deadline_holds_while_the_resolver_hangs(void **state)
{
    (void)state;
    slow asked = ask("http://slow.test", 1000);
    am_result result = fault_finish(asked.engine, asked.call);
    assert_soon(asked.start_ms, 1000);
    assert_int_equal(result.code, AM_TIMEOUT);
    assert_int_equal(result.outcome, AM_NOT_APPLIED);
    assert_int_equal(result.attempts, 0);
    int64_t start = am_monotonic_ms();
    am_engine_free(asked.engine);
    assert_soon(start, 1);
    open_gate_and_wait();
    assert_int_equal(fault_descriptors(), asked.descriptors - 1);
}

static void a_deadline_wakes_the_descriptor_while_the_resolver_hangs(void **state)
{
    (void)state;
    slow asked = ask("https://slow.test", 1000);
    struct pollfd watched = {.fd = am_engine_pollfd(asked.engine), .events = POLLIN};
    while (am_call_state(asked.call) != AM_STATE_DONE) {
        assert_int_equal(poll(&watched, 1, RESOLVER_MS), 1);
        am_engine_step(asked.engine);
    }
    assert_soon(asked.start_ms, 1000);
    assert_int_equal(am_call_result(asked.call).code, AM_TIMEOUT);
    am_engine_free(asked.engine);
    open_gate_and_wait();
}

static void a_cancel_does_not_wait_for_the_resolver(void **state)
{
    (void)state;
    slow asked = ask("http://slow.test", 60000);
    while (threads() == 1)
        am_engine_wait(asked.engine, 1);
    int64_t start = am_monotonic_ms();
    am_call_cancel(asked.call);
    assert_int_equal(am_call_result(asked.call).outcome, AM_NOT_APPLIED);
    am_client_free(asked.client);
    am_engine_free(asked.engine);
    assert_soon(start, 1);
    open_gate_and_wait();
    assert_int_equal(fault_descriptors(), asked.descriptors - 1);
}

static void a_name_lookup_that_fails_is_tried_again(void **state)
{
    (void)state;
    slow asked = ask("http://slow.test", 60000);
    while (threads() == 1)
        am_engine_wait(asked.engine, 1);
    open_gate_and_wait();
    am_result result = fault_finish(asked.engine, asked.call);
    assert_int_equal(result.code, AM_DNS);
    assert_int_equal(result.outcome, AM_NOT_APPLIED);
    assert_int_equal(result.tries, 3);
    am_engine_free(asked.engine);
}

static void a_host_name_that_does_not_exist_fails_as_dns(void **state)
{
    (void)state;
    slow asked = ask("http://nowhere.test", 60000);
    am_result result = fault_finish(asked.engine, asked.call);
    assert_int_equal(result.code, AM_DNS);
    assert_int_equal(result.attempts, 0);
    assert_true(result.retryable);
    am_engine_free(asked.engine);
    open_gate_and_wait();
}

static int build_gate(void **state)
{
    (void)state;
    return pipe(gate);
}

static int tear_down_gate(void **state)
{
    (void)state;
    return close(gate[0]);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, build_gate, tear_down_gate)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_deadline_holds_while_the_resolver_hangs),
        CASE(a_deadline_wakes_the_descriptor_while_the_resolver_hangs),
        CASE(a_cancel_does_not_wait_for_the_resolver),
        CASE(a_name_lookup_that_fails_is_tried_again),
        CASE(a_host_name_that_does_not_exist_fails_as_dns),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
