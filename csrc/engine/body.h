/* SPDX-License-Identifier: MIT */
/*
 * A request body made of pieces: bytes, files and what the caller reads, plain or as base64, as one
 * stream that is the same on every attempt. Memory use does not depend on its size. A file that
 * changed since the body was opened is an error; it never becomes a different mail.
 */
#ifndef AM_BODY_H
#define AM_BODY_H

#include <sys/stat.h>

#include "agentmail.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

typedef struct am_body am_body;

/* Opens the files of the pieces, whose bytes must outlive the body. NULL: code and error say
 * why. */
am_body *am_body_open(const am_piece *pieces, size_t count, am_code *code,
                      char error[AM_ERROR_SIZE]);
void am_body_close(am_body *body);
/* The length of the whole stream in bytes. */
int64_t am_body_size(const am_body *body);
/* Rewinds to the first byte. False: a file changed. */
bool am_body_rewind(am_body *body);
/* Identifies the file of a part; false: it is not a file. */
bool am_body_seen(const am_body *body, size_t part, char seen[AM_SEEN_SIZE]);
/* Reads up to `most` bytes; 0: the end; -1: a file changed or could not be read. */
int64_t am_body_read(am_body *body, char *out, size_t most);

AM_END_HIDDEN
#endif
