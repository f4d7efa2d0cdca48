/* SPDX-License-Identifier: MIT */
/*
 * The client's side of the tests against the fault server: an engine with one client, requests of
 * every protection that name their operation, a judge, and the rule that checks reports.
 */
#ifndef FAULT_CLIENT_H
#define FAULT_CLIENT_H

#include "agentmail.h"
#include "fault_server.h"

enum { FAULT_ID_SIZE = 18, FAULT_HEAD_SIZE = 4096 };

/* The body size that fills every socket buffer on its way. */
#define FAULT_LARGE (fault_slowness() > 1 ? 1000000 : 5500000)

typedef struct fault_rig {
    fault_server *server; /* not owned */
    am_engine *engine;
    am_client *client;
    am_limits limits;
    unsigned op; /* of the last request */
} fault_rig;

/* An engine and a client of the server; the limits allow many tries and short sleeps. */
fault_rig fault_rig_new(fault_server *server);
/* Options for a client of the server, with this rig's limits. */
am_client_options fault_options(const fault_rig *rig);
/* Replaces the client, after its limits or options changed. */
void fault_rig_client(fault_rig *rig, const am_client_options *options);
void fault_rig_free(fault_rig *rig);

/* A test whose state is its own server, over plain HTTP. */
#define FAULT_CASE(test) cmocka_unit_test_setup_teardown(test, fault_start, fault_stop)
int fault_start(void **server);
int fault_stop(void **server);

/* Submits a request of an operation; `size` is the least size of its body. */
am_call *fault_submit(am_client *client, unsigned op, am_protection protection, size_t size);
/* The same, for a new operation of the rig's client. */
am_call *fault_begin(fault_rig *rig, am_protection protection);
/* A read that names no operation, finished before this returns: its connection can then be
 * reused. */
void fault_prime(fault_rig *rig);

/* Sends a request, which must succeed, and copies the head that arrived. */
void fault_send(fault_rig *rig, am_request request, char head[FAULT_HEAD_SIZE]);

/* Tells the engine what a JSON reader would say about an answer. */
void fault_judge(am_call *call);
/* Waits, and judges all calls that need it, until the call is done. */
am_result fault_finish(am_engine *engine, am_call *call);

/* Waits until the call is in a state; judges nothing. */
void fault_until(fault_rig *rig, am_call *call, am_state state);
/* Waits until this many requests have arrived since the server was made. */
void fault_until_arrived(fault_rig *rig, int requests);

/* Jepsen's rule: NULL if a report agrees with what the server counted, else what is wrong. */
const char *fault_lie(am_protection protection, am_result result, fault_tally tally);

/* How many times slower everything is here: 1, or more under valgrind. */
int fault_slowness(void);
/* Open descriptors of this process. */
int fault_descriptors(void);

#endif
