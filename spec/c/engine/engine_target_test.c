/* SPDX-License-Identifier: MIT */
/* How a request names its place, and who asks: the same bytes on every way to the service. */
#define _GNU_SOURCE
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "fault_client.h"

static int occurrences(const char *head, const char *word)
{
    int n = 0;
    for (const char *at = head; (at = strstr(at, word)) != NULL; at += strlen(word))
        n++;
    return n;
}

/* Requests to the client's own origin do not let libcurl parse a URL; others do. Both are sent by
 * turns, on the same handle. */
static void a_target_goes_out_as_libcurl_would_send_its_url(void **state)
{
    static const char *const targets[] = {"/",           "/v0/x",        "/v0/x?", "/v0/x??",
                                          "/v0/x?a&b=c", "/v0/../x/./y", "//x",    "/%7e%2F%zz",
                                          "/a?b?c=/../", "/a:b@c;d=e",   "/?a",    "/{[|]}^`\"<>\\",
                                          "/v0/x?a=%23", "/a//b/?c=//d"};
    fault_rig rig = fault_rig_new(*state);
    char own[FAULT_HEAD_SIZE], other[FAULT_HEAD_SIZE], url[256];
    am_client_options options = fault_options(&rig);
    options.base_url = fault_server_url(*state);
    for (size_t i = 0; i < COUNT(targets); i++) {
        fault_rig_client(&rig, &options);
        fault_send(&rig, (am_request){.method = "GET", .target = targets[i], .anonymous = true},
                   own);
        am_client_options elsewhere = options;
        elsewhere.base_url = "http://localhost:1/v0";
        fault_rig_client(&rig, &elsewhere);
        snprintf(url, sizeof url, "%s%s", options.base_url, targets[i]);
        fault_send(&rig, (am_request){.method = "GET", .url = url}, other);
        assert_string_equal(own, other);
        assert_int_equal(occurrences(own, "\r\nUser-Agent: agentmail-lua/"), 1);
    }
    fault_rig_free(&rig);
}

static void one_handle_goes_to_its_own_origin_and_elsewhere_by_turns(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    fault_server *second = fault_server_new(FAULT_HTTP);
    char head[FAULT_HEAD_SIZE], url[256], host[64];
    snprintf(url, sizeof url, "%s/b?c", fault_server_url(second));
    for (int i = 0; i < 3; i++) {
        rig.server = *state;
        fault_send(&rig, (am_request){.method = "GET", .target = "/a"}, head);
        snprintf(host, sizeof host, "GET /a HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n",
                 fault_server_port(*state));
        assert_memory_equal(head, host, strlen(host));
        rig.server = second;
        fault_send(&rig, (am_request){.method = "GET", .url = url}, head);
        snprintf(host, sizeof host, "GET /b?c HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n",
                 fault_server_port(second));
        assert_memory_equal(head, host, strlen(host));
    }
    assert_int_equal(fault_server_totals(*state).connections, 1);
    assert_int_equal(fault_server_totals(second).connections, 1);
    fault_rig_free(&rig);
    fault_server_free(second);
}

/* Without a tunnel the proxy reads the request, and needs the whole URL. */
static void a_proxy_over_plain_http_gets_a_whole_url_and_one_user_agent(void **state)
{
    static const char first[] = "GET http://service.test/v0/x?y HTTP/1.1\r\n"
                                "Host: service.test\r\n";
    fault_rig rig = fault_rig_new(*state);
    char head[FAULT_HEAD_SIZE];
    am_client_options options = fault_options(&rig);
    options.base_url = "http://service.test";
    options.proxy = fault_server_url(*state);
    fault_rig_client(&rig, &options);
    fault_send(&rig, (am_request){.method = "GET", .target = "/v0/x?y"}, head);
    assert_memory_equal(head, first, sizeof first - 1);
    assert_int_equal(occurrences(head, "User-Agent: "), 1);

    /* The same where the environment names it. */
    unsetenv("no_proxy");
    assert_int_equal(setenv("http_proxy", fault_server_url(*state), 1), 0);
    options.proxy = NULL;
    fault_rig_client(&rig, &options);
    fault_send(&rig, (am_request){.method = "GET", .target = "/v0/x?y"}, head);
    assert_memory_equal(head, first, sizeof first - 1);
    assert_int_equal(occurrences(head, "User-Agent: "), 1);

    /* Where the client names none, the environment is not asked. */
    options.base_url = fault_server_url(*state);
    options.proxy = "";
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    fault_rig_client(&rig, &options);
    fault_send(&rig, (am_request){.method = "GET", .target = "/v0/x"}, head);
    assert_memory_equal(head, "GET /v0/x HTTP/1.1\r\n", 20);
    assert_int_equal(unsetenv("http_proxy"), 0);
    fault_rig_free(&rig);
}

static void a_tunnel_is_asked_for_with_the_user_agent(void **state)
{
    (void)state;
    fault_server *proxy = fault_server_new(FAULT_PROXY), *server = fault_server_new(FAULT_HTTPS);
    fault_rig rig = fault_rig_new(server);
    char head[FAULT_HEAD_SIZE];
    am_client_options options = fault_options(&rig);
    options.proxy = fault_server_url(proxy);
    options.user_agent = "tester/1";
    fault_rig_client(&rig, &options);
    fault_send(&rig, (am_request){.method = "GET", .target = "/v0/x?y"}, head);
    assert_memory_equal(head, "GET /v0/x?y HTTP/1.1\r\n", 22);
    assert_int_equal(occurrences(head, "\r\nUser-Agent: tester/1\r\n"), 1);
    fault_server_last_head(proxy, head, sizeof head);
    assert_memory_equal(head, "CONNECT ", 8);
    assert_int_equal(occurrences(head, "\r\nUser-Agent: tester/1\r\n"), 1);
    assert_null(strstr(head, "Authorization"));
    fault_rig_free(&rig);
    fault_server_free(server);
    fault_server_free(proxy);
}

/* libcurl would wait for "100 Continue" before a large body, and repeat the request after a 417. */
static void no_body_waits_for_leave_to_go(void **state)
{
    static char body[3000000];
    static const size_t sizes[] = {2, 65536, 65537, 1024 * 1024 + 1, sizeof body};
    fault_rig rig = fault_rig_new(*state);
    char head[FAULT_HEAD_SIZE];
    memset(body, ' ', sizeof body);
    body[0] = '[', body[1] = ']';
    for (size_t i = 0; i < COUNT(sizes); i++) {
        am_request request = {.method = "PUT",
                              .target = "/v0/x",
                              .protection = AM_IDEMPOTENT,
                              .body = body,
                              .body_size = sizes[i]};
        fault_send(&rig, request, head);
        assert_null(strstr(head, "Expect"));
    }
    fault_rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_CASE(a_target_goes_out_as_libcurl_would_send_its_url),
        FAULT_CASE(one_handle_goes_to_its_own_origin_and_elsewhere_by_turns),
        FAULT_CASE(a_proxy_over_plain_http_gets_a_whole_url_and_one_user_agent),
        cmocka_unit_test(a_tunnel_is_asked_for_with_the_user_agent),
        FAULT_CASE(no_body_waits_for_leave_to_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
