/* SPDX-License-Identifier: MIT */
/*
 * A model check of the outbox: every interleaving of workers, network, service, people and clocks,
 * within the bounds of a configuration. What a worker decides is not modelled: it is csrc/outbox/
 * itself, linked in.
 *
 * Time is counted in units of 5 s; a tick is two. Of the limits, T0 is two ticks, H three, G two,
 * so that a request lives less than H in network and service, and a mail is listed before G has
 * passed. A `half` is 11.5 h less a unit, so that two of them end just before the age of the key.
 */
#ifndef AM_MODEL_H
#define AM_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "outbox/outbox.h"

enum {
    UNIT_MS = 5000,
    TICK = 2,
    HOURS = 720, /* units in one hour */
    HALF = 23 * HOURS / 2 - 1,
    KEY_LIFE = 24 * HOURS,
    T0 = 2 * TICK,
    H = 3 * TICK,
    G = 2 * TICK,
    WORK_TIME = 2 * TICK, /* of a call; the slack of a lease comes on top */
    WORKERS = 2,
    FILES = 2,
    REQUESTS = 3,
    DRAFTS = 3
};

/* The column of what can happen, beside what always can: requests and answers get lost, workers
 * freeze. A residual is a switch that is off in the proofs. */
typedef struct config {
    const char *name;
    int workers, files; /* two files: a worker, a host and its clocks for each */
    bool drafts;        /* the era without keys */
    bool two_step;      /* its service checks a draft, then sends it, and marks nothing between */
    bool marks;         /* its service marks the draft before it sends it */
    bool torn;          /* its service deletes the draft in a step after the hand-off */
    bool bare;          /* no label goes along, so nothing is looked for */
    bool resend;
    int ticks, halves, hours; /* most time to pass, in all */
    int start;                /* units since the mail's cause, when it begins */
    uint64_t most;            /* states, in depth; 0: to the end */
    int crashes, reboots, jumps, deaths, refusals, sends;
    bool people;                  /* remove the mail, once its key is at rest */
    bool cancels;                 /* a person withdraws the row */
    bool stored_only;             /* the service may die with the mail stored, not sent */
    bool late_mark, forget_draft; /* mutants of the worker */
    bool r1, r3, r5, r6, r8, r9, r11, slow;
    bool witness; /* shows an `unknown` of a mail that was sent */
} config;

/* A row as the model keeps it: times in units, -1 none; strings as numbers. */
typedef struct row_state {
    int32_t caused[2], first[2], last[2], empty[2], lease; /* wall, boot */
    int16_t flags;
    uint8_t state, owner, epoch, boot, draft, spare;
} row_state;

enum { NOWHERE, NETWORK, AT_WORK, HANDED, ANSWERED };

typedef struct request {
    int32_t sent_at;
    uint8_t place, action, event, draft, file, spare[3];
} request;

enum { IDLE, HAS_JOB, FROZEN_AT_WIRE, IS_OUT, HAS_SEEN };

typedef struct worker_state {
    int32_t not_after, blind, first_byte; /* of its job; -1: nothing on the wire yet */
    uint8_t phase, action, weight, event, slot, fresh, draft, marked, doubt;
    uint8_t overlooked; /* it has looked while the mail could be found, or will be soon */
    uint8_t spare[2];
} worker_state;

enum { KEY_FREE, KEY_BUSY, KEY_DEAD, KEY_DONE };
enum { NO_DRAFT, DRAFT_THERE, DRAFT_LEAVING, DRAFT_SENT };

/* Compared as bytes: no padding. */
typedef struct state {
    row_state rows[FILES];
    worker_state workers[WORKERS];
    request requests[REQUESTS];
    int32_t now, newest[FILES], key_since, handed_at, booted_at, wall_off;
    row_state backup;
    uint8_t ticks, halves, hours, crashes, reboots, jumps, deaths, refusals, sends;
    uint8_t boot, key;
    uint8_t copies[FILES];                        /* by the file whose request did it */
    uint8_t listed, label, stored_unsent, unseen; /* unseen: handed off, not yet listed */
    uint8_t drafts[DRAFTS];
    uint8_t has_backup, wrong, spare[2];
} state;

/* What is wrong with a state; `wrong` keeps what a step did wrong. */
enum {
    RIGHT,
    TWO_COPIES,
    APPLIED_UNSENT,
    REFUSED_SENT,
    WAITING_SENT,
    UNEXPLAINED,
    UNKNOWN_SENT,
    WITNESS
};
int judge(const state *s, const config *c);

typedef struct search search;
/* Takes a successor; `say` and its two numbers tell what happened. */
void emit(search *to, const state *next, const char *say, int who, int what);

void worker_steps(const state *s, const config *c, search *to);
void world_steps(const state *s, const config *c, search *to);

/* Why rows became unknown, counted over all steps. */
enum { WHY_AGE, WHY_REFUSED, WHY_UNSENT, WHY_GONE, WHYS };
void count_unknown(search *to, int why);
void count_outcome(search *to, int row);

/* ---- shared ---------------------------------------------------------------------------------- */

static inline int copies_of(const state *s)
{
    return s->copies[0] + s->copies[1];
}

static inline int file_of(const config *c, int worker)
{
    return c->files > 1 ? worker : 0;
}

static inline bool any_request(const state *s)
{
    for (int i = 0; i < REQUESTS; i++)
        if (s->requests[i].place != NOWHERE && s->requests[i].place != ANSWERED)
            return true;
    return false;
}

#endif
