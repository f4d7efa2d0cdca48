/* SPDX-License-Identifier: MIT */
/* Keys, beyond what agentmail.h declares: the position of a bad character, and the digest of a long
 * key. Pure: random bytes are arguments. */
#ifndef AM_KEY_H
#define AM_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "agentmail.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

enum {
    AM_DIGEST_SIZE = 65,     /* SHA-256 in hexadecimal, with the NUL */
    AM_VISIBLE_KEY_MAX = 128 /* length limit of a key of visible ASCII, by the service's rule */
};

/* The index of the first character outside A-Z a-z 0-9 - . _ ~, or size if there is none. */
size_t am_key_span(const char *key, size_t size);
/* The index of the first character that is not visible ASCII, or size if there is none. */
size_t am_key_visible_span(const char *key, size_t size);
/* True if this may be the Idempotency-Key of a delete: 1 to 128 of visible ASCII. */
bool am_key_is_visible(const char *key, size_t size);
/* SHA-256 in hexadecimal. False: libcrypto failed. */
bool am_sha256(const void *data, size_t size, char digest[AM_DIGEST_SIZE]);

AM_END_HIDDEN
#endif
