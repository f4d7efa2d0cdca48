/* SPDX-License-Identifier: MIT */
/* Everything in flight, behind one descriptor: finds what is due; call.c does it. */
#define _GNU_SOURCE
#include "engine/engine.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/clock.h"
#include "engine/call.h"
#include "engine/client.h"

am_engine *am_engine_new(void)
{
    am_engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return NULL;
    am_fork_mark_set(&engine->process);
    am_list_init(&engine->clients);
    am_list_init(&engine->ready);
    am_list_init(&engine->orphans);
    engine->alarm_ms = -1;
    if (am_transport_open(&engine->transport) &&
        getrandom(&engine->random, sizeof engine->random, 0) == (ssize_t)sizeof engine->random)
        return engine;
    am_engine_free(engine);
    return NULL;
}

bool am_engine_is_foreign(const am_engine *engine)
{
    return am_fork_mark_is_foreign(&engine->process);
}

void am_engine_free(am_engine *engine)
{
    if (!engine || am_engine_is_foreign(engine))
        return;
    for (am_link *link; (link = am_list_first(&engine->clients)) != NULL;) {
        am_client *client = AM_OWNER(link, am_client, in_engine);
        am_client_close(client); /* all its calls at once: none takes another's turn */
        for (am_link *of_call; (of_call = am_list_first(&client->calls)) != NULL;)
            am_call_free(AM_OWNER(of_call, am_call, in_client));
        am_client_free(client);
    }
    for (am_link *link; (link = am_list_first(&engine->orphans)) != NULL;)
        am_call_free(AM_OWNER(link, am_call, in_client));
    am_hosts_free(engine->hosts);
    am_heap_free(&engine->timers);
    am_fork_mark_free(&engine->process);
    am_transport_close(&engine->transport);
    free(engine);
}

/* splitmix64: jitter must be spread out, not secret. */
uint64_t am_engine_random(am_engine *engine)
{
    uint64_t z = (engine->random += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* The earlier of two times, each -1 if it never comes. */
static int64_t sooner(int64_t a, int64_t b)
{
    return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* When the calls have work other than at the sockets; -1: never. */
static int64_t work_ms(const am_engine *engine)
{
    const am_timer *first = am_heap_first(&engine->timers);
    return sooner(engine->transport.due_ms, first ? first->at_ms : -1);
}

/* When the descriptor must be readable: for work, or for the owner. */
static int64_t due_ms(const am_engine *engine)
{
    bool is_now = engine->news && am_list_first(&engine->ready);
    return is_now ? 0 : sooner(work_ms(engine), engine->alarm_ms);
}

/* A forked child shares its parent's timer. */
void am_engine_rearm(am_engine *engine)
{
    if (engine->watched && !am_engine_is_foreign(engine))
        am_poller_wake_at(&engine->transport.poller, due_ms(engine));
}

void am_engine_alarm(am_engine *engine, int64_t in_ms)
{
    engine->alarm_ms = in_ms < 0 ? -1 : in_ms == 0 ? 0 : am_monotonic_ms() + in_ms;
    am_engine_rearm(engine);
}

bool am_engine_is_wanted(const am_engine *engine)
{
    int64_t alarm = engine->alarm_ms;
    return am_list_first(&engine->ready) || (alarm >= 0 && alarm <= am_monotonic_ms());
}

int am_engine_pollfd(am_engine *engine)
{
    engine->watched = true;
    am_engine_rearm(engine);
    return engine->transport.poller.fd;
}

int64_t am_engine_timeout(am_engine *engine)
{
    return am_ms_until(due_ms(engine), -1);
}

/* Ends all attempts once libcurl cannot be driven any more: it would wait for ever, or trip over
 * its half-made state. */
static void unstick(am_engine *engine)
{
    for (am_link *c = engine->clients.next; c != &engine->clients; c = c->next) {
        am_client *client = AM_OWNER(c, am_client, in_engine);
        for (am_link *link = client->calls.next; link != &client->calls; link = link->next) {
            am_call *call = AM_OWNER(link, am_call, in_client);
            if (call->state != AM_STATE_SENDING)
                continue;
            am_transfer_abort(call->transfer);
            call->transfer->curl = AM_CURL_NO_MEMORY;
        }
    }
    am_transport_reset(&engine->transport);
    for (am_link *c = engine->clients.next; c != &engine->clients; c = c->next) {
        am_client *client = AM_OWNER(c, am_client, in_engine);
        for (am_link *link = client->calls.next; link != &client->calls; link = link->next) {
            am_call *call = AM_OWNER(link, am_call, in_client);
            if (call->state == AM_STATE_SENDING && !call->transfer->running)
                am_call_answered(call);
        }
    }
}

/* Does what is due, waiting for it until due_ms (-1: no such time) or for timeout_ms. */
static bool run(am_engine *engine, int64_t due_ms, int64_t timeout_ms)
{
    bool waited = am_transport_run(&engine->transport, am_ms_until(due_ms, timeout_ms));
    for (am_transfer *moved; (moved = am_transport_next_moved(&engine->transport)) != NULL;)
        am_call_moved(moved->owner);
    for (am_transfer *done; (done = am_transport_next_done(&engine->transport)) != NULL;)
        am_call_answered(done->owner);
    if (engine->transport.stuck)
        unstick(engine);
    int64_t now = am_monotonic_ms();
    for (am_timer *timer;
         (timer = am_heap_first(&engine->timers)) != NULL && timer->at_ms <= now;) {
        am_heap_unset(&engine->timers, timer);
        am_call_due(AM_OWNER(timer, am_call, timer));
    }
    am_engine_rearm(engine);
    return waited;
}

bool am_engine_wait(am_engine *engine, int64_t timeout_ms)
{
    if (am_engine_is_foreign(engine))
        return true;
    int64_t due = due_ms(engine);
    engine->news = false; /* its owner hears of it now */
    return run(engine, due, timeout_ms);
}

bool am_engine_block(am_engine *engine, int64_t timeout_ms)
{
    if (am_engine_is_foreign(engine))
        return true;
    if (engine->watched) /* its timer would end the wait */
        am_poller_wake_at(&engine->transport.poller, work_ms(engine));
    return run(engine, work_ms(engine), timeout_ms);
}

void am_engine_step(am_engine *engine)
{
    am_engine_wait(engine, 0);
}

size_t am_engine_unfinished(const am_engine *engine)
{
    size_t count = 0;
    for (am_link *link = engine->clients.next; link != &engine->clients; link = link->next)
        count += (size_t)AM_OWNER(link, am_client, in_engine)->unfinished;
    return count;
}

am_call *am_engine_next(am_engine *engine)
{
    am_call *call = am_engine_look(engine, NULL);
    if (call)
        am_call_take(call);
    return call;
}

am_call *am_engine_look(const am_engine *engine, const am_call *after)
{
    const am_link *last = after && after->in_ready.next ? &after->in_ready : &engine->ready;
    return last->next == &engine->ready ? NULL : AM_OWNER(last->next, am_call, in_ready);
}
