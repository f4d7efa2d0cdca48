/* SPDX-License-Identifier: MIT */
/* One host for each origin, and which of its connections are trusted after a timeout. */
#include "unit.h"

#include "engine/host.h"

static void each_origin_has_one_host(void **state)
{
    am_host *hosts = NULL;
    (void)state;
    am_host *host = am_host_of_url(&hosts, "https://api.example.com:8443/v0", 7);
    assert_non_null(host);
    assert_string_equal(host->origin, "https://api.example.com:8443");
    assert_int_equal(host->budget.tokens, 7);
    host->budget.tokens = 3;
    assert_ptr_equal(am_host_of_url(&hosts, "https://api.example.com:8443?x=/", 9), host);
    assert_int_equal(host->budget.tokens, 3); /* the next client does not refill it */
    assert_ptr_not_equal(am_host_of_url(&hosts, "https://api.example.com:844", 9), host);
    assert_ptr_not_equal(am_host_of_url(&hosts, "http://api.example.com:8443", 9), host);
    assert_ptr_equal(am_host_of_url(&hosts, "https://api.example.com:8443", 9), host);
    am_hosts_free(hosts);
}

static void trusts_any_connection_before_a_doubt(void **state)
{
    static const int64_t times_ms[] = {0, 1, 1000, 86400000};
    am_host host = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(times_ms); i++) {
        int64_t oldest_s = 99;
        assert_true(am_host_trusts(&host, times_ms[i], &oldest_s));
        assert_int_equal(oldest_s, 0);
    }
}

static void trusts_only_what_is_younger_than_a_doubt(void **state)
{
    static const struct {
        int64_t later_ms, oldest_s;
        bool trusted;
    } cases[] = {{0, 0, false},   {1000, 0, false}, {1999, 0, false}, {2000, 1, true},
                 {2999, 1, true}, {3000, 2, true},  {60000, 59, true}};
    am_host host = {0};
    (void)state;
    am_host_doubt(&host, 5000);
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t oldest_s = 99;
        assert_int_equal(am_host_trusts(&host, 5000 + cases[i].later_ms, &oldest_s),
                         cases[i].trusted);
        assert_int_equal(oldest_s, cases[i].oldest_s);
    }
}

static void trusts_none_while_an_older_attempt_is_on_the_wire(void **state)
{
    am_host host = {0};
    int64_t oldest_s;
    (void)state;
    unsigned first = am_host_enter(&host), second = am_host_enter(&host);
    am_host_doubt(&host, 1000);
    unsigned third = am_host_enter(&host); /* on its own connection */
    am_host_leave(&host, first);
    assert_false(am_host_trusts(&host, 9000, &oldest_s));
    am_host_leave(&host, third);
    assert_false(am_host_trusts(&host, 9000, &oldest_s));
    am_host_leave(&host, second);
    assert_true(am_host_trusts(&host, 9000, &oldest_s));
    assert_int_equal(host.running, 0);
}

static void a_further_doubt_counts_all_that_run(void **state)
{
    am_host host = {0};
    int64_t oldest_s;
    (void)state;
    am_host_doubt(&host, 1000);
    unsigned attempt = am_host_enter(&host);
    assert_true(am_host_trusts(&host, 9000, &oldest_s));
    am_host_doubt(&host, 9000);
    assert_false(am_host_trusts(&host, 20000, &oldest_s));
    am_host_leave(&host, attempt);
    assert_true(am_host_trusts(&host, 20000, &oldest_s));
    assert_int_equal(oldest_s, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_origin_has_one_host),
        cmocka_unit_test(trusts_any_connection_before_a_doubt),
        cmocka_unit_test(trusts_only_what_is_younger_than_a_doubt),
        cmocka_unit_test(trusts_none_while_an_older_attempt_is_on_the_wire),
        cmocka_unit_test(a_further_doubt_counts_all_that_run),
    };
    return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
