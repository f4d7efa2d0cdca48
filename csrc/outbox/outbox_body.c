/* SPDX-License-Identifier: MIT */
/* Reading a body twice: for its fingerprint, then for the store, which checks it again if it may
 * have changed. */
#define _GNU_SOURCE
#include "outbox/outbox_body.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/siphash.h"

enum { BLOCK = 48 * 1024, GROUP = 3 };

struct am_outbox_body {
    const am_outbox_intent *intent;
    am_store_part *parts; /* one a piece */
    int *files;           /* -1: the piece is no file */
    am_store_body source;
    size_t opened;
    int64_t size;
    unsigned char fingerprint[AM_FINGERPRINT_SIZE];
    bool may_change; /* it is not all in memory */
    /* how far it has been read, and the digest of that, if one is wanted */
    size_t piece;
    int64_t at;
    bool digests;
    const unsigned char *secret;
    am_siphash digest;
    am_base64 *base64;          /* NULL: no piece is sent as base64 */
    unsigned char group[GROUP]; /* bytes that do not fill a group of base64 yet */
    size_t in_group;
};

/* ---- digest ---------------------------------------------------------------------------------- */

static void digest_as_base64(am_outbox_body *body, const unsigned char *bytes, size_t size)
{
    char text[(BLOCK + GROUP) / 3 * 4];
    while (body->in_group > 0 && size > 0) {
        body->group[body->in_group++] = *bytes++;
        size--;
        if (body->in_group < GROUP)
            continue;
        am_siphash_add(&body->digest, text,
                       am_base64_encode(body->base64, body->group, GROUP, text));
        body->in_group = 0;
    }
    while (size >= GROUP) {
        size_t some = size < BLOCK ? size - size % GROUP : BLOCK;
        am_siphash_add(&body->digest, text, am_base64_encode(body->base64, bytes, some, text));
        bytes += some;
        size -= some;
    }
    memcpy(body->group + body->in_group, bytes, size);
    body->in_group += size;
}

static void end_base64(am_outbox_body *body)
{
    char text[4];
    size_t size = body->in_group;
    body->in_group = 0;
    am_siphash_add(&body->digest, text, am_base64_encode(body->base64, body->group, size, text));
}

static void begin_digest(am_outbox_body *body)
{
    const am_outbox_intent *intent = body->intent;
    const char *head[] = {intent->method, intent->target, intent->content_type};
    am_siphash_init(&body->digest, body->secret);
    body->in_group = 0;
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++) /* with the NUL */
        am_siphash_add(&body->digest, head[i] ? head[i] : "", head[i] ? strlen(head[i]) + 1 : 1);
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool read_file(int fd, int64_t offset, char *to, size_t size)
{
    while (size > 0) {
        ssize_t got = pread(fd, to, size, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        to += got;
        offset += got;
        size -= (size_t)got;
    }
    return true;
}

static bool read_by(const am_piece *piece, int64_t offset, char *to, size_t size)
{
    while (size > 0) {
        int64_t got = piece->read(piece->user, offset, to, size);
        if (got < 1 || got > (int64_t)size)
            return false;
        to += got;
        offset += got;
        size -= (size_t)got;
    }
    return true;
}

/* Goes over pieces that have been read, and those of size 0. */
static void next_piece(am_outbox_body *body)
{
    while (body->piece < body->source.count && body->at == body->parts[body->piece].size) {
        if (body->digests && body->parts[body->piece].kind != 0)
            end_base64(body);
        body->piece++;
        body->at = 0;
    }
}

/* From the first byte on. */
static void begin(am_outbox_body *body, bool digests)
{
    body->piece = 0;
    body->at = 0;
    body->digests = digests;
    if (digests)
        begin_digest(body);
    next_piece(body);
}

/* Reads the next bytes, which are within one piece. */
static bool read_next(am_outbox_body *body, void *buffer, size_t size)
{
    const am_piece *piece = &body->intent->pieces[body->piece];
    bool done = true;
    if (body->files[body->piece] >= 0)
        done = read_file(body->files[body->piece], body->at, buffer, size);
    else if (piece->read)
        done = read_by(piece, body->at, buffer, size);
    else
        memcpy(buffer, (const char *)piece->data + body->at, size);
    if (!done)
        return false;
    body->at += (int64_t)size;
    if (body->digests && body->parts[body->piece].kind == 0)
        am_siphash_add(&body->digest, buffer, size);
    else if (body->digests)
        digest_as_base64(body, buffer, size);
    next_piece(body);
    return true;
}

/* The store's: reads the same bytes again, which must still be the same. */
static bool read_again(void *user, void *buffer, size_t size)
{
    am_outbox_body *body = user;
    unsigned char fingerprint[AM_FINGERPRINT_SIZE];
    if (body->piece == 0 && body->at == 0)
        begin(body, body->may_change);
    if (!read_next(body, buffer, size))
        return false;
    if (body->piece < body->source.count)
        return true;
    body->piece = 0; /* a store may have to begin again */
    if (!body->may_change)
        return true;
    am_siphash_end(&body->digest, fingerprint);
    return memcmp(fingerprint, body->fingerprint, AM_FINGERPRINT_SIZE) == 0;
}

/* ---- opening --------------------------------------------------------------------------------- */

static bool open_file(am_outbox_body *body, size_t i, char error[AM_ERROR_SIZE])
{
    struct stat info;
    const char *path = body->intent->pieces[i].path;
    body->files[i] = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    body->may_change = true;
    if (body->files[i] < 0 || fstat(body->files[i], &info) != 0) {
        snprintf(error, AM_ERROR_SIZE, "%s cannot be read: %s", path, strerror(errno));
        return false;
    }
    if (!S_ISREG(info.st_mode)) {
        snprintf(error, AM_ERROR_SIZE, "%s cannot be sent: it is not a regular file", path);
        return false;
    }
    body->parts[i].size = (int64_t)info.st_size;
    return true;
}

static bool open_pieces(am_outbox_body *body, char error[AM_ERROR_SIZE])
{
    for (size_t i = 0; i < body->source.count; i++) {
        const am_piece *piece = &body->intent->pieces[i];
        body->parts[i] = (am_store_part){.size = (int64_t)piece->size, .kind = piece->base64};
        body->files[i] = -1;
        body->opened = i + 1;
        body->may_change |= piece->read != NULL;
        if (piece->path && !open_file(body, i, error))
            return false;
        body->size += body->parts[i].size;
    }
    return true;
}

/* Reads all of it, for the fingerprint. */
static bool read_all(am_outbox_body *body, bool *is_file, char error[AM_ERROR_SIZE])
{
    char buffer[BLOCK];
    bool done = true;
    begin(body, true);
    while (done && body->piece < body->source.count) {
        int64_t left = body->parts[body->piece].size - body->at;
        const char *path = body->intent->pieces[body->piece].path;
        done = read_next(body, buffer, left < BLOCK ? (size_t)left : BLOCK);
        *is_file = !done;
        if (!done)
            snprintf(error, AM_ERROR_SIZE, "%s cannot be read", path ? path : "the body");
    }
    am_siphash_end(&body->digest, body->fingerprint);
    body->piece = 0;
    body->at = 0;
    return done;
}

static am_outbox_body *no_memory(char error[AM_ERROR_SIZE])
{
    snprintf(error, AM_ERROR_SIZE, "out of memory");
    return NULL;
}

am_outbox_body *am_outbox_body_new(const am_outbox_intent *intent,
                                   const unsigned char secret[AM_STORE_SECRET_SIZE], bool *is_file,
                                   char error[AM_ERROR_SIZE])
{
    size_t count = intent->piece_count;
    am_outbox_body *body = calloc(1, sizeof *body);
    *is_file = false;
    if (!body)
        return no_memory(error);
    body->intent = intent;
    body->secret = secret;
    body->parts = calloc(count + 1, sizeof *body->parts);
    body->files = calloc(count + 1, sizeof *body->files);
    body->source = (am_store_body){body->parts, count, read_again, body};
    bool has_base64 = false;
    for (size_t i = 0; i < count; i++)
        has_base64 |= intent->pieces[i].base64;
    body->base64 = has_base64 ? malloc(sizeof *body->base64) : NULL;
    if (body->base64)
        am_base64_init(body->base64);
    if (body->parts && body->files && (body->base64 || !has_base64)) {
        if (!open_pieces(body, error))
            *is_file = true;
        else if (read_all(body, is_file, error))
            return body;
    }
    am_outbox_body_free(body);
    return *is_file ? NULL : no_memory(error);
}

void am_outbox_body_free(am_outbox_body *body)
{
    if (!body)
        return;
    for (size_t i = 0; i < body->opened; i++)
        if (body->files[i] >= 0)
            close(body->files[i]);
    free(body->base64);
    free(body->files);
    free(body->parts);
    free(body);
}

const unsigned char *am_outbox_body_fingerprint(const am_outbox_body *body)
{
    return body->fingerprint;
}

int64_t am_outbox_body_size(const am_outbox_body *body)
{
    return body->size;
}

bool am_outbox_body_has_string(const am_outbox_body *body, const char *text)
{
    char quoted[AM_OUTBOX_LABEL_SIZE + 2];
    int size = snprintf(quoted, sizeof quoted, "\"%s\"", text);
    for (size_t i = 0; i < body->source.count; i++) {
        const am_piece *piece = &body->intent->pieces[i];
        if (piece->data && !piece->path && !piece->read && !piece->base64 &&
            memmem(piece->data, piece->size, quoted, (size_t)size))
            return true;
    }
    return false;
}

char *am_outbox_body_copy(const am_outbox_body *body)
{
    enum { MOST = 64 * 1024 };
    if (body->may_change || body->base64 || body->size == 0 || body->size > MOST)
        return NULL;
    char *copy = malloc((size_t)body->size), *to = copy;
    for (size_t i = 0; copy && i < body->source.count; i++) {
        const am_piece *piece = &body->intent->pieces[i];
        if (piece->size > 0)
            memcpy(to, piece->data, piece->size);
        to += piece->size;
    }
    return copy;
}

const am_store_body *am_outbox_body_source(am_outbox_body *body)
{
    body->piece = 0;
    body->at = 0;
    return body->size > 0 ? &body->source : NULL;
}
