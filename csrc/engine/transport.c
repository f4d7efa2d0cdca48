/* SPDX-License-Identifier: MIT */
/* libcurl's multi handle, and the start and end of its transfers. */
#define _GNU_SOURCE
#include "engine/transport.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/tls_words.h"
#include "engine/transfer_options.h"
#include "retry/attempt.h"

#define SAME_CODE(name, number, curl)                                                              \
    _Static_assert((number) == (int)(curl), "not libcurl's " #name);
AM_CURL_CODES(SAME_CODE)

/* libcurl and the poller use the same bits. */
_Static_assert(CURL_POLL_IN == AM_READABLE && CURL_POLL_OUT == AM_WRITABLE &&
                   CURL_CSELECT_IN == AM_READABLE && CURL_CSELECT_OUT == AM_WRITABLE &&
                   CURL_CSELECT_ERR == AM_BROKEN_FD,
               "translate them");
_Static_assert(CURL_PREREQFUNC_OK == 0 && CURL_PREREQFUNC_ABORT == AM_WIRE_ABORT &&
                   CURL_READFUNC_ABORT == AM_READ_ABORT && CURL_WRITEFUNC_ERROR == AM_WRITE_ERROR &&
                   sizeof(curl_off_t) == sizeof(int64_t),
               "what callbacks take and return");

enum { MOST_READY = 64 };

/* ---- callbacks: they only record ------------------------------------------------------------- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *of_socket)
{
    am_transport *transport = data;
    am_transfer *transfer = NULL;
    unsigned wanted = what == CURL_POLL_REMOVE ? 0 : (unsigned)what;
    (void)of_socket;
    if (wanted && curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer) == CURLE_OK) {
        am_poller_used(&transport->poller, fd, transfer);
        if (transfer) /* else it is libcurl's own handle */
            transfer->fd = fd;
    }
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
    fcntl(fd, F_SETFD, FD_CLOEXEC); /* programs that a host starts must not inherit it */
    am_poller_lasting(&((am_transport *)transport)->poller, fd);
    return CURL_SOCKOPT_OK;
}

/* Replaces close(). libcurl may repeat the closed socket's transfer at once, on an idle one. */
static int on_close(void *data, curl_socket_t fd)
{
    am_transport *transport = data;
    am_poller_closed(&transport->poller, fd);
    if (transport->running > 0)
        am_poller_end_readable(&transport->poller);
    return close(fd);
}

/* libcurl says it again and again, and once more while a transfer is taken out. */
static int on_progress(void *data, curl_off_t to_receive, curl_off_t received, curl_off_t to_send,
                       curl_off_t sent)
{
    am_transfer *transfer = data;
    int64_t moved = received + sent;
    (void)to_receive, (void)to_send;
    if (transfer->running && moved != transfer->moved && !transfer->in_moved.next)
        am_list_append(&transfer->route->transport->moved, &transfer->in_moved);
    transfer->moved = moved;
    return 0;
}

/* ---- transport ------------------------------------------------------------------------------- */

/* Creates the multi handle if needed. */
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
    am_list_init(&transport->moved);
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
    transport->stuck = transport->starting = false;
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
    if (transport->starting) /* libcurl chooses its connection now */
        am_poller_end_readable(&transport->poller);
    transport->starting = false;
    transport->due_ms = -1;
    drive_socket(transport, CURL_SOCKET_TIMEOUT, 0);
}

bool am_transport_run(am_transport *transport, int64_t timeout_ms)
{
    am_ready ready[MOST_READY];
    run_due(transport);
    if (transport->stuck || (transport->running == 0 && transport->uncollected > 0))
        return true; /* there is no socket to watch */
    int64_t wait_ms = am_ms_until(transport->due_ms, timeout_ms);
    if (transport->running < transport->uncollected)
        wait_ms = 0; /* a transfer has already ended */
    int n = am_poller_wait(&transport->poller, wait_ms, ready, MOST_READY);
    for (int i = 0; i < n && !transport->stuck; i++)
        drive_socket(transport, ready[i].fd, (int)ready[i].bits);
    run_due(transport);
    return n >= 0;
}

/* ---- start and end of a transfer ------------------------------------------------------------- */

static bool join_multi(am_transfer *transfer)
{
    am_transport *transport = transfer->route->transport;
    transfer->running = curl_multi_add_handle(transport->multi, transfer->easy) == CURLM_OK;
    transport->running += transfer->running;
    transport->uncollected += transfer->running;
    transport->starting |= transfer->running;
    return transfer->running;
}

/* An idle HTTP/2 connection may still receive frames. */
static void note_idle_connection(am_transfer *transfer)
{
    long version = CURL_HTTP_VERSION_NONE;
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
    if (transfer->fd >= 0 && (version == CURL_HTTP_VERSION_1_1 || version == CURL_HTTP_VERSION_1_0))
        am_poller_idle(&transfer->route->transport->poller, transfer->fd, transfer);
}

/* If only the host name is wrong, OpenSSL's result keeps the value that libcurl set before: 1. */
static bool chain_failed(const am_transfer *transfer)
{
    long result = 0;
    if (transfer->curl == AM_CURL_TLS_PEER)
        curl_easy_getinfo(transfer->easy, CURLINFO_SSL_VERIFYRESULT, &result);
    return result > 1;
}

/* Starts again if the first stores did not vouch for the server and there are more. This is not a
 * new attempt: nothing was sent. */
static bool widen_trust(am_transfer *transfer)
{
    const am_stores *beyond = am_trust_beyond(&transfer->route->trust, transfer->stores);
    curl_off_t spent_us = 0;
    if (!beyond || transfer->wire > 0 || !chain_failed(transfer))
        return false;
    curl_easy_getinfo(transfer->easy, CURLINFO_TOTAL_TIME_T, &spent_us);
    long left_ms = (long)(transfer->sending->timeout_ms - spent_us / 1000);
    if (left_ms <= 0 || am_transfer_set_stores(transfer, beyond) != AM_CURL_OK ||
        curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, left_ms) != CURLE_OK)
        return false;
    am_transfer_abort(transfer);
    am_transfer_begin(transfer, transfer->sending, transfer->owner);
    transfer->widened = true;
    transfer->curl = AM_CURL_NO_MEMORY; /* in case it cannot start */
    return join_multi(transfer);
}

/* Updates the trust in certificates after a transfer. */
static void conclude_trust(am_transfer *transfer)
{
    am_trust *trust = &transfer->route->trust;
    am_stores used = am_trust_used(trust, transfer->stores);
    if (transfer->widened && transfer->wire > 0)
        am_trust_remember(trust, transfer->sending->url);
    am_tls_words(transfer->detail, AM_DETAIL_SIZE, transfer->curl,
                 chain_failed(transfer) ? &used : NULL);
}

am_transfer *am_transport_next_moved(am_transport *transport)
{
    am_link *link = am_list_first(&transport->moved);
    if (!link)
        return NULL;
    am_list_remove(link);
    return AM_OWNER(link, am_transfer, in_moved);
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
        if (widen_trust(transfer))
            continue;
        note_idle_connection(transfer);
        transfer->ended = true;
        am_transfer_abort(transfer);
        if (transfer->wire > 0)
            transfer->curl =
                am_incoming_end(&transfer->in, transfer->curl, transfer->detail, AM_DETAIL_SIZE);
        if (transfer->stale)
            transfer->detail[0] = '\0'; /* the callback is ours: the reason says more */
        if (transfer->in.unsaved)
            snprintf(transfer->detail, AM_DETAIL_SIZE, "%s", strerror(transfer->in.unsaved));
        if (transfer->at_origin && strncmp(transfer->detail, "No URL set", 10) == 0)
            transfer->curl = AM_CURL_NO_MEMORY; /* libcurl could not copy the parsed URL */
        if (strncmp(transfer->detail, "Unsupported proxy", 17) == 0) { /* it holds the password */
            transfer->curl = AM_CURL_URL_MALFORMAT;
            snprintf(transfer->detail, AM_DETAIL_SIZE,
                     "no URL of a proxy: see the option proxy, or http_proxy, https_proxy and "
                     "all_proxy in the environment");
        }
        if (transfer->curl != AM_CURL_OK || transfer->widened)
            conclude_trust(transfer);
        return transfer;
    }
    return NULL;
}

/* ---- route ----------------------------------------------------------------------------------- */

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
    for (am_link *link; (link = am_route_take(route)) != NULL;)
        free_transfer(AM_OWNER(link, am_transfer, in_route));
    curl_url_cleanup(route->origin);
    free(route->agent_line);
    am_trust_close(&route->trust);
    free(route);
}

/* ---- transfer: one attempt ------------------------------------------------------------------- */

/* A connection outlives its route, so its callbacks get only the transport. */
static bool watch(am_transfer *transfer)
{
    am_transport *transport = transfer->route->transport;
    CURL *easy = transfer->easy;
    return curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_opened) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, transport) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, transport) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XFERINFODATA, transfer) == CURLE_OK;
}

/* NULL on failure, with the reason in *curl. */
static am_transfer *take_transfer(am_route *route, int *curl)
{
    am_link *link = am_route_take(route);
    *curl = AM_CURL_NO_MEMORY;
    if (link)
        return AM_OWNER(link, am_transfer, in_route);
    am_transfer *transfer = calloc(1, sizeof *transfer);
    if (!transfer)
        return NULL;
    transfer->route = route;
    transfer->easy = curl_easy_init();
    if (transfer->easy && watch(transfer) &&
        (*curl = am_transfer_set_constant(transfer)) == AM_CURL_OK)
        return transfer;
    free_transfer(transfer);
    return NULL;
}

am_transfer *am_transfer_start(am_route *route, const am_sending *sending, void *owner, int *curl)
{
    *curl = AM_CURL_NO_MEMORY;
    am_transfer *transfer = make_multi(route->transport) ? take_transfer(route, curl) : NULL;
    if (!transfer)
        return NULL;
    am_transfer_begin(transfer, sending, owner);
    *curl = am_transfer_set_request(transfer, sending);
    if (*curl == AM_CURL_OK && join_multi(transfer))
        return transfer;
    *curl = *curl ? *curl : AM_CURL_NO_MEMORY;
    am_transfer_release(transfer);
    return NULL;
}

void am_transfer_abort(am_transfer *transfer)
{
    if (!transfer->running)
        return;
    curl_off_t received = 0, length = -1;
    transfer->running = false;
    am_list_remove(&transfer->in_moved);
    if (transfer->wire > 0 || transfer->ended) { /* until then, the last transfer's value */
        curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
        curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
        curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &transfer->status);
        curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &transfer->proxy_status);
    }
    transfer->received = transfer->wire > 0 ? received : 0;
    transfer->length = length;
    transfer->route->transport->uncollected--;
    curl_multi_remove_handle(transfer->route->transport->multi, transfer->easy);
}

int64_t am_transfer_sent(const am_transfer *transfer)
{
    curl_off_t sent = transfer->sent;
    if (transfer->wire > 0 && !transfer->sending->stream) /* until then, the last transfer's */
        curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    return sent;
}

void am_transfer_release(am_transfer *transfer)
{
    am_transfer_abort(transfer);
    transfer->owner = NULL;
    if (!am_route_keep(transfer->route, &transfer->in_route))
        free_transfer(transfer);
}
