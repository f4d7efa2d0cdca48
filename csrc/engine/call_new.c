/* SPDX-License-Identifier: MIT */
/* Makes a call from a request: one block of memory holds everything. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/url.h"
#include "engine/call.h"
#include "engine/call_check.h"
#include "engine/client.h"
#include "engine/engine.h"

static bool has_body(const am_request *request)
{
    return request->body || request->pieces;
}

/* "" if there is no body to have a type */
static const char *content_type_of(const am_request *request)
{
    if (!has_body(request))
        return "";
    return request->content_type ? request->content_type : "application/json";
}

/* libcurl labels a POST without a body as a form, unless an empty type is set. */
static bool names_content_type(const am_request *request)
{
    return has_body(request) || strcmp(request->method, "POST") == 0;
}

/* libcurl asks for "100-continue" before a body of more than a MiB, unless it is told not to. That
 * would cost a second, and a 417 makes libcurl re-send. The bound here leaves room. */
static bool could_expect(const am_request *request)
{
    return request->pieces || (request->body && request->body_size > 65536);
}

/* Header lines of the request's own. */
typedef struct own_lines {
    size_t count, bytes;
} own_lines;

static void measure_line(own_lines *own, const char *name, const char *value)
{
    own->count++;
    own->bytes += strlen(name) + strlen(": ") + strlen(value) + 1;
}

static own_lines measure(const am_request *request)
{
    own_lines own = {0};
    if (request->api_key)
        measure_line(&own, "Authorization: Bearer", request->api_key);
    if (names_content_type(request))
        measure_line(&own, "Content-Type", content_type_of(request));
    if (could_expect(request))
        measure_line(&own, "Expect", "");
    if (request->identity)
        measure_line(&own, "Accept-Encoding", "identity");
    else if (request->brief)
        measure_line(&own, "Accept-Encoding", "");
    if (request->idempotency_key)
        measure_line(&own, "Idempotency-Key", request->idempotency_key);
    if (request->if_match)
        measure_line(&own, "If-Match", request->if_match);
    for (size_t i = 0; i < request->header_count; i++)
        measure_line(&own, request->headers[i].name, request->headers[i].value);
    return own;
}

static char *put_line(am_call *call, char *at, const char *name, const char *separator,
                      const char *value)
{
    call->sending.lines[call->sending.line_count++] = at;
    return stpcpy(stpcpy(stpcpy(at, name), separator), value) + 1;
}

/* Both are clean by now: see am_request_check. */
static const char *target_of(const am_client *client, const am_request *request, const char *url)
{
    const char *target = url + client->origin_size;
    if (request->url)
        return am_url_target(url, client->base_url);
    return am_url_is_kept(target) ? target : NULL;
}

/* A call with all its strings copied behind it; NULL: out of memory. */
static am_call *pack(am_client *client, const am_request *request)
{
    own_lines own = measure(request);
    const char *base = request->url ? request->url : client->base_url;
    const char *target = request->url ? "" : request->target;
    /* The API key is the first line. A request to another host carries no header of the client. */
    bool own_key = request->api_key && !request->anonymous && !request->url;
    size_t hidden =
        request->url ? client->line_count : client->has_key && (request->anonymous || own_key);
    size_t common = client->line_count - hidden;
    size_t url_size = strlen(base) + strlen(target) + 1;
    size_t body_size = request->body ? request->body_size : 0;
    size_t lines_size = (common + own.count) * sizeof(char *);
    am_call *call = calloc(1, sizeof *call + lines_size + own.bytes + url_size + body_size + 1);
    if (!call)
        return NULL;
    call->sending.lines = (char **)(void *)(call + 1);
    memcpy(call->sending.lines, client->lines + hidden, common * sizeof(char *));
    call->sending.line_count = common;
    char *at = (char *)(call + 1) + lines_size;
    if (own_key) {
        call->secret = at;
        at = put_line(call, at, "Authorization", ": Bearer ", request->api_key);
    }
    if (names_content_type(request))
        at = put_line(call, at, "Content-Type", has_body(request) ? ": " : ":",
                      content_type_of(request));
    if (could_expect(request))
        at = put_line(call, at, "Expect", ":", "");
    if (request->identity)
        at = put_line(call, at, "Accept-Encoding", ": ", "identity");
    else if (request->brief)
        at = put_line(call, at, "Accept-Encoding", ":", "");
    if (request->idempotency_key)
        at = put_line(call, at, "Idempotency-Key", ": ", request->idempotency_key);
    if (request->if_match)
        at = put_line(call, at, "If-Match", ": ", request->if_match);
    for (size_t i = 0; i < request->header_count; i++)
        at = put_line(call, at, request->headers[i].name, ": ", request->headers[i].value);
    call->sending.url = at;
    at = stpcpy(stpcpy(at, base), target) + 1;
    call->sending.target = target_of(client, request, call->sending.url);
    if (request->body) {
        call->sending.body = memcpy(at, request->body, body_size);
        call->sending.body_size = body_size;
    }
    return call;
}

/* POST .../drafts/{draft_id}/send, whose draft is deleted by the send. */
static bool is_draft_send(const am_request *request)
{
    const char *at = request->url ? NULL : request->target;
    if (strcmp(request->method, "POST") != 0)
        return false;
    while (at && (at = strstr(at, "/drafts/")) != NULL) {
        at += strlen("/drafts");
        const char *end = at + 1 + strcspn(at + 1, "/?");
        if (end > at + 1 && strncmp(end, "/send", 5) == 0 && (end[5] == '\0' || end[5] == '?'))
            return true;
    }
    return false;
}

static am_body *open_stream(const am_client *client, const am_request *request, am_code *code,
                            char error[AM_ERROR_SIZE])
{
    const am_limits *limits = request->limits ? request->limits : &client->limits;
    am_body *stream = am_body_open(request->pieces, request->piece_count, code, error);
    if (stream && !am_request_fits(am_body_size(stream), limits, error)) {
        am_body_close(stream);
        *code = AM_TOO_LARGE;
        return NULL;
    }
    return stream;
}

int64_t am_request_size(am_client *client, const am_request *request, am_code *code,
                        char error[AM_ERROR_SIZE])
{
    if (!am_request_check(client, request, code, error))
        return -1;
    if (!request->pieces)
        return request->body ? (int64_t)request->body_size : 0;
    am_body *stream = open_stream(client, request, code, error);
    int64_t size = stream ? am_body_size(stream) : -1;
    am_body_close(stream);
    return size;
}

am_call *am_call_submit(am_client *client, const am_request *request, am_code *code,
                        char error[AM_ERROR_SIZE])
{
    am_engine *engine = client->engine;
    am_body *stream = NULL;
    const char *method = am_request_check(client, request, code, error);
    if (!method || (request->pieces && !(stream = open_stream(client, request, code, error))))
        return NULL;
    am_host *host = client->host;
    if (request->url)
        host = am_host_of_url(&engine->hosts, request->url, client->limits.budget_tokens);
    am_call *call = host ? pack(client, request) : NULL;
    if (!call || !am_heap_reserve(&engine->timers, engine->call_count + 1)) {
        am_body_close(stream);
        if (call)
            am_wipe(call->secret);
        free(call);
        *code = AM_NO_MEMORY;
        snprintf(error, AM_ERROR_SIZE, "out of memory");
        return NULL;
    }
    *code = AM_OK;
    call->sending.method = method;
    call->sending.stream = stream;
    call->sending.save_fd = request->save ? request->save_fd : -1;
    call->sending.identity = request->identity;
    call->sending.progress = request->progress;
    call->sending.fresh = request->protection == AM_UNPROTECTED;
    call->sending.limits = &call->limits;
    call->sending.policy = &call->policy;
    call->sending.history = &call->history;
    call->engine = engine;
    call->client = client;
    call->host = host;
    call->user = request->user;
    call->limits = request->limits ? *request->limits : client->limits;
    call->wants_events = request->events;
    call->started_ms = am_monotonic_ms();
    call->decision.not_before_ms = -1;
    call->history.maybe_applied = request->doubtful;
    call->policy =
        (am_policy){.protection = request->protection,
                    .is_delete = strcmp(request->method, "DELETE") == 0,
                    .is_draft_send = is_draft_send(request),
                    .has_key = request->idempotency_key || request->protection == AM_CLIENT_ID,
                    .resend_unavailable = request->resend_unavailable,
                    .deadline_ms = call->started_ms + call->limits.deadline_ms,
                    .limits = &call->limits,
                    .not_after_ms = request->not_after_ms,
                    .blind_ms = request->blind_ms};
    if (request->doubtful && request->blind_ms)
        call->history.doubt_ms = am_boottime_ms();
    engine->call_count++;
    client->unfinished++;
    am_list_append(&client->calls, &call->in_client);
    am_call_enqueue(call);
    am_engine_rearm(engine);
    return call;
}
