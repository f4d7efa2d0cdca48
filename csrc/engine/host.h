/* SPDX-License-Identifier: MIT */
/*
 * A host: what all calls of an engine to one origin share. That is the retry budget, and doubt
 * about connections: over HTTP/2 a request that times out leaves its connection to the others, dead
 * or not, so that what was connected before is not trusted any more. Pure: the time is an argument.
 */
#ifndef AM_HOST_H
#define AM_HOST_H

#include "base/visibility.h"
#include "retry/budget.h"

AM_BEGIN_HIDDEN

typedef struct am_host {
    struct am_host *next;
    am_budget budget;
    int64_t doubted_ms; /* when the last doubt arose; 0: there was none */
    unsigned doubts;
    int running, doubtful; /* attempts on the wire; of them those begun before the last doubt */
    char origin[];         /* "https://host:port" */
} am_host;

/* The host of a URL's origin in a list, added with so many tokens if it is new; NULL: out of
 * memory. */
am_host *am_host_of_url(am_host **hosts, const char *url, int64_t tokens);
/* Frees a whole list. */
void am_hosts_free(am_host *hosts);

/* An attempt goes onto the wire; the result is for am_host_leave. */
unsigned am_host_enter(am_host *host);
/* That attempt has left the wire. */
void am_host_leave(am_host *host, unsigned doubts);
/* From now on no connection that was made before is trusted. */
void am_host_doubt(am_host *host, int64_t now_ms);
/* Which connections may carry an attempt that begins now: those made in the last *oldest_s seconds;
 * 0: any. False: none that exists, and the attempt must make its own. */
bool am_host_trusts(const am_host *host, int64_t now_ms, int64_t *oldest_s);

AM_END_HIDDEN
#endif
