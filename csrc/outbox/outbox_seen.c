/* SPDX-License-Identifier: MIT */
/* Maps the result of a call to an event of the outbox. The core has already decided whether the
 * service may have done it; this only tells the refusals apart. */
#include "outbox/outbox_seen.h"

#include <string.h>

/* The last attempt, behind codes that do not tell it. */
typedef struct last_attempt {
    am_code code;
    int status;
} last_attempt;

static last_attempt last_of(const am_result *result)
{
    if (result->cause != AM_OK)
        return (last_attempt){result->cause, result->cause_status};
    return (last_attempt){result->code, result->status};
}

/* A refusal that another API key, a payment or a setting lifts, and no other mail. A 403 is about
 * the mail only if the service says so. */
static bool is_about_account(last_attempt last, const char *code)
{
    return last.code == AM_UNAUTHENTICATED || last.status == 401 || last.status == 402 ||
           last.status == 407 ||
           (last.status == 403 && !(code && strcmp(code, "message_rejected") == 0));
}

static bool is_refusal(last_attempt last)
{
    switch (last.code) {
    case AM_REJECTED:
    case AM_UNAUTHENTICATED:
    case AM_PRECONDITION_FAILED:
    case AM_INVALID:
    case AM_TOO_LARGE:
        return true;
    case AM_PROXY:
        return last.status == 407;
    default:
        return false;
    }
}

static am_outbox_event event_of_write(const am_result *result, const char *code)
{
    last_attempt last = last_of(result);
    if (result->code == AM_OK)
        return AM_OUTBOX_OK;
    if (result->code == AM_KEY_REUSED)
        return AM_OUTBOX_MISMATCH;
    if (result->code == AM_DRAFT_GONE)
        return AM_OUTBOX_NO_DRAFT;
    if (last.code == AM_CONFLICT)
        return AM_OUTBOX_CONFLICT;
    if (is_refusal(last) && (result->outcome == AM_NOT_APPLIED || last.code == AM_REJECTED))
        return is_about_account(last, code) ? AM_OUTBOX_BARRED : AM_OUTBOX_DECLINE;
    return result->outcome == AM_NOT_APPLIED ? AM_OUTBOX_UNSENT : AM_OUTBOX_LOST;
}

/* The service's own 404 for a draft that this request sends. */
static bool is_draft_missing(am_outbox_action action, const am_outbox_answer *answer)
{
    return (action == AM_OUTBOX_SEND_DRAFT || action == AM_OUTBOX_GET_DRAFT) &&
           answer->result.code != AM_OK && last_of(&answer->result).status == 404 &&
           answer->is_service;
}

static am_outbox_event event_of_read(am_outbox_action action, const am_outbox_answer *answer)
{
    static const am_outbox_event sights[] = {
        [AM_SIGHT_NONE] = AM_OUTBOX_EMPTY,      [AM_SIGHT_UNSENT] = AM_OUTBOX_FOUND_UNSENT,
        [AM_SIGHT_SENT] = AM_OUTBOX_FOUND,      [AM_SIGHT_THERE] = AM_OUTBOX_THERE,
        [AM_SIGHT_LEAVING] = AM_OUTBOX_LEAVING,
    };
    bool is_look = action == AM_OUTBOX_LOOK;
    last_attempt last = last_of(&answer->result);
    if (answer->result.code != AM_OK)
        return is_about_account(last, answer->code) ? AM_OUTBOX_BARRED : AM_OUTBOX_FAILED;
    if (answer->sight > AM_SIGHT_LEAVING || is_look != (answer->sight <= AM_SIGHT_SENT))
        return AM_OUTBOX_FAILED;
    return sights[answer->sight];
}

am_outbox_seen am_outbox_see(am_outbox_action action, bool told, const am_outbox_answer *answer)
{
    const am_result *result = &answer->result;
    bool is_read = action == AM_OUTBOX_LOOK || action == AM_OUTBOX_GET_DRAFT;
    last_attempt last = last_of(result);
    am_outbox_seen seen = {
        .doubt = !is_read && result->outcome == AM_UNKNOWN,
        .told = told,
        .not_before_ms = result->not_before_ms,
        .status = last.status,
        .draft_id = answer->draft_id,
        .message_id = answer->message_id,
        .thread_id = answer->thread_id,
    };
    if (is_draft_missing(action, answer))
        seen.event = AM_OUTBOX_NO_DRAFT;
    else
        seen.event = is_read ? event_of_read(action, answer) : event_of_write(result, answer->code);
    if (seen.event == AM_OUTBOX_OK && action == AM_OUTBOX_CREATE && answer->is_other)
        seen.event = AM_OUTBOX_MISMATCH;
    if (seen.event == AM_OUTBOX_MISMATCH)
        seen.code = am_code_word(AM_KEY_REUSED);
    else if (result->code != AM_OK)
        seen.code = answer->code ? answer->code : am_code_word(last.code);
    return seen;
}

am_result am_outbox_unsent(am_code code)
{
    return (am_result){.outcome = AM_NOT_APPLIED,
                       .code = code,
                       .cause = AM_OK,
                       .reason = "the request never left",
                       .detail = "",
                       .not_before_ms = -1};
}
