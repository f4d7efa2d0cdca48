/* SPDX-License-Identifier: MIT */
/* Settle: what follows from an event, by the tables of outbox.h. */
#include "outbox/outbox.h"

#include <stddef.h>

#include "outbox/age.h"
#include "outbox/hold.h"

#define SECOND INT64_C(1000)

/* What follows a send, if nothing was in doubt before it, or something was. */
static const struct {
    am_outbox_state clean, doubtful;
    int32_t flags; /* if in doubt afterwards */
} sends[AM_OUTBOX_EVENTS] = {
    [AM_OUTBOX_OK] = {AM_OUTBOX_SENT, AM_OUTBOX_SENT, 0},
    [AM_OUTBOX_UNSENT] = {AM_OUTBOX_WAITING, AM_OUTBOX_DOUBTFUL, 0},
    [AM_OUTBOX_BARRED] = {AM_OUTBOX_WAITING, AM_OUTBOX_DOUBTFUL, 0},
    [AM_OUTBOX_DECLINE] = {AM_OUTBOX_REFUSED, AM_OUTBOX_DOUBTFUL, AM_OUTBOX_DECLINED},
    [AM_OUTBOX_MISMATCH] = {AM_OUTBOX_KEY_TAKEN, AM_OUTBOX_DOUBTFUL, AM_OUTBOX_DECLINED},
    [AM_OUTBOX_NO_DRAFT] = {AM_OUTBOX_REFUSED, AM_OUTBOX_DOUBTFUL, AM_OUTBOX_GONE},
    [AM_OUTBOX_CONFLICT] = {AM_OUTBOX_DOUBTFUL, AM_OUTBOX_DOUBTFUL, AM_OUTBOX_CONFLICTED},
    [AM_OUTBOX_LOST] = {AM_OUTBOX_DOUBTFUL, AM_OUTBOX_DOUBTFUL, 0},
};

/* What follows the creation of a draft; none named: waiting. */
static const am_outbox_state creations[AM_OUTBOX_EVENTS] = {
    [AM_OUTBOX_OK] = AM_OUTBOX_DRAFTED,
    [AM_OUTBOX_MISMATCH] = AM_OUTBOX_KEY_TAKEN,
    [AM_OUTBOX_DECLINE] = AM_OUTBOX_REFUSED,
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* 1, 2, 4 ... seconds, up to an hour. */
static int64_t back_off(int32_t tries)
{
    return tries > 12 ? AM_OUTBOX_HOUR : least(SECOND << most(tries - 1, 0), AM_OUTBOX_HOUR);
}

/* Puts the next claim off; the service's own wish counts, within a day. */
static void put_off(am_outbox_row *row, int64_t delay_ms, const am_outbox_seen *seen,
                    const am_outbox_now *now)
{
    if (seen->not_before_ms > delay_ms) {
        delay_ms = least(seen->not_before_ms, AM_OUTBOX_DAY);
        row->flags |= AM_OUTBOX_ASKED;
    }
    row->due_ms = now->wall_ms + delay_ms;
}

static void note(am_outbox_row *row, const am_outbox_seen *seen)
{
    row->code = seen->code;
    row->status = seen->status;
    if (seen->draft_id)
        row->draft_id = seen->draft_id;
    if (seen->message_id)
        row->message_id = seen->message_id;
    if (seen->thread_id)
        row->thread_id = seen->thread_id;
}

/* Enters the state after a request that sends or creates. */
static void enter(am_outbox_row *row, am_outbox_state state, const am_outbox_seen *seen,
                  const am_outbox_now *now)
{
    if (state >= AM_OUTBOX_SENT) {
        am_row_close(row, state, now);
        return;
    }
    row->state = (int32_t)state;
    am_row_release(row);
    if (state == AM_OUTBOX_DOUBTFUL) {
        row->flags |= AM_OUTBOX_DOUBT;
        row->last_wire = am_stamp(now);
        put_off(row, row->tries > 1 ? least(back_off(row->tries - 1), AM_OUTBOX_LOOK_CAP) : 0, seen,
                now);
        return;
    }
    row->first_wire = row->last_wire = AM_STAMP_NONE;
    put_off(row, seen->event == AM_OUTBOX_OK ? 0 : back_off(row->tries), seen, now);
}

static void settle_send(am_outbox_row *row, const am_outbox_policy *policy,
                        const am_outbox_seen *seen, const am_outbox_now *now)
{
    bool doubt = seen->doubt || row->flags & AM_OUTBOX_DOUBT;
    bool lost_draft = seen->event == AM_OUTBOX_NO_DRAFT && row->flags & AM_OUTBOX_CREATED;
    am_outbox_state state = sends[seen->event].clean;
    if (doubt || lost_draft)
        state = sends[seen->event].doubtful;
    else if (seen->event == AM_OUTBOX_BARRED && seen->told)
        state = AM_OUTBOX_REFUSED;
    else if (state == AM_OUTBOX_WAITING && !policy->keyed)
        state = AM_OUTBOX_DRAFTED;
    if (state == AM_OUTBOX_DOUBTFUL)
        row->flags |= sends[seen->event].flags;
    note(row, seen);
    enter(row, state, seen, now);
}

static void settle_creation(am_outbox_row *row, const am_outbox_seen *seen,
                            const am_outbox_now *now)
{
    am_outbox_state state = creations[seen->event];
    if (state == AM_OUTBOX_DRAFTED)
        row->flags |= AM_OUTBOX_CREATED;
    else if (seen->event == AM_OUTBOX_BARRED && seen->told)
        state = AM_OUTBOX_REFUSED;
    note(row, seen);
    enter(row, state == AM_OUTBOX_NONE ? AM_OUTBOX_WAITING : state, seen, now);
}

/* A look or get that failed: says why, unless the row has a refusal to tell. */
static void note_failed(am_outbox_row *row, const am_outbox_seen *seen)
{
    if (row->flags & AM_OUTBOX_SPOILT)
        return;
    row->code = seen->code;
    row->status = seen->status;
}

/* Nothing was decided: looks again later, at the latest when a look counts for more. */
static void look_again(am_outbox_row *row, const am_outbox_policy *policy, int64_t cap_ms,
                       const am_outbox_seen *seen, const am_outbox_now *now)
{
    int64_t past = row->last_wire.wall < 0 ? now->wall_ms - row->created_ms
                                           : am_age_least(row->last_wire, policy, now);
    int64_t delay = most(SECOND, least(past, cap_ms));
    if (row->empty_look.wall >= 0)
        delay = policy->grace_ms - am_age_least(row->empty_look, policy, now);
    else if (past < policy->horizon_ms)
        delay = least(delay, policy->horizon_ms - past);
    am_row_release(row);
    put_off(row, most(delay, 0), seen, now);
}

/* No look finds an earlier attempt. */
static void decide(am_outbox_row *row, const am_outbox_policy *policy, const am_outbox_now *now)
{
    if (am_row_may_repeat(row, policy, now))
        row->flags |= AM_OUTBOX_LOOKED;
    else
        am_row_give_up(row, now);
}

/* What is there but does not leave has 15 minutes for it. */
static bool is_stuck(const am_outbox_row *row, const am_outbox_policy *policy,
                     const am_outbox_now *now)
{
    return am_age_least(row->last_wire, policy, now) >= AM_OUTBOX_UNSENT_WAIT;
}

static void settle_unfinished(am_outbox_row *row, const am_outbox_policy *policy,
                              const am_outbox_seen *seen, const am_outbox_now *now)
{
    if (is_stuck(row, policy, now))
        am_row_give_up(row, now);
    else
        look_again(row, policy, AM_OUTBOX_LOOK_CAP, seen, now);
}

static void settle_empty(am_outbox_row *row, const am_outbox_policy *policy,
                         const am_outbox_step *job, const am_outbox_seen *seen,
                         const am_outbox_now *now)
{
    if (row->flags & AM_OUTBOX_SEEN) {
        settle_unfinished(row, policy, seen, now);
    } else if (job->weight == AM_OUTBOX_BEFORE) {
        row->flags |= AM_OUTBOX_LOOKED;
    } else if (job->weight == AM_OUTBOX_SECOND) {
        decide(row, policy, now);
    } else {
        if (job->weight == AM_OUTBOX_FIRST)
            row->empty_look = am_stamp(now);
        look_again(row, policy, AM_OUTBOX_LOOK_CAP, seen, now);
    }
}

static void look_failed(am_outbox_row *row, const am_outbox_policy *policy,
                        const am_outbox_seen *seen, const am_outbox_now *now)
{
    bool is_barred = seen->event == AM_OUTBOX_BARRED;
    note_failed(row, seen);
    look_again(row, policy, is_barred ? AM_OUTBOX_HOUR : AM_OUTBOX_LOOK_CAP, seen, now);
}

static void settle_look(am_outbox_row *row, const am_outbox_policy *policy,
                        const am_outbox_step *job, const am_outbox_seen *seen,
                        const am_outbox_now *now)
{
    switch (seen->event) {
    case AM_OUTBOX_FOUND:
        note(row, seen);
        am_row_close(row, AM_OUTBOX_SENT, now);
        break;
    case AM_OUTBOX_FOUND_UNSENT:
        if (row->state == AM_OUTBOX_WAITING)
            enter(row, AM_OUTBOX_DOUBTFUL, seen, now);
        row->flags |= AM_OUTBOX_SEEN;
        settle_unfinished(row, policy, seen, now);
        break;
    case AM_OUTBOX_EMPTY:
        settle_empty(row, policy, job, seen, now);
        break;
    default:
        look_failed(row, policy, seen, now);
    }
}

/* A draft's place does not tell whether it was sent: people may have deleted one that is gone, and
 * a service that died after the hand-off leaves one. A look tells, and is due at once. */
static void settle_place(am_outbox_row *row, int32_t flag, const am_outbox_now *now)
{
    row->flags |= flag;
    am_row_release(row);
    row->due_ms = now->wall_ms;
}

static void settle_draft(am_outbox_row *row, const am_outbox_policy *policy,
                         const am_outbox_seen *seen, const am_outbox_now *now)
{
    switch (seen->event) {
    case AM_OUTBOX_THERE:
        settle_place(row, AM_OUTBOX_STAYED, now);
        break;
    case AM_OUTBOX_LEAVING:
        if (is_stuck(row, policy, now))
            settle_place(row, AM_OUTBOX_GONE, now);
        else
            look_again(row, policy, AM_OUTBOX_LOOK_CAP, seen, now);
        break;
    case AM_OUTBOX_NO_DRAFT:
        settle_place(row, AM_OUTBOX_GONE, now);
        break;
    default:
        look_failed(row, policy, seen, now);
    }
}

am_outbox_write am_row_settle(am_outbox_row *row, const am_outbox_policy *policy,
                              const am_outbox_step *job, const am_outbox_seen *seen,
                              const am_outbox_now *now)
{
    bool late = row->version != job->version;
    bool sends_it = job->action == AM_OUTBOX_SEND || job->action == AM_OUTBOX_SEND_DRAFT;
    if (late && !(sends_it && seen->event == AM_OUTBOX_OK))
        return AM_OUTBOX_LATE;
    if (sends_it)
        settle_send(row, policy, seen, now);
    else if (job->action == AM_OUTBOX_CREATE)
        settle_creation(row, seen, now);
    else if (job->action == AM_OUTBOX_LOOK)
        settle_look(row, policy, job, seen, now);
    else
        settle_draft(row, policy, seen, now);
    return late ? AM_OUTBOX_ALWAYS : AM_OUTBOX_COMPARED;
}
