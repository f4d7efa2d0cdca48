/* SPDX-License-Identifier: MIT */
/* Receives an answer, piece by piece, within its limits. */
#define _GNU_SOURCE
#include "engine/incoming.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/header.h"
#include "base/save.h"
#include "retry/attempt.h"

enum {
    KEPT = 65536,             /* bytes of memory kept for the next answer */
    LONGEST_LINE = 100 * 1024 /* of a head, libcurl's own limit */
};

/* A limit may exceed what this machine can address. */
static size_t memory(int64_t limit)
{
    return limit < PTRDIFF_MAX ? (size_t)limit : PTRDIFF_MAX;
}

void am_incoming_reset(am_incoming *incoming, const am_limits *limits)
{
    incoming->stage = AM_BEFORE_HEAD;
    incoming->header_count = 0;
    incoming->header_bytes = incoming->received = 0;
    incoming->too_large = NULL;
    incoming->wrong = NULL;
    incoming->defect = false;
    incoming->unsaved = 0;
    am_buf_reset(&incoming->headers, memory(limits->header_bytes), KEPT);
    am_buf_reset(&incoming->body, memory(limits->response_bytes), KEPT);
}

/* ---- headers --------------------------------------------------------------------------------- */

/* The code in the status line, and what follows it. libcurl accepts several blanks before it, or a
 * tab, depending on its version. */
static const char *status_code(const am_incoming *incoming)
{
    static const char blanks[] = " \t";
    const char *at = am_buf_string(&incoming->headers);
    at += strspn(at, blanks);
    at += strcspn(at, blanks);
    return at + strspn(at, blanks);
}

/* All lengths in a head must be the same (RFC 9110, section 8.6): libcurl uses the last one, and
 * takes the bytes behind it for the next answer. */
static void note_length(am_incoming *incoming, const char *line, size_t size)
{
    static const char name[] = "content-length";
    size_t value_size;
    if (size < sizeof name || line[sizeof name - 1] != ':') /* most lines */
        return;
    const char *value = am_header_find(line, size, name, &value_size);
    if (!value)
        return;
    const char *known = am_buf_string(&incoming->headers) + incoming->length_at;
    bool again = incoming->length_at > 0;
    if (memchr(value, ',', value_size) ||
        (again && (value_size != incoming->length_size || memcmp(value, known, value_size) != 0)))
        incoming->lengths_differ = true;
    incoming->length_at = incoming->headers.size + (size_t)(value - line);
    incoming->length_size = value_size;
}

/* What is wrong with the head; NULL: nothing. */
static const char *head_problem(const am_incoming *incoming, const char *status)
{
    if (strspn(status, "0123456789") != 3) /* libcurl 8 reads 2000 as 200 */
        return "the status of the answer is not a three-digit number";
    return incoming->lengths_differ ? "the answer has two different lengths in Content-Length"
                                    : NULL;
}

static bool end_head(am_incoming *incoming)
{
    if (incoming->stage != AM_IN_HEAD)
        return true;
    const char *status = status_code(incoming);
    incoming->wrong = head_problem(incoming, status);
    if (incoming->wrong)
        return false;
    /* After a 1xx the final answer is still to come. */
    incoming->stage = status[0] == '1' ? AM_BEFORE_HEAD : AM_BEHIND_HEAD;
    return true;
}

bool am_incoming_header(am_incoming *incoming, const am_limits *limits, const char *line,
                        size_t size)
{
    bool is_end = size <= 2; /* the empty line */
    if (incoming->stage == AM_BEFORE_HEAD) {
        am_buf_reset(&incoming->headers, memory(limits->header_bytes), KEPT);
        incoming->stage = AM_IN_HEAD;
        incoming->length_at = 0;
        incoming->lengths_differ = false;
    }
    incoming->header_bytes += (int64_t)size;
    if (!is_end && incoming->header_count++ > limits->header_count) /* > : the status line */
        incoming->too_large = "header_count";
    else if (incoming->header_bytes > limits->header_bytes)
        incoming->too_large = "header_bytes";
    if (incoming->too_large)
        return false;
    note_length(incoming, line, size);
    return am_buf_append(&incoming->headers, line, size) && (!is_end || end_head(incoming));
}

/* ---- body ------------------------------------------------------------------------------------ */

bool am_incoming_body(am_incoming *incoming, const am_limits *limits, int save_fd,
                      const char *bytes, size_t size)
{
    incoming->received += (int64_t)size;
    if (save_fd < 0) {
        if (am_buf_append(&incoming->body, bytes, size))
            return true;
        if (incoming->body.error == AM_BUF_FULL)
            incoming->too_large = "response_bytes";
        return false;
    }
    if (incoming->received > limits->download_bytes)
        incoming->too_large = "download_bytes";
    else if (!am_save_bytes(save_fd, bytes, size))
        incoming->unsaved = errno;
    return !incoming->too_large && !incoming->unsaved;
}

const char *am_incoming_find_any(const am_incoming *incoming, const char *const *names,
                                 size_t count, size_t *size)
{
    const am_buf *headers = &incoming->headers;
    return am_header_find_any(am_buf_string(headers), headers->size, names, count, size);
}

const char *am_incoming_find(const am_incoming *incoming, const char *name, size_t *size)
{
    return am_incoming_find_any(incoming, &name, 1, size);
}

bool am_incoming_marks_end(const am_incoming *incoming)
{
    static const char chunked[] = "chunked"; /* the last coding, RFC 9112, section 6.1 */
    size_t size, length = sizeof chunked - 1;
    const char *value = am_incoming_find(incoming, "transfer-encoding", &size);
    return (value && size >= length && strncasecmp(value + size - length, chunked, length) == 0) ||
           strncmp(am_buf_string(&incoming->headers), "HTTP/2", 6) == 0;
}

/* ---- the end --------------------------------------------------------------------------------- */

/* libcurl's own limits for a head. It has a code for them since 8.6; earlier versions report a line
 * that is too long as "out of memory". */
static bool is_above_libcurls(const am_incoming *incoming, int curl, const char *words)
{
    if (curl == AM_CURL_TOO_LARGE || (curl == AM_CURL_RECEIVE && strstr(words, "response headers")))
        return true;
    if (curl != AM_CURL_NO_MEMORY || incoming->stage == AM_BEHIND_HEAD)
        return false;
    void *volatile probe = malloc(LONGEST_LINE);
    free(probe);
    return probe != NULL;
}

/* What is wrong with the answer, in our words or else libcurl's; NULL: nothing known. The errno
 * does not help: it may come from a first address that refused. */
static const char *defect_of(const am_incoming *incoming, int curl, const char *words)
{
    if (incoming->wrong)
        return incoming->wrong;
    if (curl == AM_CURL_WRITE) /* and it was no limit or file of ours: those were checked before */
        return "the answer continues after the end of its gzip data";
    return curl == AM_CURL_RECEIVE && strstr(words, "chunk") ? words : NULL;
}

int am_incoming_end(am_incoming *incoming, int curl, char *words, size_t room)
{
    if (curl == AM_CURL_OK) /* words about a send that libcurl repeated by itself */
        words[0] = '\0';
    if (incoming->headers.error == AM_BUF_NO_MEMORY || incoming->body.error == AM_BUF_NO_MEMORY)
        return AM_CURL_NO_MEMORY;
    if (!incoming->too_large && is_above_libcurls(incoming, curl, words))
        incoming->too_large = "header_bytes";
    if (incoming->too_large)
        snprintf(words, room, "the answer is above the limit %s", incoming->too_large);
    if (incoming->too_large || incoming->unsaved)
        return curl;
    const char *better = defect_of(incoming, curl, words);
    incoming->defect = better != NULL;
    if (incoming->stage == AM_IN_HEAD && (curl == AM_CURL_OK || curl == AM_CURL_PARTIAL))
        better = "the connection was closed inside the headers of the answer";
    if (curl == AM_CURL_BAD_ENCODING && !words[0])
        better = "the answer has a content encoding that was not requested";
    if (better && better != words)
        snprintf(words, room, "%s", better);
    return curl;
}

void am_incoming_free(am_incoming *incoming)
{
    am_buf_free(&incoming->headers);
    am_buf_free(&incoming->body);
}
