/* SPDX-License-Identifier: MIT */
/* Events on the way to the service, before the request is sent, or apparently before. */
#define _GNU_SOURCE
#include "rows_run.h"
#include "unit.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fault_wire.h"

enum { SOON_MS = 60, PATIENT_MS = 250, TRIES = 3 };

/* Names of this program's own, checked before the system's resolver. */
__attribute__((visibility("default"))) int getaddrinfo(const char *node, const char *service,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **result);

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (node && strcmp(node, "nowhere.test") == 0)
        return EAI_NONAME;
    bool elsewhere = node && strcmp(node, "elsewhere.test") == 0;
    return real(elsewhere ? "127.0.0.1" : node, service, hints, result);
}

/* One request of a class with these options; expects that nothing reached the origin. */
static void expect_unsent(const char *what, const am_client_options *given, am_protection p,
                          am_code code, int tries)
{
    char error[AM_ERROR_SIZE];
    am_limits limits;
    am_limits_init(&limits);
    limits.attempts = TRIES;
    limits.backoff_base_ms = limits.backoff_cap_ms = 1;
    if (code == AM_TIMEOUT)
        limits.connect_timeout_ms = SOON_MS;
    am_client_options options = *given;
    options.limits = &limits;
    am_engine *engine = am_engine_new();
    am_client *client = am_client_new(engine, &options, error);
    if (!client)
        fail_msg("%s: %s", what, error);
    am_result result = fault_finish(engine, fault_submit(client, 1, p, 0));
    rows_check(what, p, result, (fault_tally){0}, 'n', code, false);
    if (result.tries != tries)
        fail_msg("%s: %d tries, not %d", what, result.tries, tries);
    am_engine_free(engine);
}

static void expect_all_unsent(const char *what, const am_client_options *options, am_code code,
                              int tries)
{
    for (int p = 0; p < AM_PROTECTIONS; p++)
        expect_unsent(what, options, (am_protection)p, code, tries);
}

static void row_1_a_host_name_that_does_not_exist(void **state)
{
    (void)state;
    am_client_options options = {.base_url = "http://nowhere.test", .api_key = "k", .proxy = ""};
    expect_all_unsent("1 DNS", &options, AM_DNS, TRIES);
    options.base_url = "http://127.0.0.1";
    options.proxy = "http://nowhere.test:3128";
    expect_all_unsent("1 DNS of the proxy", &options, AM_PROXY, TRIES);
}

/* A port that we hold and no one listens on. */
static void closed_port(int *fd, char url[64])
{
    int port;
    *fd = fault_socket(&port);
    snprintf(url, 64, "http://127.0.0.1:%d", port);
}

static void row_2_a_connection_that_is_refused(void **state)
{
    char url[64];
    int fd;
    (void)state;
    closed_port(&fd, url);
    am_client_options options = {.base_url = url, .api_key = "k", .proxy = ""};
    expect_all_unsent("2 refused", &options, AM_NETWORK, TRIES);
    options.base_url = "https://nowhere.test";
    options.proxy = url;
    expect_all_unsent("5 proxy refused", &options, AM_NETWORK, TRIES);
    close(fd);
}

/* The service does it, breaks the connection and goes away: libcurl then reports "refused". */
static void row_2b_a_connection_that_is_refused_after_the_request_was_done(void **state)
{
    static const fault_scheme schemes[] = {FAULT_HTTP, FAULT_HTTPS, FAULT_H2};
    static const fault_step steps[] = {{.done = true, .hang_up = true, .end = FAULT_CLOSE},
                                       {.done = true, .hang_up = true, .end = FAULT_RESET}};
    (void)state;
    for (size_t s = 0; s < COUNT(schemes); s++)
        for (int p = 0; p < AM_PROTECTIONS * 2; p++) {
            am_protection protection = (am_protection)(p / 2);
            fault_server *server = fault_server_new(schemes[s]);
            fault_rig rig = fault_rig_new(server);
            rig.limits.attempts = TRIES;
            am_client_options options = fault_options(&rig);
            fault_rig_client(&rig, &options);
            fault_prime(&rig);
            fault_server_script(server, &steps[p % 2], 1);
            am_result result = fault_finish(rig.engine, fault_submit(rig.client, 1, protection, 0));
            rows_check("2b", protection, result, fault_server_tally(server, 1),
                       protection == AM_SAFE ? 'n' : 'u', AM_NETWORK, false);
            assert_int_equal(result.attempts, 1);
            fault_rig_free(&rig);
            fault_server_free(server);
        }
}

/* A full queue of connections that no one accepts. */
static void row_3_a_connection_that_times_out(void **state)
{
    int port, fd = fault_socket(&port), fillers[3], unused;
    char url[64];
    (void)state;
    assert_int_equal(listen(fd, 0), 0);
    for (size_t i = 0; i < COUNT(fillers); i++) {
        fillers[i] = fault_socket(&unused);
        fcntl(fillers[i], F_SETFL, O_NONBLOCK);
        fault_connect(fillers[i], port);
    }
    snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
    am_client_options options = {.base_url = url, .api_key = "k", .proxy = ""};
    expect_unsent("3 connect times out", &options, AM_KEYED, AM_TIMEOUT, TRIES);
    expect_unsent("3 connect times out", &options, AM_UNPROTECTED, AM_TIMEOUT, TRIES);
    for (size_t i = 0; i < COUNT(fillers); i++)
        close(fillers[i]);
    close(fd);
}

static void row_4_a_server_that_does_not_speak_tls(void **state)
{
    fault_server *server = fault_server_new(FAULT_HTTP);
    char url[64];
    (void)state;
    snprintf(url, sizeof url, "https://127.0.0.1:%d", fault_server_port(server));
    fault_step never = {
        .when = FAULT_AFTER_ACCEPT, .raw = "HTTP/1.1 400 No\r\n\r\n", .end = FAULT_CLOSE};
    fault_step steps[AM_PROTECTIONS * TRIES];
    for (size_t i = 0; i < COUNT(steps); i++)
        steps[i] = never;
    fault_server_script(server, steps, COUNT(steps));
    am_client_options options = {.base_url = url, .api_key = "k", .proxy = ""};
    expect_all_unsent("4 not TLS", &options, AM_TLS, TRIES);
    fault_server_free(server);
}

static void row_4c_a_certificate_that_cannot_be_trusted(void **state)
{
    fault_server *server = fault_server_new(FAULT_HTTPS);
    fault_server *other = fault_server_new(FAULT_HTTPS);
    char url[64];
    (void)state;
    am_client_options options = {.base_url = fault_server_url(server), .api_key = "k", .proxy = ""};
    expect_all_unsent("4c unknown authority", &options, AM_TLS, 1);
    options.ca_file = fault_server_ca_file(other);
    expect_all_unsent("4c another authority", &options, AM_TLS, 1);
    options.ca_file = "/nonexistent/authority.pem";
    expect_all_unsent("4c no authority", &options, AM_TLS, 1);
    options.ca_file = fault_server_ca_file(server);
    snprintf(url, sizeof url, "https://elsewhere.test:%d", fault_server_port(server));
    options.base_url = url;
    expect_all_unsent("4c another name", &options, AM_TLS, 1);
    assert_int_equal(fault_server_totals(server).requests, 0);
    fault_server_free(other);
    fault_server_free(server);
}

/* ---- proxies --------------------------------------------------------------------------------- */

static void row_5b_a_proxy_that_answers_407(void **state)
{
    fault_server *proxy = fault_server_new(FAULT_PROXY);
    fault_step steps[AM_PROTECTIONS];
    (void)state;
    am_client_options options = {
        .base_url = "https://nowhere.test", .api_key = "k", .proxy = fault_server_url(proxy)};
    for (size_t i = 0; i < COUNT(steps); i++)
        steps[i] = (fault_step){.raw = "HTTP/1.1 407 Who are you\r\n"
                                       "Proxy-Authenticate: Basic realm=\"x\"\r\n"
                                       "Content-Length: 0\r\n\r\n",
                                .end = FAULT_CLOSE};
    fault_server_script(proxy, steps, COUNT(steps));
    expect_all_unsent("5b 407", &options, AM_PROXY, 1);
    assert_int_equal(fault_server_totals(proxy).requests, AM_PROTECTIONS);
    fault_server_free(proxy);
}

/* Any failure of the proxy itself: no request was sent, and the next try succeeds. */
static void row_5b_a_proxy_that_fails_before_the_tunnel_stands(void **state)
{
    static const fault_step steps[] = {
        {.raw = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", .end = FAULT_CLOSE},
        {.raw = "HTTP/1.1 503 Busy\r\nContent-Length: 3\r\n\r\nno\n", .end = FAULT_KEEP},
        {.raw = "HTTP/1.1 2", .end = FAULT_CLOSE},
        {.raw = "no HTTP at all\r\n\r\n", .end = FAULT_CLOSE},
        {.end = FAULT_CLOSE},
        {.end = FAULT_RESET},
        {.end = FAULT_STALL}};
    (void)state;
    fault_server *proxy = fault_server_new(FAULT_PROXY), *server = fault_server_new(FAULT_HTTPS);
    unsigned op = 0;
    for (size_t i = 0; i < COUNT(steps); i++)
        for (int p = 0; p < AM_PROTECTIONS; p++) {
            fault_rig rig = fault_rig_new(server);
            if (steps[i].end == FAULT_STALL)
                rig.limits.attempt_timeout_ms = PATIENT_MS * fault_slowness();
            am_client_options options = fault_options(&rig);
            options.proxy = fault_server_url(proxy);
            fault_rig_client(&rig, &options);
            fault_server_script(proxy, &steps[i], 1);
            am_call *call = fault_submit(rig.client, ++op, (am_protection)p, 0);
            am_result result = fault_finish(rig.engine, call);
            rows_check("5b", (am_protection)p, result, fault_server_tally(server, op), 'a', AM_OK,
                       steps[i].end == FAULT_STALL);
            assert_true(result.tries >= 2);
            fault_rig_free(&rig);
        }
    fault_server_free(proxy);
    fault_server_free(server);
}

/* Without TLS a proxy forwards requests, and its errors look like the service's. */
static void row_23_a_proxy_that_passes_a_502_on(void **state)
{
    fault_server *proxy = fault_server_new(FAULT_HTTP);
    static const fault_step bad_gateway = {.done = true, .status = 502};
    char head[4096];
    (void)state;
    for (int p = 0; p < AM_PROTECTIONS; p++) {
        fault_rig rig = fault_rig_new(proxy);
        am_client_options options = fault_options(&rig);
        options.base_url = "http://nowhere.test";
        options.proxy = fault_server_url(proxy);
        fault_rig_client(&rig, &options);
        fault_server_script(proxy, &bad_gateway, 1);
        am_result result = fault_finish(rig.engine, fault_begin(&rig, (am_protection)p));
        rig.op = (unsigned)p;
        rows_check("23", (am_protection)p, result, fault_server_tally(proxy, 1),
                   p == AM_UNPROTECTED ? 'u' : 'a', AM_SERVICE_ERROR, false);
        fault_rig_free(&rig);
        fault_server_last_head(proxy, head, sizeof head);
        assert_non_null(strstr(head, " http://nowhere.test/v0/operation HTTP/1.1\r\n"));
        fault_server_free(proxy);
        proxy = fault_server_new(FAULT_HTTP);
    }
    fault_server_free(proxy);
}

int main(void)
{
    unsetenv("no_proxy"); /* from the Makefile: these proxies run on this machine, on purpose */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_1_a_host_name_that_does_not_exist),
        cmocka_unit_test(row_2_a_connection_that_is_refused),
        cmocka_unit_test(row_2b_a_connection_that_is_refused_after_the_request_was_done),
        cmocka_unit_test(row_3_a_connection_that_times_out),
        cmocka_unit_test(row_4_a_server_that_does_not_speak_tls),
        cmocka_unit_test(row_4c_a_certificate_that_cannot_be_trusted),
        cmocka_unit_test(row_5b_a_proxy_that_answers_407),
        cmocka_unit_test(row_5b_a_proxy_that_fails_before_the_tunnel_stands),
        cmocka_unit_test(row_23_a_proxy_that_passes_a_502_on),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
