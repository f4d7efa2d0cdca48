/* SPDX-License-Identifier: MIT */
/* Keys: their alphabet, UUIDs, joining parts, SHA-256. */
#include "retry/key.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>

#define HASHED_PREFIX "am1."

/* A-Z a-z 0-9 - . _ ~: a bit for each character. */
static bool is_key_char(char c)
{
    static const uint32_t set[8] = {0, 0x03ff6000, 0x87fffffe, 0x47fffffe};
    unsigned char byte = (unsigned char)c;
    return set[byte / 32] >> byte % 32 & 1;
}

size_t am_key_span(const char *key, size_t size)
{
    size_t span = 0;
    while (span < size && is_key_char(key[span]))
        span++;
    return span;
}

bool am_key_is_valid(const char *key, size_t size)
{
    return size >= 1 && size <= AM_KEY_MAX && am_key_span(key, size) == size;
}

size_t am_key_visible_span(const char *key, size_t size)
{
    size_t span = 0;
    while (span < size && key[span] > ' ' && key[span] <= '~')
        span++;
    return span;
}

bool am_key_is_visible(const char *key, size_t size)
{
    return size >= 1 && size <= AM_VISIBLE_KEY_MAX && am_key_visible_span(key, size) == size;
}

static const char hex_digits[] = "0123456789abcdef";

static char *put_hex(char *out, unsigned char byte)
{
    *out++ = hex_digits[byte >> 4];
    *out++ = hex_digits[byte & 15];
    return out;
}

void am_key_uuid(const unsigned char random[16], char uuid[AM_UUID_SIZE])
{
    char *out = uuid;
    for (size_t i = 0; i < 16; i++) {
        unsigned char byte = random[i];
        if (i == 6)
            byte = (unsigned char)((byte & 0x0f) | 0x40);
        else if (i == 8)
            byte = (unsigned char)((byte & 0x3f) | 0x80);
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        out = put_hex(out, byte);
    }
    *out = '\0';
}

/* Writes a number in decimal, and a colon; returns what is behind it. */
static char *put_size(char *out, size_t size)
{
    char digits[24];
    size_t count = 0;
    do
        digits[count++] = (char)('0' + size % 10);
    while ((size /= 10) > 0);
    while (count > 0)
        *out++ = digits[--count];
    *out++ = ':';
    return out;
}

/* Digests the parts, each preceded by its length, so that no two lists give the same input. */
static bool digest_parts(const am_bytes *parts, size_t count, char digest[AM_DIGEST_SIZE])
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned int hash_size = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;
    for (size_t i = 0; ok && i < count; i++) {
        char length[24];
        size_t size = (size_t)(put_size(length, parts[i].size) - length);
        ok = EVP_DigestUpdate(context, length, size) == 1 &&
             EVP_DigestUpdate(context, parts[i].data, parts[i].size) == 1;
    }
    ok = ok && EVP_DigestFinal_ex(context, hash, &hash_size) == 1;
    EVP_MD_CTX_free(context);
    char *out = digest;
    for (unsigned int i = 0; ok && i < hash_size; i++)
        out = put_hex(out, hash[i]);
    *out = '\0';
    return ok;
}

/* The plain form; false if it would be ambiguous, too long or outside the alphabet. */
static bool join_plain(const am_bytes *parts, size_t count, char key[AM_KEY_MAX + 1])
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        const am_bytes *part = &parts[i];
        size_t dash = i > 0;
        if (part->size == 0 || part->size > AM_KEY_MAX || size + dash + part->size > AM_KEY_MAX ||
            am_key_span(part->data, part->size) < part->size || memchr(part->data, '-', part->size))
            return false;
        if (dash)
            key[size++] = '-';
        memcpy(key + size, part->data, part->size);
        size += part->size;
    }
    key[size] = '\0';
    return size > 0 && strncmp(key, HASHED_PREFIX, strlen(HASHED_PREFIX)) != 0;
}

bool am_key_join(const am_bytes *parts, size_t count, char key[AM_KEY_MAX + 1])
{
    if (join_plain(parts, count, key))
        return true;
    size_t prefix = strlen(HASHED_PREFIX);
    memcpy(key, HASHED_PREFIX, prefix);
    return digest_parts(parts, count, key + prefix);
}

bool am_sha256(const void *data, size_t size, char digest[AM_DIGEST_SIZE])
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned int hash_size = 0;
    if (EVP_Digest(data, size, hash, &hash_size, EVP_sha256(), NULL) != 1)
        return false;
    char *out = digest;
    for (unsigned int i = 0; i < hash_size; i++)
        out = put_hex(out, hash[i]);
    *out = '\0';
    return true;
}
