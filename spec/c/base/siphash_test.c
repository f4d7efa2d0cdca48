/* SPDX-License-Identifier: MIT */
/* SipHash, beside libcrypto's, however its text is cut. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/siphash.h"

enum { MOST = 200 };

static const unsigned char key[AM_SIPHASH_KEY_SIZE] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                       8, 9, 10, 11, 12, 13, 14, 15};

static void theirs(EVP_MAC_CTX *mac, const unsigned char *text, size_t size,
                   unsigned char digest[AM_SIPHASH_SIZE])
{
    size_t wanted = AM_SIPHASH_SIZE, made = 0;
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &wanted),
                                 OSSL_PARAM_construct_end()};
    assert_int_equal(EVP_MAC_init(mac, key, sizeof key, params), 1);
    assert_int_equal(EVP_MAC_update(mac, text, size), 1);
    assert_int_equal(EVP_MAC_final(mac, digest, &made, AM_SIPHASH_SIZE), 1);
    assert_int_equal(made, AM_SIPHASH_SIZE);
}

static void is_what_libcrypto_says(void **state)
{
    (void)state;
    unsigned char text[MOST], ours[AM_SIPHASH_SIZE], expected[AM_SIPHASH_SIZE];
    EVP_MAC *kind = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
    assert_non_null(kind);
    EVP_MAC_CTX *mac = EVP_MAC_CTX_new(kind);
    assert_non_null(mac);
    for (size_t i = 0; i < MOST; i++)
        text[i] = (unsigned char)(i * 7);
    for (size_t size = 0; size <= MOST; size++) {
        theirs(mac, text, size, expected);
        for (size_t cut = 0; cut <= size; cut++) {
            am_siphash hash;
            am_siphash_init(&hash, key);
            am_siphash_add(&hash, text, cut / 2);
            am_siphash_add(&hash, text + cut / 2, cut - cut / 2);
            am_siphash_add(&hash, text + cut, size - cut);
            am_siphash_end(&hash, ours);
            assert_memory_equal(ours, expected, AM_SIPHASH_SIZE);
        }
    }
    EVP_MAC_CTX_free(mac);
    EVP_MAC_free(kind);
}

static void has_the_published_value(void **state)
{
    (void)state;
    static const unsigned char published[] = {0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6,
                                              0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93};
    unsigned char digest[AM_SIPHASH_SIZE];
    am_siphash hash;
    am_siphash_init(&hash, key);
    am_siphash_end(&hash, digest);
    assert_memory_equal(digest, published, sizeof published);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(is_what_libcrypto_says),
                                       cmocka_unit_test(has_the_published_value)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
