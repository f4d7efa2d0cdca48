/* SPDX-License-Identifier: MIT */
/* What an answer brings, kept within its limits: headers, and a body that is kept or saved. */
#ifndef AM_INCOMING_H
#define AM_INCOMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agentmail.h"
#include "base/buf.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* Where an answer is. A response with status 1xx comes before the one that answers. */
typedef enum am_stage { AM_BEFORE_HEAD, AM_IN_HEAD, AM_BEHIND_HEAD } am_stage;

typedef struct am_incoming {
    am_stage stage;
    am_buf headers; /* of the last response: lines, each with its CRLF */
    am_buf body;
    int header_count;      /* lines of all responses so far; of a head without any 1xx, and */
    int64_t header_bytes;  /* without its status line, the headers; their bytes likewise */
    int64_t received;      /* bytes of the body, kept or saved */
    const char *too_large; /* the limit that was broken, or NULL */
    const char *wrong;     /* what its head has wrong that libcurl lets pass, in words, or NULL */
    bool defect;           /* see am_incoming_end */
    int unsaved;           /* why the file could not be written: an errno, or 0 */
} am_incoming;

/* Empties it for the next answer; some memory stays for that. */
void am_incoming_reset(am_incoming *incoming, const am_limits *limits);
/* Takes one header line with its end. The limits bound all that one attempt brings, 1xx included.
 * False: no more is wanted. */
bool am_incoming_header(am_incoming *incoming, const am_limits *limits, const char *line,
                        size_t size);
/* Takes bytes of the body, to keep or, where save_fd is not -1, to write there. False likewise. */
bool am_incoming_body(am_incoming *incoming, const am_limits *limits, int save_fd,
                      const char *bytes, size_t size);
/* The value of a header of the last response, by name in any case, or NULL; *size gets its length.
 */
const char *am_incoming_find(const am_incoming *incoming, const char *name, size_t *size);
/* Whether the last response, apart from a length, marks where its body ends: chunks, HTTP/2. */
bool am_incoming_marks_end(const am_incoming *incoming);
/* The attempt that brought it ended with a CURLcode and libcurl's words, in a buffer with room for
 * so many: notes what these say of the answer, and puts better words there, if there are any. The
 * code, or the one that it should have been. */
int am_incoming_end(am_incoming *incoming, int curl, char *words, size_t room);
void am_incoming_free(am_incoming *incoming);

AM_END_HIDDEN
#endif
