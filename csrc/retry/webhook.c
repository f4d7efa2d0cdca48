/* SPDX-License-Identifier: MIT */
/* Verifies that a webhook comes from the service. */
#define _GNU_SOURCE
#include "agentmail.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_PREFIX "whsec_"
#define VERSION_PREFIX "v1,"

enum {
    MOST_SECRET = 512, /* characters of base64 */
    HASH_SIZE = 32,    /* SHA-256 */
    HASH_BASE64 = 44,  /* the same in base64 */
    MOST_DIGITS = 15   /* of a timestamp */
};

/* Decodes the secret and returns its length; 0: not base64, or empty. */
static size_t decode_secret(const char *secret, unsigned char out[MOST_SECRET])
{
    if (strncmp(secret, SECRET_PREFIX, strlen(SECRET_PREFIX)) == 0)
        secret += strlen(SECRET_PREFIX);
    size_t size = strlen(secret), padding = 0;
    if (size == 0 || size % 4 != 0 || size > MOST_SECRET)
        return 0;
    while (padding < 2 && secret[size - 1 - padding] == '=')
        padding++;
    int decoded = EVP_DecodeBlock(out, (const unsigned char *)secret, (int)size);
    return decoded < 0 ? 0 : (size_t)decoded - padding;
}

/* Seconds since 1970, or -1. */
static int64_t parse_timestamp(const char *text)
{
    int64_t seconds = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > MOST_DIGITS || text[digits] != '\0')
        return -1;
    for (; *text; text++)
        seconds = seconds * 10 + (*text - '0');
    return seconds;
}

/* The correct signature in base64. False: out of memory. */
static bool sign(const am_webhook *webhook, const unsigned char *key, size_t key_size,
                 char signature[HASH_BASE64 + 1])
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned int hash_size = 0;
    size_t id_size = strlen(webhook->id), time_size = strlen(webhook->timestamp);
    size_t size = id_size + time_size + 2 + webhook->body_size;
    char *content = malloc(size);
    if (!content)
        return false;
    char *at = mempcpy(content, webhook->id, id_size);
    *at++ = '.';
    at = mempcpy(at, webhook->timestamp, time_size);
    *at++ = '.';
    if (webhook->body_size)
        memcpy(at, webhook->body, webhook->body_size);
    bool done = HMAC(EVP_sha256(), key, (int)key_size, (const unsigned char *)content, size, hash,
                     &hash_size) != NULL;
    free(content);
    if (done)
        EVP_EncodeBlock((unsigned char *)signature, hash, HASH_SIZE);
    return done;
}

static bool matches(const char *signatures, const char right[HASH_BASE64 + 1])
{
    bool found = false;
    for (const char *word = signatures + strspn(signatures, " "); *word;) {
        size_t size = strcspn(word, " "), version = strlen(VERSION_PREFIX);
        if (size == version + HASH_BASE64 && strncmp(word, VERSION_PREFIX, version) == 0)
            found |= CRYPTO_memcmp(word + version, right, HASH_BASE64) == 0;
        word += size;
        word += strspn(word, " ");
    }
    return found;
}

am_webhook_verdict am_webhook_verify(const am_webhook *webhook, int64_t now_s, int64_t tolerance_s)
{
    unsigned char key[MOST_SECRET];
    char right[HASH_BASE64 + 1];
    size_t key_size = decode_secret(webhook->secret, key);
    int64_t at = parse_timestamp(webhook->timestamp);
    if (key_size == 0)
        return AM_WEBHOOK_BAD_SECRET;
    if (at < 0)
        return AM_WEBHOOK_BAD_TIMESTAMP;
    if (at < now_s - tolerance_s)
        return AM_WEBHOOK_TOO_OLD;
    if (at > now_s + tolerance_s)
        return AM_WEBHOOK_TOO_NEW;
    bool is_signed = sign(webhook, key, key_size, right);
    OPENSSL_cleanse(key, sizeof key);
    if (!is_signed)
        return AM_WEBHOOK_NO_MEMORY;
    bool genuine = matches(webhook->signatures, right);
    OPENSSL_cleanse(right, sizeof right);
    return genuine ? AM_WEBHOOK_GENUINE : AM_WEBHOOK_NO_MATCH;
}
