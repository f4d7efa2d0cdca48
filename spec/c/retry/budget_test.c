/* SPDX-License-Identifier: MIT */
#include "retry/budget.h"

#include "unit.h"

static am_limits limits_of(int64_t tokens, int64_t refund, int64_t refill_ms)
{
    am_limits limits;
    am_limits_init(&limits);
    limits.budget_tokens = tokens;
    limits.budget_refund = refund;
    limits.budget_refill_ms = refill_ms;
    return limits;
}

static void a_retry_budget_gives_what_it_has_and_no_more(void **state)
{
    am_budget budget = {.tokens = 12};
    (void)state;
    assert_true(am_budget_take(&budget, 5));
    assert_true(am_budget_take(&budget, 7));
    assert_false(am_budget_take(&budget, 1));
    assert_int_equal(budget.tokens, 0);
    assert_true(am_budget_take(&budget, 0));
}

static void a_success_refunds_a_retry_budget_up_to_its_limit(void **state)
{
    am_limits limits = limits_of(10, 4, 1000);
    am_budget budget = {.tokens = 3};
    (void)state;
    am_budget_refund(&budget, &limits);
    assert_int_equal(budget.tokens, 7);
    am_budget_refund(&budget, &limits);
    assert_int_equal(budget.tokens, 10);
}

static void a_retry_budget_above_its_limit_loses_nothing(void **state)
{
    am_limits limits = limits_of(10, 4, 1000);
    am_budget budget = {.tokens = 50};
    (void)state;
    am_budget_refund(&budget, &limits);
    am_budget_refill(&budget, &limits, 1000000);
    assert_int_equal(budget.tokens, 50);
}

static void time_refills_a_retry_budget_by_whole_tokens(void **state)
{
    am_limits limits = limits_of(10, 1, 1000);
    am_budget budget = {.filled_ms = 5000};
    (void)state;
    am_budget_refill(&budget, &limits, 5999);
    assert_int_equal(budget.tokens, 0);
    am_budget_refill(&budget, &limits, 7500); /* the half second counts later */
    assert_int_equal(budget.tokens, 2);
    am_budget_refill(&budget, &limits, 8000);
    assert_int_equal(budget.tokens, 3);
    am_budget_refill(&budget, &limits, 8000);
    assert_int_equal(budget.tokens, 3);
    am_budget_refill(&budget, &limits, 1); /* a clock that goes back takes nothing */
    assert_int_equal(budget.tokens, 3);
    am_budget_refill(&budget, &limits, 9000000);
    assert_int_equal(budget.tokens, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_retry_budget_gives_what_it_has_and_no_more),
        cmocka_unit_test(a_success_refunds_a_retry_budget_up_to_its_limit),
        cmocka_unit_test(a_retry_budget_above_its_limit_loses_nothing),
        cmocka_unit_test(time_refills_a_retry_budget_by_whole_tokens),
    };
    return cmocka_run_group_tests_name("budget", tests, NULL, NULL);
}
