/* SPDX-License-Identifier: MIT */
/*
 * Keys: what a client_id and an Idempotency-Key may be, how one is made, how a request is told
 * from another. Pure: random bytes are arguments.
 */
#ifndef AM_KEY_H
#define AM_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

enum {
    AM_KEY_MAX = 256,   /* characters of a key, by the service's rule */
    AM_UUID_SIZE = 37,  /* with the NUL */
    AM_DIGEST_SIZE = 65 /* SHA-256 in hexadecimal, with the NUL */
};

typedef struct am_bytes {
    const char *data;
    size_t size;
} am_bytes;

/* The index of the first character outside A-Z a-z 0-9 - . _ ~, or size if there is none. */
size_t am_key_span(const char *key, size_t size);
/* Whether this may be a client_id or an Idempotency-Key: 1 to 256 characters of the alphabet. */
bool am_key_is_valid(const char *key, size_t size);

/* A version 4 UUID (RFC 9562, section 5.4) of 16 random bytes. */
void am_key_uuid(const unsigned char random[16], char uuid[AM_UUID_SIZE]);

/* One key of several parts, the same parts always giving the same key and different parts a
 * different one. FROZEN: a key made by one version is looked for by the next.
 * Plain form: the parts joined by "-", when every part is non-empty, holds only A-Z a-z 0-9 . _ ~
 * and the whole neither exceeds 256 characters nor begins with "am1.". Otherwise "am1." and the
 * SHA-256, in hexadecimal, of each part as its decimal length, ":" and its bytes.
 * False: out of memory in libcrypto. */
bool am_key_join(const am_bytes *parts, size_t count, char key[AM_KEY_MAX + 1]);

/* SHA-256 in hexadecimal. False: libcrypto failed. */
bool am_sha256(const void *data, size_t size, char digest[AM_DIGEST_SIZE]);
/* A digest of all that makes a request this one: method, target, content type and body. */
bool am_fingerprint(const char *method, const char *target, const char *content_type,
                    const void *body, size_t size, char digest[AM_DIGEST_SIZE]);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
