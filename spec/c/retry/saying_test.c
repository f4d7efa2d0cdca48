/* SPDX-License-Identifier: MIT */
/* The words of the service that the rules use. */
#include "unit.h"

#include "retry/saying.h"

static void the_services_words_mean_what_its_documents_say(void **state)
{
    static const struct {
        const char *code, *name;
        am_saying saying;
    } cases[] = {
        {NULL, NULL, AM_SAYS_NOTHING},
        {"not_found", "NotFoundError", AM_SAYS_ERROR},
        {"", NULL, AM_SAYS_ERROR},
        {NULL, "NotFoundError", AM_SAYS_ERROR},
        {"conflict", "ConflictError", AM_SAYS_ERROR},
        {"conflict", "IdempotencyKeyConflictError", AM_SAYS_KEY_MISMATCH},
        {NULL, "IdempotencyKeyConflictError", AM_SAYS_KEY_MISMATCH},
        {"race_condition", "IdempotencyKeyConflictError", AM_SAYS_KEY_MISMATCH},
        {"idempotency_conflict", "ConflictError", AM_SAYS_KEY_MISMATCH},
        {"race_condition", "ConflictError", AM_SAYS_RACE},
        {"race_condition", NULL, AM_SAYS_RACE},
        {"race_conditions", NULL, AM_SAYS_ERROR},
        {NULL, "race_condition", AM_SAYS_ERROR},
        {"event_starting", "ConflictError", AM_SAYS_NOT_YET},
        {"event_already_started", NULL, AM_SAYS_FINAL},
        {"event_in_progress", NULL, AM_SAYS_FINAL},
        {"future_edit_start_move_not_supported", NULL, AM_SAYS_FINAL},
        {"recurrence_density_limit", NULL, AM_SAYS_FINAL},
        {"materialization_failed", NULL, AM_SAYS_FINAL},
        {"page_token_stale", NULL, AM_SAYS_FINAL},
        {"calendar_response_invalid", NULL, AM_SAYS_FINAL},
        {"already_exists", NULL, AM_SAYS_ERROR},
        {"service_unavailable", "ServiceUnavailableError", AM_SAYS_UNAVAILABLE},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (am_saying_of(cases[i].code, cases[i].name) != cases[i].saying)
            fail_msg("code %s, name %s", cases[i].code, cases[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_services_words_mean_what_its_documents_say),
    };
    return cmocka_run_group_tests_name("retry: words of the service", tests, NULL, NULL);
}
