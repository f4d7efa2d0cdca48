/* SPDX-License-Identifier: MIT */
/* Shared by the protocols of the fault server: one connection, its thread, and the book. */
#ifndef FAULT_CONN_H
#define FAULT_CONN_H

#include <pthread.h>

#include "fault_server.h"
#include "fault_wire.h"

typedef struct fault_conn {
    struct fault_conn *next;
    fault_server *server;
    pthread_t thread;
    bool closing, finished;
    int served; /* requests so far */
    fault_wire wire;
} fault_conn;

struct fault_server {
    fault_scheme scheme;
    int listen_fd, port;
    char url[64];
    fault_tls *tls;
    pthread_t thread;
    bool threaded;

    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t changed;
    bool stopping, stopped, deaf;
    fault_conn *conns;
    fault_step *script;
    size_t script_size, script_next;
    fault_choose *choose;
    void *choose_context;
    int hold, held, at_once;
    unsigned hold_round;
    int paused;
    unsigned pause_round;
    fault_tally *tallies;
    size_t tally_count;
    fault_totals totals;
    int poke_port; /* a connection of our own, which is not served */
    bool poked;
    char last_head[4096];
};

/* A request that is being served. */
typedef struct fault_request {
    unsigned op;
    char protection; /* S, I, C, K, N, U as in X-Op; '-': none named */
    bool keyed;      /* carries its operation's Idempotency-Key */
    fault_step step;
} fault_request;

/* Counts a request by its head (of either protocol) and assigns its step. */
fault_request fault_arrived(fault_conn *conn, const char *head, size_t size);
/* The application does what the request asks for, if its step says so. */
void fault_perform(fault_conn *conn, const fault_request *request);
/* Call this after fault_arrived, before any answer. */
void fault_leaving(fault_conn *conn);

/* Each serves a connection until it ends; true: end it with a reset. */
bool fault_http1(fault_conn *conn);
bool fault_http2(fault_conn *conn);
bool fault_proxy(fault_conn *conn);

/* Waits if the step says so; false: the server stops. */
bool fault_pause(fault_conn *conn, const fault_step *step);
/* Handles what all ends share; true if the connection goes on. */
bool fault_goes_on(fault_conn *conn, fault_end end, bool *reset);
bool fault_flood(fault_conn *conn, size_t size);

#endif
