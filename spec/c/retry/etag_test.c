/* SPDX-License-Identifier: MIT */
/* The values of If-Match. */
#include "unit.h"

#include <string.h>

#include "retry/etag.h"

static void an_etag_protects_if_it_names_one_state(void **state)
{
    static const struct {
        const char *etag;
        bool valid, one;
    } cases[] = {
        {"\"rv-7\"", true, true},     {"rv-7", true, true},
        {"W/\"rv-7\"", true, true},   {"\"occ-8f~\"", true, true},
        {"*", true, false},           {"\"a\", \"b\"", true, false},
        {"\"a\",\"b\"", true, false}, {"\"*\"", true, true},
        {"**", true, true},           {"", false, true},
        {" \"a\"", false, true},      {"\"a\" ", false, true},
        {"\"a\nX: y\"", false, true}, {"\"\xc3\xa4\"", false, true},
        {"\"\x7f\"", false, true},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t size = strlen(cases[i].etag);
        if (am_etag_is_valid(cases[i].etag, size) != cases[i].valid)
            fail_msg("%s: not %svalid", cases[i].etag, cases[i].valid ? "" : "in");
        if (am_etag_is_one(cases[i].etag, size) != cases[i].one)
            fail_msg("%s: not %s", cases[i].etag, cases[i].one ? "one" : "several");
    }
    assert_false(am_etag_is_valid("\"a\0b\"", 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_etag_protects_if_it_names_one_state),
    };
    return cmocka_run_group_tests_name("retry: etags", tests, NULL, NULL);
}
