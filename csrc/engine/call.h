/* SPDX-License-Identifier: MIT */
/* A call, as the engine and its client see it. */
#ifndef AM_CALL_H
#define AM_CALL_H

#include "agentmail.h"
#include "base/heap.h"
#include "base/list.h"
#include "base/visibility.h"
#include "retry/retry.h"
#include "engine/host.h"
#include "engine/transport.h"

AM_BEGIN_HIDDEN

struct am_call {
    am_engine *engine;
    am_client *client; /* NULL: freed */
    am_host *host;     /* its host: the client's, or that of its own URL */
    am_link in_client, in_queue, in_ready;
    am_timer timer;
    am_state state;
    am_policy policy;
    am_limits limits;
    am_history history;
    am_decision decision;
    am_transfer *transfer; /* the current attempt, or the last one */
    unsigned doubts;       /* from the host, at the start of the attempt */
    int last_status;       /* of the last answer; the transfer may be gone */
    int64_t advised_ms;    /* not before this time, by the last answer; 0: no such limit */
    int64_t started_ms, ended_ms;
    char *followed_url; /* of a redirect; ours */
    char *secret;       /* a header line with its own API key, or NULL */
    void *user;
    char *text; /* to which the pieces of its body point; ours, or NULL */
    am_sending sending;
    bool wants_events;
    struct am_event *events;
    size_t event_count, event_capacity, event_taken;
};

/* Queues a call behind those that wait for their turn. */
void am_call_enqueue(am_call *call);
/* Begins the next attempt of a call taken from the queue. */
void am_call_send(am_call *call);
/* Handles the end of the call's attempt. */
void am_call_answered(am_call *call);
/* Tells the owner, who asked for it, that bytes have moved. */
void am_call_moved(am_call *call);
/* Handles the call's timer, which is due. */
void am_call_due(am_call *call);
/* Ends a call with code closed, unless it is done, and drops its answer and credentials. */
void am_call_close(am_call *call);
/* How many times the current attempt went onto the wire; -1: no attempt. */
int am_call_wire_under_way(const am_call *call);

AM_END_HIDDEN
#endif
