/* SPDX-License-Identifier: MIT */
/*
 * A host: the state that all calls of an engine to one origin share. This is the retry budget, and
 * doubt about connections: over HTTP/2 a request that times out leaves its connection to the
 * others, dead or not. After that, older connections are not trusted. Pure: the time is an
 * argument.
 */
#ifndef AM_HOST_H
#define AM_HOST_H

#include "base/visibility.h"
#include "retry/budget.h"

AM_BEGIN_HIDDEN

typedef struct am_host {
    struct am_host *next;
    am_budget budget;
    int64_t doubted_ms; /* when the last doubt arose; 0: never */
    unsigned doubts;
    int running, doubtful; /* attempts on the wire; those begun before the last doubt */
    char origin[];         /* "https://host:port" */
} am_host;

/* Finds the host of a URL's origin in a list; a new one starts with that many tokens. NULL: out of
 * memory. */
am_host *am_host_of_url(am_host **hosts, const char *url, int64_t tokens);
/* Frees a whole list. */
void am_hosts_free(am_host *hosts);

/* Registers an attempt that goes onto the wire; pass the result to am_host_leave. */
unsigned am_host_enter(am_host *host);
/* Registers that the attempt has left the wire. */
void am_host_leave(am_host *host, unsigned doubts);
/* Trusts no connection that was made before now. */
void am_host_doubt(am_host *host, int64_t now_ms);
/* Which connections may carry an attempt that begins now: those made in the last *oldest_s seconds;
 * 0: any. False: no existing one; the attempt must open its own. */
bool am_host_trusts(const am_host *host, int64_t now_ms, int64_t *oldest_s);

AM_END_HIDDEN
#endif
