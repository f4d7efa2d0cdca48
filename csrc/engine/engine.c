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

/* When there is work other than at the sockets; -1: never. */
static int64_t due_ms(const am_engine *engine)
{
    if (engine->news && am_list_first(&engine->ready))
        return 0;
    int64_t due = engine->transport.due_ms;
    const am_timer *first = am_heap_first(&engine->timers);
    if (first && (due < 0 || first->at_ms < due))
        due = first->at_ms;
    return due;
}

void am_engine_rearm(am_engine *engine)
{
    if (engine->watched)
        am_poller_wake_at(&engine->transport.poller, due_ms(engine));
}

void am_engine_tell(am_engine *engine)
{
    engine->news = true;
    am_engine_rearm(engine);
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

bool am_engine_wait(am_engine *engine, int64_t timeout_ms)
{
    if (am_engine_is_foreign(engine))
        return true;
    bool waited = am_transport_run(&engine->transport, am_ms_until(due_ms(engine), timeout_ms));
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
    engine->news = false;
    am_engine_rearm(engine);
    return waited;
}

void am_engine_step(am_engine *engine)
{
    am_engine_wait(engine, 0);
}

am_call *am_engine_next(am_engine *engine)
{
    am_link *link = am_list_first(&engine->ready);
    if (!link)
        return NULL;
    am_list_remove(link);
    return AM_OWNER(link, am_call, in_ready);
}
