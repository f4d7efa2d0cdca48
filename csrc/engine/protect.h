/* SPDX-License-Identifier: MIT */
/*
 * Makes it harmless to repeat a request: by a client_id, an Idempotency-Key, an etag, or not at
 * all. Every request that can have one gets one here, between the path and the fields of its plan.
 * Pure: the caller passes a random UUID.
 */
#ifndef AM_PROTECT_H
#define AM_PROTECT_H

#include "agentmail.h"
#include "base/visibility.h"
#include "encode/plan.h"
#include "retry/etag.h"

AM_BEGIN_HIDDEN

typedef struct am_protect_given {
    char uuid[AM_UUID_SIZE];     /* random; used if a key must be made */
    am_item key;                 /* an Idempotency-Key outside the arguments; nil: none */
    am_bytes etag;               /* what the updated object was read with; size 0: none */
    const char *draft_client_id; /* of the draft being sent; NULL: unknown */
    am_bytes label;              /* that the mail gets, if it is given none; of no bytes: none */
} am_protect_given;

typedef struct am_settled {
    am_protection protection;
    char key[AM_KEY_MAX + 1];       /* the Idempotency-Key; "": none */
    char if_match[AM_ETAG_MAX + 1]; /* the value of If-Match; "": none */
    bool made_client_id;            /* the uuid became the client_id argument */
} am_settled;

/* Checks a client_id or an Idempotency-Key. False: the problem says what is wrong with it, at the
 * field of that name; NULL: at none. */
bool am_protect_key(const am_item *value, const char *name, am_problem *problem);
/* The class of an update without an etag, by the values of its fields of these names; NULL: it has
 * no such field. What sends mail would send it again: invitations if asked for, a reply unless it
 * is declined. */
am_protection am_protect_unmatched(const am_item *send_invites, const am_item *send_reply);
/* Settles the protection of a request whose arguments have been read. Replaces a client_id that it
 * makes, or that is false, among the arguments' items; `given` must outlive them. False: the
 * problem says which key is wrong and why. */
bool am_protect(const am_plan *plan, am_arguments *arguments, const am_protect_given *given,
                am_settled *settled, am_problem *problem);
/* All steps of am_plan_write, with this one between them. */
bool am_write_protected(const am_plan *plan, am_arguments *arguments, const am_protect_given *given,
                        am_settled *settled, am_written *written, am_problem *problem);

AM_END_HIDDEN
#endif
