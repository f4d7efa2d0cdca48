/* SPDX-License-Identifier: MIT */
/* Keys. The vectors are frozen: later versions look for keys that earlier versions made. */
#define _GNU_SOURCE
#include "unit.h"

#include <dlfcn.h>
#include <openssl/evp.h>
#include <string.h>

#include "retry/key.h"

/* ---- libcrypto, which fails on demand -------------------------------------------------------- */

static const char *failing;

/* The library's function behind our wrapper of the same name; NULL to make it fail. */
static void *behind(const char *name)
{
    return failing && strcmp(name, failing) == 0 ? NULL : dlsym(RTLD_NEXT, name);
}

EVP_MD_CTX *EVP_MD_CTX_new(void)
{
    EVP_MD_CTX *(*next)(void);
    *(void **)&next = behind(__func__);
    return next ? next() : NULL;
}

int EVP_DigestInit_ex(EVP_MD_CTX *context, const EVP_MD *type, ENGINE *engine)
{
    int (*next)(EVP_MD_CTX *, const EVP_MD *, ENGINE *);
    *(void **)&next = behind(__func__);
    return next ? next(context, type, engine) : 0;
}

int EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *hash, unsigned int *size)
{
    int (*next)(EVP_MD_CTX *, unsigned char *, unsigned int *);
    *(void **)&next = behind(__func__);
    return next ? next(context, hash, size) : 0;
}

int EVP_Digest(const void *data, size_t count, unsigned char *hash, unsigned int *size,
               const EVP_MD *type, ENGINE *engine)
{
    int (*next)(const void *, size_t, unsigned char *, unsigned int *, const EVP_MD *, ENGINE *);
    *(void **)&next = behind(__func__);
    return next ? next(data, count, hash, size, type, engine) : 0;
}

/* Fails permanently at the call that `updates` counts down to. */
static int updates = -1;

int EVP_DigestUpdate(EVP_MD_CTX *context, const void *data, size_t count)
{
    int (*next)(EVP_MD_CTX *, const void *, size_t);
    *(void **)&next = behind(__func__);
    return updates >= 0 && updates-- == 0 ? 0 : next(context, data, count);
}

/* ---- joining --------------------------------------------------------------------------------- */

enum { MOST_PARTS = 4 };

typedef struct list {
    size_t count;
    am_bytes parts[MOST_PARTS];
} list;

#define PART(literal)                                                                              \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }
#define X16 "xxxxxxxxxxxxxxxx"
#define X127 X16 X16 X16 X16 X16 X16 X16 "xxxxxxxxxxxxxxx"
#define X128 X127 "x"

static const struct {
    list list;
    const char *key;
} vectors[] = {
    /* as they are */
    {{1, {PART("a")}}, "a"},
    {{2, {PART("a"), PART("b")}}, "a-b"},
    {{3, {PART("reply"), PART("in_1"), PART("2~b.C")}}, "reply-in_1-2~b.C"},
    {{1, {PART("am1")}}, "am1"},
    {{2, {PART("am1"), PART("x")}}, "am1-x"},
    {{2, {PART("x"), PART("am1.")}}, "x-am1."},
    {{1, {PART(X128 X128)}}, X128 X128},
    {{2, {PART(X128), PART(X127)}}, X128 "-" X127},
    /* hashed: no part at all, empty parts, a dash inside */
    {{0, {{NULL, 0}}}, "am1.e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {{1, {PART("")}}, "am1.ba768b331fd86cec803be04e56ab2b3d4c0e98ef4ee4fcd4e72ad7cce61a1d1f"},
    {{2, {PART(""), PART("")}},
     "am1.390feabc786e369e55b904251d643b52b52b691c60eb74a498ef7c6df993bf12"},
    {{2, {PART("a"), PART("")}},
     "am1.c4855ea937d9bc672a18f1a2318fd6dc7dd449d0dd34f06cea68e8f1a5d0ae34"},
    {{2, {PART(""), PART("a")}},
     "am1.d4acf8e21a4a7ec1cbd82d09df7725195a40658c3427747b812fca25ff112466"},
    {{1, {PART("-")}}, "am1.c3f107e9c47101c31febfbfd41ab316dde8c8c21e5bda2195bdf4de40ae4616e"},
    {{1, {PART("a-b")}}, "am1.e2c60c0a136021573a731db95a5cbc77a7c4c21e6baba171dcdf3ca0a797e787"},
    {{2, {PART("a-b"), PART("c")}},
     "am1.8113510dd55cfcfdba46cf49f1cbb9c5dac3a98e8845c848c0544f1f3940ef04"},
    {{2, {PART("a"), PART("b-c")}},
     "am1.155b9abb652807436d977b0b09f3e865959f8fe8bd97ce89d7cd3ca98548ffaa"},
    /* hashed: it would look like a hash */
    {{1, {PART("am1.")}}, "am1.691fef83f92cb419cd8708790d0b6d0d3b53dc50102b9fb552f45c12763cf512"},
    {{1, {PART("am1.x")}}, "am1.6892b068002ad0e5ba04d29f321c7d27fb9e4ae94a54b3743747083285bfc077"},
    {{2, {PART("am1."), PART("b")}},
     "am1.f924506375c5b135dc0c11913bc2d9bb7abaa85dfaf6940bc202b2010ce75cda"},
    /* hashed: outside the alphabet */
    {{3, {PART("reply"), PART("support@agentmail.to"), PART("<1@x>")}},
     "am1.d7c6f7c7192a91c08eda8507081c02912d1d78f0de50e3c849502aa3436002d0"},
    {{1, {PART("a b")}}, "am1.5661c0af306771b3d7e57296576b10396de97a3095b7552cb101971e818126ba"},
    {{1, {PART("\xc3\xbc")}},
     "am1.0cd8850bfc4498db3b7be0bd6e149c345b8b9f798157e87e34583cb71b785dfe"},
    {{1, {PART("a\0b")}}, "am1.40b0877811b5bc2c9298349618dcab0245acfd4417e45ee6c82847033b72f5ef"},
    /* hashed: too long, alone and together */
    {{2, {PART(X128), PART(X128)}},
     "am1.8da992be39a4e538235a1ca36124ae85599a738c15d1dc8f40ff5c68815d5650"},
    {{1, {PART(X128 X128 "x")}},
     "am1.759981015aa087de785d449219ee6949a005cd5023d269d1a8fab476e8c5116d"},
};

static void a_key_joins_its_parts_as_it_always_did(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(vectors); i++) {
        char key[AM_KEY_MAX + 1];
        assert_true(am_key_join(vectors[i].list.parts, vectors[i].list.count, key));
        assert_string_equal(key, vectors[i].key);
        assert_true(am_key_is_valid(key, strlen(key)));
    }
}

/* A list of short parts over few characters, so that possible collisions are frequent. */
static list random_list(uint64_t *random, char text[MOST_PARTS][8])
{
    static const char letters[] = "ab-.1:m\0 ";
    list made = {.count = (size_t)unit_between(random, 0, MOST_PARTS)};
    for (size_t i = 0; i < made.count; i++) {
        size_t size = (size_t)unit_between(random, 0, 4);
        for (size_t k = 0; k < size; k++)
            text[i][k] = letters[unit_random(random) % (sizeof letters - 1)];
        made.parts[i] = (am_bytes){text[i], size};
    }
    return made;
}

static bool same_list(const list *a, const list *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->parts[i].size != b->parts[i].size ||
            memcmp(a->parts[i].data, b->parts[i].data, a->parts[i].size) != 0)
            return false;
    return true;
}

/* Keys seen so far, by their hash, each with the list that made it. */
enum { SLOTS = 1 << 16, LISTS = 200000 };
typedef struct slot {
    char key[AM_KEY_MAX + 1];
    char text[MOST_PARTS][8];
    list list;
} slot;

static void different_lists_of_parts_give_different_keys(void **state)
{
    (void)state;
    uint64_t random = unit_seed();
    slot *slots = calloc(SLOTS, sizeof *slots);
    unsigned long met = 0;
    assert_non_null(slots);
    for (int n = 0; n < LISTS; n++) {
        slot made = {.key = ""};
        made.list = random_list(&random, made.text);
        assert_true(am_key_join(made.list.parts, made.list.count, made.key));
        uint32_t hash = 2166136261u;
        for (const char *c = made.key; *c; c++)
            hash = (hash ^ (unsigned char)*c) * 16777619u;
        slot *place = &slots[hash % SLOTS];
        if (strcmp(place->key, made.key) == 0) {
            met++;
            assert_true(same_list(&place->list, &made.list));
        } else {
            *place = made;
            for (size_t i = 0; i < place->list.count; i++)
                place->list.parts[i].data = place->text[i];
        }
    }
    free(slots);
    print_message("# %d lists, %lu met again\n", LISTS, met);
    assert_true(met > LISTS / 100); /* otherwise nothing was compared */
}

/* ---- the alphabet ---------------------------------------------------------------------------- */

static void a_key_is_valid_in_its_alphabet_only(void **state)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789-._~";
    (void)state;
    for (int c = 0; c < 256; c++) {
        char key[] = {'a', (char)c, 'a'};
        bool in = memchr(alphabet, c, sizeof alphabet - 1) != NULL;
        assert_int_equal(am_key_span(key, 3), in ? 3 : 1);
        assert_int_equal(am_key_is_valid(key, 3), in);
    }
    assert_int_equal(am_key_span("", 0), 0);
    assert_int_equal(am_key_span("ab\ncd", 2), 2); /* never reads past its size */
}

static void a_key_has_1_to_256_characters(void **state)
{
    (void)state;
    assert_false(am_key_is_valid("", 0));
    assert_true(am_key_is_valid("a", 1));
    assert_true(am_key_is_valid(X128 X128, 256));
    assert_false(am_key_is_valid(X128 X128 "x", 257));
}

/* The service has other rules for the key of a delete than for a send's. */
static void a_deletes_key_is_1_to_128_of_visible_ascii(void **state)
{
    (void)state;
    assert_false(am_key_is_visible("", 0));
    assert_true(am_key_is_visible("!", 1));
    assert_true(am_key_is_visible("delete event:7/~", 6));
    assert_false(am_key_is_visible("delete event:7/~", 16));
    assert_true(am_key_is_visible(X128, 128));
    assert_false(am_key_is_visible(X128 "x", 129));
    for (int c = 0; c < 256; c++) {
        char key[] = {'a', (char)c, 'b'};
        assert_int_equal(am_key_is_visible(key, 3), c > 0x20 && c < 0x7f);
        assert_int_equal(am_key_visible_span(key, 3), c > 0x20 && c < 0x7f ? 3 : 1);
    }
}

/* ---- UUID, digests --------------------------------------------------------------------------- */

static void a_uuid_is_of_version_4(void **state)
{
    static const struct {
        unsigned char random[16];
        const char *uuid;
    } cases[] = {
        {{0}, "00000000-0000-4000-8000-000000000000"},
        {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
          0xff},
         "ffffffff-ffff-4fff-bfff-ffffffffffff"},
        {{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32,
          0x10},
         "01234567-89ab-4def-bedc-ba9876543210"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char uuid[AM_UUID_SIZE];
        am_key_uuid(cases[i].random, uuid);
        assert_string_equal(uuid, cases[i].uuid);
        assert_true(am_key_is_valid(uuid, strlen(uuid)));
    }
}

static void sha256_gives_the_published_digests(void **state)
{
    char digest[AM_DIGEST_SIZE];
    (void)state;
    assert_true(am_sha256("abc", 3, digest));
    assert_string_equal(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(am_sha256(NULL, 0, digest));
    assert_string_equal(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void a_key_reports_that_libcrypto_failed(void **state)
{
    static const char *const functions[] = {"EVP_MD_CTX_new", "EVP_DigestInit_ex",
                                            "EVP_DigestFinal_ex"};
    const am_bytes part = PART("a b");
    char key[AM_KEY_MAX + 1];
    (void)state;
    for (size_t i = 0; i < COUNT(functions); i++) {
        failing = functions[i];
        assert_false(am_key_join(&part, 1, key));
    }
    failing = "EVP_Digest";
    assert_false(am_sha256("abc", 3, key));
    failing = NULL;
    for (int n = 0; n < 2; n++) { /* a part's length, then its bytes */
        updates = n;
        assert_false(am_key_join(&part, 1, key));
        assert_int_equal(updates, -1);
    }
    assert_true(am_key_join(&part, 1, key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_joins_its_parts_as_it_always_did),
        cmocka_unit_test(different_lists_of_parts_give_different_keys),
        cmocka_unit_test(a_key_is_valid_in_its_alphabet_only),
        cmocka_unit_test(a_key_has_1_to_256_characters),
        cmocka_unit_test(a_deletes_key_is_1_to_128_of_visible_ascii),
        cmocka_unit_test(a_uuid_is_of_version_4),
        cmocka_unit_test(sha256_gives_the_published_digests),
        cmocka_unit_test(a_key_reports_that_libcrypto_failed),
    };
    return cmocka_run_group_tests_name("key", tests, NULL, NULL);
}
