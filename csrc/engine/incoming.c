/* SPDX-License-Identifier: MIT */
/* Taking in an answer, piece by piece, up to its limits. */
#define _GNU_SOURCE
#include "engine/incoming.h"

#include <string.h>
#include <strings.h>

#include "base/header.h"
#include "base/save.h"

enum { KEPT = 65536 }; /* bytes of memory that stay for the next answer */

/* A limit may be more than this machine can address. */
static size_t memory(int64_t limit)
{
    return limit < PTRDIFF_MAX ? (size_t)limit : PTRDIFF_MAX;
}

void am_incoming_reset(am_incoming *incoming, const am_limits *limits)
{
    incoming->header_count = 0;
    incoming->received = 0;
    incoming->too_large = NULL;
    incoming->unsaved = false;
    am_buf_reset(&incoming->headers, memory(limits->header_bytes), KEPT);
    am_buf_reset(&incoming->body, memory(limits->response_bytes), KEPT);
}

bool am_incoming_header(am_incoming *incoming, const am_limits *limits, const char *line,
                        size_t size)
{
    bool is_end = size <= 2;                         /* the empty line */
    if (size > 5 && memcmp(line, "HTTP/", 5) == 0) { /* a further response: forget the 1xx */
        incoming->header_count = 0;
        am_buf_reset(&incoming->headers, memory(limits->header_bytes), KEPT);
    }
    if (!is_end && incoming->header_count++ > limits->header_count) { /* > : the status line */
        incoming->too_large = "header_count";
        return false;
    }
    if (am_buf_append(&incoming->headers, line, size))
        return true;
    if (incoming->headers.error == AM_BUF_FULL)
        incoming->too_large = "header_bytes";
    return false;
}

bool am_incoming_body(am_incoming *incoming, const am_limits *limits, int save_fd,
                      const char *bytes, size_t size)
{
    incoming->received += (int64_t)size;
    if (save_fd <= 0) {
        if (am_buf_append(&incoming->body, bytes, size))
            return true;
        if (incoming->body.error == AM_BUF_FULL)
            incoming->too_large = "response_bytes";
        return false;
    }
    if (incoming->received > limits->download_bytes)
        incoming->too_large = "download_bytes";
    else
        incoming->unsaved = !am_save_bytes(save_fd, bytes, size);
    return !incoming->too_large && !incoming->unsaved;
}

const char *am_incoming_find(const am_incoming *incoming, const char *name, size_t *size)
{
    const am_buf *headers = &incoming->headers;
    return am_header_find(am_buf_string(headers), headers->size, name, size);
}

bool am_incoming_marks_end(const am_incoming *incoming)
{
    static const char chunked[] = "chunked"; /* the last coding, RFC 9112, section 6.1 */
    size_t size, length = sizeof chunked - 1;
    const char *value = am_incoming_find(incoming, "transfer-encoding", &size);
    return (value && size >= length && strncasecmp(value + size - length, chunked, length) == 0) ||
           strncmp(am_buf_string(&incoming->headers), "HTTP/2", 6) == 0;
}

void am_incoming_free(am_incoming *incoming)
{
    am_buf_free(&incoming->headers);
    am_buf_free(&incoming->body);
}
