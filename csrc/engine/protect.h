/* SPDX-License-Identifier: MIT */
/*
 * What makes a repeat of a request harmless: a client_id, an Idempotency-Key, or nothing. Every
 * request that can have one gets one here, between the path and the fields of its plan. Pure: a
 * random UUID is an argument.
 */
#ifndef AM_PROTECT_H
#define AM_PROTECT_H

#include "agentmail.h"
#include "base/visibility.h"
#include "encode/plan.h"

AM_BEGIN_HIDDEN

typedef struct am_protect_given {
    char uuid[AM_UUID_SIZE];     /* a random one, used where a key is to be made */
    am_item key;                 /* an Idempotency-Key given beside the arguments; nil: none */
    const char *draft_client_id; /* of a draft that is sent, where it is known; NULL: it is not */
} am_protect_given;

typedef struct am_settled {
    am_protection protection;
    char key[AM_KEY_MAX + 1]; /* the Idempotency-Key; "": none */
    bool made_client_id;      /* the uuid went into the arguments as the client_id */
} am_settled;

/* Settles the protection of a request whose arguments have been read. A client_id that is made, or
 * given up by false, is replaced among the arguments' items; `given` must outlive those. False:
 * the problem says which key is wrong and how. */
bool am_protect(const am_plan *plan, am_arguments *arguments, const am_protect_given *given,
                am_settled *settled, am_problem *problem);
/* All the steps of am_plan_write, with this one between them. */
bool am_write_protected(const am_plan *plan, am_arguments *arguments, const am_protect_given *given,
                        am_settled *settled, am_written *written, am_problem *problem);

AM_END_HIDDEN
#endif
