/* SPDX-License-Identifier: MIT */
/* How one client's requests travel, and its transfers that are ready for reuse. */
#ifndef AM_ROUTE_H
#define AM_ROUTE_H

#include "base/list.h"
#include "base/visibility.h"
#include "engine/trust.h"

AM_BEGIN_HIDDEN

/* How to go to the service. */
typedef struct am_path {
    const char *base_url;   /* whose origin most requests go to */
    const char *user_agent; /* "": no such header */
    am_stores trusted;      /* what the client names */
    bool trusts_system;     /* for the kind of store that it does not name, see trust.h */
    const char *proxy;      /* NULL: the environment's; "": none */
    bool http2;
} am_path;

typedef struct am_route {
    struct am_transport *transport;
    am_path path;
    char *agent_line; /* "User-Agent: …" */
    void *origin;     /* CURLU * of the base URL's origin, made by the first that goes there */
    am_trust trust;   /* opened by its first transfer over TLS */
    am_link idle;     /* transfers */
    int idle_count;
} am_route;

/* NULL: out of memory. The path's strings must outlive the route. */
am_route *am_route_new(struct am_transport *transport, const am_path *path);

/* Keeps a transfer for the next request; false: there are enough. */
bool am_route_keep(am_route *route, am_link *transfer);
/* Takes a kept transfer; NULL: there is none. */
am_link *am_route_take(am_route *route);

AM_END_HIDDEN
#endif
