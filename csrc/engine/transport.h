/* SPDX-License-Identifier: MIT */
/*
 * Requests over libcurl; the only door to it. A transport is one curl_multi driven by its sockets,
 * a route is how one client's requests travel, a transfer is one attempt. libcurl's callbacks only
 * record: what they recorded is read after am_transport_run returned.
 */
#ifndef AM_TRANSPORT_H
#define AM_TRANSPORT_H

#include "agentmail.h"
#include "base/visibility.h"
#include "engine/body.h"
#include "engine/incoming.h"
#include "engine/poller.h"

AM_BEGIN_HIDDEN

enum { AM_DETAIL_SIZE = 256 };

typedef struct am_route am_route;

typedef struct am_transport {
    void *multi; /* CURLM * */
    am_poller poller;
    int64_t due_ms; /* when libcurl wants to run, on am_monotonic_ms; -1: at its sockets only */
    int running, uncollected; /* transfers that libcurl runs; that were not seen to end */
    bool stuck; /* libcurl ran out of memory half-way: what runs is to be aborted, not driven */
} am_transport;

/* What an attempt sends. Only the URL is copied: all of it must outlive the transfer. */
typedef struct am_sending {
    const char *method, *url;
    char **lines; /* all header lines, "Name: value", or "Name:" to send none */
    size_t line_count;
    const void *body; /* NULL: none, or the stream */
    size_t body_size;
    am_body *stream;  /* NULL: none, or the body */
    int save_fd;      /* above 0: where the body of a 2xx goes */
    bool identity;    /* nothing is decoded */
    bool fresh;       /* every attempt on a connection of its own making, not on a reused one */
    bool apart;       /* this one likewise */
    int64_t oldest_s; /* no connection older than that is reused; 0: any is */
    const am_limits *limits;
    int wire_allowed;
    int64_t timeout_ms;
} am_sending;

/* One attempt. The fields are read-only for others; the results are valid once it is done. */
typedef struct am_transfer {
    void *easy; /* CURL * */
    am_route *route;
    struct am_transfer *next; /* in the route's store of idle ones */
    void *owner;
    const am_sending *sending;
    void *lines; /* struct curl_slist *: the header lines that go out */
    size_t line_capacity;
    bool running;

    int curl;          /* CURLcode */
    long status;       /* the last status line, 0: none */
    long proxy_status; /* a CONNECT proxy's answer, 0: none */
    int wire;          /* times the request went onto the wire */
    bool file_failed;  /* the file to send changed */
    int64_t sent;      /* bytes of a stream */
    int64_t received;  /* bytes of the answer's body, before decoding */
    int64_t length;    /* of that body as libcurl took it to be announced; -1: it was not */
    am_incoming in;
    char detail[AM_DETAIL_SIZE]; /* of a failure: libcurl's words, or which limit it was */
} am_transfer;

/* How to go to the service. */
typedef struct am_path {
    const char *user_agent;
    const char *ca_file, *ca_dir; /* both NULL: what libcurl was built with */
    const char *proxy;            /* NULL: the environment's; "": none */
    bool http2;
} am_path;

/* libcurl's own directory of hashed certificates, or NULL. */
const char *am_system_ca_dir(void);

/* False, with nothing left to close: out of memory or descriptors. */
bool am_transport_open(am_transport *transport);
/* All routes must be gone. */
void am_transport_close(am_transport *transport);
/* Drops all connections, and what made it stuck. No transfer may be running. */
void am_transport_reset(am_transport *transport);

/* The path's strings must outlive the route. NULL: out of memory. */
am_route *am_route_new(am_transport *transport, const am_path *path);
/* No transfer of it may be running or in use. */
void am_route_free(am_route *route);

/* Starts an attempt; NULL: nothing was sent, and *curl is the CURLcode that says why. The file of a
 * stream must be rewound, and that of save_fd empty. */
am_transfer *am_transfer_start(am_route *route, const am_sending *sending, void *owner, int *curl);
/* Bytes of the body that went out so far. */
int64_t am_transfer_sent(const am_transfer *transfer);
/* Whether the last response came with all its headers, and is no 1xx. */
static inline bool am_transfer_has_head(const am_transfer *transfer)
{
    return transfer->in.stage == AM_BEHIND_HEAD && transfer->status >= 200;
}
/* Ends a transfer, aborting it if it runs, but keeps what it recorded. */
void am_transfer_abort(am_transfer *transfer);
/* Gives a transfer back; aborts it if it runs. */
void am_transfer_release(am_transfer *transfer);
/* Lets libcurl act on what is due, waiting up to timeout_ms (-1: no limit) for something to be.
 * False: a signal interrupted the wait. */
bool am_transport_run(am_transport *transport, int64_t timeout_ms);
/* The next transfer that is done, each named once; NULL: none. */
am_transfer *am_transport_next_done(am_transport *transport);

AM_END_HIDDEN
#endif
