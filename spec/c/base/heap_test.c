/* SPDX-License-Identifier: MIT */
/* The timer heap: examples, and comparison with a plain array. */
#include "unit.h"

#include <limits.h>

#include "base/heap.h"

enum { MOST = 200 };

/* Every timer knows its index, and none is earlier than its parent. */
static void check(const am_heap *heap)
{
    for (size_t i = 0; i < heap->count; i++) {
        assert_int_equal(heap->timers[i]->place, i + 1);
        if (i > 0)
            assert_true(heap->timers[(i - 1) / 2]->at_ms <= heap->timers[i]->at_ms);
    }
}

static void a_new_heap_has_no_timer(void **state)
{
    (void)state;
    am_heap heap = {0};
    am_timer timer = {0};
    assert_null(am_heap_first(&heap));
    am_heap_unset(&heap, &timer); /* never set: allowed */
    assert_true(am_heap_reserve(&heap, 0));
    am_heap_free(&heap);
}

static void a_heap_gives_its_timers_in_order(void **state)
{
    static const int64_t times[] = {5, 3, 9, 3, INT64_MIN, 0, 7, -4, INT64_MAX, 5, 1};
    am_timer timers[COUNT(times)] = {0};
    am_heap heap = {0};
    (void)state;
    assert_true(am_heap_reserve(&heap, COUNT(times)));
    for (size_t i = 0; i < COUNT(times); i++) {
        am_heap_set(&heap, &timers[i], times[i]);
        check(&heap);
    }
    int64_t last = INT64_MIN;
    for (am_timer *first; (first = am_heap_first(&heap)) != NULL;) {
        assert_true(first->at_ms >= last);
        last = first->at_ms;
        am_heap_unset(&heap, first);
        assert_int_equal(first->place, 0);
        check(&heap);
    }
    assert_int_equal(last, INT64_MAX);
    am_heap_free(&heap);
}

static void a_timer_that_is_set_again_moves_in_the_heap(void **state)
{
    am_timer a = {0}, b = {0};
    am_heap heap = {0};
    (void)state;
    assert_true(am_heap_reserve(&heap, 2));
    am_heap_set(&heap, &a, 10);
    am_heap_set(&heap, &b, 20);
    am_heap_set(&heap, &b, 5);
    assert_ptr_equal(am_heap_first(&heap), &b);
    am_heap_set(&heap, &b, 30);
    assert_ptr_equal(am_heap_first(&heap), &a);
    am_heap_set(&heap, &a, 10);
    assert_int_equal(heap.count, 2);
    am_heap_free(&heap);
}

/* The timer that fills a gap may have to rise: its new parent is in another branch. */
static void a_removed_timer_is_replaced_by_one_of_another_branch(void **state)
{
    static const int64_t times[] = {1, 10, 2, 11, 12, 3, 4};
    am_timer timers[COUNT(times)] = {0};
    am_heap heap = {0};
    (void)state;
    assert_true(am_heap_reserve(&heap, COUNT(times)));
    for (size_t i = 0; i < COUNT(times); i++)
        am_heap_set(&heap, &timers[i], times[i]);
    am_heap_unset(&heap, &timers[3]); /* 11, below 10; 4 takes its place */
    check(&heap);
    am_heap_free(&heap);
}

static void the_room_of_a_heap_grows_by_doubling(void **state)
{
    static const struct {
        size_t count, capacity;
    } steps[] = {{1, 16}, {16, 16}, {17, 32}, {33, 64}, {1000, 1000}, {5, 1000}, {1001, 2000}};
    am_heap heap = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(steps); i++) {
        assert_true(am_heap_reserve(&heap, steps[i].count));
        assert_int_equal(heap.capacity, steps[i].capacity);
    }
    am_heap_free(&heap);
    assert_int_equal(heap.capacity, 0);
}

/* Compared with a plain array; few different times, so that ties are common. */
static void a_heap_agrees_with_a_plain_array(void **state)
{
    (void)state;
    uint64_t random = unit_seed();
    am_timer timers[MOST] = {0};
    am_heap heap = {0};
    for (int n = 0; n < 100000; n++) {
        am_timer *timer = &timers[unit_random(&random) % MOST];
        if (unit_random(&random) % 3) {
            assert_true(am_heap_reserve(&heap, heap.count + 1));
            am_heap_set(&heap, timer, unit_between(&random, 0, 50));
        } else {
            am_heap_unset(&heap, timer);
        }
        int64_t earliest = INT64_MAX;
        size_t count = 0;
        for (size_t i = 0; i < MOST; i++)
            if (timers[i].place) {
                count++;
                earliest = timers[i].at_ms < earliest ? timers[i].at_ms : earliest;
            }
        const am_timer *first = am_heap_first(&heap);
        assert_int_equal(heap.count, count);
        assert_int_equal(first ? first->at_ms : INT64_MAX, earliest);
    }
    check(&heap);
    am_heap_free(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_heap_has_no_timer),
        cmocka_unit_test(a_heap_gives_its_timers_in_order),
        cmocka_unit_test(a_timer_that_is_set_again_moves_in_the_heap),
        cmocka_unit_test(a_removed_timer_is_replaced_by_one_of_another_branch),
        cmocka_unit_test(the_room_of_a_heap_grows_by_doubling),
        cmocka_unit_test(a_heap_agrees_with_a_plain_array),
    };
    return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
