/* SPDX-License-Identifier: MIT */
#include "scarce.h"

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <stdatomic.h>
#include <stddef.h>

/* The linker's names for a wrapped allocation function, and for its original. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
char *__real_strdup(const char *string);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
char *__wrap_strdup(const char *string);
void __wrap_free(void *block);

/* Atomic, because libcurl may resolve a name in a thread. */
static atomic_long asked, fail_at, live;
static atomic_bool on; /* and all later ones */

static bool refuses(void)
{
    long n = ++asked;
    return fail_at && (n == fail_at || (on && n > fail_at));
}

void *__wrap_malloc(size_t size)
{
    void *block = refuses() ? NULL : __real_malloc(size);
    live += block != NULL;
    return block;
}

void *__wrap_calloc(size_t count, size_t size)
{
    void *block = refuses() ? NULL : __real_calloc(count, size);
    live += block != NULL;
    return block;
}

void *__wrap_realloc(void *block, size_t size)
{
    void *moved = refuses() ? NULL : __real_realloc(block, size);
    live += moved && !block;
    return moved;
}

char *__wrap_strdup(const char *string)
{
    char *copy = refuses() ? NULL : __real_strdup(string);
    live += copy != NULL;
    return copy;
}

void __wrap_free(void *block)
{
    live -= block != NULL;
    __real_free(block);
}

/* libcrypto keeps some of its allocations, so they are not counted. */
static void *crypto_malloc(size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return refuses() ? NULL : __real_malloc(size);
}

static void *crypto_realloc(void *block, size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return refuses() ? NULL : __real_realloc(block, size);
}

static void crypto_free(void *block, const char *file, int line)
{
    (void)file, (void)line;
    __real_free(block);
}

int scarce_begin(void **state)
{
    (void)state;
    return !CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free) ||
           curl_global_init_mem(CURL_GLOBAL_DEFAULT, __wrap_malloc, __wrap_free, __wrap_realloc,
                                __wrap_strdup, __wrap_calloc) != CURLE_OK;
}

void scarce_fail(long n, bool for_good)
{
    asked = 0;
    on = for_good;
    fail_at = n;
}

long scarce_asked(void)
{
    return asked;
}

long scarce_live(void)
{
    return live;
}
