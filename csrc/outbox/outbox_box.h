/* SPDX-License-Identifier: MIT */
/* The inside of an outbox, for the files of its public functions. From the lowest up, none calls a
 * later one: outbox_open, outbox_rows, outbox_request, outbox_job, outbox_put. */
#ifndef AM_OUTBOX_BOX_H
#define AM_OUTBOX_BOX_H

#include "agentmail_outbox.h"
#include "base/visibility.h"
#include "outbox/alive.h"
#include "outbox/outbox.h"
#include "outbox/store.h"

AM_BEGIN_HIDDEN

enum { AM_LABELLED_MAX = 1024 }; /* a label of more is made each time */

struct am_outbox {
    am_store *store;
    am_alive alive;
    am_outbox_policy policy;
    am_limits limits;
    int64_t boot_id;
    int64_t (*clock)(void *user);
    void *user;
    bool is_impatient;              /* another process' write is not waited for */
    int64_t pruned;                 /* by a prune that others have held up */
    char labelled[AM_LABELLED_MAX]; /* inbox and key that the label is of, a NUL behind each */
    size_t labelled_size;           /* 0: the label is of none */
    char label[AM_OUTBOX_LABEL_SIZE];
    char error[AM_ERROR_SIZE];
    const char *code; /* static; NULL: no such row, or nothing failed */
};

/* ---- outbox_open.c --------------------------------------------------------------------------- */

am_outbox_now am_outbox_clock(const am_outbox *box);
/* Says whether the owner of a row is alive, for the functions of outbox.h. */
am_outbox_worker am_outbox_me(const am_outbox *box, const am_outbox_row *row);
/* Takes over the store's error; false. */
bool am_outbox_fail(am_outbox *box, am_store_code code);
/* False, and the outbox has failed: it belongs to the process that forked this one. */
bool am_outbox_is_ours(am_outbox *box);
/* Fails with words, which may be the outbox's own; false. */
bool am_outbox_say(am_outbox *box, const char *code, const char *words);

/* ---- outbox_rows.c --------------------------------------------------------------------------- */

am_outbox_entry am_outbox_entry_of(const am_outbox_row *row);

AM_END_HIDDEN
#endif
