/* SPDX-License-Identifier: MIT */
/* Rows in which it matters what an earlier attempt, or an earlier call, may have done. */
#include "rows_run.h"
#include "unit.h"

#define GONE                                                                                       \
    {                                                                                              \
        .status = 404, .body = "{\"name\":\"NotFoundError\"}"                                      \
    }

static void a_delete_whose_repeat_finds_nothing_is_done(void **state)
{
    static const fault_step steps[] = {LOST, GONE};
    static const am_request request = {
        .method = "DELETE", .target = "/v0/x", .protection = AM_IDEMPOTENT};
    fault_rig rig = fault_rig_new(*state);
    am_result result = rows_ask(&rig, &request, steps, 2);
    assert_int_equal(result.outcome, AM_APPLIED);
    assert_int_equal(result.code, AM_OK);
    assert_int_equal(result.attempts, 2);
    result = rows_ask(&rig, &request, &steps[1], 1);
    assert_int_equal(result.outcome, AM_NOT_APPLIED);
    assert_int_equal(result.code, AM_REJECTED);
    assert_int_equal(result.attempts, 1);
    fault_rig_free(&rig);
}

/* A 404 that the service did not write: from a gateway, or truncated. */
static void a_delete_that_loses_its_way(void **state)
{
    static const fault_step first[] = {LOST, {.status = 502, .body = "<html>bad gateway</html>"}};
    static const fault_step second[] = {
        {.status = 404, .body = "<html>no such site</html>"},
        {.status = 404, .body = "{\"message\":\"no Route matched\"}"},
        {.status = 404, .body = ""},
        {.raw = "HTTP/1.1 404 No\r\nContent-Length: 99\r\n\r\n{\"code\":\"not_found\"",
         .end = FAULT_CLOSE},
        {.raw = "HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{\"code\":\"x\"}",
         .end = FAULT_CLOSE}};
    static const am_request request = {
        .method = "DELETE", .target = "/v0/x", .protection = AM_IDEMPOTENT};
    fault_rig rig = fault_rig_new(*state);
    for (size_t i = 0; i < COUNT(first) * COUNT(second); i++) {
        const fault_step steps[] = {first[i % 2], second[i / 2]};
        am_result result = rows_ask(&rig, &request, steps, 2);
        assert_int_equal(result.outcome, AM_UNKNOWN);
        assert_int_equal(result.code, AM_REJECTED);
        assert_int_equal(result.status, 404);
        assert_int_equal(result.attempts, 2);
        assert_true(result.retryable);
    }
    fault_rig_free(&rig);
}

/* The doubt left by an earlier call carries over to the call that repeats it. */
static void a_call_that_repeats_a_doubtful_one(void **state)
{
    static const fault_step gone[] = {GONE}, refused[] = {{.status = 403, .body = "{}"}};
    static const fault_step other[] = {
        {.status = 409, .body = "{\"name\":\"IdempotencyKeyConflictError\"}"}};
    am_request request = {
        .method = "DELETE", .target = "/v0/x", .protection = AM_IDEMPOTENT, .doubtful = true};
    fault_rig rig = fault_rig_new(*state);
    assert_int_equal(rows_ask(&rig, &request, gone, 1).outcome, AM_APPLIED);
    request.method = "POST";
    request.protection = AM_NATURAL_KEY;
    assert_int_equal(rows_ask(&rig, &request, refused, 1).outcome, AM_UNKNOWN);
    request.protection = AM_UNPROTECTED;
    am_result result = rows_ask(&rig, &request, refused, 1);
    assert_int_equal(result.outcome, AM_UNKNOWN);
    assert_false(result.retryable);
    request.protection = AM_KEYED;
    request.idempotency_key = "k";
    result = rows_ask(&rig, &request, other, 1); /* it may be the earlier call that holds the key */
    assert_int_equal(result.outcome, AM_APPLIED);
    assert_int_equal(result.attempts, 2);
    request.doubtful = false;
    assert_int_equal(rows_ask(&rig, &request, other, 1).outcome, AM_NOT_APPLIED);
    fault_rig_free(&rig);
}

/* Nobody says what is not there: a send is no delete. */
static void a_send_whose_repeat_finds_nothing_is_in_doubt(void **state)
{
    static const fault_step steps[] = {LOST, GONE};
    fault_rig rig = fault_rig_new(*state);
    fault_server_script(*state, steps, 2);
    am_result result = fault_finish(rig.engine, fault_begin(&rig, AM_KEYED));
    rows_check("16", AM_KEYED, result, fault_server_tally(*state, rig.op), 'u', AM_REJECTED, false);
    assert_int_equal(result.status, 404);
    fault_rig_free(&rig);
}

/* What the service says of a draft that is not there, to requests that send one or do not. */
static void row_16b_a_draft_that_is_gone(void **state)
{
    static const char *const sends[] = {"/v0/inboxes/a@b.c/drafts/d1/send",
                                        "/v0/inboxes/drafts/drafts/d1/send?x=1"};
    static const char *const others[] = {"/v0/inboxes/a@b.c/drafts/d1/send", "/v0/drafts/send",
                                         "/v0/drafts/d1/sender", "/v0/drafts/d1/x/send",
                                         "/v0/drafts//send"};
    static const fault_step lost[] = {LOST, GONE}, gone[] = {GONE};
    am_request request = {.method = "POST", .protection = AM_KEYED, .idempotency_key = "k"};
    fault_rig rig = fault_rig_new(*state);
    for (size_t i = 0; i < COUNT(sends); i++) {
        request.target = sends[i];
        am_result result = rows_ask(&rig, &request, gone, 1);
        assert_int_equal(result.code, AM_DRAFT_GONE);
        assert_int_equal(result.outcome, AM_NOT_APPLIED);
        assert_false(result.retryable);
        result = rows_ask(&rig, &request, lost, 2);
        assert_int_equal(result.code, AM_DRAFT_GONE);
        assert_int_equal(result.outcome, AM_UNKNOWN);
        assert_false(result.retryable);
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        request.target = others[i];
        request.method = i > 0 ? "POST" : "PUT";
        assert_int_equal(rows_ask(&rig, &request, gone, 1).code, AM_REJECTED);
    }
    fault_rig_free(&rig);
}

/* What the service says when the key of a delete made another deletion, and when a date is over. */
static void a_delete_with_a_key_and_a_delete_of_a_date(void **state)
{
    static const fault_step other[] = {
        {.status = 409, .body = "{\"code\":\"idempotency_conflict\"}"}};
    static const fault_step over[] = {LOST,
                                      {.status = 410, .body = "{\"code\":\"event_expired\"}"}};
    am_request request = {.method = "DELETE", .target = "/v0/x", .protection = AM_IDEMPOTENT};
    fault_rig rig = fault_rig_new(*state);
    am_result result = rows_ask(&rig, &request, other, 1);
    assert_int_equal(result.code, AM_CONFLICT);
    request.idempotency_key = "delete:7";
    result = rows_ask(&rig, &request, other, 1);
    assert_int_equal(result.code, AM_KEY_REUSED);
    assert_int_equal(result.outcome, AM_NOT_APPLIED);
    assert_false(result.retryable);
    result = rows_ask(&rig, &request, over, 2);
    assert_int_equal(result.code, AM_REJECTED);
    assert_int_equal(result.outcome, AM_UNKNOWN);
    assert_false(result.retryable);
    fault_rig_free(&rig);
}

/* An update whose earlier call is in doubt: the etag may be stale by its work. */
static void row_16c_an_update_that_repeats_a_doubtful_call(void **state)
{
    static const fault_step changed[] = {
        {.status = 412, .body = "{\"code\":\"precondition_failed\",\"current_revision\":8}"}};
    am_request request = {.method = "PATCH",
                          .target = "/v0/x",
                          .protection = AM_IF_MATCH,
                          .if_match = "\"rv-7\"",
                          .doubtful = true};
    fault_rig rig = fault_rig_new(*state);
    am_result result = rows_ask(&rig, &request, changed, 1);
    assert_int_equal(result.code, AM_PRECONDITION_FAILED);
    assert_int_equal(result.outcome, AM_UNKNOWN);
    assert_false(result.retryable);
    request.doubtful = false;
    result = rows_ask(&rig, &request, changed, 1);
    assert_int_equal(result.outcome, AM_NOT_APPLIED);
    assert_int_equal(result.attempts, 1);
    fault_rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_CASE(a_delete_whose_repeat_finds_nothing_is_done),
        FAULT_CASE(a_delete_that_loses_its_way),
        FAULT_CASE(a_call_that_repeats_a_doubtful_one),
        FAULT_CASE(a_send_whose_repeat_finds_nothing_is_in_doubt),
        FAULT_CASE(row_16b_a_draft_that_is_gone),
        FAULT_CASE(a_delete_with_a_key_and_a_delete_of_a_date),
        FAULT_CASE(row_16c_an_update_that_repeats_a_doubtful_call),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
