/* SPDX-License-Identifier: MIT */
/* What results mean to the outbox: one line each. */
#include "unit.h"

#include <string.h>

#include "outbox/outbox_seen.h"

typedef struct row {
    am_outbox_action action;
    am_code code, cause;
    am_outcome outcome;
    int status;
    const char *service_code;
    am_outbox_event event;
    bool doubt;
    const char *word;
} row;

#define SEND AM_OUTBOX_SEND
#define NOT AM_NOT_APPLIED
#define YES AM_APPLIED
#define MAYBE AM_UNKNOWN

static const row rows[] = {
    {SEND, AM_OK, AM_OK, YES, 200, NULL, AM_OUTBOX_OK, false, NULL},
    {SEND, AM_DNS, AM_OK, NOT, 0, NULL, AM_OUTBOX_UNSENT, false, "dns"},
    {SEND, AM_TLS, AM_OK, NOT, 0, NULL, AM_OUTBOX_UNSENT, false, "tls"},
    {SEND, AM_CANCELLED, AM_OK, NOT, 0, NULL, AM_OUTBOX_UNSENT, false, "cancelled"},
    {SEND, AM_CANCELLED, AM_OK, MAYBE, 0, NULL, AM_OUTBOX_LOST, true, "cancelled"},
    {SEND, AM_TIMEOUT, AM_OK, MAYBE, 0, NULL, AM_OUTBOX_LOST, true, "timeout"},
    {SEND, AM_SERVICE_ERROR, AM_OK, MAYBE, 500, NULL, AM_OUTBOX_LOST, true, "service_error"},
    {SEND, AM_BAD_RESPONSE, AM_OK, MAYBE, 200, NULL, AM_OUTBOX_LOST, true, "bad_response"},
    {SEND, AM_TOO_LARGE, AM_OK, MAYBE, 200, NULL, AM_OUTBOX_LOST, true, "too_large"},
    {SEND, AM_TOO_LARGE, AM_OK, NOT, 0, NULL, AM_OUTBOX_DECLINE, false, "too_large"},
    {SEND, AM_INVALID, AM_OK, NOT, 0, NULL, AM_OUTBOX_DECLINE, false, "invalid"},
    {SEND, AM_RATE_LIMITED, AM_OK, NOT, 429, NULL, AM_OUTBOX_UNSENT, false, "rate_limit_exceeded"},
    {SEND, AM_RATE_LIMITED, AM_OK, MAYBE, 429, "slow", AM_OUTBOX_LOST, true, "slow"},
    {SEND, AM_DEFERRED, AM_RATE_LIMITED, NOT, 429, NULL, AM_OUTBOX_UNSENT, false,
     "rate_limit_exceeded"},
    {SEND, AM_DEFERRED, AM_SERVICE_ERROR, MAYBE, 503, NULL, AM_OUTBOX_LOST, true, "service_error"},
    {SEND, AM_STALE, AM_OK, NOT, 0, NULL, AM_OUTBOX_UNSENT, false, "stale"},
    {SEND, AM_STALE, AM_OK, MAYBE, 0, NULL, AM_OUTBOX_LOST, true, "stale"},
    {SEND, AM_STALE, AM_CONFLICT, MAYBE, 409, NULL, AM_OUTBOX_CONFLICT, true, "conflict"},
    {SEND, AM_CONFLICT, AM_OK, MAYBE, 409, "conflict", AM_OUTBOX_CONFLICT, true, "conflict"},
    {SEND, AM_KEY_REUSED, AM_OK, NOT, 409, "conflict", AM_OUTBOX_MISMATCH, false, "key_reused"},
    {SEND, AM_KEY_REUSED, AM_TIMEOUT, MAYBE, 0, NULL, AM_OUTBOX_MISMATCH, true, "key_reused"},
    {SEND, AM_DRAFT_GONE, AM_OK, NOT, 404, "not_found", AM_OUTBOX_NO_DRAFT, false, "not_found"},
    {SEND, AM_DRAFT_GONE, AM_OK, MAYBE, 404, NULL, AM_OUTBOX_NO_DRAFT, true, "draft_gone"},
    {SEND, AM_REJECTED, AM_OK, NOT, 422, "bad", AM_OUTBOX_DECLINE, false, "bad"},
    {SEND, AM_REJECTED, AM_OK, MAYBE, 422, NULL, AM_OUTBOX_DECLINE, true, "rejected"},
    {SEND, AM_REJECTED, AM_OK, NOT, 401, NULL, AM_OUTBOX_BARRED, false, "rejected"},
    {SEND, AM_REJECTED, AM_OK, NOT, 402, NULL, AM_OUTBOX_BARRED, false, "rejected"},
    {SEND, AM_REJECTED, AM_OK, NOT, 403, "forbidden", AM_OUTBOX_BARRED, false, "forbidden"},
    {SEND, AM_REJECTED, AM_OK, NOT, 403, "message_rejected", AM_OUTBOX_DECLINE, false,
     "message_rejected"},
    {SEND, AM_REJECTED, AM_OK, MAYBE, 401, NULL, AM_OUTBOX_BARRED, true, "rejected"},
    {SEND, AM_PROXY, AM_OK, NOT, 407, NULL, AM_OUTBOX_BARRED, false, "proxy"},
    {SEND, AM_PROXY, AM_OK, NOT, 0, NULL, AM_OUTBOX_UNSENT, false, "proxy"},
    {SEND, AM_UNAUTHENTICATED, AM_OK, NOT, 0, NULL, AM_OUTBOX_BARRED, false, "unauthenticated"},
    {AM_OUTBOX_SEND_DRAFT, AM_REJECTED, AM_OK, NOT, 404, "not_found", AM_OUTBOX_NO_DRAFT, false,
     "not_found"},
    {AM_OUTBOX_SEND_DRAFT, AM_CONFLICT, AM_OK, NOT, 409, NULL, AM_OUTBOX_CONFLICT, false,
     "conflict"},
    {AM_OUTBOX_CREATE, AM_REJECTED, AM_OK, NOT, 404, "not_found", AM_OUTBOX_DECLINE, false,
     "not_found"},
    {AM_OUTBOX_GET_DRAFT, AM_REJECTED, AM_OK, NOT, 404, "not_found", AM_OUTBOX_NO_DRAFT, false,
     "not_found"},
    {AM_OUTBOX_GET_DRAFT, AM_REJECTED, AM_OK, NOT, 404, NULL, AM_OUTBOX_FAILED, false, "rejected"},
    {AM_OUTBOX_LOOK, AM_REJECTED, AM_OK, NOT, 404, "not_found", AM_OUTBOX_FAILED, false,
     "not_found"},
    {AM_OUTBOX_LOOK, AM_REJECTED, AM_OK, NOT, 403, "missing_permission", AM_OUTBOX_BARRED, false,
     "missing_permission"},
    {AM_OUTBOX_LOOK, AM_TIMEOUT, AM_OK, NOT, 0, NULL, AM_OUTBOX_FAILED, false, "timeout"},
};

static void each_result_is_one_event(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const row *r = &rows[i];
        am_outbox_answer answer = {.result = {.code = r->code,
                                              .cause = r->cause,
                                              .cause_status = r->status,
                                              .status = r->status,
                                              .outcome = r->outcome,
                                              .not_before_ms = 7},
                                   .code = r->service_code,
                                   .is_service = r->service_code != NULL};
        am_outbox_seen seen = am_outbox_see(r->action, true, &answer);
        if (seen.event != r->event || seen.doubt != r->doubt)
            print_message("row %zu: event %d, doubt %d\n", i, (int)seen.event, seen.doubt);
        assert_int_equal(seen.event, r->event);
        assert_int_equal(seen.doubt, r->doubt);
        assert_int_equal(seen.status, r->status);
        assert_int_equal(seen.not_before_ms, 7);
        assert_true(seen.told);
        if (r->word)
            assert_string_equal(seen.code, r->word);
        else
            assert_null(seen.code);
    }
}

static void a_look_and_a_draft_have_sights_of_their_own(void **state)
{
    (void)state;
    static const am_outbox_event looks[] = {AM_OUTBOX_EMPTY, AM_OUTBOX_FOUND_UNSENT,
                                            AM_OUTBOX_FOUND, AM_OUTBOX_FAILED, AM_OUTBOX_FAILED},
                                 drafts[] = {AM_OUTBOX_FAILED, AM_OUTBOX_FAILED, AM_OUTBOX_FAILED,
                                             AM_OUTBOX_THERE, AM_OUTBOX_LEAVING};
    for (int i = AM_SIGHT_NONE; i <= AM_SIGHT_LEAVING; i++) {
        am_outbox_answer answer = {.result = {.code = AM_OK, .status = 200},
                                   .sight = (am_outbox_sight)i};
        assert_int_equal(am_outbox_see(AM_OUTBOX_LOOK, true, &answer).event, looks[i]);
        assert_int_equal(am_outbox_see(AM_OUTBOX_GET_DRAFT, true, &answer).event, drafts[i]);
    }
}

static void a_draft_with_other_content_is_a_mismatch(void **state)
{
    (void)state;
    am_outbox_answer answer = {.result = {.code = AM_OK, .outcome = AM_APPLIED, .status = 200},
                               .is_other = true,
                               .draft_id = "d"};
    am_outbox_seen seen = am_outbox_see(AM_OUTBOX_CREATE, false, &answer);
    assert_int_equal(seen.event, AM_OUTBOX_MISMATCH);
    assert_string_equal(seen.code, "key_reused");
    assert_false(seen.told);
    answer.is_other = false;
    seen = am_outbox_see(AM_OUTBOX_CREATE, false, &answer);
    assert_int_equal(seen.event, AM_OUTBOX_OK);
    assert_string_equal(seen.draft_id, "d");
}

static void a_submit_that_failed_is_proven_unsent(void **state)
{
    (void)state;
    am_outbox_answer answer = {.result = am_outbox_unsent(AM_QUEUE_FULL)};
    am_outbox_seen seen = am_outbox_see(AM_OUTBOX_SEND, false, &answer);
    assert_int_equal(seen.event, AM_OUTBOX_UNSENT);
    assert_false(seen.doubt);
    assert_int_equal(seen.not_before_ms, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_result_is_one_event),
        cmocka_unit_test(a_look_and_a_draft_have_sights_of_their_own),
        cmocka_unit_test(a_draft_with_other_content_is_a_mismatch),
        cmocka_unit_test(a_submit_that_failed_is_proven_unsent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
