/* SPDX-License-Identifier: MIT */
/* A job: one row in the hands of one worker. */
#ifndef AM_OUTBOX_JOB_H
#define AM_OUTBOX_JOB_H

#include "outbox/outbox_box.h"
#include "outbox/outbox_request.h"

AM_BEGIN_HIDDEN

enum { AM_JOB_NOTES = 4 };

struct am_outbox_job {
    am_outbox *box;
    am_store_rows found; /* one row */
    am_outbox_step step; /* the last claim */
    bool is_claimed;     /* put has claimed already: the next claim returns the step */
    bool is_fresh;       /* and the bytes in the file are those that put was given */
    bool is_out;         /* the step is a request, and not settled */
    bool is_inert;       /* the row is another request's */
    bool told;
    bool is_held_up; /* the last settle was not written, as others wrote: it may be called again */
    am_outbox_row before; /* the row before it */
    int64_t holding;      /* see am_outbox_worker */
    am_outbox_material material;
    char *notes[AM_JOB_NOTES]; /* strings of a row that could not be written */
};

/* The row in the file is now this; if the store found none, the job keeps what it has. Returns the
 * code. */
am_store_code am_outbox_job_saw(am_outbox_job *job, am_store_code code, am_store_rows *found);
/* Writes the row. */
am_store_code am_outbox_job_swap(am_outbox_job *job, const am_outbox_row *row,
                                 const am_store_swap *swap);
/* Claims a row in memory. */
am_outbox_step am_outbox_job_decide(am_outbox_job *job, am_outbox_row *row, int64_t time_ms);
/* Fails; false. */
bool am_outbox_job_fail(am_outbox_job *job, am_store_code code);

AM_END_HIDDEN
#endif
