/* SPDX-License-Identifier: MIT */
/* SipHash-2-4 with 128 bits: a digest under a secret key. Without the key nobody can find two texts
 * with the same digest, and none is found by chance; it costs an eighth of a SHA-256. */
#ifndef AM_SIPHASH_H
#define AM_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

enum { AM_SIPHASH_KEY_SIZE = 16, AM_SIPHASH_SIZE = 16 };

typedef struct am_siphash {
    uint64_t v[4];
    uint64_t size;         /* bytes so far */
    unsigned char rest[8]; /* those that do not fill a word yet */
} am_siphash;

void am_siphash_init(am_siphash *hash, const unsigned char key[AM_SIPHASH_KEY_SIZE]);
void am_siphash_add(am_siphash *hash, const void *bytes, size_t size);
/* The digest of all that was added; then it is used up. */
void am_siphash_end(am_siphash *hash, unsigned char digest[AM_SIPHASH_SIZE]);

AM_END_HIDDEN
#endif
