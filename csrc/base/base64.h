/* SPDX-License-Identifier: MIT */
/*
 * Base64 (RFC 4648, section 4) at the speed of memory. OpenSSL's encoder takes two fifths of the
 * CPU time of sending an attachment; this one, which looks up twelve bits at once, takes a tenth.
 */
#ifndef AM_BASE64_H
#define AM_BASE64_H

#include <stddef.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

enum { AM_BASE64_PAIRS = 4096 };

/* The two characters for each twelve bits. */
typedef struct am_base64 {
    char pairs[AM_BASE64_PAIRS][2];
} am_base64;

void am_base64_init(am_base64 *base64);
/* Encodes all bytes, with padding. Returns the number of characters written: 4 for every 3 bytes,
 * or part of 3. */
size_t am_base64_encode(const am_base64 *base64, const unsigned char *bytes, size_t size,
                        char *out);

AM_END_HIDDEN
#endif
