/* SPDX-License-Identifier: MIT */
#include "base/base64.h"

#include <openssl/evp.h>
#include <string.h>

#include "unit.h"

/* The vectors of RFC 4648, section 10. */
static void base64_encodes_the_vectors_of_rfc_4648(void **state)
{
    static const char *const vectors[][2] = {{"", ""},
                                             {"f", "Zg=="},
                                             {"fo", "Zm8="},
                                             {"foo", "Zm9v"},
                                             {"foob", "Zm9vYg=="},
                                             {"fooba", "Zm9vYmE="},
                                             {"foobar", "Zm9vYmFy"}};
    am_base64 base64;
    (void)state;
    am_base64_init(&base64);
    for (size_t i = 0; i < COUNT(vectors); i++) {
        char out[16] = "";
        size_t size = am_base64_encode(&base64, (const unsigned char *)vectors[i][0],
                                       strlen(vectors[i][0]), out);
        assert_int_equal(size, strlen(vectors[i][1]));
        assert_memory_equal(out, vectors[i][1], size);
    }
}

static void base64_encodes_random_bytes_as_openssl_does(void **state)
{
    uint64_t random = unit_seed();
    am_base64 base64;
    (void)state;
    am_base64_init(&base64);
    for (size_t size = 0; size < 3000; size++) {
        unsigned char bytes[3000], expected[4004];
        char out[4004];
        for (size_t i = 0; i < size; i++)
            bytes[i] = (unsigned char)unit_random(&random);
        size_t length = (size_t)EVP_EncodeBlock(expected, bytes, (int)size);
        assert_int_equal(am_base64_encode(&base64, bytes, size, out), length);
        assert_memory_equal(out, expected, length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_encodes_the_vectors_of_rfc_4648),
        cmocka_unit_test(base64_encodes_random_bytes_as_openssl_does),
    };
    return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
