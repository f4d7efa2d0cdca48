/* SPDX-License-Identifier: MIT */
/* Holding a row, and letting it go. */
#include "outbox/hold.h"

#include "outbox/age.h"

bool am_row_has_time(const am_outbox_row *row, const am_outbox_now *now)
{
    return row->boot_id == now->boot_id && now->real_ms < row->lease_ms;
}

bool am_row_is_held(const am_outbox_row *row, const am_outbox_worker *worker,
                    const am_outbox_now *now)
{
    return row->owner != 0 && worker->owner_lives && am_row_has_time(row, now);
}

void am_row_release(am_outbox_row *row)
{
    row->owner = 0;
    row->epoch = 0;
    row->lease_ms = -1;
    row->flags &= ~AM_OUTBOX_LOOKED;
}

void am_row_close(am_outbox_row *row, am_outbox_state state, const am_outbox_now *now)
{
    row->state = (int32_t)state;
    row->settled_ms = now->wall_ms;
    am_row_release(row);
}

void am_row_give_up(am_outbox_row *row, const am_outbox_now *now)
{
    if (!(row->flags & AM_OUTBOX_SPOILT))
        row->code = "expired";
    am_row_close(row, AM_OUTBOX_UNKNOWN, now);
}

bool am_row_may_repeat(const am_outbox_row *row, const am_outbox_policy *policy,
                       const am_outbox_now *now)
{
    if (row->flags & AM_OUTBOX_SPOILT)
        return false;
    return policy->resend || row->flags & AM_OUTBOX_STAYED ||
           am_age_most(row->first_wire, policy, now) < AM_OUTBOX_AGE;
}
