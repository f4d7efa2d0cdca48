/* SPDX-License-Identifier: MIT */
/* The codes and names of the service that the rules use. */
#include "retry/saying.h"

#include <stddef.h>
#include <string.h>

/* Sent for a key used with another body, never for one in progress. */
static const char mismatch_name[] = "IdempotencyKeyConflictError";

static const struct {
    const char *code;
    am_saying saying;
} codes[] = {
    {"service_unavailable", AM_SAYS_UNAVAILABLE},
    {"race_condition", AM_SAYS_RACE},
    {"event_starting", AM_SAYS_NOT_YET},
    {"idempotency_conflict", AM_SAYS_KEY_MISMATCH},
    {"event_already_started", AM_SAYS_FINAL},
    {"event_in_progress", AM_SAYS_FINAL},
    {"future_edit_start_move_not_supported", AM_SAYS_FINAL},
    {"recurrence_density_limit", AM_SAYS_FINAL},
    {"materialization_failed", AM_SAYS_FINAL},
    {"page_token_stale", AM_SAYS_FINAL},
    {"calendar_response_invalid", AM_SAYS_FINAL},
};

am_saying am_saying_of(const char *code, const char *name)
{
    if (name && strcmp(name, mismatch_name) == 0)
        return AM_SAYS_KEY_MISMATCH;
    for (size_t i = 0; code && i < sizeof codes / sizeof codes[0]; i++)
        if (strcmp(code, codes[i].code) == 0)
            return codes[i].saying;
    return code || name ? AM_SAYS_ERROR : AM_SAYS_NOTHING;
}
