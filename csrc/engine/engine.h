/* SPDX-License-Identifier: MIT */
/* The engine, as its clients and calls see it. */
#ifndef AM_ENGINE_H
#define AM_ENGINE_H

#include "agentmail.h"
#include "base/fork.h"
#include "base/heap.h"
#include "base/list.h"
#include "base/visibility.h"
#include "engine/host.h"
#include "engine/transport.h"

AM_BEGIN_HIDDEN

struct am_engine {
    am_transport transport;
    am_heap timers; /* of calls: a deadline in the queue, or the end of a back-off */
    am_link clients;
    am_link ready;   /* calls that want their owner, in the order in which they came to */
    am_link orphans; /* calls whose client is freed */
    am_host *hosts;
    size_t call_count;
    uint64_t random;
    am_fork_mark process; /* the process that made it */
    bool watched;         /* a caller waits on the descriptor alone */
    int64_t alarm_ms;     /* the owner's; -1: none */
};

/* Call this after any change to the time when the engine next has work, or to `ready`. */
void am_engine_rearm(am_engine *engine);
/* 64 uniform bits, for jitter. */
uint64_t am_engine_random(am_engine *engine);

AM_END_HIDDEN
#endif
