/* SPDX-License-Identifier: MIT */
/* Ages: the larger of two clocks, or the smaller. */
#include "outbox/age.h"

bool am_wall_is_usable(const am_outbox_policy *policy, const am_outbox_now *now)
{
    return now->wall_ms >= policy->built_ms &&
           now->wall_ms >= now->newest_ms - AM_OUTBOX_CLOCK_SLACK;
}

am_outbox_stamp am_stamp(const am_outbox_now *now)
{
    return (am_outbox_stamp){now->wall_ms, now->boot_ms};
}

int64_t am_age_most(am_outbox_stamp since, const am_outbox_policy *policy, const am_outbox_now *now)
{
    if (since.wall < 0 || !am_wall_is_usable(policy, now))
        return INT64_MAX;
    int64_t wall = now->wall_ms - since.wall;
    int64_t boot = since.boot == -1 ? 0 : now->boot_ms - since.boot;
    return wall > boot ? wall : boot;
}

int64_t am_age_least(am_outbox_stamp since, const am_outbox_policy *policy,
                     const am_outbox_now *now)
{
    int64_t wall = now->wall_ms - since.wall, boot = now->boot_ms - since.boot;
    int64_t least = am_wall_is_usable(policy, now) && wall < boot ? wall : boot;
    return least > 0 ? least : 0;
}

bool am_row_enter_boot(am_outbox_row *row, const am_outbox_now *now)
{
    if (row->boot_id == now->boot_id)
        return false;
    row->boot_id = now->boot_id;
    row->caused.boot = row->first_wire.boot = -1;
    row->lease_ms = -1;
    if (row->last_wire.wall >= 0)
        row->last_wire = am_stamp(now);
    row->empty_look = AM_STAMP_NONE;
    return true;
}
