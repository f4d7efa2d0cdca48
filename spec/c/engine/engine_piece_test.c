/* SPDX-License-Identifier: MIT */
/* Pieces that the caller reads: joined, repeated from their beginning, failing, and never whole in
 * memory. */
#define _GNU_SOURCE
#include "unit.h"

#include <string.h>

#include "engine/body.h"
#include "fault_client.h"

/* What a piece is read from: bytes that are computed from their place. */
typedef struct source {
    int64_t size, fails_at; /* -1: never */
    int64_t failure;        /* what is returned then */
    size_t most;            /* bytes a read; 0: all that are asked for */
    int reads, begins;
    int64_t next;    /* where the next read must begin, or at 0 */
    size_t greatest; /* size that was asked for */
} source;

static char byte_at(int64_t place)
{
    return (char)('a' + (place * 7 + place / 251) % 26);
}

static int64_t read_source(void *user, int64_t offset, void *buffer, size_t size)
{
    source *from = user;
    from->reads++;
    from->begins += offset == 0;
    assert_true(offset == 0 || offset == from->next);
    assert_true(size > 0 && offset + (int64_t)size <= from->size);
    from->greatest = size > from->greatest ? size : from->greatest;
    if (from->fails_at >= 0 && offset + (int64_t)size > from->fails_at)
        return from->failure;
    if (from->most && size > from->most)
        size = from->most;
    for (size_t i = 0; i < size; i++)
        ((char *)buffer)[i] = byte_at(offset + (int64_t)i);
    from->next = offset + (int64_t)size;
    return (int64_t)size;
}

static am_piece piece_of(source *from)
{
    return (am_piece){.read = read_source, .user = from, .size = (size_t)from->size};
}

/* ---- the body -------------------------------------------------------------------------------- */

static am_body *open_body(const am_piece *pieces, size_t count)
{
    char error[AM_ERROR_SIZE];
    am_code code;
    am_body *body = am_body_open(pieces, count, &code, error);
    assert_non_null(body);
    return body;
}

/* A body must be the same as one whose pieces are in memory. */
static void assert_equal_bodies(am_body *one, am_body *other, size_t step)
{
    char a[600], b[600];
    int64_t n;
    assert_int_equal(am_body_size(one), am_body_size(other));
    do {
        n = am_body_read(one, a, step);
        assert_int_equal(am_body_read(other, b, step), n);
        assert_true(n >= 0);
        assert_memory_equal(a, b, (size_t)n);
    } while (n > 0);
}

static void a_piece_that_is_read_is_like_one_in_memory(void **state)
{
    char bytes[500];
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = byte_at((int64_t)i);
    static const size_t steps[] = {1, 3, 64, 600}, most[] = {0, 1, 2, 7, 100};
    for (size_t s = 0; s < COUNT(steps); s++)
        for (size_t m = 0; m < COUNT(most); m++)
            for (int base64 = 0; base64 < 2; base64++) {
                source from = {.size = sizeof bytes, .fails_at = -1, .most = most[m]};
                am_piece in_memory = {.data = bytes, .size = sizeof bytes}, read = piece_of(&from);
                in_memory.base64 = read.base64 = base64;
                am_piece ends = {.data = "\"}", .size = 2};
                am_body *one = open_body((am_piece[]){ends, read, ends}, 3);
                am_body *other = open_body((am_piece[]){ends, in_memory, ends}, 3);
                for (int again = 0; again < 2; again++) {
                    assert_equal_bodies(one, other, steps[s]);
                    assert_int_equal(from.begins, again + 1);
                    assert_true(am_body_rewind(one) && am_body_rewind(other));
                }
                char seen[AM_SEEN_SIZE];
                assert_false(am_body_seen(one, 1, seen)); /* it is no file */
                am_body_close(one);
                am_body_close(other);
            }
}

static void a_failing_read_fails_the_body(void **state)
{
    static const int64_t failures[] = {-1, 0, 1000000}; /* the last is more than was asked for */
    char out[100];
    (void)state;
    for (size_t f = 0; f < COUNT(failures); f++)
        for (int64_t at = 0; at < 300; at += 60) {
            source from = {.size = 300, .fails_at = at, .failure = failures[f]};
            am_piece piece = piece_of(&from);
            am_body *body = open_body(&piece, 1);
            int64_t n, sum = 0;
            while ((n = am_body_read(body, out, 10)) > 0)
                sum += n;
            assert_int_equal(n, -1);
            assert_true(sum <= at);
            am_body_close(body);
        }
}

/* ---- calls ----------------------------------------------------------------------------------- */

static am_call *submit(fault_rig *rig, am_protection protection, const am_piece *pieces,
                       size_t count)
{
    char error[AM_ERROR_SIZE], id[FAULT_ID_SIZE], key[FAULT_ID_SIZE];
    am_code code;
    am_header header = {"X-Op", id};
    snprintf(id, sizeof id, "~~~~~~~~%08x%c", ++rig->op, protection == AM_KEYED ? 'K' : 'U');
    am_request request = {.method = "POST", .target = "/v0/operation", .protection = protection};
    snprintf(key, sizeof key, "%.16s", id);
    if (protection == AM_KEYED)
        request.idempotency_key = key;
    request.pieces = pieces;
    request.piece_count = count;
    request.headers = &header;
    request.header_count = 1;
    am_call *call = am_call_submit(rig->client, &request, &code, error);
    if (!call)
        fail_msg("%s", error);
    return call;
}

static void each_attempt_reads_the_piece_from_its_beginning(void **state)
{
    static const fault_step lost[] = {{.done = true, .end = FAULT_RESET}, {.status = 503}};
    static const fault_step closed[] = {{.done = true, .end = FAULT_CLOSE}};
    fault_rig rig = fault_rig_new(*state);
    source from = {.size = 100000, .fails_at = -1, .most = 1000};
    am_piece pieces[] = {
        {.data = "{\"a\":\"", .size = 6}, piece_of(&from), {.data = "\"}", .size = 2}};
    fault_server_script(rig.server, lost, COUNT(lost));
    am_call *call = submit(&rig, AM_KEYED, pieces, COUNT(pieces));
    am_result result = fault_finish(rig.engine, call);
    assert_int_equal(result.outcome, AM_APPLIED);
    assert_int_equal(result.attempts, 3);
    assert_int_equal(from.begins, 3);
    assert_int_equal(fault_server_tally(rig.server, rig.op).copies, 1);
    assert_int_equal(am_call_progress(call).sent, 100008);
    am_call_free(call);
    fault_server_script(rig.server, closed, 1); /* libcurl sends it again by itself */
    from.begins = 0;
    call = submit(&rig, AM_KEYED, pieces, COUNT(pieces));
    result = fault_finish(rig.engine, call);
    assert_int_equal(result.outcome, AM_APPLIED);
    assert_int_equal(result.attempts, 2);
    assert_int_equal(from.begins, 2);
    fault_rig_free(&rig);
}

static void a_failing_read_ends_the_call_with_code_file(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    for (int64_t at = 0; at < 200000; at += 70000) {
        source from = {.size = 200000, .fails_at = at, .failure = -1};
        am_piece piece = piece_of(&from);
        am_call *call = submit(&rig, AM_KEYED, &piece, 1);
        am_result result = fault_finish(rig.engine, call);
        assert_int_equal(result.code, AM_FILE);
        assert_int_equal(result.outcome, AM_UNKNOWN); /* its head went out */
        assert_false(result.retryable);
        assert_int_equal(result.tries, 1);
        assert_int_equal(fault_server_tally(rig.server, rig.op).copies, 0);
        am_call_free(call);
    }
    fault_rig_free(&rig);
}

/* The store of an outbox holds bodies in chunks; so nothing asks for more than a chunk. */
static void a_large_piece_is_read_in_chunks(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    source from = {.size = fault_slowness() > 1 ? 5000000 : 25000000, .fails_at = -1};
    rig.limits.request_bytes = 2 * from.size;
    am_client_options options = fault_options(&rig);
    fault_rig_client(&rig, &options);
    am_piece piece = piece_of(&from);
    piece.base64 = true;
    am_call *call = submit(&rig, AM_KEYED, &piece, 1);
    am_result result = fault_finish(rig.engine, call);
    assert_int_equal(result.outcome, AM_APPLIED);
    assert_int_equal(am_call_progress(call).sent, (from.size + 2) / 3 * 4);
    assert_true(from.greatest <= 32768);
    assert_in_range(from.reads, from.size / 32768, from.size / 4096);
    fault_rig_free(&rig);
}

static void a_piece_is_of_one_kind(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    source from = {.size = 10};
    for (int i = 0; i < 2; i++) {
        char error[AM_ERROR_SIZE];
        am_code code;
        am_piece piece = piece_of(&from);
        piece.data = i ? NULL : "0123456789";
        piece.path = i ? "/etc/hostname" : NULL;
        am_request request = {.method = "POST", .target = "/v0/x", .protection = AM_UNPROTECTED};
        request.pieces = &piece;
        request.piece_count = 1;
        assert_null(am_call_submit(rig.client, &request, &code, error));
        assert_int_equal(code, AM_INVALID);
        assert_non_null(strstr(error, "neither data nor path"));
    }
    assert_int_equal(from.reads, 0);
    fault_rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_piece_that_is_read_is_like_one_in_memory),
        cmocka_unit_test(a_failing_read_fails_the_body),
        FAULT_CASE(each_attempt_reads_the_piece_from_its_beginning),
        FAULT_CASE(a_failing_read_ends_the_call_with_code_file),
        FAULT_CASE(a_large_piece_is_read_in_chunks),
        FAULT_CASE(a_piece_is_of_one_kind),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
