/* SPDX-License-Identifier: MIT */
/* Claim and settle, over a store: each decision is committed before it is acted on. */
#define _GNU_SOURCE
#include "outbox/outbox_job.h"

#include <stdlib.h>
#include <string.h>

#include "outbox/outbox_seen.h"

/* ---- a job ----------------------------------------------------------------------------------- */

static am_outbox_row *row_of(const am_outbox_job *job)
{
    return &job->found.rows[0];
}

am_outbox_job *am_outbox_take(am_outbox *box, const char *inbox_id, const char *key)
{
    am_outbox_job *job = calloc(1, sizeof *job);
    if (!job) {
        am_outbox_say(box, "out_of_memory", "out of memory");
        return NULL;
    }
    job->box = box;
    am_store_code code = box->store->table->read(box->store, inbox_id, key, &job->found);
    if (code == AM_STORE_DONE)
        return job;
    if (code == AM_STORE_NONE)
        am_outbox_say(box, NULL, "no such row in the outbox");
    else
        am_outbox_fail(box, code);
    am_outbox_job_free(job);
    return NULL;
}

static void free_notes(am_outbox_job *job)
{
    for (int i = 0; i < AM_JOB_NOTES; i++) {
        free(job->notes[i]);
        job->notes[i] = NULL;
    }
}

void am_outbox_job_free(am_outbox_job *job)
{
    if (!job)
        return;
    free_notes(job);
    am_outbox_material_free(&job->material);
    am_store_rows_free(&job->found);
    free(job);
}

am_outbox_entry am_outbox_job_entry(const am_outbox_job *job)
{
    return am_outbox_entry_of(row_of(job));
}

bool am_outbox_job_fail(am_outbox_job *job, am_store_code code)
{
    if (code == AM_STORE_NONE)
        return am_outbox_say(job->box, "storage", "the row was removed from the outbox");
    return am_outbox_fail(job->box, code);
}

am_store_code am_outbox_job_saw(am_outbox_job *job, am_store_code code, am_store_rows *found)
{
    if (found->count == 0)
        return code;
    am_store_rows_free(&job->found);
    job->found = *found;
    return code;
}

am_store_code am_outbox_job_swap(am_outbox_job *job, const am_outbox_row *row,
                                 const am_store_swap *swap)
{
    am_store *store = job->box->store;
    am_store_rows found = {0};
    int64_t wall_ms = am_outbox_clock(job->box).wall_ms;
    return am_outbox_job_saw(job, store->table->swap(store, row, swap, wall_ms, &found), &found);
}

/* ---- claim ----------------------------------------------------------------------------------- */

am_outbox_step am_outbox_job_decide(am_outbox_job *job, am_outbox_row *row, int64_t time_ms)
{
    am_outbox_now now = am_outbox_clock(job->box);
    am_outbox_worker me = am_outbox_me(job->box, row);
    me.holding = job->holding;
    me.time_ms = time_ms < 0 ? 0 : time_ms < AM_OUTBOX_FRESH ? time_ms : AM_OUTBOX_FRESH;
    return am_row_claim(row, &job->box->policy, &me, &now);
}

/* Claims the row, again if another wrote it meanwhile. */
static bool claim_row(am_outbox_job *job, int64_t time_ms)
{
    am_store *store = job->box->store;
    am_store_rows found = {0};
    am_store_code code = store->table->read(store, row_of(job)->inbox_id, row_of(job)->key, &found);
    am_outbox_job_saw(job, code, &found);
    while (code == AM_STORE_DONE || code == AM_STORE_STALE) {
        am_outbox_row row = *row_of(job);
        job->step = am_outbox_job_decide(job, &row, time_ms);
        if (!job->step.write)
            return true;
        am_store_swap swap = {.keep = am_row_is_open(&row) ? AM_STORE_KEEP : AM_STORE_DROP};
        code = am_outbox_job_swap(job, &row, &swap);
        if (code == AM_STORE_DONE)
            return true;
    }
    return am_outbox_job_fail(job, code);
}

bool am_outbox_holds(const am_outbox *box, const am_outbox_job *job)
{
    const am_outbox_row *row = row_of(job);
    return row->owner == box->alive.slot && row->epoch == box->alive.epoch &&
           !am_fork_mark_is_foreign(&box->alive.mark) &&
           strcmp(box->store->path, job->box->store->path) == 0;
}

/* Writes the request of the step. If that fails, nothing was sent, and the row is let go. */
static bool write_request(am_outbox_job *job, int64_t time_ms, am_outbox_task *task)
{
    am_outbox *box = job->box;
    am_outbox_answer unsent = {.result = am_outbox_unsent(AM_STORAGE)};
    char error[AM_ERROR_SIZE];
    if (am_outbox_request(box, row_of(job), &job->step, time_ms, &job->material, &task->request))
        return true;
    const char *code = box->code;
    memcpy(error, box->error, sizeof error);
    am_outbox_settle(job, &unsent);
    return am_outbox_say(box, code, error);
}

bool am_outbox_claim(am_outbox_job *job, int64_t time_ms, am_outbox_task *task)
{
    *task = (am_outbox_task){.action = AM_OUTBOX_DONE};
    if (job->is_inert || (!job->is_claimed && !am_row_is_open(row_of(job))))
        return true;
    if (!am_outbox_is_ours(job->box)) /* what put has claimed is the parent's to send */
        return false;
    if (!job->is_claimed) { /* its bytes may be others by now: they are read from the store */
        am_outbox_material_free(&job->material);
        if (!claim_row(job, time_ms))
            return false;
    }
    job->is_claimed = job->is_held_up = false;
    job->holding = 0;
    job->is_out = job->step.action >= AM_OUTBOX_SEND;
    task->action = job->step.action;
    task->wait_ms = job->step.wait_ms;
    task->is_own = task->action == AM_OUTBOX_BUSY && am_outbox_holds(job->box, job);
    return !job->is_out || write_request(job, time_ms, task);
}

bool am_outbox_sends_first(const am_outbox_job *job)
{
    return job->is_claimed && job->is_fresh && job->step.action == AM_OUTBOX_SEND;
}

bool am_outbox_look_on(am_outbox_job *job, const char *page_token, am_outbox_task *task)
{
    return am_outbox_request_page(job->box, row_of(job), page_token, &job->material,
                                  &task->request);
}

/* ---- settle ---------------------------------------------------------------------------------- */

/* Keeps what the caller is told although it was not written. That the mail is sent stays true. Any
 * other end is not in the file, which will be gone on with: so the state is that of the file. */
static void keep(am_outbox_job *job, const am_outbox_row *row)
{
    am_outbox_row *kept = row_of(job);
    int32_t state = row->state == AM_OUTBOX_SENT ? row->state : kept->state;
    const char *texts[AM_JOB_NOTES] = {row->code, row->draft_id, row->message_id, row->thread_id};
    char *notes[AM_JOB_NOTES];
    for (int i = 0; i < AM_JOB_NOTES; i++)
        notes[i] = texts[i] ? strdup(texts[i]) : NULL;
    free_notes(job);
    memcpy(job->notes, notes, sizeof notes);
    *kept = *row;
    kept->state = state;
    kept->code = notes[0];
    kept->draft_id = notes[1];
    kept->message_id = notes[2];
    kept->thread_id = notes[3];
}

bool am_outbox_settle(am_outbox_job *job, const am_outbox_answer *answer)
{
    am_outbox *box = job->box;
    am_store_code code = AM_STORE_STALE;
    am_outbox_row row;
    bool is_put = job->is_claimed && job->step.action >= AM_OUTBOX_SEND;
    if (!job->is_out && !is_put)
        return true;
    if (job->is_held_up)
        *row_of(job) = job->before;
    job->is_out = job->is_claimed = job->is_held_up = false;
    am_outbox_seen seen = am_outbox_see(job->step.action, job->told, answer);
    am_outbox_now now = am_outbox_clock(box);
    while (code == AM_STORE_STALE) {
        row = *row_of(job);
        am_outbox_write write = am_row_settle(&row, &box->policy, &job->step, &seen, &now);
        if (write == AM_OUTBOX_LATE)
            return true;
        am_store_swap swap = {.always = write == AM_OUTBOX_ALWAYS,
                              .keep = am_row_is_open(&row) ? AM_STORE_KEEP : AM_STORE_DROP};
        code = am_outbox_job_swap(job, &row, &swap);
    }
    if (code == AM_STORE_DONE) {
        job->holding = row_of(job)->version;
        return true;
    }
    if (code == AM_STORE_BUSY && box->is_impatient) {
        job->is_out = job->is_held_up = true;
        job->before = *row_of(job);
    }
    keep(job, &row);
    return am_outbox_job_fail(job, code);
}
