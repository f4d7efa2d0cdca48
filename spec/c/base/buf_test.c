/* SPDX-License-Identifier: MIT */
/* The bounded buffer: all or nothing, and nothing lost. */
#include "unit.h"

#include <string.h>

#include "base/buf.h"

static bool append(am_buf *buf, const char *string)
{
    return am_buf_append(buf, string, strlen(string));
}

static void a_new_buffer_is_empty_and_holds_no_memory(void **state)
{
    (void)state;
    am_buf buf;
    am_buf_init(&buf, 10);
    assert_null(buf.data);
    assert_string_equal(am_buf_string(&buf), "");
    assert_true(am_buf_append(&buf, NULL, 0)); /* nothing always fits */
    assert_int_equal(buf.size, 0);
    assert_string_equal(am_buf_string(&buf), "");
    am_buf_free(&buf);
}

static void a_buffer_appends_all_or_nothing_up_to_its_limit(void **state)
{
    static const struct {
        size_t limit, first, second;
        bool takes_first, takes_second;
    } cases[] = {
        {0, 0, 0, true, true},     {0, 1, 0, false, false},       {5, 5, 0, true, true},
        {5, 5, 1, true, false},    {5, 6, 1, false, false},       {5, 2, 3, true, true},
        {5, 2, 4, true, false},    {255, 255, 1, true, false},    {256, 255, 1, true, true},
        {257, 256, 1, true, true}, {9000, 255, 8745, true, true}, {9000, 256, 8745, true, false},
    };
    static const char bytes[9000] = "x";
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        am_buf buf;
        am_buf_init(&buf, cases[i].limit);
        assert_int_equal(am_buf_append(&buf, bytes, cases[i].first), cases[i].takes_first);
        size_t size = cases[i].takes_first ? cases[i].first : 0;
        assert_int_equal(buf.size, size);
        assert_int_equal(am_buf_append(&buf, bytes, cases[i].second), cases[i].takes_second);
        assert_int_equal(buf.size, size + (cases[i].takes_second ? cases[i].second : 0));
        bool fits = cases[i].takes_first && cases[i].takes_second;
        assert_int_equal(buf.error, fits ? AM_BUF_FINE : AM_BUF_FULL);
        if (buf.size)
            assert_int_equal(buf.data[buf.size], '\0');
        am_buf_free(&buf);
    }
}

static void an_enormous_append_does_not_overflow_a_buffer(void **state)
{
    (void)state;
    am_buf buf;
    am_buf_init(&buf, SIZE_MAX);
    assert_true(am_buf_append(&buf, "abc", 3));
    assert_false(am_buf_append(&buf, "abc", SIZE_MAX - 2)); /* 3 + this is 0 */
    assert_int_equal(buf.error, AM_BUF_FULL);
    am_buf_reset(&buf, SIZE_MAX, 4096);
    assert_true(am_buf_append(&buf, "abc", 3));
    assert_false(am_buf_append(&buf, "abc", SIZE_MAX / 2 + 1)); /* out of reach of doubling */
    assert_int_equal(buf.error, AM_BUF_NO_MEMORY);
    assert_string_equal(am_buf_string(&buf), "abc");
    am_buf_free(&buf);
}

static void a_buffer_that_refused_bytes_refuses_all_until_a_reset(void **state)
{
    (void)state;
    am_buf buf;
    am_buf_init(&buf, 3);
    assert_true(append(&buf, "ab"));
    assert_false(append(&buf, "cd"));
    assert_false(append(&buf, "c")); /* would fit, but bytes were refused before */
    assert_string_equal(am_buf_string(&buf), "ab");
    am_buf_reset(&buf, 3, 4096);
    assert_true(append(&buf, "abc"));
    assert_string_equal(am_buf_string(&buf), "abc");
    am_buf_free(&buf);
}

static void a_buffer_holds_any_bytes(void **state)
{
    (void)state;
    am_buf buf;
    am_buf_init(&buf, 100);
    assert_true(am_buf_append(&buf, "a\0b", 3));
    assert_true(am_buf_append(&buf, "\0", 1));
    assert_memory_equal(am_buf_string(&buf), "a\0b\0\0", 5);
    assert_int_equal(buf.size, 4);
    am_buf_free(&buf);
}

static void a_buffer_grows_seldom(void **state)
{
    (void)state;
    am_buf buf;
    int moves = 0;
    size_t capacity = 0;
    am_buf_init(&buf, 1 << 20);
    for (int i = 0; i < 1 << 20; i++) {
        assert_true(am_buf_append(&buf, &(char){(char)i}, 1));
        moves += buf.capacity != capacity;
        capacity = buf.capacity;
    }
    assert_in_range(moves, 1, 14);
    for (int i = 0; i < 1 << 20; i++)
        if (buf.data[i] != (char)i)
            fail_msg("byte %d is lost", i);
    am_buf_free(&buf);
}

static void a_reset_buffer_keeps_its_memory_up_to_a_bound(void **state)
{
    (void)state;
    am_buf buf;
    am_buf_init(&buf, 100);
    append(&buf, "abc");
    const char *before = buf.data;
    size_t capacity = buf.capacity;
    am_buf_reset(&buf, 2, capacity);
    assert_ptr_equal(buf.data, before);
    assert_string_equal(am_buf_string(&buf), "");
    assert_false(append(&buf, "abc")); /* the new limit */
    am_buf_reset(&buf, 2, capacity - 1);
    assert_null(buf.data);
    assert_int_equal(buf.capacity, 0);
    assert_int_equal(buf.error, AM_BUF_FINE);
    assert_string_equal(am_buf_string(&buf), "");
    am_buf_free(&buf);
    am_buf_free(&buf); /* harmless */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_buffer_is_empty_and_holds_no_memory),
        cmocka_unit_test(a_buffer_appends_all_or_nothing_up_to_its_limit),
        cmocka_unit_test(an_enormous_append_does_not_overflow_a_buffer),
        cmocka_unit_test(a_buffer_that_refused_bytes_refuses_all_until_a_reset),
        cmocka_unit_test(a_buffer_holds_any_bytes),
        cmocka_unit_test(a_buffer_grows_seldom),
        cmocka_unit_test(a_reset_buffer_keeps_its_memory_up_to_a_bound),
    };
    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
