/* SPDX-License-Identifier: MIT */
/* Reads a request body: pieces in order, files checked for change, base64 on the fly. */
#define _GNU_SOURCE
#include "engine/body.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"

enum {
    RAW_CHUNK = 24576,
    ENCODED_CHUNK = RAW_CHUNK / 3 * 4,
    WORTHWHILE = 1024 /* room that lets encoding skip a copy */
};

struct part {
    const unsigned char *data; /* NULL: the file, or what `read` reads */
    int fd;                    /* -1: no file */
    int64_t (*read)(void *user, int64_t offset, void *buffer, size_t size);
    void *user;
    bool base64;
    int64_t size; /* of the raw bytes */
    struct stat seen;
};

struct am_body {
    size_t count, current;
    int64_t at;          /* raw bytes read from the current part */
    size_t ready, taken; /* bytes in `chunk`, and how many of them were handed out */
    char *chunk;         /* of ENCODED_CHUNK bytes; NULL: all parts are plain bytes in memory */
    unsigned char *raw;  /* of RAW_CHUNK bytes, likewise */
    am_base64 base64;
    struct part parts[];
};

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static bool is_unchanged(const struct part *part)
{
    struct stat now;
    return part->fd < 0 || (fstat(part->fd, &now) == 0 && is_same(&now, &part->seen));
}

static void describe(const struct stat *file, char seen[AM_SEEN_SIZE])
{
    snprintf(seen, AM_SEEN_SIZE, "%jx:%jx:%jx:%jx.%lx:%jx.%lx", (uintmax_t)file->st_dev,
             (uintmax_t)file->st_ino, (uintmax_t)file->st_size, (uintmax_t)file->st_mtim.tv_sec,
             (unsigned long)file->st_mtim.tv_nsec, (uintmax_t)file->st_ctim.tv_sec,
             (unsigned long)file->st_ctim.tv_nsec);
}

static bool open_file(struct part *part, const am_piece *piece, char error[AM_ERROR_SIZE])
{
    const char *path = piece->path;
    char seen[AM_SEEN_SIZE];
    part->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO would wait for its writer */
    if (part->fd < 0 || fstat(part->fd, &part->seen) != 0) {
        snprintf(error, AM_ERROR_SIZE, "cannot read %.120s: %s", path, strerror(errno));
        return false;
    }
    if (!S_ISREG(part->seen.st_mode)) {
        snprintf(error, AM_ERROR_SIZE, "cannot send %.120s: it is not a regular file", path);
        return false;
    }
    describe(&part->seen, seen);
    if (piece->seen && strcmp(seen, piece->seen) != 0) {
        snprintf(error, AM_ERROR_SIZE,
                 "%.120s changed since it was first sent: restore it, "
                 "or check whether that mail was sent",
                 path);
        return false;
    }
    part->size = part->seen.st_size;
    return true;
}

am_body *am_body_open(const am_piece *pieces, size_t count, am_code *code,
                      char error[AM_ERROR_SIZE])
{
    bool has_base64 = false, is_plain = true;
    for (size_t i = 0; i < count; i++) {
        has_base64 |= pieces[i].base64;
        is_plain = is_plain && !pieces[i].base64 && !pieces[i].path && !pieces[i].read;
    }
    size_t fixed = sizeof(am_body) + count * sizeof(struct part);
    am_body *body = malloc(fixed + (is_plain ? 0 : ENCODED_CHUNK + RAW_CHUNK));
    *code = AM_NO_MEMORY;
    snprintf(error, AM_ERROR_SIZE, "out of memory");
    if (!body)
        return NULL;
    *code = AM_FILE;
    body->count = body->current = body->ready = body->taken = 0; /* the rest is large */
    body->at = 0;
    body->chunk = is_plain ? NULL : (char *)body + fixed;
    body->raw = is_plain ? NULL : (unsigned char *)body->chunk + ENCODED_CHUNK;
    if (has_base64)
        am_base64_init(&body->base64);
    for (size_t i = 0; i < count; i++) {
        struct part *part = &body->parts[body->count++];
        *part = (struct part){.fd = -1};
        part->base64 = pieces[i].base64;
        part->data = pieces[i].data;
        part->read = pieces[i].read;
        part->user = pieces[i].user;
        part->size = pieces[i].size < INT64_MAX ? (int64_t)pieces[i].size : INT64_MAX;
        if (pieces[i].path && !open_file(part, &pieces[i], error)) {
            am_body_close(body);
            return NULL;
        }
    }
    return body;
}

void am_body_close(am_body *body)
{
    if (!body)
        return;
    for (size_t i = 0; i < body->count; i++)
        if (body->parts[i].fd >= 0)
            close(body->parts[i].fd);
    free(body);
}

int64_t am_body_size(const am_body *body)
{
    int64_t size = 0;
    for (size_t i = 0; i < body->count; i++) {
        const struct part *part = &body->parts[i];
        if (part->size > INT64_MAX / 4 || size > INT64_MAX / 2)
            return INT64_MAX; /* a sparse file: the sum of sizes overflows */
        size += part->base64 ? (part->size + 2) / 3 * 4 : part->size;
    }
    return size;
}

bool am_body_seen(const am_body *body, size_t part, char seen[AM_SEEN_SIZE])
{
    if (part >= body->count || body->parts[part].fd < 0)
        return false;
    describe(&body->parts[part].seen, seen);
    return true;
}

bool am_body_rewind(am_body *body)
{
    body->current = body->ready = body->taken = 0;
    body->at = 0;
    for (size_t i = 0; i < body->count; i++)
        if (!is_unchanged(&body->parts[i]))
            return false;
    return true;
}

static bool is_memory(const struct part *part)
{
    return part->fd < 0 && !part->read;
}

static int64_t read_some(const struct part *part, int64_t at, void *to, size_t size)
{
    if (part->read)
        return part->read(part->user, at, to, size);
    ssize_t n;
    do
        n = pread(part->fd, to, size, (off_t)at);
    while (n < 0 && errno == EINTR);
    return n;
}

/* Reads exactly `size` bytes of a part at body->at. */
static bool read_raw(const struct part *part, int64_t at, void *to, size_t size)
{
    char *out = to;
    if (is_memory(part)) {
        memcpy(out, part->data + at, size);
        return true;
    }
    while (size > 0) {
        int64_t n = read_some(part, at, out, size);
        if (n <= 0 || n > (int64_t)size)
            return false; /* shorter than before, or unreadable */
        out += n;
        at += n;
        size -= (size_t)n;
    }
    return true;
}

/* Reads the next bytes of the current part: straight into `out` if it has enough room, or they are
 * only copied, else into the chunk. Returns the number of bytes put into `out`; -1: the file
 * failed. */
static int64_t take(am_body *body, char *out, size_t room)
{
    const struct part *part = &body->parts[body->current];
    bool direct = room >= WORTHWHILE || (is_memory(part) && !part->base64);
    char *to = direct ? out : body->chunk;
    size_t most = part->base64 ? room / 4 * 3 : room;
    if (!direct || most > RAW_CHUNK)
        most = RAW_CHUNK;
    int64_t left = part->size - body->at;
    size_t size = left < (int64_t)most ? (size_t)left : most, made = size;
    if (!part->base64) {
        if (!read_raw(part, body->at, to, size))
            return -1;
    } else if (is_memory(part)) {
        made = am_base64_encode(&body->base64, part->data + body->at, size, to);
    } else {
        if (!read_raw(part, body->at, body->raw, size))
            return -1;
        made = am_base64_encode(&body->base64, body->raw, size, to);
    }
    body->at += (int64_t)size;
    /* Checked after the last byte: this proves that the bytes read before were unchanged too. */
    if (body->at == part->size && !is_unchanged(part))
        return -1;
    if (direct)
        return (int64_t)made;
    body->taken = 0;
    body->ready = made;
    return 0;
}

int64_t am_body_read(am_body *body, char *out, size_t most)
{
    size_t done = 0;
    while (done < most && body->current < body->count) {
        if (body->taken < body->ready) {
            size_t left = body->ready - body->taken;
            size_t size = left < most - done ? left : most - done;
            memcpy(out + done, body->chunk + body->taken, size);
            body->taken += size;
            done += size;
        } else if (body->at < body->parts[body->current].size) {
            int64_t taken = take(body, out + done, most - done);
            if (taken < 0)
                return -1;
            done += (size_t)taken;
        } else {
            body->current++;
            body->at = 0;
        }
    }
    return (int64_t)done;
}
