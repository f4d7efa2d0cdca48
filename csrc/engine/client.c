/* SPDX-License-Identifier: MIT */
/* A client: what its requests share, and which call goes next. */
#define _GNU_SOURCE
#include "engine/client.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/header.h"
#include "base/secret.h"
#include "base/url.h"
#include "engine/call.h"
#include "engine/engine.h"

/* Always NULL, so that a failing check can return it. */
__attribute__((format(printf, 2, 3))) static void *say(char error[AM_ERROR_SIZE],
                                                       const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, AM_ERROR_SIZE, format, arguments);
    va_end(arguments);
    return NULL;
}

static bool add_line(am_client *client, const char *name, const char *separator, const char *value)
{
    size_t size = strlen(name) + strlen(separator) + strlen(value) + 1;
    char *line = malloc(size);
    if (!line)
        return false;
    snprintf(line, size, "%s%s%s", name, separator, value);
    client->lines[client->line_count++] = line;
    return true;
}

static bool set_common_lines(am_client *client, const am_client_options *options)
{
    client->lines = calloc(options->header_count + 1, sizeof *client->lines);
    client->has_key = options->api_key != NULL;
    bool ok = client->lines && (!options->api_key ||
                                add_line(client, "Authorization", ": Bearer ", options->api_key));
    for (size_t i = 0; ok && i < options->header_count; i++)
        ok = add_line(client, options->headers[i].name, ": ", options->headers[i].value);
    return ok;
}

/* Error messages never repeat the key. */
static bool check(const am_client_options *options, char error[AM_ERROR_SIZE])
{
    if (!options->base_url)
        return say(error, "base_url is missing");
    if (strchr(options->base_url, '@')) /* not repeated here: it may contain a password */
        return say(error, "base_url must not hold a user or password: use api_key");
    const char *problem = am_url_problem(options->base_url);
    if (problem)
        return say(error, "base_url \"%.120s\" %s", options->base_url, problem);
    if (options->api_key && !am_api_key_is_valid(options->api_key))
        return say(error, "api_key is empty or holds a blank or control character: check how it "
                          "was read");
    if (options->user_agent && !am_header_value_is_valid(options->user_agent))
        return say(error, "user_agent holds a control character such as CR or LF");
    return am_headers_check(options->headers, options->header_count, false, error);
}

/* Copies an optional string; false: out of memory. */
static bool copy(char **to, const char *from)
{
    *to = from ? strdup(from) : NULL;
    return *to || !from;
}

static bool open_route(am_client *client, const am_client_options *options)
{
    const char *agent = options->user_agent ? options->user_agent : "agentmail-lua/" AM_VERSION;
    if (!copy(&client->user_agent, agent) || !copy(&client->ca_file, options->ca_file) ||
        !copy(&client->ca_dir, options->ca_dir) || !copy(&client->proxy, options->proxy))
        return false;
    am_path path = {.base_url = client->base_url,
                    .user_agent = client->user_agent,
                    .trusted = {client->ca_file, client->ca_dir},
                    .trusts_system = options->ca_system,
                    .proxy = client->proxy,
                    .http2 = options->http2};
    client->http2 = options->http2;
    client->route = am_route_new(&client->engine->transport, &path);
    return client->route != NULL;
}

am_client *am_client_new(am_engine *engine, const am_client_options *options,
                         char error[AM_ERROR_SIZE])
{
    am_limits limits;
    am_limits_init(&limits);
    if (options->limits)
        limits = *options->limits;
    if (!check(options, error) || !am_limits_check(&limits, error))
        return NULL;
    say(error, "out of memory");
    am_client *client = calloc(1, sizeof *client);
    if (!client)
        return NULL;
    client->engine = engine;
    client->limits = limits;
    am_list_init(&client->calls);
    am_list_init(&client->queue);
    am_list_append(&engine->clients, &client->in_engine);
    client->host = am_host_of_url(&engine->hosts, options->base_url, limits.budget_tokens);
    if (client->host && copy(&client->base_url, options->base_url) &&
        set_common_lines(client, options) && open_route(client, options)) {
        for (size_t n = strlen(client->base_url); n > 0 && client->base_url[n - 1] == '/'; n--)
            client->base_url[n - 1] = '\0'; /* targets begin with the slash */
        client->origin_size = am_url_origin(client->base_url);
        return client;
    }
    am_client_free(client);
    return NULL;
}

void am_client_close(am_client *client)
{
    if (am_engine_is_foreign(client->engine))
        return;
    for (am_link *link = client->calls.next; link != &client->calls; link = link->next)
        am_call_close(AM_OWNER(link, am_call, in_client));
    am_route_free(client->route);
    client->route = NULL;
    am_wipe(client->proxy); /* it may contain a password */
    for (size_t i = 0; i < client->line_count; i++) {
        am_wipe(client->lines[i]);
        free(client->lines[i]);
    }
    free(client->lines);
    client->lines = NULL;
    client->line_count = 0;
    am_engine_rearm(client->engine);
}

bool am_client_is_closed(const am_client *client)
{
    return client->route == NULL || am_engine_is_foreign(client->engine);
}

void am_client_free(am_client *client)
{
    if (!client || am_engine_is_foreign(client->engine))
        return;
    am_client_close(client);
    for (am_link *link; (link = am_list_first(&client->calls)) != NULL;) {
        AM_OWNER(link, am_call, in_client)->client = NULL;
        am_list_remove(link);
        am_list_append(&client->engine->orphans, link);
    }
    am_list_remove(&client->in_engine);
    free(client->base_url);
    free(client->user_agent);
    free(client->ca_file);
    free(client->ca_dir);
    free(client->proxy);
    free(client);
}

const am_limits *am_client_limits(const am_client *client)
{
    return &client->limits;
}

const char *am_client_base_url(const am_client *client)
{
    return client->base_url;
}

int64_t am_client_room(const am_client *client)
{
    bool full = am_client_is_closed(client) || client->unfinished >= client->limits.queue_length;
    return full ? 0 : client->limits.queue_length - client->unfinished;
}

void am_client_tell_room(am_client *client)
{
    client->tells_room = true;
}

void am_client_pump(am_client *client)
{
    for (am_link *link; client->active < client->limits.connections &&
                        (link = am_list_first(&client->queue)) != NULL;) {
        am_list_remove(link);
        am_call_send(AM_OWNER(link, am_call, in_queue));
    }
}
