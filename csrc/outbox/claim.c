/* SPDX-License-Identifier: MIT */
/* Claim: the rules of outbox.h, in their order. */
#include "outbox/outbox.h"

#include <stddef.h>

#include "outbox/age.h"
#include "outbox/hold.h"

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- who holds a row ------------------------------------------------------------------------- */

static bool is_mine(const am_outbox_row *row, const am_outbox_worker *worker,
                    const am_outbox_now *now)
{
    return row->owner == worker->owner && row->epoch == worker->epoch &&
           row->version == worker->holding && am_row_has_time(row, now);
}

/* Takes a row from an owner that died, froze or lost its boot. It could send until its lease ended,
 * and until now if that is earlier. */
static bool take_over(am_outbox_row *row, const am_outbox_now *now)
{
    bool changed = row->owner != 0;
    int64_t since_lease = am_row_has_time(row, now) || row->boot_id != now->boot_id
                              ? 0
                              : now->real_ms - row->lease_ms;
    changed |= am_row_enter_boot(row, now);
    if (row->state == AM_OUTBOX_SENDING) {
        row->state = AM_OUTBOX_DOUBTFUL;
        row->flags |= AM_OUTBOX_DOUBT;
        row->last_wire = (am_outbox_stamp){now->wall_ms - since_lease, now->boot_ms - since_lease};
        row->due_ms = now->wall_ms;
    }
    am_row_release(row);
    return changed;
}

/* ---- claim ----------------------------------------------------------------------------------- */

static am_outbox_step step(const am_outbox_row *row, am_outbox_action action, bool write)
{
    return (am_outbox_step){.action = action, .write = write, .version = row->version + write};
}

static am_outbox_step wait_for(const am_outbox_row *row, int64_t wait_ms, bool write)
{
    am_outbox_step wait = step(row, AM_OUTBOX_WAIT, write);
    wait.wait_ms = wait_ms;
    return wait;
}

/* Makes the worker the holder, for one request. */
static am_outbox_step begin(am_outbox_row *row, am_outbox_action action,
                            const am_outbox_worker *worker, const am_outbox_now *now)
{
    am_outbox_step job = step(row, action, true);
    row->owner = worker->owner;
    row->epoch = worker->epoch;
    row->lease_ms = now->real_ms + least(worker->time_ms + AM_OUTBOX_LEASE_SLACK, AM_OUTBOX_FRESH);
    row->flags &= ~AM_OUTBOX_LOOKED;
    job.not_after_ms = row->lease_ms;
    if (action == AM_OUTBOX_LOOK || action == AM_OUTBOX_GET_DRAFT)
        return job;
    row->tries++;
    row->flags &= ~(AM_OUTBOX_ASKED | AM_OUTBOX_STAYED);
    if (action == AM_OUTBOX_CREATE)
        return job;
    row->state = AM_OUTBOX_SENDING;
    if (row->first_wire.wall < 0)
        row->first_wire = am_stamp(now);
    row->last_wire = am_stamp(now);
    row->empty_look = AM_STAMP_NONE;
    return job;
}

/* A look can find the mail: its bytes carry its label. */
static bool is_labelled(const am_outbox_row *row, const am_outbox_policy *policy)
{
    return policy->labelled && !(row->flags & AM_OUTBOX_BARE);
}

/* How long the key alone is trusted: without a label, for all its age. */
static int64_t blind_of(const am_outbox_row *row, const am_outbox_policy *policy)
{
    return is_labelled(row, policy) ? least(policy->blind_ms, AM_OUTBOX_AGE) : AM_OUTBOX_AGE;
}

static am_outbox_step begin_send(am_outbox_row *row, const am_outbox_policy *policy,
                                 int64_t blind_ms, const am_outbox_worker *worker,
                                 const am_outbox_now *now)
{
    am_outbox_action action = policy->keyed ? AM_OUTBOX_SEND : AM_OUTBOX_SEND_DRAFT;
    am_outbox_step job = begin(row, action, worker, now);
    job.blind_ms = policy->keyed ? blind_ms : 0; /* a draft has no key to make it harmless */
    return job;
}

/* A look in doubt, and what it is worth if it is empty. */
static am_outbox_step look(am_outbox_row *row, const am_outbox_policy *policy,
                           const am_outbox_worker *worker, const am_outbox_now *now)
{
    am_outbox_weight weight = AM_OUTBOX_EARLY;
    if (row->empty_look.wall >= 0)
        weight = am_age_least(row->empty_look, policy, now) >= policy->grace_ms ? AM_OUTBOX_SECOND
                                                                                : AM_OUTBOX_EARLY;
    else if (am_age_least(row->last_wire, policy, now) >= policy->horizon_ms)
        weight = AM_OUTBOX_FIRST;
    am_outbox_step job = begin(row, AM_OUTBOX_LOOK, worker, now);
    job.weight = weight;
    return job;
}

/* Rule 2: proven unsent. */
static am_outbox_step claim_unsent(am_outbox_row *row, const am_outbox_policy *policy, bool looked,
                                   const am_outbox_worker *worker, const am_outbox_now *now)
{
    if (row->state == AM_OUTBOX_DRAFTED)
        return begin_send(row, policy, 0, worker, now);
    if (!looked && is_labelled(row, policy) &&
        am_age_most(row->caused, policy, now) >= AM_OUTBOX_AGE) {
        am_outbox_step job = begin(row, AM_OUTBOX_LOOK, worker, now);
        job.weight = AM_OUTBOX_BEFORE;
        return job;
    }
    return policy->keyed ? begin_send(row, policy, blind_of(row, policy), worker, now)
                         : begin(row, AM_OUTBOX_CREATE, worker, now);
}

/* Without a label there is nothing to look for: the key alone, for as long as it is trusted, or the
 * draft alone. */
static am_outbox_step claim_unlabelled(am_outbox_row *row, const am_outbox_policy *policy,
                                       const am_outbox_worker *worker, const am_outbox_now *now)
{
    if (am_row_may_repeat(row, policy, now))
        return begin_send(row, policy, policy->blind_ms, worker, now);
    am_row_give_up(row, now);
    return step(row, AM_OUTBOX_DONE, true);
}

/* Rules 3 and 4: in doubt, and due. */
static am_outbox_step claim_doubtful(am_outbox_row *row, const am_outbox_policy *policy,
                                     const am_outbox_worker *worker, const am_outbox_now *now)
{
    int64_t left = blind_of(row, policy) - am_age_most(row->first_wire, policy, now);
    if (policy->keyed && left > 0 && row->first_wire.boot != -1 &&
        !(row->flags & (AM_OUTBOX_SPOILT | AM_OUTBOX_CONFLICTED))) {
        am_outbox_step job = begin_send(row, policy, left, worker, now);
        job.not_after_ms = least(job.not_after_ms, now->real_ms + left);
        return job;
    }
    if (!policy->keyed && row->draft_id && !(row->flags & (AM_OUTBOX_GONE | AM_OUTBOX_STAYED)))
        return begin(row, AM_OUTBOX_GET_DRAFT, worker, now);
    return is_labelled(row, policy) ? look(row, policy, worker, now)
                                    : claim_unlabelled(row, policy, worker, now);
}

/* How long until a row is due. A wait longer than any that a settle asks for is a clock set back.
 */
static int64_t time_until_due(const am_outbox_row *row, const am_outbox_now *now)
{
    int64_t ahead = row->due_ms - now->wall_ms;
    return ahead > 0 && ahead <= (row->flags & AM_OUTBOX_ASKED ? AM_OUTBOX_DAY : AM_OUTBOX_HOUR)
               ? ahead
               : 0;
}

am_outbox_step am_row_claim(am_outbox_row *row, const am_outbox_policy *policy,
                            const am_outbox_worker *worker, const am_outbox_now *now)
{
    if (!am_row_is_open(row))
        return step(row, AM_OUTBOX_DONE, false);
    bool looked = is_mine(row, worker, now) && (row->flags & AM_OUTBOX_LOOKED);
    if (!looked && am_row_is_held(row, worker, now)) {
        am_outbox_step busy = step(row, AM_OUTBOX_BUSY, false);
        busy.wait_ms = row->lease_ms - now->real_ms;
        return busy;
    }
    if (looked && row->state == AM_OUTBOX_DOUBTFUL)
        return begin_send(row, policy, blind_of(row, policy), worker, now);
    bool changed = take_over(row, now);
    bool unsent = row->state != AM_OUTBOX_DOUBTFUL;
    int64_t wait_ms = looked ? 0 : time_until_due(row, now);
    int64_t settling_ms = unsent || policy->keyed
                              ? 0
                              : policy->horizon_ms - am_age_least(row->last_wire, policy, now);
    if (settling_ms > wait_ms) {
        wait_ms = settling_ms;
        row->due_ms = now->wall_ms + wait_ms;
        changed = true;
    }
    if (wait_ms > 0)
        return wait_for(row, wait_ms, changed);
    return unsent ? claim_unsent(row, policy, looked, worker, now)
                  : claim_doubtful(row, policy, worker, now);
}
