/* SPDX-License-Identifier: MIT */
/* Recording an intended mail and claiming it, in one commit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "outbox/outbox_body.h"
#include "outbox/outbox_job.h"

/* What one put works on. */
typedef struct putting {
    am_outbox_job *job;
    am_outbox_row fresh;
    am_outbox_body *body;
    bool first;
    int64_t time_ms;
    am_put how;
} putting;

static bool keeps_key(void *user, const am_outbox_row *row)
{
    const am_outbox *box = user;
    am_outbox_now now = am_outbox_clock(box);
    return am_row_keeps_key(row, &box->policy, &now);
}

/* What the call comes to, given the row in the file, which becomes what to write. */
static am_put judge(putting *it, am_outbox_row *row)
{
    const am_outbox *box = it->job->box;
    am_outbox_now now = am_outbox_clock(box);
    return am_row_put(row, &it->fresh, it->first, &box->policy, &now);
}

/* The key was free: the row with its first claim. */
static am_store_code insert(putting *it)
{
    am_outbox *box = it->job->box;
    am_outbox_row row = {0};
    am_store_rows found = {0};
    am_store_judge keeps = {keeps_key, box};
    it->how = judge(it, &row);
    it->job->step = am_outbox_job_decide(it->job, &row, it->time_ms);
    am_store_code code = box->store->table->put(box->store, &row, am_outbox_body_source(it->body),
                                                &keeps, am_outbox_clock(box).wall_ms, &found);
    it->job->is_claimed = code == AM_STORE_DONE;
    return am_outbox_job_saw(it->job, code, &found);
}

/* The inbox has a row with this key. STALE: it has changed since, so it is judged again. */
static am_store_code go_on(putting *it)
{
    am_outbox_row row = it->job->found.rows[0];
    am_store_swap swap = {.keep = AM_STORE_KEEP};
    it->how = judge(it, &row);
    if (it->how == AM_PUT_CLOSED || it->how == AM_PUT_OTHER) {
        it->job->is_inert = true;
        return AM_STORE_DONE;
    }
    it->job->step = am_outbox_job_decide(it->job, &row, it->time_ms);
    if (it->how == AM_PUT_ANEW) {
        swap.keep = AM_STORE_REPLACE;
        swap.body = am_outbox_body_source(it->body);
    } else if (!am_row_is_open(&row)) {
        swap.keep = AM_STORE_DROP;
    }
    bool writes = it->job->step.write || it->how == AM_PUT_ANEW;
    am_store_code code = writes ? am_outbox_job_swap(it->job, &row, &swap) : AM_STORE_DONE;
    it->job->is_claimed = code == AM_STORE_DONE;
    return code;
}

static bool put_row(putting *it)
{
    am_store_code code = AM_STORE_NONE;
    while (code == AM_STORE_NONE || code == AM_STORE_EXISTS || code == AM_STORE_STALE)
        code = code == AM_STORE_NONE ? insert(it) : go_on(it);
    if (code == AM_STORE_OTHER) {
        it->how = AM_PUT_ELSEWHERE;
        it->job->is_inert = true;
        return true;
    }
    return code == AM_STORE_DONE || am_outbox_job_fail(it->job, code);
}

static void describe(am_outbox_row *row, const am_outbox *box, const am_outbox_intent *intent,
                     const char *label, const am_outbox_body *body)
{
    int64_t now_ms = am_outbox_clock(box).wall_ms;
    *row = (am_outbox_row){.inbox_id = intent->inbox_id,
                           .key = intent->key,
                           .operation = intent->operation,
                           .method = intent->method,
                           .target = intent->target,
                           .content_type = intent->content_type,
                           .label = label,
                           .body_size = am_outbox_body_size(body),
                           .caused = {intent->caused_ms == 0 ? now_ms : intent->caused_ms, -1},
                           .draft_id = intent->draft_id};
    memcpy(row->fingerprint, am_outbox_body_fingerprint(body), sizeof row->fingerprint);
}

/* What a key comes to whose mail cannot be read: no bytes can be compared or recorded. NULL: there
 * is nothing to return, or to go on with. */
static am_outbox_job *put_unread(am_outbox *box, const am_outbox_intent *intent, int64_t time_ms,
                                 am_put *put)
{
    char error[AM_ERROR_SIZE];
    memcpy(error, box->error, sizeof error);
    putting it = {.first = true, .time_ms = time_ms};
    it.job = am_outbox_take(box, intent->inbox_id, intent->key);
    if (!it.job) {
        if (!box->code) /* no such row */
            am_outbox_say(box, "file", error);
        return NULL;
    }
    it.job->told = true;
    am_store_code code = AM_STORE_STALE;
    bool is_open = false, goes = true;
    while (code == AM_STORE_STALE && goes) {
        const am_outbox_row *row = &it.job->found.rows[0];
        is_open = am_row_is_open(row);
        goes = is_open ? intent->first
                       : row->state != AM_OUTBOX_REFUSED && row->state != AM_OUTBOX_CANCELLED;
        if (goes)
            code = go_on(&it);
    }
    *put = it.how;
    if (code == AM_STORE_DONE)
        return it.job;
    if (goes)
        am_outbox_job_fail(it.job, code);
    else
        am_outbox_say(box, "file", error);
    if (is_open && !goes)
        snprintf(box->error, sizeof box->error,
                 "%.160s: so it cannot be compared with the mail that has the key", error);
    am_outbox_job_free(it.job);
    return NULL;
}

am_outbox_job *am_outbox_put(am_outbox *box, const am_outbox_intent *intent, int64_t time_ms,
                             am_put *put)
{
    const char *label = NULL;
    bool is_file;
    putting it = {.first = intent->first, .time_ms = time_ms};
    it.body = am_outbox_body_new(intent, box->store->secret, &is_file, box->error);
    if (!it.body) {
        am_outbox_say(box, is_file ? "file" : "out_of_memory", box->error);
        return is_file ? put_unread(box, intent, time_ms, put) : NULL;
    }
    it.job = calloc(1, sizeof *it.job);
    if (box->policy.labelled)
        label = am_outbox_label_of(box, intent->inbox_id, intent->key);
    bool done = it.job && (label || !box->policy.labelled);
    if (!done)
        am_outbox_say(box, "out_of_memory", "out of memory");
    if (done) {
        bool has_label = label && am_outbox_body_has_string(it.body, label);
        describe(&it.fresh, box, intent, has_label ? label : NULL, it.body);
        it.job->box = box;
        it.job->told = true;
        done = put_row(&it);
    }
    if (done)
        it.job->is_fresh = it.how == AM_PUT_NEW || it.how == AM_PUT_ANEW;
    if (done && it.job->is_fresh)
        it.job->material.body = am_outbox_body_copy(it.body);
    am_outbox_body_free(it.body);
    if (done) {
        *put = it.how;
        return it.job;
    }
    am_outbox_job_free(it.job);
    return NULL;
}
