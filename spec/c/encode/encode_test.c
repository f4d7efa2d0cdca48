/* SPDX-License-Identifier: MIT */
/* JSON text and percent-encoding, by examples and against a plain way of doing it. */
#include "unit.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "encode/encode.h"

static const char *string_of(am_buf *out, const char *text, size_t size)
{
    am_buf_reset(out, 1 << 20, (size_t)-1);
    assert_int_equal(am_json_string(out, text, size, NULL), 0);
    return am_buf_string(out);
}

static void a_string_has_the_escapes_that_it_needs_and_no_others(void **state)
{
    am_buf out;
    (void)state;
    am_buf_init(&out, 1000);
    assert_string_equal(string_of(&out, "", 0), "\"\"");
    assert_string_equal(string_of(&out, "a/b\x7f", 4), "\"a/b\x7f\"");
    assert_string_equal(string_of(&out, "\"\\", 2), "\"\\\"\\\\\"");
    assert_string_equal(string_of(&out, "\0\1\x1f\b\t\n\v\f\r", 9),
                        "\"\\u0000\\u0001\\u001f\\b\\t\\n\\u000b\\f\\r\"");
    assert_string_equal(string_of(&out, "eight of\nthem and\tmore", 22),
                        "\"eight of\\nthem and\\tmore\"");
    am_buf_free(&out);
}

static void a_string_tells_of_line_breaks_and_nul(void **state)
{
    static const struct {
        const char *text;
        size_t size;
        bool breaks;
    } rows[] = {{"plain\ttext", 10, false}, {"a\nb", 3, true}, {"a\r", 2, true}, {"\0", 1, true}};
    am_buf out;
    bool breaks;
    (void)state;
    am_buf_init(&out, 1000);
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(am_json_string(&out, rows[i].text, rows[i].size, &breaks), 0);
        assert_int_equal(breaks, rows[i].breaks);
    }
    am_buf_free(&out);
}

static void what_is_not_utf8_is_found_where_it_is(void **state)
{
    static const struct {
        const char *text;
        size_t position;
    } rows[] = {{"\x80", 1},
                {"aaaaaaaaaaaaaaaa\xff", 17},
                {"\xc3", 1},
                {"\xc0\x80", 1},
                {"\xc3\xa9\xc3", 3},
                {"\xe0\x9f\xbf", 1},
                {"\xed\xa0\x80", 1},
                {"\xf0\x8f\xbf\xbf", 1},
                {"\xf4\x90\x80\x80", 1},
                {"\xf5\x80\x80\x80", 1},
                {"\xe2\x82", 1},
                {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf", 0}};
    am_buf out;
    (void)state;
    am_buf_init(&out, 1000);
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t size = strlen(rows[i].text);
        assert_int_equal(am_utf8_error(rows[i].text, size), rows[i].position);
        assert_int_equal(am_json_string(&out, rows[i].text, size, NULL), rows[i].position);
    }
    assert_int_equal(am_utf8_length("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10), 4);
    am_buf_free(&out);
}

/* Byte by byte, of ASCII. */
static void plainly(char *to, const unsigned char *text, size_t size)
{
    to += sprintf(to, "\"");
    for (size_t i = 0; i < size; i++) {
        const char *at = text[i] ? strchr("\bb\tt\nn\ff\rr\"\"\\\\", text[i]) : NULL;
        if (at && (text[i] < 0x20 || text[i] == '"' || text[i] == '\\'))
            to += sprintf(to, "\\%c", at[1]);
        else if (text[i] < 0x20)
            to += sprintf(to, "\\u%04x", text[i]);
        else
            *to++ = (char)text[i];
    }
    strcpy(to, "\"");
}

static void random_ascii_is_what_a_plain_loop_makes(void **state)
{
    uint64_t seed = unit_seed();
    unsigned char text[64];
    char expected[6 * sizeof text + 3];
    am_buf out;
    (void)state;
    am_buf_init(&out, 1000);
    for (int round = 0; round < 20000; round++) {
        size_t size = (size_t)unit_between(&seed, 0, sizeof text);
        for (size_t i = 0; i < size; i++)
            text[i] = (unsigned char)(unit_between(&seed, 0, 20) ? unit_between(&seed, 0x20, 0x7f)
                                                                 : unit_between(&seed, 0, 0x7f));
        plainly(expected, text, size);
        assert_string_equal(string_of(&out, (const char *)text, size), expected);
    }
    am_buf_free(&out);
}

/* Each byte that is not plain, at each place in the blocks that are looked at at once. */
static void an_odd_byte_is_seen_anywhere(void **state)
{
    char text[48], expected[6 * sizeof text + 3];
    am_buf out;
    (void)state;
    am_buf_init(&out, 1000);
    for (size_t size = 1; size <= sizeof text; size++)
        for (size_t i = 0; i < size; i++)
            for (int c = 0; c < 256; c++) {
                memset(text, 'a', size);
                text[i] = (char)c;
                if (c < 0x80) {
                    plainly(expected, (unsigned char *)text, size);
                    assert_string_equal(string_of(&out, text, size), expected);
                } else {
                    assert_int_equal(am_json_string(&out, text, size, NULL), i + 1);
                    am_buf_reset(&out, 1000, (size_t)-1);
                }
            }
    am_buf_free(&out);
}

static void characters_beyond_ascii_are_kept_anywhere(void **state)
{
    static const char *const characters[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    static const char line[] = "a line of forty characters, all of them.";
    char text[100], expected[sizeof text + 3];
    am_buf out;
    (void)state;
    am_buf_init(&out, 1000);
    for (size_t size = 0; size <= 40; size++)
        for (size_t i = 0; i <= size; i++)
            for (size_t k = 0; k < 6; k++) {
                snprintf(text, sizeof text, "%.*s%s%s%.*s", (int)i, line, characters[k % 3],
                         k < 3 ? "" : characters[0], (int)(size - i), line);
                snprintf(expected, sizeof expected, "\"%s\"", text);
                assert_string_equal(string_of(&out, text, strlen(text)), expected);
            }
    am_buf_free(&out);
}

static void an_integer_is_exact(void **state)
{
    static const int64_t values[] = {0, 1, -1, 10, 99, -100, INT64_MAX, INT64_MIN, 1234567890};
    am_buf out;
    char expected[32];
    (void)state;
    am_buf_init(&out, 100);
    for (size_t i = 0; i < COUNT(values); i++) {
        am_buf_reset(&out, 100, (size_t)-1);
        am_json_integer(&out, values[i]);
        snprintf(expected, sizeof expected, "%lld", (long long)values[i]);
        assert_string_equal(am_buf_string(&out), expected);
    }
    am_buf_free(&out);
}

static void a_number_is_the_shortest_that_reads_back(void **state)
{
    static const struct {
        double value;
        const char *text;
    } rows[] = {{0.5, "0.5"},
                {0.1, "0.1"},
                {-0.0, "0"},
                {3, "3"},
                {1e15, "1000000000000000"},
                {0x1p53, "9007199254740992"},
                {-0x1p63, "-9223372036854775808"},
                {0x1p63, "9.22337203685478e+18"},
                {1.0 / 3, "0.333333333333333"},
                {1e21, "1e+21"},
                {5e-324, "4.94065645841247e-324"},
                {DBL_MAX, "1.79769313486232e+308"}};
    uint64_t seed = unit_seed();
    am_buf out;
    (void)state;
    am_buf_init(&out, 100);
    for (size_t i = 0; i < COUNT(rows); i++) {
        am_buf_reset(&out, 100, (size_t)-1);
        assert_true(am_json_number(&out, rows[i].value));
        assert_true(strtod(am_buf_string(&out), NULL) == rows[i].value);
        if (strtod(rows[i].text, NULL) == rows[i].value)
            assert_string_equal(am_buf_string(&out), rows[i].text);
    }
    for (int round = 0; round < 20000; round++) {
        uint64_t bits = unit_random(&seed);
        double value;
        memcpy(&value, &bits, sizeof value);
        am_buf_reset(&out, 100, (size_t)-1);
        assert_int_equal(am_json_number(&out, value), isfinite(value) != 0);
        if (isfinite(value))
            assert_true(strtod(am_buf_string(&out), NULL) == value);
    }
    assert_false(am_json_number(&out, INFINITY));
    assert_false(am_json_number(&out, -INFINITY));
    assert_false(am_json_number(&out, NAN));
    am_buf_free(&out);
}

static void all_bytes_but_the_unreserved_are_percent_encoded(void **state)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "-_.!~*'()";
    am_buf out;
    char expected[4];
    (void)state;
    am_buf_init(&out, 100);
    for (int c = 0; c < 256; c++) {
        char byte = (char)c;
        am_buf_reset(&out, 100, (size_t)-1);
        am_percent(&out, &byte, 1);
        snprintf(expected, sizeof expected, c && strchr(plain, c) ? "%c" : "%%%02X", c);
        assert_string_equal(am_buf_string(&out), expected);
    }
    am_buf_reset(&out, 100, (size_t)-1);
    am_percent(&out, "a b/<m@x>", 9);
    assert_string_equal(am_buf_string(&out), "a%20b%2F%3Cm%40x%3E");
    am_buf_free(&out);
}

static void a_buffer_that_is_full_says_so_and_stays_within_its_limit(void **state)
{
    (void)state;
    for (size_t limit = 0; limit < 40; limit++) {
        am_buf out;
        am_buf_init(&out, limit);
        am_json_string(&out, "a\nb\1", 4, NULL);
        am_json_number(&out, 0.25);
        am_json_integer(&out, -12);
        am_percent(&out, "x y", 3);
        assert_true(out.size <= limit);
        assert_int_equal(out.error, limit < 12 + 4 + 3 + 5 ? AM_BUF_FULL : AM_BUF_FINE);
        am_buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_string_has_the_escapes_that_it_needs_and_no_others),
        cmocka_unit_test(a_string_tells_of_line_breaks_and_nul),
        cmocka_unit_test(what_is_not_utf8_is_found_where_it_is),
        cmocka_unit_test(random_ascii_is_what_a_plain_loop_makes),
        cmocka_unit_test(an_odd_byte_is_seen_anywhere),
        cmocka_unit_test(characters_beyond_ascii_are_kept_anywhere),
        cmocka_unit_test(an_integer_is_exact),
        cmocka_unit_test(a_number_is_the_shortest_that_reads_back),
        cmocka_unit_test(all_bytes_but_the_unreserved_are_percent_encoded),
        cmocka_unit_test(a_buffer_that_is_full_says_so_and_stays_within_its_limit),
    };
    return cmocka_run_group_tests_name("encode", tests, NULL, NULL);
}
