/* SPDX-License-Identifier: MIT */
/* The process around the engine: signals, a host's own libcurl, fork. */
#define _GNU_SOURCE
#include "unit.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fault_client.h"

/* ---- SIGPIPE --------------------------------------------------------------------------------- */

/* Catches a signal whose default action would end the process. */
static void on_pipe(int number)
{
    static const char words[] = "SIGPIPE\n";
    (void)number;
    if (write(STDERR_FILENO, words, sizeof words - 1) < 0)
        _exit(99);
    _exit(98);
}

/* Writes to connections that the server has reset, in every way we have. */
static void writing_to_a_closed_connection_raises_no_signal(void **state)
{
    static const fault_step steps[] = {
        {.when = FAULT_AFTER_HEAD, .end = FAULT_RESET},
        {.when = FAULT_AFTER_HEAD, .end = FAULT_CLOSE},
        {.done = true, .status = 200, .end = FAULT_RESET},
        {.done = true, .status = 200, .end = FAULT_CLOSE},
        {.status = 200, .raw = "more than was promised", .end = FAULT_RESET},
    };
    struct sigaction action = {.sa_handler = on_pipe}, before;
    sigaction(SIGPIPE, &action, &before);
    fault_rig rig = fault_rig_new(*state);
    for (size_t i = 0; i < COUNT(steps); i++) {
        fault_server_script(*state, &steps[i], 1);
        for (unsigned turn = 0; turn < 3; turn++) {
            am_call *call = fault_submit(rig.client, 1, AM_KEYED, turn == 0 ? FAULT_LARGE : 0);
            assert_int_equal(fault_finish(rig.engine, call).outcome, AM_APPLIED);
            am_call_free(call);
        }
    }
    /* An orderly close toward a peer that is gone. */
    fault_server_script(*state, &steps[2], 1);
    fault_prime(&rig);
    fault_server_settle(*state);
    fault_rig_free(&rig);
    sigaction(SIGPIPE, &before, NULL);
}

/* ---- a host that uses libcurl too ------------------------------------------------------------ */

static size_t ignore(char *bytes, size_t one, size_t size, void *data)
{
    (void)bytes, (void)data;
    return one * size;
}

static CURLcode fetch(const char *url)
{
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
    CURLcode result = curl_easy_perform(easy);
    curl_easy_cleanup(easy);
    return result;
}

static void libcurl_stays_usable_for_the_host_program(void **state)
{
    assert_int_equal(curl_global_init(CURL_GLOBAL_ALL), CURLE_OK);
    assert_int_equal(fetch(fault_server_url(*state)), CURLE_OK);
    for (int i = 0; i < 3; i++) {
        fault_rig rig = fault_rig_new(*state);
        fault_prime(&rig);
        assert_int_equal(fetch(fault_server_url(*state)), CURLE_OK);
        fault_rig_free(&rig);
        assert_int_equal(fetch(fault_server_url(*state)), CURLE_OK);
    }
    /* The host's share of the reference count; ours keeps libcurl initialized. */
    curl_global_cleanup();
    fault_rig rig = fault_rig_new(*state);
    fault_prime(&rig);
    fault_rig_free(&rig);
}

/* ---- fork ------------------------------------------------------------------------------------ */

static void assert_quiet(am_engine *engine)
{
    struct pollfd watched = {.fd = am_engine_pollfd(engine), .events = POLLIN};
    for (int i = 0; i < 100 && poll(&watched, 1, 0) == 1; i++)
        am_engine_step(engine);
    assert_int_equal(poll(&watched, 1, 0), 0);
}

/* A child leaves all it inherited untouched, and runs another program before a tool calls that a
 * leak. */
static void leave(int pipe_end, int status)
{
    char byte = (char)status;
    if (write(pipe_end, &byte, 1) == 1)
        execl("/bin/true", "true", (char *)NULL);
    _exit(99);
}

static void assert_child(pid_t child, int pipe_end)
{
    char status = 99;
    assert_int_equal(read(pipe_end, &status, 1), 1);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(status, 0);
}

/* The work of a child that does not know the engine's rules; its exit status tells the result. */
static int careless_child(fault_rig *rig, am_call *call, am_call *other)
{
    char error[AM_ERROR_SIZE];
    am_code code = AM_OK;
    am_request request = {.method = "GET", .target = "/v0/x"};
    if (!am_engine_is_foreign(rig->engine))
        return 1;
    am_engine_step(rig->engine);
    if (am_call_submit(rig->client, &request, &code, error) || code != AM_CLOSED)
        return 2;
    code = AM_OK;
    if (am_request_size(rig->client, &request, &code, error) != -1 || code != AM_CLOSED)
        return 4;
    am_call_cancel(call);
    am_call_free(other);
    am_client_close(rig->client);
    am_client_free(rig->client);
    am_engine_free(rig->engine);
    fault_rig own = fault_rig_new(rig->server);
    am_result result = fault_finish(own.engine, fault_submit(own.client, 77, AM_KEYED, 0));
    fault_rig_free(&own);
    return result.outcome == AM_APPLIED ? 0 : 3;
}

static void a_forked_child_does_not_disturb_its_parent(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    int said[2];
    assert_int_equal(pipe(said), 0);
    fault_prime(&rig);
    fault_server_hold(*state, 3); /* the two of the parent, and the child's */
    am_call *call = fault_begin(&rig, AM_KEYED), *other = fault_begin(&rig, AM_UNPROTECTED);
    fault_until_arrived(&rig, 3);
    pid_t child = fork();
    if (child == 0)
        leave(said[1], careless_child(&rig, call, other));
    assert_true(child > 0);
    assert_int_equal(fault_finish(rig.engine, call).outcome, AM_APPLIED);
    assert_int_equal(fault_finish(rig.engine, other).outcome, AM_APPLIED);
    assert_int_equal(am_call_result(call).attempts, 1);
    assert_child(child, said[0]);
    close(said[0]);
    close(said[1]);
    fault_server_hold(*state, 0);
    int connections = fault_server_totals(*state).connections;
    fault_prime(&rig);
    assert_int_equal(fault_server_totals(*state).connections, connections);
    assert_int_equal(fault_server_tally(*state, 77).copies, 1);
    assert_quiet(rig.engine);
    fault_rig_free(&rig);
}

/* A child keeps copies of the parent's sockets open; closing them must still end the
 * connections. */
static void a_forked_child_that_lives_on_does_not_wake_the_engine(void **state)
{
    fault_server *server = fault_server_new(FAULT_HTTP);
    static const fault_step stall = {.end = FAULT_STALL};
    fault_rig rig = fault_rig_new(server);
    int gate[2], said[2];
    (void)state;
    assert_int_equal(pipe(gate), 0);
    assert_int_equal(pipe(said), 0);
    fault_server_script(server, &stall, 1);
    assert_true(am_engine_pollfd(rig.engine) >= 0);
    am_call *call = fault_begin(&rig, AM_KEYED);
    fault_until_arrived(&rig, 1);
    pid_t child = fork();
    if (child == 0) {
        char byte;
        close(gate[1]);
        leave(said[1], read(gate[0], &byte, 1) == 0 ? 0 : 1);
    }
    am_call_free(call);
    fault_server_free(server); /* ends the connection, which the child still holds open */
    assert_quiet(rig.engine);
    close(gate[1]);
    assert_child(child, said[0]);
    close(gate[0]);
    close(said[0]);
    close(said[1]);
    fault_rig_free(&rig);
}

/* A program that the host starts must not inherit the connections. */
static void no_descriptor_is_inherited_by_a_program(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    int before[64], count = 0;
    am_engine_pollfd(rig.engine);
    for (int fd = 0; fd < 64; fd++)
        before[fd] = fcntl(fd, F_GETFD);
    fault_prime(&rig);
    for (int fd = 3; fd < 64; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (flags < 0 || before[fd] >= 0)
            continue;
        count++;
        if (!(flags & FD_CLOEXEC))
            fail_msg("descriptor %d is inherited", fd);
    }
    assert_true(count > 0);
    fault_rig_free(&rig);
}

static int start(void **state)
{
    *state = fault_server_new(FAULT_HTTP);
    return *state ? 0 : -1;
}

static int start_tls(void **state)
{
    *state = fault_server_new(FAULT_HTTPS);
    return *state ? 0 : -1;
}

static int start_h2(void **state)
{
    *state = fault_server_new(FAULT_H2);
    return *state ? 0 : -1;
}

static int stop(void **state)
{
    fault_server_free(*state);
    return 0;
}

#define CASE(test, how, suffix)                                                                    \
    {                                                                                              \
#test suffix, test, how, stop, NULL                                                        \
    }
#define CASES(test)                                                                                \
    CASE(test, start, ""), CASE(test, start_tls, "_over_tls"), CASE(test, start_h2, "_over_http2")

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(libcurl_stays_usable_for_the_host_program, start, ""),
        CASE(writing_to_a_closed_connection_raises_no_signal, start, ""),
        CASE(writing_to_a_closed_connection_raises_no_signal, start_tls, "_over_tls"),
        CASES(a_forked_child_does_not_disturb_its_parent),
        CASE(a_forked_child_that_lives_on_does_not_wake_the_engine, start, ""),
        CASE(no_descriptor_is_inherited_by_a_program, start, ""),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
