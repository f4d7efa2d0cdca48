/* SPDX-License-Identifier: MIT */
/*
 * Real handshakes against the system's stores of certificates, which each test makes anew: this
 * process sees its own files in place of the system's.
 */
#define _GNU_SOURCE
#include "unit.h"

#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

#include "engine/client.h"
#include "fault_client.h"
#include "own_stores.h"

/* A name of this program only, which no certificate contains. */
__attribute__((visibility("default"))) int getaddrinfo(const char *node, const char *service,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **result);

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    bool elsewhere = node && strcmp(node, "elsewhere.test") == 0;
    return real(elsewhere ? "127.0.0.1" : node, service, hints, result);
}

/* ---- a server of the unknown authority, and one that everything knows --------------------------
 */

typedef struct fixture {
    fault_server *server, *known;
    fault_rig rig;
} fixture;

static int set_up(void **state)
{
    static fixture f;
    if (!own_stores_empty())
        return -1;
    f.server = fault_server_new(FAULT_HTTPS);
    f.known = fault_server_new(FAULT_HTTPS);
    f.rig = fault_rig_new(f.server);
    f.rig.limits.attempts = 3;
    own_stores_bundle(f.known);
    own_stores_hash(own_stores.dir, f.known);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    fault_rig_free(&f->rig);
    fault_server_free(f->server);
    fault_server_free(f->known);
    return 0;
}

/* The fixture, with a client that uses these stores. */
static fixture *fixture_with(void **state, const char *file, const char *dir, bool of_system)
{
    fixture *f = *state;
    am_client_options options = fault_options(&f->rig);
    options.ca_file = file;
    options.ca_dir = dir;
    options.ca_system = of_system;
    fault_rig_client(&f->rig, &options);
    return f;
}

static void assert_applied(fixture *f, int connections)
{
    int64_t tokens = f->rig.client->host->budget.tokens;
    am_call *call = fault_begin(&f->rig, AM_KEYED);
    am_result result = fault_finish(f->rig.engine, call);
    if (result.code != AM_OK)
        fail_msg("%s: %s", result.reason, result.detail);
    assert_int_equal(result.attempts, 1);
    assert_int_equal(result.tries, 1);
    assert_int_equal(fault_server_tally(f->server, f->rig.op).requests, 1);
    assert_int_equal(fault_server_totals(f->server).connections, connections);
    assert_int_equal(f->rig.client->host->budget.tokens, tokens);
    am_call_free(call);
}

static void assert_refused(fixture *f, int connections, const char *words)
{
    am_call *call = fault_begin(&f->rig, AM_KEYED);
    am_result result = fault_finish(f->rig.engine, call);
    assert_int_equal(result.code, AM_TLS);
    assert_int_equal(result.outcome, AM_NOT_APPLIED);
    assert_int_equal(result.attempts, 0);
    assert_int_equal(result.tries, 1);
    assert_false(result.retryable);
    if (!strstr(result.detail, words))
        fail_msg("%s: not in: %s", words, result.detail);
    am_call_free(call);
    assert_int_equal(fault_server_totals(f->server).connections, connections);
}

/* ---- by turns -------------------------------------------------------------------------------- */

static void a_server_that_the_directory_vouches_for_needs_no_bundle(void **state)
{
    fixture *f = fixture_with(state, NULL, NULL, false);
    own_stores_hash(own_stores.dir, f->server);
    for (int i = 0; i < 3; i++)
        assert_applied(f, 1);
}

/* The second certificate check is not an attempt, and the next connection needs none. */
static void where_the_directory_fails_the_bundle_is_asked_once(void **state)
{
    static const fault_step last = {.done = true, .status = 200, .end = FAULT_CLOSE};
    fixture *f = fixture_with(state, NULL, NULL, true);
    own_stores_bundle(f->server);
    for (int i = 0; i < 3; i++)
        assert_applied(f, 2);
    fault_server_script(f->server, &last, 1);
    assert_applied(f, 2);
    fault_server_settle(f->server);
    assert_applied(f, 3);
    assert_applied(f, 3);
}

static void beside_a_ca_dir_without_certificates_the_bundle_is_asked_at_once(void **state)
{
    fixture *f = fixture_with(state, NULL, own_stores.other_dir, true);
    own_stores_bundle(f->server);
    assert_applied(f, 1);
}

static void a_server_that_no_store_vouches_for_is_refused_in_one_attempt(void **state)
{
    char words[700];
    fixture *f = fixture_with(state, NULL, NULL, false);
    snprintf(words, sizeof words,
             "; trusted: the certificates of %s and %s; set ca_file to trust another authority",
             own_stores.bundle, own_stores.dir);
    assert_refused(f, 2, words);
    assert_refused(f, 4, words); /* it may have been another server's certificate */
    own_stores_hash(own_stores.dir, f->server);
    assert_applied(f, 5);
}

static void without_a_bundle_no_second_connection_is_made(void **state)
{
    char words[400];
    fixture *f = fixture_with(state, NULL, NULL, false);
    unlink(own_stores.bundle);
    snprintf(words, sizeof words, "; trusted: the certificates of %s; set ca_file", own_stores.dir);
    assert_refused(f, 1, words);
    own_stores_hash(own_stores.dir, f->server);
    assert_applied(f, 2);
}

static void a_wrong_host_name_leads_to_no_second_connection(void **state)
{
    char url[64];
    fixture *f = fixture_with(state, NULL, NULL, false);
    own_stores_hash(own_stores.dir, f->server);
    snprintf(url, sizeof url, "https://elsewhere.test:%d", fault_server_port(f->server));
    am_client_options options = fault_options(&f->rig);
    options.base_url = url;
    options.ca_file = NULL;
    fault_rig_client(&f->rig, &options);
    assert_refused(f, 1, "elsewhere.test");
}

static void a_second_connection_for_the_bundle_does_not_extend_the_timeout(void **state)
{
    fixture *f = fixture_with(state, NULL, NULL, false);
    am_call *calls[8];
    own_stores_bundle(f->server);
    for (size_t i = 0; i < COUNT(calls); i++)
        calls[i] = fault_begin(&f->rig, i % 2 ? AM_UNPROTECTED : AM_KEYED);
    for (size_t i = 0; i < COUNT(calls); i++) {
        am_result result = fault_finish(f->rig.engine, calls[i]);
        assert_int_equal(result.code, AM_OK);
        assert_int_equal(result.attempts, 1);
        assert_int_equal(fault_server_tally(f->server, (unsigned)i + 1).requests, 1);
    }
    int before = fault_server_totals(f->server).connections;
    am_call_free(calls[0]);
    assert_int_equal(fault_finish(f->rig.engine, fault_begin(&f->rig, AM_UNPROTECTED)).attempts, 1);
    assert_int_equal(fault_server_totals(f->server).connections, before + 1);
}

static void a_second_connection_for_the_bundle_is_no_attempt_in_the_events(void **state)
{
    char error[AM_ERROR_SIZE];
    am_code code;
    am_event event;
    static const am_event_kind wanted[] = {AM_EVENT_ATTEMPT, AM_EVENT_ANSWER, AM_EVENT_DONE};
    fixture *f = fixture_with(state, NULL, NULL, false);
    own_stores_bundle(f->server);
    am_request request = {.method = "GET", .target = "/v0/x", .events = true};
    am_call *call = am_call_submit(f->rig.client, &request, &code, error);
    assert_int_equal(fault_finish(f->rig.engine, call).code, AM_OK);
    for (size_t i = 0; i < COUNT(wanted); i++) {
        assert_true(am_call_next_event(call, &event));
        assert_int_equal(event.kind, wanted[i]);
        assert_int_equal(event.attempt, 1);
    }
    assert_false(am_call_next_event(call, &event));
}

/* Such as a signed download: each origin is checked separately. */
static void each_origin_that_needs_the_bundle_is_remembered(void **state)
{
    char error[AM_ERROR_SIZE];
    am_code code;
    fixture *f = fixture_with(state, NULL, NULL, false);
    fault_server *elsewhere = fault_server_new(FAULT_HTTPS);
    char url[100];
    snprintf(url, sizeof url, "%s/file", fault_server_url(elsewhere));
    own_stores_hash(own_stores.dir, f->server);
    own_stores_bundle(elsewhere);
    am_request request = {.method = "GET", .url = url};
    for (int i = 0; i < 3; i++) {
        am_call *call = am_call_submit(f->rig.client, &request, &code, error);
        assert_int_equal(fault_finish(f->rig.engine, call).code, AM_OK);
        am_call_free(call);
        assert_int_equal(fault_server_totals(elsewhere).connections, 2);
        assert_applied(f, 1);
    }
    fault_server_free(elsewhere);
}

static void the_bundle_is_asked_through_a_proxy_too(void **state)
{
    fixture *f = fixture_with(state, NULL, NULL, false);
    fault_server *proxy = fault_server_new(FAULT_PROXY);
    am_client_options options = fault_options(&f->rig);
    options.ca_file = NULL;
    options.proxy = fault_server_url(proxy);
    fault_rig_client(&f->rig, &options);
    assert_refused(f, 2, "set ca_file");
    assert_int_equal(fault_server_totals(proxy).tunnels, 2);
    own_stores_bundle(f->server);
    for (int i = 0; i < 3; i++)
        assert_applied(f, 4);
    assert_int_equal(fault_server_totals(proxy).tunnels, 4);
    fault_rig_client(&f->rig, &options); /* otherwise the proxy would wait for its end */
    fault_server_free(proxy);
}

/* Without any TLS there is nothing to trust; the message asks what was intended. */
static void the_failure_of_a_server_without_tls_asks_for_http(void **state)
{
    fixture *f = fixture_with(state, NULL, NULL, false);
    fault_server *plain = fault_server_new(FAULT_HTTP);
    fault_step steps[3];
    char url[64];
    for (size_t i = 0; i < COUNT(steps); i++)
        steps[i] = (fault_step){
            .when = FAULT_AFTER_ACCEPT, .raw = "HTTP/1.1 400 No\r\n\r\n", .end = FAULT_STALL};
    fault_server_script(plain, steps, COUNT(steps));
    snprintf(url, sizeof url, "https://127.0.0.1:%d", fault_server_port(plain));
    am_client_options options = fault_options(&f->rig);
    options.base_url = url;
    options.ca_file = NULL;
    fault_rig_client(&f->rig, &options);
    am_result result = fault_finish(f->rig.engine, fault_begin(&f->rig, AM_KEYED));
    assert_int_equal(result.code, AM_TLS);
    assert_non_null(strstr(result.detail, "; the server may not speak TLS: should the URL begin "
                                          "with http://?"));
    assert_int_equal(fault_server_totals(plain).connections, COUNT(steps));
    fault_server_free(plain);
}

/* ---- named ----------------------------------------------------------------------------------- */

static void a_ca_file_that_is_named_is_all_that_is_trusted(void **state)
{
    char words[400];
    const fixture *made = *state;
    fixture *f = fixture_with(state, fault_server_ca_file(made->known), NULL, false);
    own_stores_bundle(f->server);
    own_stores_hash(own_stores.dir, f->server);
    snprintf(words, sizeof words, "; trusted: the certificates of %s; set ca_file",
             fault_server_ca_file(f->known));
    assert_refused(f, 1, words);
    f = fixture_with(state, fault_server_ca_file(f->server), NULL, false);
    assert_applied(f, 2);
}

static void a_ca_dir_that_is_named_is_all_that_is_trusted(void **state)
{
    fixture *f = fixture_with(state, NULL, own_stores.other_dir, false);
    own_stores_bundle(f->server);
    own_stores_hash(own_stores.dir, f->server);
    assert_refused(f, 1, "/other; set ca_file");
    own_stores_hash(own_stores.other_dir, f->server);
    assert_applied(f, 2);
}

/* Like CURL_CA_BUNDLE: replaces only the bundle. */
static void a_ca_file_replaces_the_systems_bundle(void **state)
{
    const fixture *made = *state;
    fixture *f = fixture_with(state, fault_server_ca_file(made->known), NULL, true);
    own_stores_bundle(f->server);
    assert_refused(f, 1, own_stores.dir);
    own_stores_hash(own_stores.dir, f->server);
    assert_applied(f, 2);
}

/* Like SSL_CERT_DIR, which may name several directories. */
static void ca_dirs_replace_the_systems_directory(void **state)
{
    char two[600];
    snprintf(two, sizeof two, "/not/there:%s", own_stores.other_dir);
    fixture *f = fixture_with(state, NULL, two, true);
    own_stores_hash(own_stores.dir, f->server);
    assert_refused(f, 1, "/not/there");
    own_stores_hash(own_stores.other_dir, f->server);
    assert_applied(f, 2);
    f = fixture_with(state, NULL, "/not/there", true);
    assert_refused(f, 3, own_stores.bundle);
    own_stores_bundle(f->server);
    assert_applied(f, 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    unsetenv("no_proxy");     /* from the Makefile: this proxy runs on this machine, on purpose */
    if (!own_stores_take()) { /* in TAP, where cmocka would count each skip as a failure */
        puts("1..1\nok 1 - trust # SKIP this process may not have a file system of its own");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        TEST(a_server_that_the_directory_vouches_for_needs_no_bundle),
        TEST(where_the_directory_fails_the_bundle_is_asked_once),
        TEST(beside_a_ca_dir_without_certificates_the_bundle_is_asked_at_once),
        TEST(a_server_that_no_store_vouches_for_is_refused_in_one_attempt),
        TEST(without_a_bundle_no_second_connection_is_made),
        TEST(a_wrong_host_name_leads_to_no_second_connection),
        TEST(a_second_connection_for_the_bundle_does_not_extend_the_timeout),
        TEST(a_second_connection_for_the_bundle_is_no_attempt_in_the_events),
        TEST(each_origin_that_needs_the_bundle_is_remembered),
        TEST(the_bundle_is_asked_through_a_proxy_too),
        TEST(the_failure_of_a_server_without_tls_asks_for_http),
        TEST(a_ca_file_that_is_named_is_all_that_is_trusted),
        TEST(a_ca_dir_that_is_named_is_all_that_is_trusted),
        TEST(a_ca_file_replaces_the_systems_bundle),
        TEST(ca_dirs_replace_the_systems_directory),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests_name("trust", tests, NULL, NULL);
}
