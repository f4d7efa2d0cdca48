/* SPDX-License-Identifier: MIT */
/* Base64, twelve bits at a time. */
#include "base/base64.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void am_base64_init(am_base64 *base64)
{
    for (unsigned i = 0; i < AM_BASE64_PAIRS; i++) {
        base64->pairs[i][0] = alphabet[i >> 6];
        base64->pairs[i][1] = alphabet[i & 63];
    }
}

static void put_four(const am_base64 *base64, unsigned bits, char *out)
{
    memcpy(out, base64->pairs[bits >> 12], 2);
    memcpy(out + 2, base64->pairs[bits & 4095], 2);
}

size_t am_base64_encode(const am_base64 *base64, const unsigned char *bytes, size_t size, char *out)
{
    char *at = out;
    for (; size >= 3; size -= 3, bytes += 3, at += 4)
        put_four(base64, (unsigned)bytes[0] << 16 | (unsigned)bytes[1] << 8 | bytes[2], at);
    if (size > 0) {
        put_four(base64, (unsigned)bytes[0] << 16 | (size > 1 ? (unsigned)bytes[1] << 8 : 0), at);
        memset(at + size + 1, '=', 3 - size);
        at += 4;
    }
    return (size_t)(at - out);
}
