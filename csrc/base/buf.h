/* SPDX-License-Identifier: MIT */
/* A byte buffer that cannot exist without a limit. */
#ifndef AM_BUF_H
#define AM_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

typedef enum am_buf_error { AM_BUF_FINE, AM_BUF_FULL, AM_BUF_NO_MEMORY } am_buf_error;

typedef struct am_buf {
    char *data; /* NULL while capacity is 0; else a NUL follows the size bytes */
    size_t size, capacity, limit;
    am_buf_error error; /* the first refusal since the last reset; sticky */
} am_buf;

/* Initialises an empty buffer with a limit in bytes; allocates nothing. */
void am_buf_init(am_buf *buf, size_t limit);
/* Adds all of the bytes, or adds none, sets error and returns false until the next reset. */
bool am_buf_append(am_buf *buf, const void *bytes, size_t size);
/* Room for `size` more bytes, which the caller writes and am_buf_wrote then adds; NULL: refused, as
 * by am_buf_append. */
char *am_buf_room(am_buf *buf, size_t size);
void am_buf_wrote(am_buf *buf, size_t size);
/* Empties the buffer and sets a new limit; keeps up to `keep` bytes of memory for the next use. */
void am_buf_reset(am_buf *buf, size_t limit, size_t keep);
/* The content as a C string; "" when empty. */
const char *am_buf_string(const am_buf *buf);
void am_buf_free(am_buf *buf);

AM_END_HIDDEN
#endif
