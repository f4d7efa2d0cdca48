/* SPDX-License-Identifier: MIT */
/* Sets the options of an easy handle; holds the one callback that needs it. */
#define _GNU_SOURCE
#include "engine/transfer_options.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "retry/attempt.h"

/* A feature that this libcurl lacks is neither a memory nor a network failure. */
static int verdict(CURLcode bad)
{
    return bad == CURLE_OK || bad == CURLE_OUT_OF_MEMORY ? (int)bad : AM_CURL_NOT_BUILT_IN;
}

/* No proxy, even if the environment names one. */
static bool is_direct(const am_route *route)
{
    return route->path.proxy && route->path.proxy[0] == '\0';
}

/* Needs `easy` and `bad`, which keeps the first error code. */
#define SET(option, value) bad = bad ? bad : curl_easy_setopt(easy, option, value)
#define CALL(what, back, data) SET(CURLOPT_##what##FUNCTION, back), SET(CURLOPT_##what##DATA, data)

static size_t on_body(char *bytes, size_t one, size_t size, void *data)
{
    am_transfer *transfer = data;
    const am_sending *sending = transfer->sending;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &transfer->status);
    int save_fd = transfer->status / 100 == 2 ? sending->save_fd : -1;
    return am_incoming_body(&transfer->in, sending->limits, save_fd, bytes, one * size)
               ? one * size
               : CURL_WRITEFUNC_ERROR;
}

/* ---- certificates ---------------------------------------------------------------------------- */

static const am_stores *stores_for(am_transfer *transfer, const char *url)
{
    am_route *route = transfer->route;
    if (!route->trust.known) {
        char *file = NULL, *dir = NULL;
        curl_easy_getinfo(transfer->easy, CURLINFO_CAINFO, &file);
        curl_easy_getinfo(transfer->easy, CURLINFO_CAPATH, &dir);
        am_trust_open(&route->trust, route->path.trusted, route->path.trusts_system,
                      (am_stores){file, dir});
    }
    return am_trust_for(&route->trust, url);
}

int am_transfer_set_stores(am_transfer *transfer, const am_stores *stores)
{
    if (stores == transfer->stores)
        return CURLE_OK;
    CURLcode bad = curl_easy_setopt(transfer->easy, CURLOPT_CAINFO, stores->file);
    bad = bad ? bad : curl_easy_setopt(transfer->easy, CURLOPT_CAPATH, stores->dir);
    transfer->stores = bad ? NULL : stores;
    return (int)bad;
}

/* ---- options of a route ---------------------------------------------------------------------- */

int am_transfer_set_constant(am_transfer *transfer)
{
    const am_route *route = transfer->route;
    CURL *easy = transfer->easy;
    long version = route->path.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1;
    CURLcode bad = CURLE_OK;
    SET(CURLOPT_PRIVATE, transfer);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_QUICK_EXIT, 1L); /* else a slow resolver outlives every deadline */
    SET(CURLOPT_PATH_AS_IS, 1L);
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_HTTP_VERSION, version);
    SET(CURLOPT_ACCEPT_ENCODING, "gzip");
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    CALL(PREREQ, am_on_wire, transfer);
    CALL(READ, am_on_read, transfer);
    CALL(SEEK, am_on_seek, transfer);
    CALL(WRITE, on_body, transfer);
    CALL(HEADER, am_on_header, transfer);
    SET(CURLOPT_ERRORBUFFER, transfer->detail);
    if (route->path.proxy && !is_direct(route))
        SET(CURLOPT_PROXY, route->path.proxy);
    if (is_direct(route))
        SET(CURLOPT_NOPROXY, "*"); /* the environment is not even read */
    return verdict(bad);
}

/* ---- options of a request -------------------------------------------------------------------- */

/* Links the header lines into a list for libcurl without copying them. The User-Agent is last, so
 * it also forms a list by itself. */
static bool link_lines(am_transfer *transfer, const am_sending *sending)
{
    struct curl_slist *lines = transfer->lines;
    size_t count = sending->line_count;
    if (count >= transfer->line_capacity) {
        lines = realloc(lines, (count + 1) * sizeof *lines);
        if (!lines)
            return false;
        transfer->lines = lines;
        transfer->line_capacity = count + 1;
    }
    for (size_t i = 0; i < count; i++)
        lines[i] = (struct curl_slist){sending->lines[i], &lines[i + 1]};
    lines[count] = (struct curl_slist){transfer->route->agent_line, NULL};
    return true;
}

/* The client's base URL, parsed once; NULL if libcurl cannot parse it or is out of memory. */
static CURLU *origin_of(am_route *route)
{
    CURLU *origin = route->origin ? route->origin : curl_url();
    if (!route->origin &&
        curl_url_set(origin, CURLUPART_URL, route->path.base_url, 0) != CURLUE_OK) {
        curl_url_cleanup(origin);
        origin = NULL;
    }
    return route->origin = origin;
}

/* Sets the URL of a request. Parsing one takes a fifth of a request's instructions, so a handle
 * keeps the client's base URL parsed, and each request replaces the path. Through a proxy over
 * plain HTTP, the request line holds the whole URL. */
static CURLcode set_url(am_transfer *transfer, const am_sending *sending, bool tls)
{
    am_route *route = transfer->route;
    const char *target = tls || is_direct(route) ? sending->target : NULL;
    CURL *easy = transfer->easy;
    CURLU *origin = target ? origin_of(route) : NULL;
    CURLcode bad = CURLE_OK;
    if (transfer->at_origin != (origin != NULL)) {
        SET(CURLOPT_CURLU, origin);
        SET(CURLOPT_URL, NULL);
    }
    transfer->at_origin = origin != NULL;
    SET(CURLOPT_REQUEST_TARGET, origin ? target : NULL);
    if (!origin)
        SET(CURLOPT_URL, sending->url);
    return bad;
}

static CURLcode set_steady(am_transfer *transfer, const am_sending *sending)
{
    const am_limits *limits = sending->limits;
    const am_steady now = {.apart = sending->apart ? 1 : 0,
                           .decoded = sending->identity ? 0 : 1,
                           .connect_timeout_ms = (long)limits->connect_timeout_ms,
                           .connection_age_s = (long)((limits->connection_age_ms + 999) / 1000),
                           .oldest_s = (long)sending->oldest_s};
    CURL *easy = transfer->easy;
    CURLcode bad = CURLE_OK;
    if (memcmp(&now, &transfer->steady, sizeof now) == 0)
        return CURLE_OK;
    SET(CURLOPT_FRESH_CONNECT, now.apart);
    SET(CURLOPT_HTTP_CONTENT_DECODING, now.decoded);
    SET(CURLOPT_CONNECTTIMEOUT_MS, now.connect_timeout_ms);
    SET(CURLOPT_MAXAGE_CONN, now.connection_age_s);
    SET(CURLOPT_MAXLIFETIME_CONN, now.oldest_s);
    transfer->steady = bad ? (am_steady){.apart = -1} : now;
    return bad;
}

int am_transfer_set_request(am_transfer *transfer, const am_sending *sending)
{
    CURL *easy = transfer->easy;
    bool tls = strncasecmp(sending->url, "https:", 6) == 0,
         is_get = strcmp(sending->method, "GET") == 0,
         is_post = strcmp(sending->method, "POST") == 0,
         has_body = sending->body || sending->stream;
    if (!link_lines(transfer, sending))
        return AM_CURL_NO_MEMORY;
    struct curl_slist *lines = transfer->lines;
    CURLcode bad = set_url(transfer, sending, tls);
    SET(CURLOPT_HTTPGET, 1L);
    if (is_post || has_body) {
        int64_t size =
            sending->stream ? am_body_size(sending->stream) : (int64_t)sending->body_size;
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDS, sending->stream ? NULL : sending->body ? sending->body : "");
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
    }
    SET(CURLOPT_CUSTOMREQUEST, is_post || (is_get && !has_body) ? NULL : sending->method);
    SET(CURLOPT_HTTPHEADER, lines);
    if (!is_direct(transfer->route)) /* for a CONNECT; other requests would send it twice */
        SET(CURLOPT_PROXYHEADER, tls ? &lines[sending->line_count] : NULL);
    SET(CURLOPT_TIMEOUT_MS, (long)sending->timeout_ms);
    bad = bad ? bad : set_steady(transfer, sending);
    if (sending->progress != transfer->follows)
        SET(CURLOPT_NOPROGRESS, sending->progress ? 0L : 1L);
    transfer->follows = sending->progress;
    if (!bad && tls)
        bad = (CURLcode)am_transfer_set_stores(transfer, stores_for(transfer, sending->url));
    return verdict(bad);
}
