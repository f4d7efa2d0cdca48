/* SPDX-License-Identifier: MIT */
/* SipHash-2-4-128, as its authors published it (Aumasson and Bernstein, 2012). */
#define _DEFAULT_SOURCE
#include "base/siphash.h"

#include <endian.h>
#include <string.h>

static uint64_t rotate(uint64_t word, unsigned by)
{
    return word << by | word >> (64 - by);
}

static uint64_t read_word(const unsigned char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return le64toh(word);
}

static void write_word(unsigned char *bytes, uint64_t word)
{
    word = htole64(word);
    memcpy(bytes, &word, sizeof word);
}

static void mix(uint64_t v[4], int rounds)
{
    uint64_t a = v[0], b = v[1], c = v[2], d = v[3];
    while (rounds-- > 0) {
        a += b;
        b = rotate(b, 13) ^ a;
        a = rotate(a, 32);
        c += d;
        d = rotate(d, 16) ^ c;
        a += d;
        d = rotate(d, 21) ^ a;
        c += b;
        b = rotate(b, 17) ^ c;
        c = rotate(c, 32);
    }
    v[0] = a;
    v[1] = b;
    v[2] = c;
    v[3] = d;
}

static void take_word(am_siphash *hash, uint64_t word)
{
    hash->v[3] ^= word;
    mix(hash->v, 2);
    hash->v[0] ^= word;
}

void am_siphash_init(am_siphash *hash, const unsigned char key[AM_SIPHASH_KEY_SIZE])
{
    uint64_t low = read_word(key), high = read_word(key + 8);
    *hash = (am_siphash){
        .v = {low ^ UINT64_C(0x736f6d6570736575), high ^ UINT64_C(0x646f72616e646f6d) ^ 0xee,
              low ^ UINT64_C(0x6c7967656e657261), high ^ UINT64_C(0x7465646279746573)}};
}

void am_siphash_add(am_siphash *hash, const void *bytes, size_t size)
{
    const unsigned char *from = bytes;
    size_t in_rest = hash->size % 8;
    hash->size += size;
    if (in_rest > 0) {
        size_t some = size < 8 - in_rest ? size : 8 - in_rest;
        memcpy(hash->rest + in_rest, from, some);
        if (in_rest + some < 8)
            return;
        take_word(hash, read_word(hash->rest));
        from += some;
        size -= some;
    }
    for (; size >= 8; from += 8, size -= 8)
        take_word(hash, read_word(from));
    if (size > 0)
        memcpy(hash->rest, from, size);
}

void am_siphash_end(am_siphash *hash, unsigned char digest[AM_SIPHASH_SIZE])
{
    size_t in_rest = hash->size % 8;
    memset(hash->rest + in_rest, 0, 8 - in_rest);
    take_word(hash, read_word(hash->rest) | hash->size << 56);
    hash->v[2] ^= 0xee;
    mix(hash->v, 4);
    write_word(digest, hash->v[0] ^ hash->v[1] ^ hash->v[2] ^ hash->v[3]);
    hash->v[1] ^= 0xdd;
    mix(hash->v, 4);
    write_word(digest + 8, hash->v[0] ^ hash->v[1] ^ hash->v[2] ^ hash->v[3]);
}
