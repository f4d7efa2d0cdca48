/* SPDX-License-Identifier: MIT */
/* What is written of a request: its target, and its body as text with files in it. */
#ifndef AM_WRITTEN_H
#define AM_WRITTEN_H

#include "agentmail.h"
#include "base/buf.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* A file, or bytes, that go into the body as base64 at a place in its text. */
typedef struct am_file {
    size_t at;
    bool is_path;    /* else the bytes themselves */
    am_bytes bytes;  /* the arguments' */
    unsigned name;   /* of the field whose list it is in */
    size_t position; /* there, from 1 */
} am_file;

typedef struct am_written {
    am_buf target, body; /* a body of size 0: none */
    am_file *files;
    size_t file_count, file_capacity;
    am_buf scratch;
} am_written;

/* Empty, with a limit for each of target and body. */
void am_written_init(am_written *written, size_t limit);
/* Empty again, for the next request; keeps memory up to `keep` bytes. */
void am_written_reset(am_written *written, size_t keep);
void am_written_free(am_written *written);
/* The body in pieces, which point into it and into the arguments; 2 * file_count + 1 at most. */
size_t am_written_pieces(const am_written *written, am_piece *pieces);

AM_END_HIDDEN
#endif
