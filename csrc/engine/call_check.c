/* SPDX-License-Identifier: MIT */
/* Checks a request: first its own fields, then what prevents any request. */
#define _GNU_SOURCE
#include "engine/call_check.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/header.h"
#include "base/url.h"
#include "engine/client.h"

static const char *known_method(const char *method)
{
    static const char *const methods[] = {"GET", "POST", "PATCH", "DELETE", "PUT"};
    for (size_t i = 0; method && i < sizeof methods / sizeof methods[0]; i++)
        if (strcmp(method, methods[i]) == 0)
            return methods[i];
    return NULL;
}

static const char *place_problem(const am_client *client, const am_request *request)
{
    if (!request->url)
        return request->target && request->target[0] == '/' && am_url_is_clean(request->target)
                   ? NULL
                   : "target must begin with / and be percent-encoded";
    if (!am_url_is_clean(request->url))
        return "url must be percent-encoded";
    if (strncasecmp(request->url, "https://", 8) == 0)
        return NULL;
    /* A client that speaks plain HTTP to the service, for example to a sandbox, may also do so
     * here. */
    return strncasecmp(request->url, "http://", 7) == 0 &&
                   strncasecmp(client->base_url, "http://", 7) == 0
               ? NULL
               : "url must begin with https://";
}

bool am_request_fits(int64_t size, const am_limits *limits, char error[AM_ERROR_SIZE])
{
    if (size <= limits->request_bytes)
        return true;
    snprintf(error, AM_ERROR_SIZE,
             "the request body of %lld bytes is above the limit request_bytes (%lld): raise it, or "
             "give an attachment by url",
             (long long)size, (long long)limits->request_bytes);
    return false;
}

/* What is wrong with the request itself. */
static const char *request_problem(const am_client *client, const am_request *request,
                                   char error[AM_ERROR_SIZE])
{
    const char *key = request->idempotency_key, *place = place_problem(client, request);
    if (!known_method(request->method))
        return "method must be GET, POST, PUT, PATCH or DELETE";
    if (place)
        return place;
    if (request->protection == AM_KEYED && !key)
        return "idempotency_key is missing: a send is protected by one";
    if (key && request->protection == AM_KEYED && !am_key_is_valid(key, strlen(key)))
        return "idempotency_key must be 1 to 256 of A-Z a-z 0-9 - . _ ~";
    if (key && !(key[0] && am_text_is_visible(key, strlen(key))))
        return "idempotency_key must be visible ASCII characters";
    if (request->content_type && !am_header_value_is_valid(request->content_type))
        return "content_type holds a control character such as CR or LF";
    if (request->api_key && !am_api_key_is_valid(request->api_key))
        return "api_key is empty or holds a blank or control character: check how it was read";
    if (!am_headers_check(request->headers, request->header_count, request->url != NULL, error))
        return error;
    if (request->limits && !am_limits_check(request->limits, error))
        return error;
    if (!request->save && request->save_fd != 0)
        return "save_fd is set without save";
    if (request->save && request->save_fd < 0)
        return "save_fd must be an open descriptor";
    return NULL;
}

/* What prevents any request now. */
static const char *client_problem(const am_client *client, const am_request *request, am_code *code)
{
    *code = AM_CLOSED;
    if (am_engine_is_foreign(client->engine))
        return "the client belongs to the process that forked this one: make a new one here";
    if (am_client_is_closed(client))
        return "the client is closed";
    *code = AM_UNAUTHENTICATED;
    if (!client->has_key && !request->api_key && !request->anonymous && !request->url)
        return "no API key: set api_key, or AGENTMAIL_API_KEY in the environment";
    *code = AM_QUEUE_FULL;
    if (client->unfinished >= client->limits.queue_length)
        return "too many unfinished calls: wait for some, or raise the limit queue_length";
    return NULL;
}

const char *am_request_check(const am_client *client, const am_request *request, am_code *code,
                             char error[AM_ERROR_SIZE])
{
    const am_limits *limits = request->limits ? request->limits : &client->limits;
    *code = AM_INVALID;
    const char *problem = request_problem(client, request, error);
    if (!problem) {
        *code = AM_TOO_LARGE;
        if (request->body && !am_request_fits((int64_t)request->body_size, limits, error))
            return NULL;
        problem = client_problem(client, request, code);
    }
    if (!problem)
        return known_method(request->method);
    if (problem != error)
        snprintf(error, AM_ERROR_SIZE, "%s", problem);
    return NULL;
}
