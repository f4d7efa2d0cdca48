/* SPDX-License-Identifier: MIT */
/* A client, as the engine and its calls see it. */
#ifndef AM_CLIENT_H
#define AM_CLIENT_H

#include "agentmail.h"
#include "base/list.h"
#include "base/visibility.h"
#include "engine/host.h"
#include "engine/transport.h"

AM_BEGIN_HIDDEN

struct am_client {
    am_engine *engine;
    am_link in_engine;
    am_link calls, queue;
    am_host *host;
    am_route *route; /* NULL: closed */
    am_limits limits;
    char *base_url, *user_agent, *ca_file, *ca_dir, *proxy; /* the last three may be NULL */
    char **lines; /* header lines of every request; the first is Authorization if has_key */
    size_t line_count;
    size_t origin_size; /* of base_url, without its path */
    bool has_key, http2;
    bool tells_room; /* see am_client_tell_room */
    int active;      /* transfers on the wire */
    int unfinished;  /* calls not done */
};

/* Starts waiting calls, as far as `connections` allows. */
void am_client_pump(am_client *client);

AM_END_HIDDEN
#endif
