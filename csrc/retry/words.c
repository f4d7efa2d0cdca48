/* SPDX-License-Identifier: MIT */
/* The words for our enums, the same in every language and place. */
#include "agentmail.h"

const char *am_code_word(am_code code)
{
    static const char *const words[] = {
#define AM_CODE_WORD(constant, word, about) [constant] = (word),
        AM_CODES(AM_CODE_WORD)
#undef AM_CODE_WORD
    };
    return words[code];
}

const char *am_outcome_word(am_outcome outcome)
{
    static const char *const words[] = {
        [AM_NOT_APPLIED] = "not_applied", [AM_APPLIED] = "applied", [AM_UNKNOWN] = "unknown"};
    return words[outcome];
}

const char *am_protection_word(am_protection protection)
{
    static const char *const words[] = {[AM_SAFE] = "safe",
                                        [AM_IDEMPOTENT] = "idempotent",
                                        [AM_CLIENT_ID] = "client_id",
                                        [AM_KEYED] = "idempotency_key",
                                        [AM_NATURAL_KEY] = "natural_key",
                                        [AM_IF_MATCH] = "if_match",
                                        [AM_UNPROTECTED] = "none"};
    return words[protection];
}

const char *am_state_word(am_state state)
{
    static const char *const words[] = {[AM_STATE_QUEUED] = "queued",
                                        [AM_STATE_SENDING] = "sending",
                                        [AM_STATE_JUDGING] = "judging",
                                        [AM_STATE_BACKING_OFF] = "backing_off",
                                        [AM_STATE_DONE] = "done"};
    return words[state];
}

const char *am_event_word(am_event_kind kind)
{
    static const char *const words[] = {[AM_EVENT_ATTEMPT] = "attempt",
                                        [AM_EVENT_RESEND] = "resend",
                                        [AM_EVENT_ANSWER] = "answer",
                                        [AM_EVENT_WAIT] = "wait",
                                        [AM_EVENT_DONE] = "done"};
    return words[kind];
}
