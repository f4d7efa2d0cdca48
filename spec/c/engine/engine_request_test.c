/* SPDX-License-Identifier: MIT */
/* What is sent: never a credential of another request, always the requested method, under the
 * largest limits as well. */
#define _GNU_SOURCE
#include "unit.h"

#include <string.h>

#include "fault_client.h"

static void assert_bare(const char *head, const char *first_line)
{
    assert_int_equal(strncmp(head, first_line, strlen(first_line)), 0);
    assert_null(strcasestr(head, "Authorization"));
    assert_null(strcasestr(head, "Idempotency-Key"));
    assert_null(strcasestr(head, "X-Secret"));
    assert_null(strstr(head, "am_test"));
}

/* One after another, each on the handle and connection of the previous one. */
static void no_request_inherits_a_credential_of_the_one_before(void **state)
{
    static const am_header secret = {"X-Secret", "am_test_secret"};
    fault_rig rig = fault_rig_new(*state);
    char head[FAULT_HEAD_SIZE], elsewhere[128];
    am_request get = {.method = "GET", .target = "/v0/x"};
    am_request keyed = {.method = "POST",
                        .target = "/v0/x",
                        .protection = AM_KEYED,
                        .idempotency_key = "am_test_key",
                        .body = "{}",
                        .body_size = 2,
                        .headers = &secret,
                        .header_count = 1};
    am_request own = {.method = "GET", .target = "/v0/x", .api_key = "am_test_own"};
    const am_request *before[] = {&get, &keyed, &own};
    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", fault_server_url(*state));
    for (size_t i = 0; i < COUNT(before); i++) {
        fault_send(&rig, *before[i], head);
        assert_non_null(strstr(head, "Authorization: Bearer am_test_"));
        fault_send(&rig, (am_request){.method = "GET", .target = "/v0/y", .anonymous = true}, head);
        assert_bare(head, "GET /v0/y HTTP/1.1\r\n");
        fault_send(&rig, *before[i], head);
        fault_send(&rig, (am_request){.method = "GET", .url = elsewhere}, head);
        assert_bare(head, "GET /elsewhere HTTP/1.1\r\n");
        fault_send(&rig, (am_request){.method = "DELETE", .target = "/v0/y", .anonymous = true},
                   head);
        assert_bare(head, "DELETE /v0/y HTTP/1.1\r\n");
        /* Not even a credential given for it, if the request is anonymous. */
        fault_send(
            &rig,
            (am_request){
                .method = "GET", .url = elsewhere, .anonymous = true, .api_key = "am_test_own"},
            head);
        assert_bare(head, "GET /elsewhere HTTP/1.1\r\n");
    }
    assert_int_equal(fault_server_totals(*state).connections, 1);
    fault_rig_free(&rig);
}

static void every_request_has_the_method_it_was_given(void **state)
{
    static const char *const methods[] = {"GET", "POST", "PATCH", "PUT", "DELETE"};
    fault_rig rig = fault_rig_new(*state);
    char head[FAULT_HEAD_SIZE], line[64];
    for (size_t i = 0; i < COUNT(methods); i++)
        for (int body = 1; body >= 0; body--) {
            am_request request = {.method = methods[i], .target = "/v0/x"};
            request.body = body ? "{}" : NULL;
            request.body_size = body ? 2 : 0;
            fault_send(&rig, request, head);
            snprintf(line, sizeof line, "%s /v0/x HTTP/1.1\r\n", methods[i]);
            assert_int_equal(strncmp(head, line, strlen(line)), 0);
            assert_int_equal(strstr(head, "Content-Length: 2\r\n") != NULL, body);
            assert_int_equal(strstr(head, "Content-Type: application/json\r\n") != NULL, body);
        }
    fault_rig_free(&rig);
}

static void the_password_of_a_proxy_is_in_no_error(void **state)
{
    static const char *const proxies[] = {"http://bob:hunter2@proxy:99999",
                                          "ftp://bob:hunter2@proxy", "http://bob:hunter2@[::"};
    fault_rig rig = fault_rig_new(*state);
    unsetenv("no_proxy"); /* otherwise libcurl checks none */
    unsetenv("NO_PROXY");
    for (size_t i = 0; i < COUNT(proxies); i++) {
        am_client_options options = fault_options(&rig);
        options.proxy = proxies[i];
        fault_rig_client(&rig, &options);
        am_call *call = fault_begin(&rig, AM_SAFE);
        am_result result = fault_finish(rig.engine, call);
        assert_int_equal(result.tries, 1); /* the next one would be no better */
        assert_int_equal(result.code, AM_INVALID);
        assert_null(strstr(result.detail, "hunter2"));
        assert_non_null(strstr(result.detail, "proxy"));
        am_call_free(call);
    }
    fault_rig_free(&rig);
}

static void a_header_without_a_value_is_refused(void **state)
{
    static const char *const values[] = {"", " ", " \t "};
    fault_rig rig = fault_rig_new(*state);
    char error[AM_ERROR_SIZE];
    am_code code;
    for (size_t i = 0; i < COUNT(values); i++) {
        am_header header = {"X-Empty", values[i]};
        am_request request = {
            .method = "GET", .target = "/v0/x", .headers = &header, .header_count = 1};
        assert_null(am_call_submit(rig.client, &request, &code, error));
        assert_int_equal(code, AM_INVALID);
        assert_string_equal(error, "header \"X-Empty\" has no value: leave it out");
    }
    fault_rig_free(&rig);
}

static void an_etag_goes_out_as_if_match(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    char head[FAULT_HEAD_SIZE];
    am_request update = {.method = "PATCH",
                         .target = "/v0/x",
                         .protection = AM_IF_MATCH,
                         .if_match = "\"rv-7\"",
                         .body = "{}",
                         .body_size = 2};
    fault_send(&rig, update, head);
    assert_non_null(strstr(head, "\r\nIf-Match: \"rv-7\"\r\n"));
    am_request erase = {.method = "DELETE",
                        .target = "/v0/x",
                        .protection = AM_IDEMPOTENT,
                        .if_match = "*",
                        .idempotency_key = "delete:7/8"};
    fault_send(&rig, erase, head);
    assert_non_null(strstr(head, "\r\nIf-Match: *\r\n"));
    assert_non_null(strstr(head, "\r\nIdempotency-Key: delete:7/8\r\n"));
    am_request get = {.method = "GET", .target = "/v0/x", .protection = AM_SAFE};
    fault_send(&rig, get, head);
    assert_null(strcasestr(head, "If-Match"));
    fault_rig_free(&rig);
}

static void an_etag_or_key_that_protects_nothing_is_refused(void **state)
{
    static const struct {
        am_protection protection;
        const char *if_match, *key, *words;
    } cases[] = {
        {AM_IF_MATCH, NULL, NULL, "if_match is missing: an update is protected by one"},
        {AM_IF_MATCH, "", NULL, "if_match must be an etag, as the service sent it"},
        {AM_UNPROTECTED, "a\nX: y", NULL, "if_match must be an etag, as the service sent it"},
        {AM_IF_MATCH, "*", NULL, "if_match must be one etag: * and lists protect nothing"},
        {AM_IF_MATCH, "\"a\", \"b\"", NULL,
         "if_match must be one etag: * and lists protect nothing"},
        {AM_IDEMPOTENT, NULL, "a b", "idempotency_key must be 1 to 128 visible ASCII characters"},
        {AM_IDEMPOTENT, NULL, "", "idempotency_key must be 1 to 128 visible ASCII characters"},
        {AM_KEYED, NULL, "a:b", "idempotency_key must be 1 to 256 of A-Z a-z 0-9 - . _ ~"},
        {AM_UNPROTECTED, NULL, "a:b", "idempotency_key must be 1 to 256 of A-Z a-z 0-9 - . _ ~"},
    };
    fault_rig rig = fault_rig_new(*state);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char error[AM_ERROR_SIZE] = "";
        am_code code = AM_OK;
        am_request request = {.method = "PATCH",
                              .target = "/v0/x",
                              .protection = cases[i].protection,
                              .if_match = cases[i].if_match,
                              .idempotency_key = cases[i].key};
        assert_null(am_call_submit(rig.client, &request, &code, error));
        assert_int_equal(code, AM_INVALID);
        assert_string_equal(error, cases[i].words);
    }
    fault_rig_free(&rig);
}

static void the_progress_of_a_request_body_is_counted(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    am_call *call = fault_submit(rig.client, 1, AM_KEYED, 5000);
    assert_int_equal(fault_finish(rig.engine, call).code, AM_OK);
    assert_true(am_call_progress(call).sent >= 5000);
    assert_int_equal(am_call_progress(call).sent, am_call_progress(call).to_send);
    am_call_free(call);
    call = fault_submit(rig.client, 2, AM_KEYED, 10);
    assert_int_equal(am_call_progress(call).sent, 0); /* and none of the previous one */
    am_call_free(call);
    fault_rig_free(&rig);
}

/* As submit does, but for the call. */
static void a_request_is_checked_without_being_sent(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    char error[AM_ERROR_SIZE];
    am_code code = AM_OK;
    am_request post = {.method = "POST", .target = "/v0/x", .body = "{}", .body_size = 2};
    const am_piece pieces[] = {{.data = "12", .size = 2},
                               {.data = "abcd", .size = 4, .base64 = true}};
    const am_piece no_file = {.path = "/no/such/file"};
    int connections = fault_server_totals(*state).connections;

    assert_int_equal(am_request_size(rig.client, &post, &code, error), 2);
    post.body = NULL;
    assert_int_equal(am_request_size(rig.client, &post, &code, error), 0);
    post.pieces = pieces;
    post.piece_count = 2;
    assert_int_equal(am_request_size(rig.client, &post, &code, error), 2 + 8);
    post.pieces = &no_file;
    post.piece_count = 1;
    assert_int_equal(am_request_size(rig.client, &post, &code, error), -1);
    assert_int_equal(code, AM_FILE);
    assert_non_null(strstr(error, "/no/such/file"));
    post.target = "v0";
    assert_int_equal(am_request_size(rig.client, &post, &code, error), -1);
    assert_int_equal(code, AM_INVALID);

    am_engine_step(rig.engine);
    assert_int_equal(am_engine_timeout(rig.engine), -1); /* there is nothing to do */
    assert_int_equal(fault_server_totals(*state).connections, connections);
    fault_rig_free(&rig);
}

/* Sets every limit to the end of its range; a sanitizer checks the arithmetic. */
static void set_all(am_limits *limits, bool to_most)
{
    size_t count;
    const am_limit *table = am_limit_table(&count);
    for (size_t i = 0; i < count; i++)
        memcpy((char *)limits + table[i].offset, to_most ? &table[i].most : &table[i].least,
               sizeof(int64_t));
}

static void the_largest_limits_overflow_nothing(void **state)
{
    static const fault_step steps[] = {{.status = 429, .header = "Retry-After: 99999999999\r\n"},
                                       {.end = FAULT_RESET},
                                       {.done = true, .status = 200}};
    fault_rig rig = fault_rig_new(*state);
    set_all(&rig.limits, true);
    rig.limits.backoff_base_ms = 1; /* otherwise the test would wait */
    rig.limits.backoff_cap_ms = 1;
    am_client_options options = fault_options(&rig);
    fault_rig_client(&rig, &options);
    fault_server_script(*state, steps, 1);
    am_call *deferred = fault_begin(&rig, AM_KEYED);
    assert_int_equal(fault_finish(rig.engine, deferred).code, AM_DEFERRED);
    assert_true(am_call_result(deferred).not_before_ms > 0);
    fault_server_script(*state, steps + 1, 2);
    am_call *call = fault_begin(&rig, AM_KEYED);
    assert_int_equal(fault_finish(rig.engine, call).outcome, AM_APPLIED);
    am_call_free(deferred);
    am_call_free(call);
    fault_rig_free(&rig);
}

static void the_least_limits_end_every_call(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    set_all(&rig.limits, false);
    am_client_options options = fault_options(&rig);
    fault_rig_client(&rig, &options);
    am_call *call = fault_begin(&rig, AM_SAFE);
    am_result result = fault_finish(rig.engine, call);
    assert_true(result.code != AM_OK);
    assert_true(result.attempts <= 1);
    am_call_free(call);
    fault_rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_CASE(no_request_inherits_a_credential_of_the_one_before),
        FAULT_CASE(every_request_has_the_method_it_was_given),
        FAULT_CASE(the_password_of_a_proxy_is_in_no_error),
        FAULT_CASE(a_header_without_a_value_is_refused),
        FAULT_CASE(an_etag_goes_out_as_if_match),
        FAULT_CASE(an_etag_or_key_that_protects_nothing_is_refused),
        FAULT_CASE(the_progress_of_a_request_body_is_counted),
        FAULT_CASE(a_request_is_checked_without_being_sent),
        FAULT_CASE(the_largest_limits_overflow_nothing),
        FAULT_CASE(the_least_limits_end_every_call),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
