/* SPDX-License-Identifier: MIT */
/*
 * A service that fails on command, on real sockets: HTTP/1.1 plain or over TLS, HTTP/2 made by
 * hand, and a CONNECT proxy. Each request that arrives takes the next step of the script; after the
 * last step, requests are simply done and answered.
 *
 * It also acts as an application: a request names its operation in `X-Op`, and the server counts
 * what arrived and what it did. Tests compare a client's report with these counts.
 *
 * Each connection has its own thread. Nothing sleeps: a stall lasts until the client gives up.
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
    FAULT_DROP, /* the same, but without notice in TLS */
    FAULT_RESET,
    FAULT_STALL, /* HTTP/2: of this stream only */
    FAULT_DEAD   /* the whole connection falls silent */
} fault_end;

typedef enum fault_frame {
    FAULT_NO_FRAME,
    FAULT_PING,
    FAULT_RST_STREAM,
    FAULT_GOAWAY_BELOW, /* names a stream before the request's */
    FAULT_GOAWAY_AT
} fault_frame;

typedef struct fault_step {
    fault_when when;
    bool done;          /* the application does what it was asked for */
    bool hang_up;       /* and the server stops listening: the next connection is refused */
    int status;         /* a well-formed answer, sent first; 0: none */
    const char *header; /* additional header lines of it, each with its CRLF; HTTP/1.1 only */
    const char *body;   /* NULL: FAULT_WHOLE */
    bool unfinished;    /* HTTP/2: leave the stream of the answer open */
    bool pauses;        /* what follows the answer waits for fault_server_go_on */
    bool ticket;        /* TLS 1.3: a session ticket follows */
    const char *raw;    /* bytes sent as they are */
    size_t raw_size;    /* 0: up to their NUL */
    size_t flood;       /* this many filler bytes after them */
    fault_frame frame;  /* HTTP/2, last */
    unsigned frame_code;
    fault_end end;
} fault_step;

/* The answer that the tests' judge accepts as whole. */
#define FAULT_WHOLE "{\"whole\":true}"

typedef struct fault_server fault_server;

/* NULL if the system refuses anything. */
fault_server *fault_server_new(fault_scheme scheme);
/* Drops all connections and waits for the threads. NULL is allowed. */
void fault_server_free(fault_server *server);

int fault_server_port(const fault_server *server);
/* "https://localhost:1234", "http://127.0.0.1:1234"; lives as long as the server. */
const char *fault_server_url(const fault_server *server);
/* The file with the server's own authority; NULL without TLS. */
const char *fault_server_ca_file(const fault_server *server);

/* Replaces the script. The steps are copied, their strings are not. */
void fault_server_script(fault_server *server, const fault_step *steps, size_t count);
/* Sets a function that gives the step of each request: the nth of its operation, from 1. The
 * server's threads call it, one at a time. */
typedef fault_step fault_choose(void *context, unsigned op, int nth);
void fault_server_choose(fault_server *server, fault_choose *choose, void *context);
/* Each request waits until `count` of them wait (0: none does), but not for ever. */
void fault_server_hold(fault_server *server, int count);

/* Lets paused connections go on, once there are this many. */
void fault_server_go_on(fault_server *server, int count);

typedef struct fault_tally {
    int requests;   /* that arrived */
    int reused;     /* those on a connection that had served another */
    int executions; /* times the application was asked to do it, and did not refuse */
    int copies;     /* times it took effect: once for all requests with the same key */
} fault_tally;

/* What happened to an operation; 0 collects requests that name none. */
fault_tally fault_server_tally(fault_server *server, unsigned op);

typedef struct fault_totals {
    int connections, open; /* accepted so far; open now */
    int requests, most_at_once;
    int tunnels; /* of a proxy */
} fault_totals;

fault_totals fault_server_totals(fault_server *server);
/* Waits until all connections of the client are accepted, served and closed. */
void fault_server_settle(fault_server *server);
/* Copies the head of the last HTTP/1.1 request. */
void fault_server_last_head(fault_server *server, char *head, size_t size);

#endif
