/* SPDX-License-Identifier: MIT */
/* Answers of a hostile or wandering server: redirects, and answers above every limit. */
#define _GNU_SOURCE
#include "unit.h"

#include <string.h>
#include <sys/resource.h>

#include "fault_client.h"

enum { MEGABYTE = 1048576 };

typedef struct pair {
    fault_server *here, *there;
} pair;

static am_result ask(fault_rig *rig, am_protection protection, fault_step step)
{
    fault_server_script(rig->server, &step, 1);
    am_call *call = fault_begin(rig, protection);
    am_result result = fault_finish(rig->engine, call);
    am_call_free(call);
    fault_server_script(rig->server, NULL, 0);
    return result;
}

static void set_limits(fault_rig *rig)
{
    am_client_options options = fault_options(rig);
    fault_rig_client(rig, &options);
}

/* ---- redirects ------------------------------------------------------------------------------- */

static void a_read_follows_a_redirect_on_its_origin(void **state)
{
    pair *servers = *state;
    static const char *const locations[] = {"Location: /v0/there?x=1\r\n",
                                            "location:/v0/there\r\n"};
    static const int statuses[] = {301, 302, 303, 307, 308};
    char head[4096], absolute[128];
    fault_rig rig = fault_rig_new(servers->here);
    snprintf(absolute, sizeof absolute, "Location: %s/v0/there\r\n",
             fault_server_url(servers->here));
    for (size_t i = 0; i < COUNT(statuses); i++) {
        const char *location = i < COUNT(locations) ? locations[i] : absolute;
        am_result result =
            ask(&rig, AM_SAFE, (fault_step){.status = statuses[i], .header = location});
        assert_int_equal(result.code, AM_OK);
        assert_int_equal(result.attempts, 2);
        fault_server_last_head(servers->here, head, sizeof head);
        assert_int_equal(strncmp(head, "GET /v0/there", 13), 0);
        assert_non_null(strstr(head, "Authorization: Bearer "));
    }
    fault_rig_free(&rig);
}

static void a_read_follows_at_most_five_redirects(void **state)
{
    pair *servers = *state;
    fault_step steps[7];
    for (size_t i = 0; i < COUNT(steps); i++)
        steps[i] = (fault_step){.status = 302, .header = "Location: /v0/round\r\n"};
    fault_rig rig = fault_rig_new(servers->here);
    fault_server_script(servers->here, steps, COUNT(steps));
    am_result result = fault_finish(rig.engine, fault_begin(&rig, AM_SAFE));
    assert_int_equal(result.code, AM_REDIRECTED);
    assert_int_equal(result.outcome, AM_NOT_APPLIED);
    assert_int_equal(result.attempts, 6);
    assert_false(result.retryable);
    fault_server_script(servers->here, steps, 5);
    assert_int_equal(fault_finish(rig.engine, fault_begin(&rig, AM_SAFE)).code, AM_OK);
    fault_rig_free(&rig);
}

static void a_redirected_read_never_leaves_its_origin(void **state)
{
    pair *servers = *state;
    int here = fault_server_port(servers->here), there = fault_server_port(servers->there);
    char locations[9][128];
    fault_rig rig = fault_rig_new(servers->here);
    snprintf(locations[0], 128, "Location: http://127.0.0.1:%d/v0/x\r\n", there);
    snprintf(locations[1], 128, "Location: //127.0.0.1:%d/v0/x\r\n", there);
    snprintf(locations[2], 128, "Location: http://localhost:%d/v0/x\r\n", here);
    snprintf(locations[3], 128, "Location: https://127.0.0.1:%d/v0/x\r\n", here);
    snprintf(locations[4], 128, "Location: http://127.0.0.1:%d@127.0.0.1:%d/\r\n", here, there);
    snprintf(locations[5], 128, "Location: http://127.0.0.1:%d1/v0/x\r\n", here);
    snprintf(locations[6], 128, "Location: file:///etc/passwd\r\n");
    snprintf(locations[7], 128, "Location: \r\n");
    snprintf(locations[8], 128, "Refresh: 0\r\n");
    for (size_t i = 0; i < COUNT(locations); i++) {
        am_result result = ask(&rig, AM_SAFE, (fault_step){.status = 302, .header = locations[i]});
        assert_int_equal(result.code, AM_REDIRECTED);
        assert_int_equal(result.attempts, 1);
        assert_false(result.retryable);
        assert_string_equal(result.reason, "redirected to another origin, or to nowhere");
    }
    assert_int_equal(fault_server_totals(servers->there).connections, 0);
    fault_rig_free(&rig);
}

static void a_write_is_never_redirected(void **state)
{
    pair *servers = *state;
    static const int statuses[] = {301, 302, 303, 307, 308};
    fault_rig rig = fault_rig_new(servers->here);
    for (am_protection p = AM_IDEMPOTENT; p < AM_PROTECTIONS; p++)
        for (size_t i = 0; i < COUNT(statuses); i++) {
            am_result result = ask(
                &rig, p, (fault_step){.status = statuses[i], .header = "Location: /v0/other\r\n"});
            assert_int_equal(result.code, AM_REDIRECTED);
            assert_int_equal(result.attempts, 1);
            assert_int_equal(result.outcome, statuses[i] == 303 ? AM_UNKNOWN : AM_NOT_APPLIED);
            assert_false(result.retryable);
        }
    fault_rig_free(&rig);
}

/* ---- limits ---------------------------------------------------------------------------------- */

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

/* AddressSanitizer keeps freed memory for a while. */
#ifdef __SANITIZE_ADDRESS__
enum { KEPT_KB = 512 * 1024 };
#else
enum { KEPT_KB = 0 };
#endif

static long peak_kb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* The default limit is 16 MB; a doubling buffer may use twice that while it grows. */
static void an_answer_of_100_megabytes_is_refused(void **state)
{
    pair *servers = *state;
    static const char *const heads[] = {OK_HEAD "Content-Length: 104857600\r\n\r\n",
                                        OK_HEAD "Transfer-Encoding: chunked\r\n\r\n6400000\r\n",
                                        OK_HEAD "\r\n"};
    fault_rig rig = fault_rig_new(servers->here);
    fault_prime(&rig);
    long before = peak_kb();
    for (size_t i = 0; i < COUNT(heads); i++)
        for (int p = 0; p < AM_PROTECTIONS; p++) {
            am_result result = ask(
                &rig, (am_protection)p,
                (fault_step){
                    .done = true, .raw = heads[i], .flood = 100 * MEGABYTE, .end = FAULT_CLOSE});
            assert_int_equal(result.code, AM_TOO_LARGE);
            assert_int_equal(result.outcome, p == AM_SAFE ? AM_NOT_APPLIED : AM_UNKNOWN);
            assert_int_equal(result.attempts, 1);
        }
    assert_in_range(peak_kb() - before, 0, KEPT_KB + 64 * 1024);
    assert_int_equal(ask(&rig, AM_KEYED, (fault_step){.done = true, .status = 200}).code, AM_OK);
    fault_rig_free(&rig);
}

static void an_error_body_above_the_limit_is_still_an_error(void **state)
{
    pair *servers = *state;
    fault_rig rig = fault_rig_new(servers->here);
    rig.limits.response_bytes = 1000;
    set_limits(&rig);
    am_result result =
        ask(&rig, AM_KEYED,
            (fault_step){.raw = "HTTP/1.1 403 Forbidden\r\nContent-Length: 5000\r\n\r\n",
                         .flood = 5000});
    assert_int_equal(result.status, 403);
    assert_int_equal(result.outcome, AM_NOT_APPLIED);
    assert_int_equal(result.attempts, 1);
    fault_rig_free(&rig);
}

/* Endless header lines, or one endless line. */
static void the_headers_of_an_answer_are_bounded(void **state)
{
    pair *servers = *state;
    fault_rig rig = fault_rig_new(servers->here);
    static const char line[] = "X-Header: none\r\n";
    static char many[sizeof OK_HEAD + 8000 * sizeof line]; /* the server may still write it */
    char *at = stpcpy(many, OK_HEAD);
    for (int i = 0; i < 8000; i++)
        at = stpcpy(at, line);
    fault_step steps[] = {{.raw = many, .end = FAULT_CLOSE},
                          {.raw = OK_HEAD "X-Long: ", .flood = MEGABYTE, .end = FAULT_CLOSE}};
    for (size_t i = 0; i < COUNT(steps); i++) {
        steps[i].done = true;
        am_result result = ask(&rig, AM_UNPROTECTED, steps[i]);
        assert_int_equal(result.outcome, AM_UNKNOWN);
        assert_int_equal(result.attempts, 1);
        assert_int_equal(result.code, AM_TOO_LARGE);
    }
    rig.limits.header_count = 3;
    set_limits(&rig);
    am_result result =
        ask(&rig, AM_SAFE, (fault_step){.status = 200, .header = "X: 1\r\nY: 2\r\n"});
    assert_int_equal(result.code, AM_TOO_LARGE);
    rig.limits.header_count = 4;
    set_limits(&rig);
    result = ask(&rig, AM_SAFE, (fault_step){.status = 200, .header = "X: 1\r\nY: 2\r\n"});
    assert_int_equal(result.code, AM_OK);
    fault_rig_free(&rig);
}

/* 10 MB of zeros in 66 kB of gzip (RFC 1951: one fixed block of the longest matches). */
static size_t bomb(char *out, size_t matches)
{
    static const char head[] = "\x1f\x8b\x08\0\0\0\0\0\0\3";
    unsigned long bits = 0;
    int count = 0;
    size_t size = sizeof head - 1;
    memcpy(out, head, size);
    for (size_t i = 0; i < matches + 2; i++) {
        /* The block's head and a literal 0, then length 258 at distance 1, low bits first. */
        bool first = i == 0, last = i == matches + 1;
        unsigned long code = first ? 3 | 0x0cUL << 3 : last ? 0 : 0xa3;
        bits |= code << count;
        count += first ? 11 : last ? 7 + 8 : 13;
        for (; count >= 8; count -= 8, bits >>= 8)
            out[size++] = (char)(bits & 0xff);
    }
    return size;
}

static void an_answer_is_bounded_after_it_is_unpacked(void **state)
{
    pair *servers = *state;
    static char answer[100000]; /* the server may still write it */
    char *packed = answer + 200;
    fault_rig rig = fault_rig_new(servers->here);
    rig.limits.response_bytes = 5 * MEGABYTE;
    set_limits(&rig);
    size_t size = bomb(packed, 10 * MEGABYTE / 258);
    char head[200];
    int head_size = snprintf(head, sizeof head,
                             OK_HEAD "Content-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", size);
    memmove(packed - head_size, head, (size_t)head_size);
    am_result result = ask(&rig, AM_SAFE,
                           (fault_step){.raw = packed - head_size,
                                        .raw_size = size + (size_t)head_size,
                                        .end = FAULT_CLOSE});
    assert_int_equal(result.code, AM_TOO_LARGE);
    assert_in_range(size, 60000, 70000);
    fault_rig_free(&rig);
}

static void a_large_request_is_refused_before_it_leaves(void **state)
{
    pair *servers = *state;
    fault_rig rig = fault_rig_new(servers->here);
    char error[AM_ERROR_SIZE];
    am_code code;
    rig.limits.request_bytes = 100;
    set_limits(&rig);
    am_request request = {.method = "POST",
                          .target = "/v0/x",
                          .protection = AM_UNPROTECTED,
                          .body = error,
                          .body_size = 101};
    assert_null(am_call_submit(rig.client, &request, &code, error));
    assert_int_equal(code, AM_TOO_LARGE);
    assert_int_equal(fault_server_totals(servers->here).connections, 0);
    fault_rig_free(&rig);
}

static int start(void **state)
{
    pair *servers = calloc(1, sizeof *servers);
    servers->here = fault_server_new(FAULT_HTTP);
    servers->there = fault_server_new(FAULT_HTTP);
    *state = servers;
    return servers->here && servers->there ? 0 : -1;
}

static int stop(void **state)
{
    pair *servers = *state;
    fault_server_free(servers->here);
    fault_server_free(servers->there);
    free(servers);
    return 0;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_read_follows_a_redirect_on_its_origin),
        CASE(a_read_follows_at_most_five_redirects),
        CASE(a_redirected_read_never_leaves_its_origin),
        CASE(a_write_is_never_redirected),
        CASE(an_answer_of_100_megabytes_is_refused),
        CASE(an_error_body_above_the_limit_is_still_an_error),
        CASE(the_headers_of_an_answer_are_bounded),
        CASE(an_answer_is_bounded_after_it_is_unpacked),
        CASE(a_large_request_is_refused_before_it_leaves),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
