/* SPDX-License-Identifier: MIT */
/* An incoming answer, kept within its limits: headers, and a body that is kept or saved. */
#ifndef AM_INCOMING_H
#define AM_INCOMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agentmail.h"
#include "base/buf.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* How far an answer has come. A 1xx response comes before the final one. */
typedef enum am_stage { AM_BEFORE_HEAD, AM_IN_HEAD, AM_BEHIND_HEAD } am_stage;

typedef struct am_incoming {
    am_stage stage;
    am_buf headers;                /* of the last response: lines, each with its CRLF */
    size_t length_at, length_size; /* in them, the value of Content-Length; 0: none */
    bool lengths_differ;           /* it has another value, too, or a list of them */
    am_buf body;
    int header_count;      /* lines of all responses so far; of a head without any 1xx, and */
    int64_t header_bytes;  /* without its status line, the headers; their bytes likewise */
    int64_t received;      /* bytes of the body, kept or saved */
    const char *too_large; /* the limit that was exceeded, or NULL */
    const char *wrong;     /* what is wrong with its head that libcurl accepts, in words, or NULL */
    bool defect;           /* see am_incoming_end */
    int unsaved;           /* why the file could not be written: an errno, or 0 */
} am_incoming;

/* Empties it for the next answer; keeps some memory. */
void am_incoming_reset(am_incoming *incoming, const am_limits *limits);
/* Takes one header line with its end. The limits cover everything that one attempt receives, 1xx
 * included. False: stop receiving. */
bool am_incoming_header(am_incoming *incoming, const am_limits *limits, const char *line,
                        size_t size);
/* Takes bytes of the body, to keep them or, if save_fd is not -1, to write them there. False: as
 * above. */
bool am_incoming_body(am_incoming *incoming, const am_limits *limits, int save_fd,
                      const char *bytes, size_t size);
/* The value of a header of the last response, by name in any case, or NULL; *size is set to its
 * length.
 */
const char *am_incoming_find(const am_incoming *incoming, const char *name, size_t *size);
/* The same for the first of several names that is there (base/header.h). */
const char *am_incoming_find_any(const am_incoming *incoming, const char *const *names,
                                 size_t count, size_t *size);
/* True if the last response marks where its body ends other than by a length: chunks, HTTP/2. */
bool am_incoming_marks_end(const am_incoming *incoming);
/* The attempt that received it ended with a CURLcode and libcurl's words, in a buffer of that size.
 * Records what they say about the answer, and replaces the words by better ones, if there are any.
 * Returns the code, or the one that it should have been. */
int am_incoming_end(am_incoming *incoming, int curl, char *words, size_t room);
void am_incoming_free(am_incoming *incoming);

AM_END_HIDDEN
#endif
