/* SPDX-License-Identifier: MIT */
/*
 * Rows of the table of failures, each driven through the real engine against a real server, for
 * every protection, and compared with what the server counted.
 */
#ifndef ROWS_RUN_H
#define ROWS_RUN_H

#include "fault_client.h"

enum { ROW_STEPS = 8 };

/* How a row is run. */
enum {
    ROW_ON_PLAIN = 1, /* HTTP/1.1 */
    ROW_ON_TLS = 2,
    ROW_ON_H2 = 4,
    ROW_ON_HTTP1 = ROW_ON_PLAIN | ROW_ON_TLS,
    ROW_ON_ALL = 7,
    ROW_FRESH_ONLY = 8, /* it happens to a connection before the first request */
    ROW_LARGE = 16,     /* with a body that fills all buffers */
    ROW_STALLS = 32     /* the client's own limit ends it */
};

typedef struct fault_row {
    const char *name; /* its number and what happens */
    int how;
    fault_step steps[ROW_STEPS];
    int step_count;
    /* Letters and digits in the order safe, idempotent, client_id, keyed, natural key, if_match,
     * unprotected; a blank: this class is not run. */
    const char *outcomes; /* a applied, n not applied, u unknown */
    const char *attempts; /* times on the wire */
    am_code code;         /* of what is not applied */
} fault_row;

/* How rows are written. */
#define STEPS(n, ...) .steps = {__VA_ARGS__}, .step_count = (n)
#define DONE(...)                                                                                  \
    {                                                                                              \
        .done = true, __VA_ARGS__                                                                  \
    }
#define LOST                                                                                       \
    {                                                                                              \
        .done = true, .end = FAULT_RESET                                                           \
    }
#define ONCE_AGAIN                                                                                 \
    "aaaaaau", "2222221" /* outcomes and attempts where each class repeats if it may               \
                          */
#define CUT_BODY "{\"whole\":tr"

/* Runs all rows over their protocols, on fresh and on reused connections; the exit status. */
int rows_run(const fault_row *rows, size_t count);

/* Asserts one report: outcome by letter, Jepsen's rule, and the count of requests. A client that
 * stops waiting may have sent a request that did not arrive. */
void rows_check(const char *what, am_protection protection, am_result result, fault_tally tally,
                char outcome, am_code code, bool stalls);

/* Sends one request against a script; the result. */
am_result rows_ask(fault_rig *rig, const am_request *request, const fault_step *steps,
                   size_t count);

#endif
