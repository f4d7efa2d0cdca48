/* SPDX-License-Identifier: MIT */
/*
 * Memory that runs out: for every n, the n-th allocation fails, once or from then on, in our code,
 * libcurl and libcrypto alike. Nothing may crash, hang or leak, and the report of a call must still
 * agree with what the service counted.
 *
 * The service is a few lines of this thread, so that every run is the same.
 */
#define _GNU_SOURCE
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agentmail.h"
#include "base/clock.h"
#include "retry/key.h"
#include "scarce.h"

/* ---- a minimal service ----------------------------------------------------------------------- */

enum { MOST_CONNECTIONS = 4, BIG = 100000 };

typedef struct connection {
    int fd;
    size_t size; /* of the bytes read */
    char text[4096];
    size_t left; /* of the answer, still to be sent */
} connection;

static struct service {
    int listener;
    char url[64];
    connection connections[MOST_CONNECTIONS];
    char answer[BIG + 1024];
    size_t answer_size;
    int sent;     /* mails: POST requests that arrived whole */
    int failures; /* answers this many requests with 503 first */
} service;

static int set_up(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    service.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (bind(service.listener, (struct sockaddr *)&address, size) || listen(service.listener, 9) ||
        getsockname(service.listener, (struct sockaddr *)&address, &size))
        return -1;
    snprintf(service.url, sizeof service.url, "http://127.0.0.1:%d", ntohs(address.sin_port));
    return scarce_begin(state);
}

static void answer(connection *c)
{
    const char *status = "200 OK", *more = "";
    size_t size = 2;
    if (strncmp(c->text, "POST", 4) == 0)
        service.sent += service.failures == 0;
    if (service.failures > 0) {
        service.failures--;
        status = "503 Service Unavailable";
    } else if (strncmp(c->text, "GET /moved", 10) == 0) {
        status = "302 Found";
        more = "Location: /big\r\n";
    } else if (strncmp(c->text, "GET /big", 8) == 0) {
        size = BIG;
    }
    int head = snprintf(service.answer, sizeof service.answer,
                        "HTTP/1.1 %s\r\nContent-Type: application/json\r\n%sContent-Length: %zu"
                        "\r\n\r\n",
                        status, more, size);
    memset(service.answer + head, ' ', size);
    memcpy(service.answer + head, "{}", 2);
    service.answer_size = c->left = (size_t)head + size;
    c->size = 0;
}

/* True if a request has arrived whole. */
static bool is_whole(const connection *c)
{
    const char *end = memmem(c->text, c->size, "\r\n\r\n", 4);
    const char *length = strcasestr(c->text, "content-length:");
    size_t body = length ? strtoul(length + strlen("content-length:"), NULL, 10) : 0;
    return end && c->size >= (size_t)(end - c->text) + 4 + body;
}

static void serve(connection *c)
{
    ssize_t n = recv(c->fd, c->text + c->size, sizeof c->text - 1 - c->size, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        close(c->fd);
        c->fd = 0;
        return;
    }
    c->size += n > 0 ? (size_t)n : 0;
    c->text[c->size] = '\0';
    if (is_whole(c))
        answer(c);
    if (c->left) {
        n = send(c->fd, service.answer + service.answer_size - c->left, c->left,
                 MSG_DONTWAIT | MSG_NOSIGNAL);
        c->left -= n > 0 ? (size_t)n : 0;
    }
}

static void serve_all(void)
{
    int fd = accept4(service.listener, NULL, NULL, SOCK_NONBLOCK);
    for (connection *c = service.connections; c < service.connections + MOST_CONNECTIONS; c++) {
        if (!c->fd && fd >= 0) {
            *c = (connection){.fd = fd};
            fd = -1;
        }
        if (c->fd)
            serve(c);
    }
    if (fd >= 0)
        close(fd);
}

/* ---- which allocation fails -------------------------------------------------------------------
 */

static char failing[32] = "none";

static void begin(long n, bool for_good)
{
    snprintf(failing, sizeof failing, "%ld%s", n, for_good ? " and on" : "");
    scarce_fail(n, for_good);
}

/* True if there was an n-th. */
static bool end(long n)
{
    bool failed = scarce_asked() >= n;
    scarce_fail(0, false);
    return failed;
}

/* ---- one call, from first to last ------------------------------------------------------------ */

typedef struct plan {
    am_request request;
    int attempts, failures;
} plan;

enum { DEADLINE_MS = 3000, GIVE_UP_MS = 20000 };

static void drive(am_engine *engine, am_call *call)
{
    am_event event;
    int64_t give_up_ms = am_monotonic_ms() + GIVE_UP_MS;
    while (am_call_state(call) != AM_STATE_DONE) {
        if (am_monotonic_ms() > give_up_ms)
            fail_msg("allocation %s fails: the call never ends", failing);
        am_engine_wait(engine, 1);
        serve_all();
        for (am_call *next; (next = am_engine_next(engine)) != NULL;)
            if (am_call_state(next) == AM_STATE_JUDGING)
                am_call_judge(next, AM_WHOLE, NULL, NULL);
        while (am_call_next_event(call, &event))
            ;
    }
}

static void assert_truth(const plan *p, const am_result *result)
{
    bool write = p->request.protection != AM_SAFE;
    bool lie = (result->outcome == AM_APPLIED && write && service.sent == 0) ||
               (result->outcome == AM_NOT_APPLIED && write && service.sent > 0) ||
               (result->outcome == AM_UNKNOWN && !write) ||
               (p->request.protection == AM_UNPROTECTED && service.sent > 1);
    if (lie)
        fail_msg("allocation %s fails: %s, with %d mails sent (%s)", failing,
                 am_outcome_word(result->outcome), service.sent, result->reason);
}

/* True if the call succeeded. */
static bool send_call(am_client *client, am_engine *engine, const plan *p)
{
    char error[AM_ERROR_SIZE];
    am_limits limits = *am_client_limits(client);
    am_request request = p->request;
    am_code code;
    limits.attempts = p->attempts;
    limits.deadline_ms = DEADLINE_MS;
    limits.backoff_base_ms = 1;
    request.limits = &limits;
    request.events = true;
    service.sent = 0;
    service.failures = p->failures;
    am_call *call = am_call_submit(client, &request, &code, error);
    if (!call) {
        assert_string_equal(am_code_word(code), "out_of_memory");
        assert_int_equal(service.sent, 0);
        return false;
    }
    drive(engine, call);
    am_result result = am_call_result(call);
    assert_truth(p, &result);
    am_call_free(call);
    return result.code == AM_OK;
}

static bool run(const plan *p)
{
    static const am_header headers[] = {{"X-One", "1"}, {"X-Two", "2"}};
    am_client_options options = {.base_url = service.url,
                                 .api_key = "am_test_memory",
                                 .headers = headers,
                                 .header_count = COUNT(headers),
                                 .proxy = ""};
    char error[AM_ERROR_SIZE] = "";
    bool good = false;
    am_engine *engine = am_engine_new();
    am_client *client = engine ? am_client_new(engine, &options, error) : NULL;
    if (client) {
        am_engine_pollfd(engine);
        good = send_call(client, engine, p);
    } else if (engine) {
        assert_string_equal(error, "out of memory");
    }
    am_engine_free(engine);
    serve_all(); /* releases what was closed */
    return good;
}

/* Lets a thread end that libcurl left behind: it resolves a name that no one needs any more. */
static void settle(long blocks)
{
    int64_t give_up_ms = am_monotonic_ms() + GIVE_UP_MS;
    while (scarce_live() > blocks && am_monotonic_ms() < give_up_ms)
        sched_yield();
}

/* The plan with each allocation failing in turn. */
static void torture(const plan *p)
{
    scarce_fail(0, false);
    assert_true(run(p)); /* allocated once and kept */
    for (int on = 0; on < 2; on++) {
        long survived = 0, n = 0, blocks;
        do {
            blocks = scarce_live();
            begin(++n, on);
            survived += run(p);
            settle(blocks);
            if (scarce_live() != blocks)
                fail_msg("allocation %s fails: %ld blocks lost", failing, scarce_live() - blocks);
        } while (end(n));
        assert_true(n > 10);
        print_message("# %ld allocations, each failing %s; %ld calls succeeded all the same\n",
                      n - 1, on ? "for good" : "once", survived - 1);
    }
    assert_true(run(p)); /* the next run succeeds */
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void a_keyed_send_survives_every_failed_allocation(void **state)
{
    (void)state;
    torture(&(plan){.request = {.method = "POST",
                                .target = "/v0/send?x=1",
                                .protection = AM_KEYED,
                                .idempotency_key = "one",
                                .body = "{\"text\":\"hello\"}",
                                .body_size = 16},
                    .attempts = 1});
}

static void an_unprotected_send_survives_every_failed_allocation(void **state)
{
    (void)state;
    torture(&(plan){.request = {.method = "POST",
                                .target = "/v0/send",
                                .protection = AM_UNPROTECTED,
                                .body = "{}",
                                .body_size = 2},
                    .attempts = 1});
}

static void a_repeated_send_survives_every_failed_allocation(void **state)
{
    (void)state;
    torture(&(plan){.request = {.method = "POST",
                                .target = "/v0/send",
                                .protection = AM_KEYED,
                                .idempotency_key = "two",
                                .body = "{}",
                                .body_size = 2},
                    .attempts = 2,
                    .failures = 1});
}

static void a_redirected_read_of_much_survives_every_failed_allocation(void **state)
{
    (void)state;
    torture(&(plan){.request = {.method = "GET", .target = "/moved", .protection = AM_SAFE},
                    .attempts = 1});
}

static void a_send_in_pieces_survives_every_failed_allocation(void **state)
{
    (void)state;
    char path[] = "/tmp/agentmail-memory-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "attachment", 10), 10);
    close(fd);
    const am_piece pieces[] = {{.data = "{\"a\":\"", .size = 6},
                               {.path = path, .base64 = true},
                               {.data = "\"}", .size = 2}};
    torture(&(plan){.request = {.method = "POST",
                                .target = "/v0/send",
                                .protection = AM_KEYED,
                                .idempotency_key = "three",
                                .pieces = pieces,
                                .piece_count = COUNT(pieces)},
                    .attempts = 1});
    unlink(path);
}

/* Digests: if libcrypto runs out of memory, the result must not be another key. */
static void keys_and_webhooks_survive_every_failed_allocation(void **state)
{
    const am_bytes parts[] = {{"a b", 3}, {"c", 1}};
    const am_webhook webhook = {.secret = "whsec_c2VjcmV0",
                                .id = "msg_1",
                                .timestamp = "1770000000",
                                .signatures = "v1,AAAA",
                                .body = "{}",
                                .body_size = 2};
    char key[AM_KEY_MAX + 1], again[AM_KEY_MAX + 1], digest[AM_DIGEST_SIZE];
    (void)state;
    assert_true(am_key_join(parts, COUNT(parts), key));
    for (int on = 0; on < 2; on++) {
        long n = 0;
        bool joined, digested;
        am_webhook_verdict verdict;
        do {
            begin(++n, on);
            joined = am_key_join(parts, COUNT(parts), again);
            digested = am_sha256("abc", 3, digest);
            verdict = am_webhook_verify(&webhook, 1770000000, 300);
            if (joined)
                assert_string_equal(again, key);
            if (digested)
                assert_memory_equal(digest, "ba7816bf", 8);
            assert_true(verdict == AM_WEBHOOK_NO_MATCH || verdict == AM_WEBHOOK_NO_MEMORY);
        } while (end(n));
        assert_true(n > 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_keyed_send_survives_every_failed_allocation),
        cmocka_unit_test(an_unprotected_send_survives_every_failed_allocation),
        cmocka_unit_test(a_repeated_send_survives_every_failed_allocation),
        cmocka_unit_test(a_redirected_read_of_much_survives_every_failed_allocation),
        cmocka_unit_test(a_send_in_pieces_survives_every_failed_allocation),
        cmocka_unit_test(keys_and_webhooks_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests_name("memory that runs out", tests, set_up, NULL);
}
