/* SPDX-License-Identifier: MIT */
/* Header lines: which may be sent, and how received ones are found. */
#include "unit.h"

#include <string.h>

#include "base/header.h"

static void a_header_value_has_no_control_character(void **state)
{
    (void)state;
    assert_true(am_header_value_is_valid(""));
    assert_true(am_header_value_is_valid("a b\tc \xc3\xa4"));
    for (int c = 1; c < 256; c++) {
        char value[] = {'a', (char)c, 'b', '\0'};
        bool control = (c < ' ' && c != '\t') || c == 0x7f;
        assert_int_equal(am_header_value_is_valid(value), !control);
    }
}

static void a_header_name_is_a_token(void **state)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    (void)state;
    assert_false(am_header_name_is_valid(""));
    assert_true(am_header_name_is_valid("X-Request-Id"));
    for (int c = 1; c < 256; c++) {
        char name[] = {'a', (char)c, '\0'};
        assert_int_equal(am_header_name_is_valid(name), strchr(token, c) != NULL);
    }
}

static void a_header_is_found_by_its_name_in_any_case(void **state)
{
    static const char block[] = "HTTP/1.1 200 OK\r\n"
                                "Retry-After: 7\r\n"
                                "Retry-After-Not: 8\r\n"
                                "X-Empty:\r\n"
                                "X-Blank: \t \r\n"
                                "X-Padded: \t a b \t\r\n"
                                "X-Twice: one\r\n"
                                "X-Twice: two\r\n"
                                "No-Colon 9\r\n"
                                "X-Bare-LF: lf\n"
                                "\r\n"
                                "X-Last: end";
    static const struct {
        const char *name, *value;
    } cases[] = {
        {"Retry-After", "7"}, {"retry-after", "7"}, {"RETRY-AFTER-NOT", "8"}, {"x-empty", ""},
        {"x-blank", ""},      {"x-padded", "a b"},  {"x-twice", "one"},       {"x-bare-lf", "lf"},
        {"x-last", "end"},    {"retry", NULL},      {"after", NULL},          {"no-colon", NULL},
        {"x-absent", NULL},   {"x-last-one", NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t length = 99;
        const char *value = am_header_find(block, sizeof block - 1, cases[i].name, &length);
        if (!cases[i].value) {
            assert_null(value);
            continue;
        }
        assert_non_null(value);
        assert_int_equal(length, strlen(cases[i].value));
        assert_memory_equal(value, cases[i].value, length);
    }
    size_t length;
    assert_null(am_header_find("", 0, "a", &length));
    assert_null(am_header_find(block, 30, "retry-after-not", &length)); /* past its end */

    static const char *const names[] = {"x-absent", "x-last", "x-padded", "x-twice"};
    assert_memory_equal(am_header_find_any(block, sizeof block - 1, names, 4, &length), "end", 3);
    assert_memory_equal(am_header_find_any(block, sizeof block - 1, names + 2, 2, &length), "a b",
                        3);
    assert_memory_equal(am_header_find_any(block, sizeof block - 1, names + 3, 1, &length), "one",
                        3);
    assert_null(am_header_find_any(block, sizeof block - 1, names, 1, &length));
}

static void headers_that_the_caller_may_not_set_are_refused(void **state)
{
    static const struct {
        am_header header;
        const char *problem; /* NULL: none */
        bool elsewhere;
    } cases[] = {
        {{"X-A", "1"}, NULL, false},
        {{"X A", "1"}, "header \"X A\" is not a token: use letters, digits and -", false},
        {{"host", "x"}, "header \"host\" is set by agentmail itself: leave it out", false},
        {{"Authorization", "x"},
         "header \"Authorization\" is set by agentmail itself: leave it out",
         false},
        {{"Authorization", "x"}, NULL, true},
        {{"User-Agent", "x"},
         "header \"User-Agent\" is set by agentmail itself: leave it out",
         true},
        {{"X-A", " "}, "header \"X-A\" has no value: leave it out", false},
        {{"X-A", "a\r\nBcc: b"},
         "header \"X-A\" has a control character such as CR or LF in its value",
         false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char error[AM_ERROR_SIZE] = "";
        am_header both[] = {{"X-Before", "b"}, cases[i].header};
        assert_int_equal(am_headers_check(both, 2, cases[i].elsewhere, error), !cases[i].problem);
        assert_string_equal(error, cases[i].problem ? cases[i].problem : "");
    }
    assert_true(am_headers_check(NULL, 0, false, NULL));
}

static void an_api_key_is_not_empty_and_has_no_blanks(void **state)
{
    (void)state;
    assert_true(am_api_key_is_valid("am_x"));
    assert_false(am_api_key_is_valid(""));
    assert_false(am_api_key_is_valid("a b"));
    assert_false(am_api_key_is_valid("a\tb"));
    assert_false(am_api_key_is_valid("a\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_value_has_no_control_character),
        cmocka_unit_test(a_header_name_is_a_token),
        cmocka_unit_test(headers_that_the_caller_may_not_set_are_refused),
        cmocka_unit_test(an_api_key_is_not_empty_and_has_no_blanks),
        cmocka_unit_test(a_header_is_found_by_its_name_in_any_case),
    };
    return cmocka_run_group_tests_name("header", tests, NULL, NULL);
}
