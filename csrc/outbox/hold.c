/* SPDX-License-Identifier: MIT */
/* Holding a row, and letting it go. */
#include "outbox/hold.h"

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
