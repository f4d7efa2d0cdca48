/* SPDX-License-Identifier: MIT */
/*
 * Requests over libcurl; only this layer uses it. A transport is one curl_multi driven by its
 * sockets, a route is how one client's requests travel, a transfer is one attempt. libcurl's
 * callbacks only record; the records are read after am_transport_run has returned.
 */
#ifndef AM_TRANSPORT_H
#define AM_TRANSPORT_H

#include "base/visibility.h"
#include "engine/poller.h"
#include "engine/route.h"
#include "engine/transfer.h"

AM_BEGIN_HIDDEN

typedef struct am_transport {
    void *multi; /* CURLM * */
    am_poller poller;
    int64_t due_ms; /* when libcurl must run, by am_monotonic_ms; -1: only at its sockets */
    int running, uncollected; /* transfers in libcurl; those whose end is unread */
    am_link moved;            /* transfers that moved bytes since they were last read */
    bool starting;            /* one of them has not chosen its connection yet */
    bool stuck; /* libcurl ran out of memory half-way: abort the transfers, do not drive them */
} am_transport;

/* False, with nothing left to close: out of memory or descriptors. */
bool am_transport_open(am_transport *transport);
/* All routes must be freed already. */
void am_transport_close(am_transport *transport);
/* Drops all connections, and clears the stuck state. No transfer may be running. */
void am_transport_reset(am_transport *transport);

/* None of its transfers may be running or in use. */
void am_route_free(am_route *route);

/* Starts an attempt; NULL: nothing was sent, and *curl is the CURLcode that says why. A stream's
 * file must be rewound, and that of save_fd empty. */
am_transfer *am_transfer_start(am_route *route, const am_sending *sending, void *owner, int *curl);
/* Bytes of the body sent so far. */
int64_t am_transfer_sent(const am_transfer *transfer);
/* True if the last response arrived with all its headers and is not a 1xx. */
static inline bool am_transfer_has_head(const am_transfer *transfer)
{
    return transfer->in.stage == AM_BEHIND_HEAD && transfer->status >= 200;
}
/* Ends a transfer, aborting it if it runs, but keeps what it recorded. */
void am_transfer_abort(am_transfer *transfer);
/* Returns a transfer to its route; aborts it if it runs. */
void am_transfer_release(am_transfer *transfer);
/* Lets libcurl do what is due, waiting up to timeout_ms (-1: no limit) for work. False: a signal
 * interrupted the wait. */
bool am_transport_run(am_transport *transport, int64_t timeout_ms);
/* The next transfer, of those that follow their progress, that has moved bytes; NULL: none. */
am_transfer *am_transport_next_moved(am_transport *transport);
/* The next transfer that has ended; returns each once. NULL: none. */
am_transfer *am_transport_next_done(am_transport *transport);

AM_END_HIDDEN
#endif
