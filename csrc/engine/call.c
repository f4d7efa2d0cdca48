/* SPDX-License-Identifier: MIT */
/* The life of one call: queued -> sending -> judging -> (backing off -> sending ...) -> done, until
 * it is freed. */
#define _GNU_SOURCE
#include "engine/call.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/save.h"
#include "base/secret.h"
#include "base/url.h"
#include "engine/client.h"
#include "engine/engine.h"
#include "retry/saying.h"
#include "retry/retry_after.h"

enum { FIRST_EVENTS = 8 };

/* ---- what its owner is told -------------------------------------------------------------------
 */

static void want_owner(am_call *call)
{
    if (call->in_ready.next)
        return;
    am_list_append(&call->engine->ready, &call->in_ready);
    call->engine->news = true;
    am_engine_rearm(call->engine);
}

bool am_call_take(am_call *call)
{
    bool wanted = call->in_ready.next != NULL;
    am_list_remove(&call->in_ready);
    if (wanted)
        am_engine_rearm(call->engine);
    return wanted;
}

void am_call_moved(am_call *call)
{
    want_owner(call);
}

/* ---- events ---------------------------------------------------------------------------------- */

/* Events only observe: if memory runs out, the event is lost and the call goes on. */
static void add_event(am_call *call, am_event event)
{
    if (!call->wants_events)
        return;
    if (call->event_taken == call->event_count)
        call->event_taken = call->event_count = 0;
    if (call->event_count == call->event_capacity) {
        size_t capacity = call->event_capacity ? call->event_capacity * 2 : FIRST_EVENTS;
        am_event *events = realloc(call->events, capacity * sizeof *events);
        if (!events)
            return;
        call->events = events;
        call->event_capacity = capacity;
    }
    event.at_ms = am_monotonic_ms() - call->started_ms;
    call->events[call->event_count++] = event;
    want_owner(call);
}

bool am_call_next_event(am_call *call, am_event *event)
{
    if (call->event_taken == call->event_count)
        return false;
    *event = call->events[call->event_taken++];
    return true;
}

bool am_call_has_event(const am_call *call)
{
    return call->event_taken < call->event_count;
}

/* ---- queue and wire -------------------------------------------------------------------------- */

/* The deadline also limits the time in the queue. */
void am_call_enqueue(am_call *call)
{
    call->state = AM_STATE_QUEUED;
    am_heap_set(&call->engine->timers, &call->timer, call->policy.deadline_ms);
    am_list_append(&call->client->queue, &call->in_queue);
    am_client_pump(call->client);
}

static void enter_wire(am_call *call)
{
    call->client->active++;
    call->doubts = am_host_enter(call->host);
}

static void leave_wire(am_call *call)
{
    call->client->active--;
    am_host_leave(call->host, call->doubts);
}

int am_call_wire_under_way(const am_call *call)
{
    bool is = call->state == AM_STATE_SENDING || call->state == AM_STATE_JUDGING;
    return is ? call->transfer->wire : -1;
}

static void release_transfer(am_call *call)
{
    if (call->transfer)
        am_transfer_release(call->transfer);
    call->transfer = NULL;
}

/* ---- done ------------------------------------------------------------------------------------ */

static void finish(am_call *call)
{
    am_heap_unset(&call->engine->timers, &call->timer);
    am_list_remove(&call->in_queue);
    call->ended_ms = am_monotonic_ms();
    call->client->unfinished--;
    if (call->client->tells_room) {
        call->client->tells_room = false;
        am_engine_alarm(call->engine, 0);
    }
    /* However the call ended, the service's advice on when to come back stays valid. */
    int64_t asked_ms = call->advised_ms - call->ended_ms;
    if (call->decision.retryable && call->decision.not_before_ms < asked_ms)
        call->decision.not_before_ms = asked_ms;
    add_event(call, (am_event){.kind = AM_EVENT_DONE,
                               .attempt = call->history.wire,
                               .try_number = call->history.tries,
                               .code = call->decision.code,
                               .outcome = call->decision.outcome,
                               .reason = call->decision.reason});
    call->state = AM_STATE_DONE;
    want_owner(call);
}

/* Ends a call that is not done, in any state. */
static void abandon(am_call *call, am_code code)
{
    int wire = am_call_wire_under_way(call);
    if (call->state == AM_STATE_SENDING) {
        am_transfer_abort(call->transfer);
        leave_wire(call);
    }
    if (wire >= 0)
        call->last_status = (int)call->transfer->status;
    call->decision = am_retry_abandon(&call->policy, &call->history, wire, code);
    finish(call);
}

/* ---- what the rules say ---------------------------------------------------------------------- */

/* A header of the last answer; NULL: no such header, or no answer. */
static const char *answer_header(const am_call *call, const char *name, size_t *size)
{
    return call->transfer ? am_incoming_find(&call->transfer->in, name, size) : NULL;
}

/* Finds where a redirect leads; false: nowhere. */
static bool follow(am_call *call)
{
    size_t size;
    const char *location = answer_header(call, "location", &size);
    char *url = location ? am_url_follow(call->sending.url, location, size) : NULL;
    if (!url)
        return false;
    free(call->followed_url);
    call->sending.url = call->followed_url = url;
    call->sending.target = am_url_target(url, call->client->base_url);
    return true;
}

static void act_on_decision(am_call *call)
{
    am_decision *decision = &call->decision;
    if (decision->action == AM_FOLLOW) {
        if (follow(call)) {
            release_transfer(call);
            am_call_enqueue(call);
            return;
        }
        decision->reason = "redirected to another origin, or to nowhere";
    }
    if (decision->action == AM_REPEAT) {
        release_transfer(call);
        call->state = AM_STATE_BACKING_OFF;
        am_heap_set(&call->engine->timers, &call->timer, am_monotonic_ms() + decision->delay_ms);
        add_event(call, (am_event){.kind = AM_EVENT_WAIT,
                                   .attempt = call->history.wire,
                                   .try_number = call->history.tries,
                                   .code = decision->code,
                                   .delay_ms = decision->delay_ms,
                                   .reason = decision->reason});
    } else {
        decision->action = AM_STOP;
        finish(call);
    }
}

/* After an attempt: decides what follows, records the event and acts on it. */
static void conclude(am_call *call, am_attempt attempt)
{
    size_t size;
    bool is_success = attempt.answer == AM_ANSWER_WHOLE && attempt.status < 300;
    const char *value = is_success ? NULL : answer_header(call, "retry-after", &size);
    attempt.retry_after_ms = value ? am_retry_after_ms(value, size, am_wall_s()) : -1;
    int wire_before = call->history.wire;
    int64_t now = am_monotonic_ms();
    call->last_status = attempt.status;
    call->advised_ms = attempt.retry_after_ms >= 0 ? now + attempt.retry_after_ms : 0;
    am_budget_refill(&call->host->budget, &call->limits, now);
    if (am_retry_is_guarded(&call->policy))
        attempt.ended_ms = am_boottime_ms();
    call->decision = am_retry_decide(&call->policy, &call->history, &call->host->budget, &attempt,
                                     now, am_engine_random(call->engine));
    if (attempt.curl == AM_CURL_TIMEOUT) { /* its connection may be dead */
        call->sending.fresh = true;
        if (call->client->http2)
            am_host_doubt(call->host, now);
    }
    for (int i = 1; i < attempt.wire; i++)
        add_event(call, (am_event){.kind = AM_EVENT_RESEND,
                                   .attempt = wire_before + i + 1,
                                   .try_number = call->history.tries});
    add_event(call, (am_event){.kind = AM_EVENT_ANSWER,
                               .attempt = call->history.wire,
                               .try_number = call->history.tries,
                               .status = attempt.status,
                               .code = call->decision.code});
    act_on_decision(call);
}

/* ---- attempts -------------------------------------------------------------------------------- */

static am_attempt attempt_of(const am_transfer *transfer)
{
    return (am_attempt){.curl = transfer->curl,
                        .status = (int)transfer->status,
                        .wire = transfer->wire,
                        .proxy_status = (int)transfer->proxy_status,
                        .head_cut = transfer->status >= 200 && !am_transfer_has_head(transfer),
                        .defect = transfer->in.defect,
                        .too_large = transfer->in.too_large != NULL,
                        .stale = transfer->stale,
                        .first_ms = transfer->first_ms,
                        .file_failed = transfer->file_failed || transfer->in.unsaved};
}

/* Rewinds body and file to where an attempt begins. False: a file failed. */
static bool rewind_files(const am_sending *sending)
{
    return (!sending->stream || am_body_rewind(sending->stream)) &&
           (sending->save_fd < 0 || am_save_restart(sending->save_fd));
}

void am_call_send(am_call *call)
{
    am_sending *sending = &call->sending;
    int64_t now = am_monotonic_ms(), left = call->policy.deadline_ms - now;
    int64_t size = sending->stream ? am_body_size(sending->stream) : (int64_t)sending->body_size;
    int64_t timeout = call->limits.attempt_timeout_ms + size / call->limits.upload_rate * 1000;
    sending->timeout_ms = timeout < left ? timeout : left;
    sending->wire_allowed = am_retry_wire_allowance(&call->policy, &call->history);
    bool trusted = am_host_trusts(call->host, now, &sending->oldest_s);
    sending->apart = sending->fresh || !trusted;
    am_heap_unset(&call->engine->timers, &call->timer);
    if (left <= 0) {
        abandon(call, AM_TIMEOUT);
        return;
    }
    int curl = AM_CURL_NO_MEMORY;
    call->state = AM_STATE_SENDING;
    bool ready = rewind_files(sending);
    if (ready)
        call->transfer = am_transfer_start(call->client->route, sending, call, &curl);
    add_event(call, (am_event){.kind = AM_EVENT_ATTEMPT,
                               .attempt = call->history.wire + 1,
                               .try_number = call->history.tries + 1});
    if (call->transfer) {
        enter_wire(call);
        return;
    }
    conclude(call, (am_attempt){.curl = curl, .file_failed = !ready});
}

void am_call_answered(am_call *call)
{
    am_transfer *transfer = call->transfer;
    leave_wire(call);
    if (transfer->curl == AM_CURL_OK && transfer->wire > 0 && am_transfer_has_head(transfer)) {
        call->state = AM_STATE_JUDGING;
        want_owner(call);
    } else {
        conclude(call, attempt_of(transfer));
    }
    am_client_pump(call->client);
}

void am_call_judge(am_call *call, am_verdict verdict, const char *service_code,
                   const char *service_name)
{
    if (call->state != AM_STATE_JUDGING)
        return;
    am_attempt attempt = attempt_of(call->transfer);
    attempt.answer = verdict == AM_WHOLE ? AM_ANSWER_WHOLE : AM_ANSWER_BROKEN;
    attempt.saying = am_saying_of(service_code, service_name);
    am_list_remove(&call->in_ready);
    conclude(call, attempt);
    am_engine_rearm(call->engine);
}

void am_call_due(am_call *call)
{
    if (call->state != AM_STATE_BACKING_OFF) {
        abandon(call, AM_TIMEOUT);
        return;
    }
    am_budget *budget = &call->host->budget;
    int64_t now = am_monotonic_ms();
    am_budget_refill(budget, &call->limits, now);
    if (am_retry_admit(&call->policy, budget, &call->decision, now, am_engine_random(call->engine)))
        am_call_enqueue(call);
    else
        act_on_decision(call);
}

/* ---- ended by others ------------------------------------------------------------------------- */

void am_call_cancel(am_call *call)
{
    if (call->state == AM_STATE_DONE || am_engine_is_foreign(call->engine))
        return;
    abandon(call, AM_CANCELLED);
    am_client_pump(call->client);
    am_engine_rearm(call->engine);
}

void am_call_close(am_call *call)
{
    if (call->state != AM_STATE_DONE)
        abandon(call, AM_CLOSED);
    release_transfer(call);
    am_wipe(call->secret);
    call->secret = NULL;
}

void am_call_free(am_call *call)
{
    if (!call || am_engine_is_foreign(call->engine))
        return;
    if (call->client)
        am_call_cancel(call);
    release_transfer(call);
    am_call_take(call);
    am_list_remove(&call->in_client);
    call->engine->call_count--;
    free(call->events);
    free(call->followed_url);
    am_wipe(call->secret);
    am_body_close(call->sending.stream);
    free(call->text);
    free(call);
}
