/* SPDX-License-Identifier: MIT */
/*
 * The row of an outbox: one intended mail. Decisions (outbox.h) change it, a store (store.h) keeps
 * it, a column for each field. A row owns none of its strings: they belong to the store or host
 * that made the row, and NULL is SQL's NULL.
 */
#ifndef AM_OUTBOX_ROW_H
#define AM_OUTBOX_ROW_H

#include <stdint.h>

#include "agentmail_outbox.h"

/* Bits of `flags`, in files as well: a version that does not know one keeps it as it is. */
enum {
    AM_OUTBOX_DOUBT = 1,      /* an attempt before the present one may have been done */
    AM_OUTBOX_CONFLICTED = 2, /* a 409 since: the key is at work, so it is not repeated blindly */
    AM_OUTBOX_DECLINED = 4,   /* refused since, while in doubt: never sent again */
    AM_OUTBOX_SEEN = 8,       /* a look found it without `sent`: never sent again */
    AM_OUTBOX_LOOKED = 16,    /* its looks are done, and its present holder may send */
    AM_OUTBOX_ASKED = 32,     /* due_ms was asked for by the service */
    AM_OUTBOX_CREATED = 64,   /* the draft is our own */
    AM_OUTBOX_GONE = 128,     /* the draft is gone, or stuck, so looks decide: never sent again */
    AM_OUTBOX_BARE = 256,     /* its bytes carry no label, so it is never looked for */
    AM_OUTBOX_STAYED = 512    /* in doubt, the draft is still there, so looks decide */
};

enum { AM_FINGERPRINT_SIZE = 16 };

/* One moment on the two clocks of decisions, in milliseconds; -1: none, or not known. `boot` is
 * CLOCK_BOOTTIME in the boot that `boot_id` of the row names; below -1: before that boot. */
typedef struct am_outbox_stamp {
    int64_t wall, boot;
} am_outbox_stamp;

typedef struct am_outbox_row {
    int64_t id;
    const char *inbox_id, *key; /* unique together */
    int64_t version;            /* of the row in the file; a swap that writes raises it by one */
    int32_t state;              /* am_outbox_state */

    /* the request, written once; its body is kept beside the row */
    const char *operation, *method, *target, *content_type;
    unsigned char fingerprint[AM_FINGERPRINT_SIZE]; /* of the request and its body */
    const char *label;
    int64_t body_size;

    /* time; wall clock unless the name says otherwise, -1: none */
    int64_t due_ms;             /* when the row is worth a claim */
    am_outbox_stamp caused;     /* caused_ms, caused_boot_ms: what the mail is about happened */
    am_outbox_stamp first_wire; /* first_wire_ms, first_wire_boot_ms: the age of the key */
    am_outbox_stamp last_wire;  /* last_wire_ms, last_wire_boot_ms: the last possible byte */
    am_outbox_stamp empty_look; /* empty_look_ms, empty_look_boot_ms: the first that counts */
    int64_t boot_id;            /* the boot of all times in boot and of lease_ms; 0: none */
    int64_t created_ms, settled_ms;

    int32_t flags;    /* AM_OUTBOX_DOUBT and others */
    int32_t owner;    /* slot of the process that holds the row; 0: nobody */
    int64_t epoch;    /* of that slot: tells its processes apart */
    int64_t lease_ms; /* real CLOCK_BOOTTIME until which the hold lasts; -1: none */

    int32_t tries;    /* sends begun; 0: never */
    int32_t status;   /* HTTP, of the last answer; 0: none */
    const char *code; /* word of the last failure; NULL: none */
    const char *draft_id, *message_id, *thread_id;
    const char *evidence; /* what the host noted down about the outcome */
} am_outbox_row;

#endif
