/* SPDX-License-Identifier: MIT */
/* URLs and redirects, where a mistake would leak the credential. */
#include "unit.h"

#include <string.h>

#include "base/url.h"

static void a_base_url_that_is_no_plain_http_url_is_refused(void **state)
{
    static const struct {
        const char *url, *problem; /* part of the error; NULL: none */
    } cases[] = {
        {"https://api.agentmail.to", NULL},
        {"https://api.agentmail.to/", NULL},
        {"HTTPS://API.agentmail.to:8443/v1/", NULL},
        {"http://127.0.0.1:8080", NULL},
        {"http://[::1]:8080", NULL},
        {"http://[::1]", NULL},
        {"http://[::1", "bracket"},
        {"http://host:1/v1", NULL},
        {"http://host:65535", NULL},
        {"http://host:65536", "port"},
        {"http://host:0", "port"},
        {"http://host:", "port"},
        {"http://host:/", "port"},
        {"http://host:8x", "port"},
        {"http://host:80:80", "port"},
        {"http://host:100000000000000000000", "port"},
        {"http://[::1]:99999", "port"},
        {"", "begin with"},
        {"api.agentmail.to", "begin with"},
        {"ftp://api.agentmail.to", "begin with"},
        {"https:/api.agentmail.to", "begin with"},
        {"https//api.agentmail.to", "begin with"},
        {"https://", "host"},
        {"https:///path", "host"},
        {"https://?q", "host"},
        {"https://#f", "host"},
        {"https://:443", "host"},
        {"https://user:secret@api.example", "password"},
        {"https://api.example/@x", "password"},
        {"https://api.example?q=1", "query"},
        {"https://api.example/#top", "query"},
        {"https://api .example", "blanks"},
        {"https://api.example/\x7f", "blanks"},
        {"https://api.example/\r\nX: y", "blanks"},
        {"https://\xc3\xa4pi.example", "non-ASCII"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *problem = am_url_problem(cases[i].url);
        bool right = cases[i].problem ? problem && strstr(problem, cases[i].problem) : !problem;
        if (!right)
            fail_msg("\"%s\": %s", cases[i].url, problem ? problem : "no problem");
    }
}

static void the_origin_of_a_url_ends_before_its_path(void **state)
{
    static const struct {
        const char *url, *origin;
    } cases[] = {
        {"https://api.example", "https://api.example"},
        {"https://api.example/", "https://api.example"},
        {"https://api.example:8443/v0/x?y#z", "https://api.example:8443"},
        {"http://api.example?y", "http://api.example"},
        {"http://api.example#z", "http://api.example"},
        {"HTTP://[::1]:80/", "HTTP://[::1]:80"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(am_url_origin(cases[i].url), strlen(cases[i].origin));
        assert_memory_equal(cases[i].url, cases[i].origin, strlen(cases[i].origin));
    }
}

/* The credential follows redirects, so a doubtful Location leads nowhere. */
static void a_location_is_followed_only_within_its_origin(void **state)
{
    static const char url[] = "https://api.example:8443/v0/inboxes?limit=1";
    static const struct {
        const char *location, *target;
    } cases[] = {
        {"/v1/inboxes", "https://api.example:8443/v1/inboxes"},
        {"/", "https://api.example:8443/"},
        {"/a?b=c", "https://api.example:8443/a?b=c"},
        {"/longer/than/the/origin/is", "https://api.example:8443/longer/than/the/origin/is"},
        {"https://api.example:8443/x", "https://api.example:8443/x"},
        {"HTTPS://API.EXAMPLE:8443/x", "https://api.example:8443/x"},
        {"https://api.example:8443//x", "https://api.example:8443//x"},
        {"", NULL},
        {"x", NULL},
        {"../x", NULL},
        {"?limit=2", NULL},
        {"#top", NULL},
        {"//evil.example/x", NULL},
        {"http://api.example:8443/x", NULL}, /* https is never downgraded to http */
        {"https://api.example/x", NULL},
        {"https://api.example:443/x", NULL},
        {"https://api.example:84430/x", NULL},
        {"https://api.example:8443.evil.example/x", NULL},
        {"https://api.example:8443@evil.example/x", NULL},
        {"https://api.example:8443", NULL},
        {"https://api.example:8443?x", NULL},
        {"https://evil.example/https://api.example:8443/x", NULL},
        {"https://api.example:844", NULL},
        {"file:///etc/passwd", NULL},
        {"javascript:alert(1)", NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *target = am_url_follow(url, cases[i].location, strlen(cases[i].location));
        const char *wanted = cases[i].target;
        if (wanted ? !target || strcmp(target, wanted) != 0 : target != NULL)
            fail_msg("\"%s\" leads to %s", cases[i].location, target ? target : "nowhere");
        free(target);
    }
    assert_null(am_url_follow(url, "/a\0b", 4));
    char *cut = am_url_follow(url, "/abc", 2); /* a header value is not NUL-terminated */
    assert_string_equal(cut, "https://api.example:8443/a");
    free(cut);
    cut = am_url_follow(url, "//evil.example", 1);
    assert_string_equal(cut, "https://api.example:8443/");
    free(cut);
}

static void only_what_libcurl_sends_as_it_is_counts_as_a_target(void **state)
{
    static const struct {
        const char *url, *base, *target;
    } cases[] = {
        {"https://a.test/v0/x?y=%20", "https://a.test", "/v0/x?y=%20"},
        {"HTTPS://A.TEST/", "https://a.test/v0", "/"},
        {"http://[::1]:80/x", "http://[::1]:80", "/x"},
        {"https://a.test.test/x", "https://a.test", NULL},
        {"https://a.test:444/x", "https://a.test", NULL},
        {"http://a.test/x", "https://a.test", NULL},
        {"https://a.test", "https://a.test", NULL},
        {"https://a.test?x", "https://a.test", NULL},
        {"https://a.test/x#y", "https://a.test", NULL},
        {"https://a.test/x y", "https://a.test", NULL},
        {"https://a.test/\xc3\xa4", "https://a.test", NULL},
        {"https://a.test/x\x7f", "https://a.test", NULL},
        {"https://a.test/x?", "https://a.test", NULL},
        {"https://a.test/x??", "https://a.test", "/x??"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *target = am_url_target(cases[i].url, cases[i].base);
        if (!target || !cases[i].target ? target != cases[i].target
                                        : strcmp(target, cases[i].target) != 0)
            fail_msg("%s at %s: %s", cases[i].url, cases[i].base, target ? target : "NULL");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_base_url_that_is_no_plain_http_url_is_refused),
        cmocka_unit_test(the_origin_of_a_url_ends_before_its_path),
        cmocka_unit_test(a_location_is_followed_only_within_its_origin),
        cmocka_unit_test(only_what_libcurl_sends_as_it_is_counts_as_a_target),
    };
    return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
