/* SPDX-License-Identifier: MIT */
/* The byte buffer: grows by doubling, up to its limit. */
#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

void am_buf_init(am_buf *buf, size_t limit)
{
    *buf = (am_buf){.limit = limit};
}

static bool refuse(am_buf *buf, am_buf_error error)
{
    buf->error = error;
    return false;
}

/* Makes room for `size` bytes and the NUL; doubles, so that appending stays linear. */
static bool reserve(am_buf *buf, size_t size)
{
    if (size < buf->capacity)
        return true;
    size_t capacity = buf->capacity ? buf->capacity : FIRST_CAPACITY;
    while (capacity <= size) {
        if (capacity > (size_t)-1 / 2)
            return refuse(buf, AM_BUF_NO_MEMORY);
        capacity *= 2;
    }
    char *data = realloc(buf->data, capacity);
    if (!data)
        return refuse(buf, AM_BUF_NO_MEMORY);
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

char *am_buf_room(am_buf *buf, size_t size)
{
    if (buf->error)
        return NULL;
    if (size > buf->limit || buf->size > buf->limit - size) {
        refuse(buf, AM_BUF_FULL);
        return NULL;
    }
    return reserve(buf, buf->size + size) ? buf->data + buf->size : NULL;
}

void am_buf_wrote(am_buf *buf, size_t size)
{
    buf->size += size;
    buf->data[buf->size] = '\0';
}

bool am_buf_append(am_buf *buf, const void *bytes, size_t size)
{
    char *room = am_buf_room(buf, size);
    if (!room)
        return false;
    if (size)
        memcpy(room, bytes, size);
    am_buf_wrote(buf, size);
    return true;
}

void am_buf_reset(am_buf *buf, size_t limit, size_t keep)
{
    if (buf->capacity > keep) {
        free(buf->data);
        buf->data = NULL;
        buf->capacity = 0;
    }
    buf->size = 0;
    buf->limit = limit;
    buf->error = AM_BUF_FINE;
    if (buf->data)
        buf->data[0] = '\0';
}

const char *am_buf_string(const am_buf *buf)
{
    return buf->data ? buf->data : "";
}

void am_buf_free(am_buf *buf)
{
    free(buf->data);
    am_buf_init(buf, 0);
}
