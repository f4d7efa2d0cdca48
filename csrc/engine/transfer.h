/* SPDX-License-Identifier: MIT */
/* One attempt: what it sends, what it has recorded, and the callbacks that record. */
#ifndef AM_TRANSFER_H
#define AM_TRANSFER_H

#include "agentmail.h"
#include "base/list.h"
#include "base/visibility.h"
#include "engine/body.h"
#include "engine/incoming.h"
#include "engine/route.h"
#include "retry/retry.h"

AM_BEGIN_HIDDEN

enum { AM_DETAIL_SIZE = 512 }; /* libcurl's messages have at most 256 bytes */

/* What an attempt sends. All of it must outlive the transfer. */
typedef struct am_sending {
    const char *method, *url;
    const char *target; /* within url, below the client's origin; NULL: libcurl parses the url */
    char **lines;       /* all header lines, "Name: value", or "Name:" to send none */
    size_t line_count;
    const void *body; /* NULL: none, or the stream */
    size_t body_size;
    am_body *stream;  /* NULL: none, or the body */
    int save_fd;      /* destination of a 2xx body; -1: memory */
    bool identity;    /* nothing is decoded */
    bool progress;    /* moved bytes are noted, see am_transport_next_moved */
    bool fresh;       /* every attempt opens its own connection and reuses none */
    bool apart;       /* this attempt does */
    int64_t oldest_s; /* no older connection is reused; 0: any is */
    const am_limits *limits;
    int wire_allowed;
    const am_policy *policy;   /* with the guard, and */
    const am_history *history; /* the doubt so far */
    int64_t timeout_ms;
} am_sending;

/* Options that hardly ever differ from one request to the next. */
typedef struct am_steady {
    long apart, decoded, connect_timeout_ms, connection_age_s, oldest_s;
} am_steady;

/* One attempt. The fields are read-only for others; the results are valid once it is done. */
typedef struct am_transfer {
    void *easy; /* CURL * */
    am_route *route;
    am_link in_route; /* while it is idle */
    void *owner;
    const am_sending *sending;
    void *lines; /* struct curl_slist *: the header lines that go out */
    size_t line_capacity;
    bool at_origin;          /* the handle holds the route's, and targets go with it */
    const am_stores *stores; /* that the handle holds; NULL: libcurl's own */
    bool follows;            /* libcurl tells the handle of moved bytes */
    am_steady steady;        /* as the handle holds it */
    int64_t moved;           /* bytes, both ways, as last told */
    am_link in_moved;        /* while that is unread */
    bool running;
    bool ended;   /* ended by itself, not aborted */
    bool widened; /* begun again, with more stores */
    int fd;       /* the last socket that served it; -1: none */

    int curl;          /* CURLcode */
    long status;       /* the last status line, 0: none */
    long proxy_status; /* a CONNECT proxy's answer, 0: none */
    int wire;          /* times the request went onto the wire */
    int64_t first_ms;  /* when it first did, and */
    bool stale;        /* whether the guard ended it, see am_attempt */
    bool file_failed;  /* the file to send changed */
    int64_t sent;      /* bytes of a stream */
    int64_t received;  /* bytes of the answer's body, before decoding */
    int64_t length;    /* announced length of that body, as libcurl read it; -1: none */
    am_incoming in;
    char detail[AM_DETAIL_SIZE]; /* on failure: libcurl's words, or the limit that was exceeded */
} am_transfer;

/* Clears what the previous attempt recorded. */
void am_transfer_begin(am_transfer *transfer, const am_sending *sending, void *owner);

/* libcurl's callbacks; their last argument is the transfer. */
enum { AM_WIRE_ABORT = 1, AM_READ_ABORT = 0x10000000 };
#define AM_WRITE_ERROR 0xFFFFFFFFu

/* Called before each request goes out, libcurl's own repeats included. */
int am_on_wire(void *transfer, char *ip, char *local_ip, int port, int local_port);
size_t am_on_read(char *out, size_t one, size_t most, void *transfer);
/* Rewinds to the beginning only, to send the request again. */
int am_on_seek(void *transfer, int64_t offset, int origin);
size_t am_on_header(char *bytes, size_t one, size_t size, void *transfer);

AM_END_HIDDEN
#endif
