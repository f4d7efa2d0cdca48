/* SPDX-License-Identifier: MIT */
/* The binary heap of timers. */
#include "base/heap.h"

#include <stdlib.h>

bool am_heap_reserve(am_heap *heap, size_t count)
{
    if (count <= heap->capacity)
        return true;
    size_t capacity = heap->capacity ? heap->capacity * 2 : 16;
    if (capacity < count)
        capacity = count;
    am_timer **timers = realloc(heap->timers, capacity * sizeof *timers);
    if (!timers)
        return false;
    heap->timers = timers;
    heap->capacity = capacity;
    return true;
}

static void put_timer(am_heap *heap, size_t index, am_timer *timer)
{
    heap->timers[index] = timer;
    timer->place = index + 1;
}

static void rise(am_heap *heap, size_t index, am_timer *timer)
{
    while (index > 0) {
        size_t parent = (index - 1) / 2;
        if (heap->timers[parent]->at_ms <= timer->at_ms)
            break;
        put_timer(heap, index, heap->timers[parent]);
        index = parent;
    }
    put_timer(heap, index, timer);
}

static void sink(am_heap *heap, size_t index, am_timer *timer)
{
    for (;;) {
        size_t child = 2 * index + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count && heap->timers[child + 1]->at_ms < heap->timers[child]->at_ms)
            child++;
        if (heap->timers[child]->at_ms >= timer->at_ms)
            break;
        put_timer(heap, index, heap->timers[child]);
        index = child;
    }
    put_timer(heap, index, timer);
}

void am_heap_set(am_heap *heap, am_timer *timer, int64_t at_ms)
{
    am_heap_unset(heap, timer);
    timer->at_ms = at_ms;
    rise(heap, heap->count++, timer);
}

void am_heap_unset(am_heap *heap, am_timer *timer)
{
    if (!timer->place)
        return;
    size_t index = timer->place - 1;
    am_timer *last = heap->timers[--heap->count];
    timer->place = 0;
    if (last == timer)
        return;
    if (index > 0 && heap->timers[(index - 1) / 2]->at_ms > last->at_ms)
        rise(heap, index, last);
    else
        sink(heap, index, last);
}

am_timer *am_heap_first(const am_heap *heap)
{
    return heap->count ? heap->timers[0] : NULL;
}

void am_heap_free(am_heap *heap)
{
    free(heap->timers);
    *heap = (am_heap){0};
}
