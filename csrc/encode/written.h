/* SPDX-License-Identifier: MIT */
/* A request as the encoder writes it: its target, and its body as text with files in it. */
#ifndef AM_WRITTEN_H
#define AM_WRITTEN_H

#include "agentmail.h"
#include "base/buf.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* A file or bytes, inserted into the body's text as base64. */
typedef struct am_file {
    size_t at;
    bool is_path;    /* else the bytes themselves */
    am_bytes bytes;  /* belong to the arguments */
    unsigned name;   /* the field whose list holds it */
    size_t position; /* in that list, from 1 */
} am_file;

typedef struct am_written {
    am_buf target, body; /* body of size 0: none */
    am_file *files;
    size_t file_count, file_capacity;
    am_buf scratch;
} am_written;

/* Makes it empty; target and body each have the limit. */
void am_written_init(am_written *written, size_t limit);
/* Empties it for the next request; keeps up to `keep` bytes of memory. */
void am_written_reset(am_written *written, size_t keep);
void am_written_free(am_written *written);
/* The body's pieces, which point into it and the arguments; at most 2 * file_count + 1. */
size_t am_written_pieces(const am_written *written, am_piece *pieces);

AM_END_HIDDEN
#endif
