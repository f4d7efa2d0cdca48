/* SPDX-License-Identifier: MIT */
/* Keys, beside what agentmail.h says of them: where one is wrong, and how a request is told from
 * another. Pure: random bytes are arguments. */
#ifndef AM_KEY_H
#define AM_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "agentmail.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

enum { AM_DIGEST_SIZE = 65 }; /* SHA-256 in hexadecimal, with the NUL */

/* The index of the first character outside A-Z a-z 0-9 - . _ ~, or size if there is none. */
size_t am_key_span(const char *key, size_t size);
/* SHA-256 in hexadecimal. False: libcrypto failed. */
bool am_sha256(const void *data, size_t size, char digest[AM_DIGEST_SIZE]);
/* A digest of all that makes a request this one: method, target, content type and body. */
bool am_fingerprint(const char *method, const char *target, const char *content_type,
                    const void *body, size_t size, char digest[AM_DIGEST_SIZE]);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
