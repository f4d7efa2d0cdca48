/* SPDX-License-Identifier: MIT */
/* Calls with a key, and what people do to rows. */
#include "outbox/outbox.h"

#include <string.h>

#include "outbox/age.h"
#include "outbox/hold.h"

bool am_row_is_open(const am_outbox_row *row)
{
    return row->state > AM_OUTBOX_NONE && row->state < AM_OUTBOX_SENT;
}

am_outcome am_row_outcome(const am_outbox_row *row)
{
    if (row->state == AM_OUTBOX_SENT)
        return AM_APPLIED;
    return row->state == AM_OUTBOX_SENDING || row->state == AM_OUTBOX_DOUBTFUL ||
                   row->state == AM_OUTBOX_UNKNOWN
               ? AM_UNKNOWN
               : AM_NOT_APPLIED;
}

/* A new row in place of `row`. What caused it is as old as the wall clock says now, so that setting
 * the clock back later does not make it younger. */
static void prepare(am_outbox_row *row, const am_outbox_row *fresh, const am_outbox_policy *policy,
                    const am_outbox_now *now)
{
    int64_t id = row->id, version = row->version;
    int64_t age = am_age_most((am_outbox_stamp){fresh->caused.wall, -1}, policy, now);
    *row = *fresh;
    row->id = id;
    row->version = version;
    row->state = !policy->keyed && fresh->draft_id ? AM_OUTBOX_DRAFTED : AM_OUTBOX_WAITING;
    row->caused.boot = age == INT64_MAX ? -1 : now->boot_ms - age;
    row->boot_id = now->boot_id;
    row->first_wire = row->last_wire = row->empty_look = AM_STAMP_NONE;
    row->created_ms = row->due_ms = now->wall_ms;
    row->settled_ms = -1;
    row->flags = fresh->label ? 0 : AM_OUTBOX_BARE;
    row->tries = row->status = 0;
    am_row_release(row);
}

am_put am_row_put(am_outbox_row *row, const am_outbox_row *fresh, bool first,
                  const am_outbox_policy *policy, const am_outbox_now *now)
{
    am_put put = row->state == AM_OUTBOX_NONE ? AM_PUT_NEW : AM_PUT_ANEW;
    if (put == AM_PUT_NEW || row->state == AM_OUTBOX_REFUSED || row->state == AM_OUTBOX_CANCELLED) {
        prepare(row, fresh, policy, now);
        return put;
    }
    if (!first && memcmp(row->fingerprint, fresh->fingerprint, sizeof row->fingerprint) != 0)
        return AM_PUT_OTHER;
    if (!am_row_is_open(row))
        return AM_PUT_CLOSED;
    if (!(row->flags & AM_OUTBOX_ASKED))
        row->due_ms = now->wall_ms;
    return AM_PUT_GO_ON;
}

bool am_row_keeps_key(const am_outbox_row *row, const am_outbox_policy *policy,
                      const am_outbox_now *now)
{
    if (row->state == AM_OUTBOX_REFUSED || row->state == AM_OUTBOX_CANCELLED)
        return false;
    return am_row_is_open(row) || !am_wall_is_usable(policy, now) ||
           now->wall_ms - row->settled_ms < AM_OUTBOX_KEY_LIFE;
}

bool am_row_cancel(am_outbox_row *row, const am_outbox_worker *worker, const am_outbox_now *now)
{
    if ((row->state != AM_OUTBOX_WAITING && row->state != AM_OUTBOX_DRAFTED) ||
        am_row_is_held(row, worker, now))
        return false;
    am_row_close(row, AM_OUTBOX_CANCELLED, now);
    return true;
}

bool am_row_resolve(am_outbox_row *row, bool sent, const am_outbox_worker *worker,
                    const am_outbox_now *now)
{
    if ((row->state != AM_OUTBOX_SENDING && row->state != AM_OUTBOX_DOUBTFUL &&
         row->state != AM_OUTBOX_UNKNOWN && row->state != AM_OUTBOX_KEY_TAKEN) ||
        am_row_is_held(row, worker, now))
        return false;
    am_row_close(row, sent ? AM_OUTBOX_SENT : AM_OUTBOX_REFUSED, now);
    return true;
}

bool am_row_is_prunable(const am_outbox_row *row, int64_t older_than_ms,
                        const am_outbox_policy *policy, const am_outbox_now *now)
{
    bool finished = row->state == AM_OUTBOX_SENT || row->state == AM_OUTBOX_REFUSED ||
                    row->state == AM_OUTBOX_CANCELLED;
    int64_t kept = older_than_ms > AM_OUTBOX_LEAST_KEPT ? older_than_ms : AM_OUTBOX_LEAST_KEPT;
    return finished && am_wall_is_usable(policy, now) && now->wall_ms - row->settled_ms >= kept;
}
