/* SPDX-License-Identifier: MIT */
/* What a call reports about the bytes of an answer: how many arrived, whether their end was marked,
 * and the bytes as stored. */
#define _GNU_SOURCE
#include "unit.h"

#include <string.h>

#include "fault_client.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#define CHUNKED OK_HEAD "Transfer-Encoding: chunked\r\n"
#define PACKED OK_HEAD "Content-Encoding: gzip\r\n"
/* FAULT_WHOLE, gzipped: 34 bytes. */
#define GZIP                                                                                       \
    "\x1f\x8b\x08\0\0\0\0\0\0\x03\xabV*\xcf\xc8\xcfIU\xb2*)*M\xad\x05\0\xfb\x89\x18K\x0e\0\0\0"

#define BYTES(text) .raw = (text), .raw_size = sizeof(text) - 1

/* Without repeats: the judge of these tests accepts only FAULT_WHOLE as whole. */
static fault_rig new_rig(fault_server *server)
{
    fault_rig rig = fault_rig_new(server);
    rig.limits.attempts = 1;
    am_client_options options = fault_options(&rig);
    fault_rig_client(&rig, &options);
    return rig;
}

static am_call *ask_for(fault_rig *rig, const am_request *request, const fault_step *step)
{
    char error[AM_ERROR_SIZE];
    am_code code;
    fault_server_script(rig->server, step, 1);
    am_call *call = am_call_submit(rig->client, request, &code, error);
    assert_non_null(call);
    fault_finish(rig->engine, call);
    return call;
}

static am_call *ask(fault_rig *rig, bool identity, const fault_step *step)
{
    const am_request request = {.method = "GET", .target = "/v0/x", .identity = identity};
    return ask_for(rig, &request, step);
}

static void a_call_tells_the_bytes_of_its_answer_and_whether_they_end(void **state)
{
    static const struct {
        fault_step step;
        int64_t received;
        size_t size; /* of the body after decoding */
        bool delimited;
    } cases[] = {
        {{BYTES(OK_HEAD "Content-Length: 14\r\n\r\n" FAULT_WHOLE)}, 14, 14, true},
        {{BYTES(OK_HEAD "Content-Length: 0\r\n\r\n")}, 0, 0, true},
        {{BYTES(CHUNKED "\r\n5\r\n{\"who\r\n9;x=y\r\nle\":true}\r\n0\r\n\r\n")}, 14, 14, true},
        {{BYTES(CHUNKED "\r\n0\r\nTrailer: x\r\n\r\n")}, 0, 0, true},
        {{BYTES(OK_HEAD "\r\n" FAULT_WHOLE), .end = FAULT_CLOSE}, 14, 14, false},
        {{BYTES(OK_HEAD "\r\n"), .end = FAULT_CLOSE}, 0, 0, false},
        {{BYTES("HTTP/1.0 200 OK\r\n\r\n" FAULT_WHOLE), .end = FAULT_CLOSE}, 14, 14, false},
        {{BYTES(OK_HEAD "Content-Length: 99999999999999999999\r\n\r\n" FAULT_WHOLE),
          .end = FAULT_CLOSE},
         14,
         14,
         false},
        {{BYTES("HTTP/1.1 204 No Content\r\n\r\n")}, 0, 0, true},
        {{BYTES("HTTP/1.1 204 No Content\r\nContent-Length: 14\r\n\r\n")}, 0, 0, true},
        {{BYTES(PACKED "Content-Length: 34\r\n\r\n" GZIP)}, 34, 14, true},
        {{BYTES(PACKED "Transfer-Encoding: chunked\r\n\r\n22\r\n" GZIP "\r\n0\r\n\r\n")},
         34,
         14,
         true},
        {{BYTES(PACKED "\r\n" GZIP), .end = FAULT_CLOSE}, 34, 14, false},
        {{BYTES(PACKED "Content-Length: 0\r\n\r\n")}, 0, 0, true},
        {{.status = 404, .body = "gone"}, 4, 4, true},
    };
    fault_rig rig = new_rig(*state);
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t size;
        am_call *call = ask(&rig, false, &cases[i].step);
        am_call_body(call, &size);
        if (am_call_received(call) != cases[i].received || size != cases[i].size ||
            am_call_is_delimited(call) != cases[i].delimited)
            fail_msg("%s: received %lld, size %zu, delimited %d",
                     cases[i].step.raw ? cases[i].step.raw : "", (long long)am_call_received(call),
                     size, am_call_is_delimited(call));
        am_call_free(call);
    }
    fault_rig_free(&rig);
}

/* An identity request gets the stored bytes; the next one, on the same handle, is decoded again.
 */
static void a_request_for_identity_gets_the_bytes_as_they_are_stored(void **state)
{
    static const fault_step packed = {BYTES(PACKED "Content-Length: 34\r\n\r\n" GZIP)},
                            own = {BYTES(OK_HEAD "Content-Encoding: x-own\r\nContent-Length: 14"
                                                 "\r\n\r\n" FAULT_WHOLE)},
                            two = {BYTES(PACKED "Content-Length: 68\r\n\r\n" GZIP GZIP)};
    char head[4096];
    size_t size;
    fault_rig rig = new_rig(*state);
    for (int i = 0; i < 2; i++) {
        am_call *call = ask(&rig, true, &packed);
        const char *body = am_call_body(call, &size);
        assert_int_equal(size, 34);
        assert_memory_equal(body, GZIP, 34);
        assert_int_equal(am_call_received(call), 34);
        assert_int_equal(am_call_progress(call).to_receive, 34);
        am_call_free(call);
        fault_server_last_head(*state, head, sizeof head);
        assert_non_null(strstr(head, "\r\nAccept-Encoding: identity\r\n"));
        assert_null(strstr(head, "gzip"));
        call = ask(&rig, false, &packed);
        assert_string_equal(am_call_body(call, &size), FAULT_WHOLE);
        assert_int_equal(am_call_progress(call).to_receive, -1);
        am_call_free(call);
        fault_server_last_head(*state, head, sizeof head);
        assert_non_null(strstr(head, "\r\nAccept-Encoding: gzip\r\n"));
    }
    am_call *call = ask(&rig, true, &own);
    assert_string_equal(am_call_body(call, &size), FAULT_WHOLE);
    assert_int_equal(am_call_result(call).code, AM_OK);
    am_call_free(call);
    call = ask(&rig, true, &two);
    am_call_body(call, &size);
    assert_int_equal(size, 68);
    am_call_free(call);
    fault_rig_free(&rig);
}

static void a_brief_answer_is_asked_for_without_gzip_and_decoded_if_it_comes_with_it(void **state)
{
    static const fault_step packed = {BYTES(PACKED "Content-Length: 34\r\n\r\n" GZIP)};
    static const am_request brief = {.method = "GET", .target = "/v0/x", .brief = true};
    char head[4096];
    size_t size;
    fault_rig rig = new_rig(*state);
    for (int i = 0; i < 4; i++) {
        am_call *call = i % 2 ? ask(&rig, false, &packed) : ask_for(&rig, &brief, &packed);
        assert_string_equal(am_call_body(call, &size), FAULT_WHOLE);
        am_call_free(call);
        fault_server_last_head(*state, head, sizeof head);
        assert_int_equal(strstr(head, "Accept-Encoding") != NULL, i % 2);
    }
    fault_rig_free(&rig);
}

static void http2_marks_the_end_of_every_answer(void **state)
{
    static const fault_step whole = {.status = 200}, empty = {.status = 200, .body = ""};
    (void)state;
    fault_server *server = fault_server_new(FAULT_H2);
    fault_rig rig = new_rig(server);
    am_call *call = ask(&rig, false, &whole);
    assert_true(am_call_is_delimited(call));
    assert_int_equal(am_call_received(call), 14);
    am_call_free(call);
    call = ask(&rig, true, &empty);
    assert_true(am_call_is_delimited(call));
    assert_int_equal(am_call_received(call), 0);
    am_call_free(call);
    fault_rig_free(&rig);
    fault_server_free(server);
}

/* Without an answer, a call reports nothing about one. */
static void a_call_without_an_answer_has_no_bytes(void **state)
{
    static const fault_step whole = {.status = 200},
                            cut = {BYTES(OK_HEAD "Content-Length: 14\r\n"), .end = FAULT_CLOSE};
    static const am_request request = {
        .method = "POST", .target = "/v0/x", .protection = AM_KEYED, .idempotency_key = "k"};
    char error[AM_ERROR_SIZE];
    am_code code;
    fault_rig rig = new_rig(*state);
    am_call_free(ask(&rig, false, &whole)); /* the handle of an earlier answer is used again */
    am_call *call = am_call_submit(rig.client, &request, &code, error);
    assert_false(am_call_is_delimited(call));
    assert_int_equal(am_call_received(call), 0);
    am_call_cancel(call);
    assert_false(am_call_is_delimited(call));
    assert_int_equal(am_call_received(call), 0);
    am_call_free(call);
    call = ask(&rig, false, &cut);
    assert_int_equal(am_call_result(call).code, AM_NETWORK);
    assert_false(am_call_is_delimited(call));
    am_call_free(call);
    fault_rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_CASE(a_call_tells_the_bytes_of_its_answer_and_whether_they_end),
        FAULT_CASE(a_request_for_identity_gets_the_bytes_as_they_are_stored),
        FAULT_CASE(a_brief_answer_is_asked_for_without_gzip_and_decoded_if_it_comes_with_it),
        FAULT_CASE(http2_marks_the_end_of_every_answer),
        FAULT_CASE(a_call_without_an_answer_has_no_bytes),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests_name("bytes of an answer", tests, NULL, NULL);
}
