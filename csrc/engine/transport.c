/* SPDX-License-Identifier: MIT */
/* libcurl: its multi handle, its callbacks, its options. No other file includes curl.h. */
#define _GNU_SOURCE
#include "engine/transport.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ca_dir.h"
#include "base/clock.h"
#include "retry/attempt.h"

#define SAME_CODE(name, number, curl)                                                              \
    _Static_assert((number) == (int)(curl), "not libcurl's " #name);
AM_CURL_CODES(SAME_CODE)

/* libcurl's bits are the poller's. */
_Static_assert(CURL_POLL_IN == AM_READABLE && CURL_POLL_OUT == AM_WRITABLE &&
                   CURL_CSELECT_IN == AM_READABLE && CURL_CSELECT_OUT == AM_WRITABLE &&
                   CURL_CSELECT_ERR == AM_BROKEN_FD,
               "translate them");

enum {
    KEPT_IDLE = 16, /* idle transfers that a route keeps */
    MOST_READY = 64
};

struct am_route {
    am_transport *transport;
    am_path path;
    am_transfer *idle;
    int idle_count;
};

/* ---- callbacks: they only record ------------------------------------------------------------- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *of_socket)
{
    am_transport *transport = data;
    (void)easy, (void)of_socket;
    unsigned wanted = what == CURL_POLL_REMOVE ? 0 : (unsigned)what;
    return am_poller_want(&transport->poller, fd, wanted) ? 0 : -1;
}

static int on_timer(CURLM *multi, long timeout_ms, void *data)
{
    am_transport *transport = data;
    (void)multi;
    transport->due_ms = timeout_ms < 0 ? -1 : am_monotonic_ms() + timeout_ms;
    return 0;
}

static int on_opened(void *transport, curl_socket_t fd, curlsocktype purpose)
{
    (void)purpose;
    fcntl(fd, F_SETFD, FD_CLOEXEC); /* no business of the programs that a host starts */
    am_poller_lasting(&((am_transport *)transport)->poller, fd);
    return CURL_SOCKOPT_OK;
}

/* Called by libcurl instead of close(); by the transport, as a connection outlives its route. */
static int on_close(void *transport, curl_socket_t fd)
{
    am_poller_closed(&((am_transport *)transport)->poller, fd);
    return close(fd);
}

/* Fires before each request goes out, the repeat that libcurl makes by itself included. */
static int on_wire(void *data, char *ip, char *local_ip, int port, int local_port)
{
    am_transfer *transfer = data;
    (void)ip, (void)local_ip, (void)port, (void)local_port;
    if (transfer->wire >= transfer->sending->wire_allowed)
        return CURL_PREREQFUNC_ABORT;
    transfer->wire++;
    return CURL_PREREQFUNC_OK;
}

static size_t on_read(char *out, size_t one, size_t most, void *data)
{
    am_transfer *transfer = data;
    int64_t n = am_body_read(transfer->sending->stream, out, one * most);
    if ((transfer->file_failed = n < 0))
        return CURL_READFUNC_ABORT;
    transfer->sent += n;
    return (size_t)n;
}

/* Only to the beginning, to send the request once more. */
static int on_seek(void *data, curl_off_t offset, int origin)
{
    am_transfer *transfer = data;
    transfer->sent = 0;
    transfer->file_failed = !am_body_rewind(transfer->sending->stream);
    return offset || origin != SEEK_SET || transfer->file_failed;
}

static size_t on_body(char *bytes, size_t one, size_t size, void *data)
{
    am_transfer *transfer = data;
    const am_sending *sending = transfer->sending;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &transfer->status);
    int save_fd = transfer->status / 100 == 2 ? sending->save_fd : 0;
    return am_incoming_body(&transfer->in, sending->limits, save_fd, bytes, one * size)
               ? one * size
               : CURL_WRITEFUNC_ERROR;
}

static size_t on_header(char *bytes, size_t one, size_t size, void *data)
{
    am_transfer *transfer = data;
    return am_incoming_header(&transfer->in, transfer->sending->limits, bytes, one * size)
               ? one * size
               : CURL_WRITEFUNC_ERROR;
}

/* ---- transport ------------------------------------------------------------------------------- */

/* Makes the multi handle, if there is none. */
static bool make_multi(am_transport *transport)
{
    CURLM *multi = transport->multi;
    if (multi)
        return true;
    transport->multi = multi = curl_multi_init();
    return multi && curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, transport) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_TIMERDATA, transport) == CURLM_OK;
}

bool am_transport_open(am_transport *transport)
{
    *transport = (am_transport){.due_ms = -1};
    /* Counted and, since 7.84, thread-safe inside libcurl; never undone, see agentmail.h. */
    if (am_poller_open(&transport->poller) && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK &&
        make_multi(transport))
        return true;
    am_transport_close(transport);
    return false;
}

void am_transport_reset(am_transport *transport)
{
    if (transport->multi)
        curl_multi_cleanup(transport->multi); /* closes connections, through on_close */
    transport->multi = NULL;
    transport->due_ms = -1;
    transport->running = transport->uncollected = 0;
    transport->stuck = false;
}

void am_transport_close(am_transport *transport)
{
    am_transport_reset(transport);
    am_poller_close(&transport->poller);
}

static void drive_socket(am_transport *transport, curl_socket_t fd, int bits)
{
    if (curl_multi_socket_action(transport->multi, fd, bits, &transport->running) != CURLM_OK)
        transport->stuck = true;
}

/* Lets libcurl run its timeouts if they are due. */
static void run_due(am_transport *transport)
{
    if (transport->stuck || transport->due_ms < 0 || transport->due_ms > am_monotonic_ms())
        return;
    transport->due_ms = -1;
    drive_socket(transport, CURL_SOCKET_TIMEOUT, 0);
}

static int64_t wait_ms(const am_transport *transport, int64_t timeout_ms)
{
    int64_t due = transport->due_ms;
    if (transport->running < transport->uncollected)
        return 0; /* a transfer is done already */
    int64_t left = due < 0 ? timeout_ms : due - am_monotonic_ms();
    if (due >= 0 && left < 0)
        return 0;
    return timeout_ms >= 0 && timeout_ms < left ? timeout_ms : left;
}

bool am_transport_run(am_transport *transport, int64_t timeout_ms)
{
    am_ready ready[MOST_READY];
    run_due(transport);
    if (transport->stuck || (transport->running == 0 && transport->uncollected > 0))
        return true; /* there is no socket to look after */
    int n = am_poller_wait(&transport->poller, wait_ms(transport, timeout_ms), ready, MOST_READY);
    for (int i = 0; i < n && !transport->stuck; i++)
        drive_socket(transport, ready[i].fd, (int)ready[i].bits);
    run_due(transport);
    return n >= 0;
}

am_transfer *am_transport_next_done(am_transport *transport)
{
    int left;
    const CURLMsg *message;
    while ((message = curl_multi_info_read(transport->multi, &left)) != NULL) {
        am_transfer *transfer = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        transfer->curl = (int)message->data.result; /* abort invalidates the message */
        am_transfer_abort(transfer);
        if (transfer->wire > 0)
            transfer->curl =
                am_incoming_end(&transfer->in, transfer->curl, transfer->detail, AM_DETAIL_SIZE);
        if (strncmp(transfer->detail, "Unsupported proxy", 17) == 0) { /* and its password */
            transfer->curl = AM_CURL_URL_MALFORMAT;
            snprintf(transfer->detail, AM_DETAIL_SIZE,
                     "no URL of a proxy: see the option proxy, or http_proxy, https_proxy and "
                     "all_proxy in the environment");
        }
        return transfer;
    }
    return NULL;
}

/* ---- route ----------------------------------------------------------------------------------- */

const char *am_system_ca_dir(void)
{
    char *path = NULL;
    CURL *easy = curl_easy_init(); /* curl_version_info writes to what all threads share */
    if (easy)
        curl_easy_getinfo(easy, CURLINFO_CAPATH, &path);
    curl_easy_cleanup(easy);
    return am_is_ca_dir(path) ? path : NULL;
}

am_route *am_route_new(am_transport *transport, const am_path *path)
{
    am_route *route = calloc(1, sizeof *route);
    if (route) {
        route->transport = transport;
        route->path = *path;
    }
    return route;
}

static void free_transfer(am_transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    am_incoming_free(&transfer->in);
    free(transfer->lines);
    free(transfer);
}

void am_route_free(am_route *route)
{
    if (!route)
        return;
    while (route->idle) {
        am_transfer *transfer = route->idle;
        route->idle = transfer->next;
        free_transfer(transfer);
    }
    free(route);
}

/* ---- transfer: one attempt ------------------------------------------------------------------- */

/* Options that no request of the route changes. */
static int set_constant(am_transfer *transfer)
{
    const am_route *route = transfer->route;
    CURL *easy = transfer->easy;
    long version = route->path.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1;
    CURLcode bad = CURLE_OK;
#define SET(option, value) bad = bad ? bad : curl_easy_setopt(easy, option, value)
    SET(CURLOPT_PRIVATE, transfer);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_QUICK_EXIT, 1L); /* or a slow resolver outlives every deadline */
    SET(CURLOPT_PATH_AS_IS, 1L);
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_HTTP_VERSION, version);
    SET(CURLOPT_USERAGENT, route->path.user_agent);
    SET(CURLOPT_ACCEPT_ENCODING, "gzip");
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_PREREQFUNCTION, on_wire);
    SET(CURLOPT_PREREQDATA, transfer);
    SET(CURLOPT_READFUNCTION, on_read);
    SET(CURLOPT_READDATA, transfer);
    SET(CURLOPT_SEEKFUNCTION, on_seek);
    SET(CURLOPT_SEEKDATA, transfer);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, transfer);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, transfer);
    SET(CURLOPT_ERRORBUFFER, transfer->detail);
    SET(CURLOPT_SOCKOPTFUNCTION, on_opened);
    SET(CURLOPT_SOCKOPTDATA, route->transport);
    SET(CURLOPT_CLOSESOCKETFUNCTION, on_close);
    SET(CURLOPT_CLOSESOCKETDATA, route->transport);
    if (route->path.ca_dir || route->path.ca_file) {
        SET(CURLOPT_CAINFO, route->path.ca_file);
        SET(CURLOPT_CAPATH, route->path.ca_dir);
    }
    if (route->path.proxy)
        SET(CURLOPT_PROXY, route->path.proxy);
    return bad == CURLE_OK || bad == CURLE_OUT_OF_MEMORY ? (int)bad : AM_CURL_NOT_BUILT_IN;
}

/* Options that every request sets, so that nothing of the one before can shine through. */
static int set_request(am_transfer *transfer, const am_sending *sending)
{
    CURL *easy = transfer->easy;
    CURLcode bad = CURLE_OK;
    bool is_get = strcmp(sending->method, "GET") == 0,
         is_post = strcmp(sending->method, "POST") == 0,
         has_body = sending->body || sending->stream;
    const char *custom = is_post || (is_get && !has_body) ? NULL : sending->method;
    SET(CURLOPT_URL, sending->url);
    SET(CURLOPT_HTTPGET, 1L);
    if (is_post || has_body) {
        int64_t size =
            sending->stream ? am_body_size(sending->stream) : (int64_t)sending->body_size;
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDS, sending->stream ? NULL : sending->body ? sending->body : "");
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
    }
    SET(CURLOPT_CUSTOMREQUEST, custom);
    SET(CURLOPT_HTTPHEADER, sending->line_count ? transfer->lines : NULL);
    SET(CURLOPT_FRESH_CONNECT, sending->apart ? 1L : 0L);
    SET(CURLOPT_MAXAGE_CONN, (long)((sending->limits->connection_age_ms + 999) / 1000));
    SET(CURLOPT_MAXLIFETIME_CONN, (long)sending->oldest_s);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)sending->limits->connect_timeout_ms);
    SET(CURLOPT_TIMEOUT_MS, (long)sending->timeout_ms);
    SET(CURLOPT_HTTP_CONTENT_DECODING, sending->identity ? 0L : 1L);
#undef SET
    return bad == CURLE_OK || bad == CURLE_OUT_OF_MEMORY ? (int)bad : AM_CURL_NOT_BUILT_IN;
}

/* NULL: *curl says why. */
static am_transfer *take_transfer(am_route *route, int *curl)
{
    am_transfer *transfer = route->idle;
    *curl = AM_CURL_NO_MEMORY;
    if (transfer) {
        route->idle = transfer->next;
        route->idle_count--;
        return transfer;
    }
    transfer = calloc(1, sizeof *transfer);
    if (!transfer)
        return NULL;
    transfer->route = route;
    transfer->easy = curl_easy_init();
    if (transfer->easy && (*curl = set_constant(transfer)) == AM_CURL_OK)
        return transfer;
    free_transfer(transfer);
    return NULL;
}

/* Links the header lines as libcurl wants them, without copying one. */
static bool link_lines(am_transfer *transfer, const am_sending *sending)
{
    struct curl_slist *lines = transfer->lines;
    if (sending->line_count > transfer->line_capacity) {
        lines = realloc(lines, sending->line_count * sizeof *lines);
        if (!lines)
            return false;
        transfer->lines = lines;
        transfer->line_capacity = sending->line_count;
    }
    for (size_t i = 0; i < sending->line_count; i++)
        lines[i] = (struct curl_slist){sending->lines[i],
                                       i + 1 < sending->line_count ? &lines[i + 1] : NULL};
    return true;
}

am_transfer *am_transfer_start(am_route *route, const am_sending *sending, void *owner, int *curl)
{
    *curl = AM_CURL_NO_MEMORY;
    am_transfer *transfer = make_multi(route->transport) ? take_transfer(route, curl) : NULL;
    if (!transfer)
        return NULL;
    transfer->owner = owner;
    transfer->sending = sending;
    transfer->curl = transfer->wire = 0;
    transfer->status = transfer->proxy_status = 0;
    transfer->sent = transfer->received = 0;
    transfer->length = -1;
    transfer->file_failed = false;
    transfer->detail[0] = '\0';
    am_incoming_reset(&transfer->in, sending->limits);
    *curl = link_lines(transfer, sending) ? set_request(transfer, sending) : AM_CURL_NO_MEMORY;
    if (*curl == AM_CURL_OK && curl_multi_add_handle(route->transport->multi, transfer->easy))
        *curl = AM_CURL_NO_MEMORY;
    transfer->running = *curl == AM_CURL_OK;
    if (transfer->running) {
        route->transport->running++;
        route->transport->uncollected++;
        return transfer;
    }
    am_transfer_release(transfer);
    return NULL;
}

void am_transfer_abort(am_transfer *transfer)
{
    if (!transfer->running)
        return;
    curl_off_t received = 0, length = -1;
    transfer->running = false;
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    transfer->received = transfer->wire > 0 ? received : 0; /* before, it is the last one's */
    transfer->length = length;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &transfer->status);
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &transfer->proxy_status);
    transfer->route->transport->uncollected--;
    curl_multi_remove_handle(transfer->route->transport->multi, transfer->easy);
}

int64_t am_transfer_sent(const am_transfer *transfer)
{
    curl_off_t sent = transfer->sent;
    if (transfer->wire > 0 && !transfer->sending->stream) /* before, it is the last one's */
        curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    return sent;
}

void am_transfer_release(am_transfer *transfer)
{
    am_route *route = transfer->route;
    am_transfer_abort(transfer);
    if (route->idle_count >= KEPT_IDLE) {
        free_transfer(transfer);
        return;
    }
    transfer->owner = NULL;
    transfer->next = route->idle;
    route->idle = transfer;
    route->idle_count++;
}
