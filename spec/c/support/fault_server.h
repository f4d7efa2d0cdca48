/* SPDX-License-Identifier: MIT */
/*
 * A service that fails as it is told, on real sockets: HTTP/1.1 plain or over TLS, HTTP/2 made by
 * hand, and a CONNECT proxy. Each request that arrives takes the next step of the script; when the
 * script is used up, requests are simply done and answered.
 *
 * It plays an application too: a request names its operation in `X-Op`, and the server counts what
 * arrived and what it did, which is the truth that a client's report is held against.
 *
 * Every connection has a thread. Nothing sleeps: a stall lasts until the client gives up.
 */
#ifndef FAULT_SERVER_H
#define FAULT_SERVER_H

#include <stdbool.h>
#include <stddef.h>

typedef enum fault_scheme { FAULT_HTTP, FAULT_HTTPS, FAULT_H2, FAULT_PROXY } fault_scheme;

/* How much arrives before a step acts. */
typedef enum fault_when {
    FAULT_AFTER_REQUEST,
    FAULT_AFTER_HEAD,  /* a body is left unread */
    FAULT_AFTER_ACCEPT /* nothing is read, TLS has not begun */
} fault_when;

typedef enum fault_end {
    FAULT_KEEP,
    FAULT_CLOSE,
    FAULT_DROP, /* likewise, but TLS is not told */
    FAULT_RESET,
    FAULT_STALL, /* HTTP/2: of this stream alone */
    FAULT_DEAD   /* the whole connection falls silent */
} fault_end;

typedef enum fault_frame {
    FAULT_NO_FRAME,
    FAULT_RST_STREAM,
    FAULT_GOAWAY_BELOW, /* names a stream before the request's */
    FAULT_GOAWAY_AT
} fault_frame;

typedef struct fault_step {
    fault_when when;
    bool done;          /* the application does what it was asked for */
    bool hang_up;       /* and the server listens no more: who comes next is refused */
    int status;         /* a well-formed answer, first; 0: none */
    const char *header; /* more header lines of it, each with its CRLF; HTTP/1.1 only */
    const char *body;   /* NULL: FAULT_WHOLE */
    bool unfinished;    /* HTTP/2: leave the stream of the answer open */
    const char *raw;    /* bytes that go out as they are */
    size_t raw_size;    /* 0: to their NUL */
    size_t flood;       /* as many filler bytes after them */
    fault_frame frame;  /* HTTP/2, last */
    unsigned frame_code;
    fault_end end;
} fault_step;

/* The answer that the tests' judge takes for whole. */
#define FAULT_WHOLE "{\"whole\":true}"

typedef struct fault_server fault_server;

/* NULL if anything is refused by the system. */
fault_server *fault_server_new(fault_scheme scheme);
/* Drops all connections and waits for the threads. NULL is fine. */
void fault_server_free(fault_server *server);

int fault_server_port(const fault_server *server);
/* "https://localhost:1234", "http://127.0.0.1:1234"; lives as long as the server. */
const char *fault_server_url(const fault_server *server);
/* The file with the server's own authority; NULL without TLS. */
const char *fault_server_ca_file(const fault_server *server);

/* Replaces the script. The steps are copied, their strings are not. */
void fault_server_script(fault_server *server, const fault_step *steps, size_t count);
/* Asks for the step of each request instead: it is the nth of its operation, from 1. Called in the
 * threads of the server, one at a time. */
typedef fault_step fault_choose(void *context, unsigned op, int nth);
void fault_server_choose(fault_server *server, fault_choose *choose, void *context);
/* Each request waits until `count` of them wait (0: none does), but not for ever. */
void fault_server_hold(fault_server *server, int count);

typedef struct fault_tally {
    int requests;   /* that arrived */
    int reused;     /* of them on a connection that had served another */
    int executions; /* times the application was asked to do it, and did not refuse */
    int copies;     /* times it took effect: once for all that carry the same key */
} fault_tally;

/* What happened to an operation; 0 is the one of requests that name none. */
fault_tally fault_server_tally(fault_server *server, unsigned op);

typedef struct fault_totals {
    int connections, open; /* accepted so far; now */
    int requests, most_at_once;
    int tunnels; /* of a proxy */
} fault_totals;

fault_totals fault_server_totals(fault_server *server);
/* Waits until all connections that the client has opened are accepted, served and closed. */
void fault_server_settle(fault_server *server);
/* Copies the head of the last HTTP/1.1 request. */
void fault_server_last_head(fault_server *server, char *head, size_t size);

#endif
