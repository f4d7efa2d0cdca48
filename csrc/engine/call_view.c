/* SPDX-License-Identifier: MIT */
/* What a call reports about itself and the last answer. */
#define _GNU_SOURCE
#include <stdlib.h>

#include "base/clock.h"
#include "base/header.h"
#include "engine/call.h"

am_engine *am_call_engine(const am_call *call)
{
    return call->engine;
}

am_state am_call_state(const am_call *call)
{
    return call->state;
}

int am_call_status(const am_call *call)
{
    return call->transfer ? (int)call->transfer->status : 0;
}

const char *am_call_body(const am_call *call, size_t *size)
{
    *size = call->transfer ? call->transfer->in.body.size : 0;
    return call->transfer ? am_buf_string(&call->transfer->in.body) : "";
}

am_progress am_call_progress(const am_call *call)
{
    const am_sending *sending = &call->sending;
    const am_transfer *transfer = call->transfer;
    size_t size, other;
    am_progress progress = {.to_receive = -1};
    progress.to_send =
        sending->stream ? am_body_size(sending->stream) : (int64_t)sending->body_size;
    if (!transfer)
        return progress;
    progress.sent = am_transfer_sent(transfer);
    progress.received = transfer->in.received;
    const char *length = am_call_header(call, "content-length", &size);
    bool as_stored = sending->identity || !am_call_header(call, "content-encoding", &other);
    if (length && as_stored) /* lines end with CRLF */
        progress.to_receive = strtoll(length, NULL, 10);
    return progress;
}

bool am_call_is_delimited(const am_call *call)
{
    const am_transfer *transfer = call->transfer;
    return transfer && !transfer->running && am_transfer_has_head(transfer) &&
           (transfer->length >= 0 || transfer->status == 204 || transfer->status == 304 ||
            am_incoming_marks_end(&transfer->in));
}

int64_t am_call_received(const am_call *call)
{
    return call->transfer ? call->transfer->received : 0;
}

bool am_call_seen(const am_call *call, size_t piece, char seen[AM_SEEN_SIZE])
{
    return call->sending.stream && am_body_seen(call->sending.stream, piece, seen);
}

bool am_call_next_header(const am_call *call, size_t *cursor, const char **name, size_t *name_size,
                         const char **value, size_t *value_size)
{
    am_header_text header;
    if (!call->transfer)
        return false;
    const am_buf *headers = &call->transfer->in.headers;
    if (!am_header_next(am_buf_string(headers), headers->size, cursor, &header))
        return false;
    *name = header.name;
    *name_size = header.name_size;
    *value = header.value;
    *value_size = header.value_size;
    return true;
}

const char *am_call_header(const am_call *call, const char *name, size_t *size)
{
    *size = 0;
    return call->transfer ? am_incoming_find(&call->transfer->in, name, size) : NULL;
}

const char *am_call_request_id(const am_call *call, size_t *size)
{
    static const char *const names[] = {"x-request-id", "x-amzn-requestid", "apigw-requestid"};
    *size = 0;
    if (!call->transfer)
        return NULL;
    return am_incoming_find_any(&call->transfer->in, names, sizeof names / sizeof names[0], size);
}

am_result am_call_result(const am_call *call)
{
    am_decision decision = call->decision;
    am_history history = call->history;
    int64_t end = call->ended_ms;
    if (call->state != AM_STATE_DONE) { /* as if it ended now */
        decision =
            am_retry_abandon(&call->policy, &history, am_call_wire_under_way(call), AM_CANCELLED);
        end = am_monotonic_ms();
    }
    return (am_result){.outcome = decision.outcome,
                       .code = decision.code,
                       .cause = decision.cause,
                       .cause_status = decision.cause == AM_OK ? 0 : call->last_status,
                       .reason = decision.reason,
                       .detail = call->transfer ? call->transfer->detail : "",
                       .status = call->transfer ? am_call_status(call) : call->last_status,
                       .attempts = history.wire,
                       .tries = history.tries,
                       .elapsed_ms = end - call->started_ms,
                       .not_before_ms = decision.not_before_ms,
                       .retryable = decision.retryable};
}

void *am_call_user(const am_call *call)
{
    return call->user;
}
