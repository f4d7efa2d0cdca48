/* SPDX-License-Identifier: MIT */
/* Timers in a binary heap, earliest first. A timer lives inside the object that waits. */
#ifndef AM_HEAP_H
#define AM_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

typedef struct am_timer {
    int64_t at_ms;
    size_t place; /* 1 + index in the heap; 0: not set */
} am_timer;

typedef struct am_heap {
    am_timer **timers;
    size_t count, capacity;
} am_heap;

/* Reserves room for `count` timers, so that setting one cannot fail; false: out of memory. */
bool am_heap_reserve(am_heap *heap, size_t count);
/* Sets a timer, or moves one that is set already. */
void am_heap_set(am_heap *heap, am_timer *timer, int64_t at_ms);
/* Unsets a timer; does nothing if it is not set. */
void am_heap_unset(am_heap *heap, am_timer *timer);
/* The earliest timer, or NULL. */
am_timer *am_heap_first(const am_heap *heap);
void am_heap_free(am_heap *heap);

AM_END_HIDDEN
#endif
