/* SPDX-License-Identifier: MIT */
/* From a request to a call: every check, and one block of memory that holds all it needs. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "engine.h"
#include "key.h"
#include "url.h"

static const char *known_method(const char *method)
{
    static const char *const methods[] = {"GET", "POST", "PATCH", "DELETE", "PUT"};
    for (size_t i = 0; method && i < sizeof methods / sizeof methods[0]; i++)
        if (strcmp(method, methods[i]) == 0)
            return methods[i];
    return NULL;
}

/* Whether a target can stand in a request line: it would otherwise be cut, or smuggle a line. */
static bool is_target(const char *target)
{
    if (!target || target[0] != '/')
        return false;
    for (const unsigned char *p = (const unsigned char *)target; *p; p++)
        if (*p <= ' ' || *p >= 0x7f || *p == '#')
            return false;
    return true;
}

/* What is wrong with a request, or NULL; *code tells which kind of wrong. */
static const char *problem_of(const am_client *client, const am_request *request, am_code *code,
                              char error[AM_ERROR_SIZE])
{
    const char *key = request->idempotency_key;
    *code = AM_INVALID;
    if (!known_method(request->method))
        return "method must be GET, POST, PUT, PATCH or DELETE";
    if (!is_target(request->target))
        return "target must begin with / and be percent-encoded";
    if (request->protection == AM_KEYED && !key)
        return "idempotency_key is missing: a send is protected by one";
    if (key && !am_key_is_valid(key, strlen(key)))
        return "idempotency_key must be 1 to 256 of A-Z a-z 0-9 - . _ ~";
    if (request->content_type && !am_header_value_is_valid(request->content_type))
        return "content_type holds a control character such as CR or LF";
    if (!am_headers_check(request->headers, request->header_count, error))
        return error;
    if (request->limits && !am_limits_check(request->limits, error))
        return error;
    *code = AM_TOO_LARGE;
    if (request->body && (int64_t)request->body_size > client->limits.request_bytes)
        return "the request body is above the limit request_bytes";
    *code = AM_CLOSED;
    if (am_engine_is_foreign(client->engine))
        return "the client belongs to the process that forked this one: make a new one here";
    if (am_client_is_closed(client))
        return "the client is closed";
    *code = AM_UNAUTHENTICATED;
    if (!client->has_key && !request->anonymous)
        return "no API key: set api_key, or AGENTMAIL_API_KEY in the environment";
    *code = AM_QUEUE_FULL;
    if (client->unfinished >= client->limits.queue_length)
        return "too many unfinished calls: wait for some, or raise the limit queue_length";
    return NULL;
}

static const char *content_type_of(const am_request *request)
{
    return request->content_type ? request->content_type : "application/json";
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
    if (request->body) {
        measure_line(&own, "Content-Type", content_type_of(request));
        measure_line(&own, "Expect", "");
    }
    if (request->idempotency_key)
        measure_line(&own, "Idempotency-Key", request->idempotency_key);
    for (size_t i = 0; i < request->header_count; i++)
        measure_line(&own, request->headers[i].name, request->headers[i].value);
    return own;
}

static char *put_line(am_call *call, char *at, const char *name, const char *separator,
                      const char *value)
{
    call->lines[call->line_count++] = at;
    return stpcpy(stpcpy(stpcpy(at, name), separator), value) + 1;
}

/* A call with everything copied behind it; NULL: out of memory. */
static am_call *pack(am_client *client, const am_request *request)
{
    own_lines own = measure(request);
    size_t hidden_key = client->has_key && request->anonymous; /* the first line */
    size_t common = client->line_count - hidden_key;
    size_t url_size = strlen(client->base_url) + strlen(request->target) + 1;
    size_t body_size = request->body ? request->body_size : 0;
    size_t operation_size = request->operation ? strlen(request->operation) + 1 : 0;
    size_t lines_size = (common + own.count) * sizeof(char *);
    am_call *call = calloc(1, sizeof *call + lines_size + own.bytes + url_size + operation_size +
                                  body_size + 1);
    if (!call)
        return NULL;
    call->lines = (char **)(void *)(call + 1);
    memcpy(call->lines, client->lines + hidden_key, common * sizeof(char *));
    call->line_count = common;
    char *at = (char *)(call + 1) + lines_size;
    if (request->body) {
        at = put_line(call, at, "Content-Type", ": ", content_type_of(request));
        /* No "100-continue": it costs a second, and a 417 makes libcurl re-send. */
        at = put_line(call, at, "Expect", ":", "");
    }
    if (request->idempotency_key)
        at = put_line(call, at, "Idempotency-Key", ": ", request->idempotency_key);
    for (size_t i = 0; i < request->header_count; i++)
        at = put_line(call, at, request->headers[i].name, ": ", request->headers[i].value);
    call->url = at;
    at = stpcpy(stpcpy(at, client->base_url), request->target) + 1;
    if (request->operation) {
        call->operation = at;
        at = stpcpy(at, request->operation) + 1;
    }
    if (request->body) {
        call->body = memcpy(at, request->body, body_size);
        call->body_size = body_size;
    }
    return call;
}

am_call *am_call_submit(am_client *client, const am_request *request, am_code *code,
                        char error[AM_ERROR_SIZE])
{
    const char *problem = problem_of(client, request, code, error);
    if (problem) {
        if (problem != error)
            snprintf(error, AM_ERROR_SIZE, "%s", problem);
        return NULL;
    }
    am_engine *engine = client->engine;
    am_call *call = pack(client, request);
    if (!call || !am_heap_reserve(&engine->timers, engine->call_count + 1)) {
        free(call);
        *code = AM_NO_MEMORY;
        snprintf(error, AM_ERROR_SIZE, "out of memory");
        return NULL;
    }
    *code = AM_OK;
    call->engine = engine;
    call->client = client;
    call->method = known_method(request->method);
    call->limits = request->limits ? *request->limits : client->limits;
    call->wants_events = request->events;
    call->started_ms = am_clock_ms();
    call->decision.not_before_ms = -1;
    call->policy = (am_policy){.protection = request->protection,
                               .is_delete = strcmp(request->method, "DELETE") == 0,
                               .resend_unavailable = request->resend_unavailable,
                               .deadline_ms = call->started_ms + call->limits.deadline_ms,
                               .limits = &call->limits};
    engine->call_count++;
    client->unfinished++;
    am_list_append(&client->calls, &call->in_client);
    am_call_enqueue(call);
    am_engine_rearm(engine);
    return call;
}

void am_call_free(am_call *call)
{
    if (!call || am_engine_is_foreign(call->engine))
        return;
    if (call->client)
        am_call_cancel(call);
    if (call->transfer)
        am_transfer_release(call->transfer);
    am_list_remove(&call->in_ready);
    am_list_remove(&call->in_client);
    call->engine->call_count--;
    free(call->events);
    free(call->followed_url);
    free(call);
}
