/* SPDX-License-Identifier: MIT */
/* Shared by the units of the outbox: a time at which nothing is odd, rows, workers, and one line
 * for a claim or a settle. */
#ifndef AM_OUTBOX_ROWS_H
#define AM_OUTBOX_ROWS_H

#include "unit.h"

#include "outbox/outbox.h"

#define MIN INT64_C(60000)
#define HOUR (60 * MIN)
#define BUILT INT64_C(1700000000000)
#define START (BUILT + 1000 * HOUR) /* wall clock of the test's now */
#define UP (100 * HOUR)             /* its time since boot */

enum { ME = 1, OTHER = 2, T0 = 10000, H = 120000, G = 60000 };

static const am_outbox_policy keyed = {.keyed = true,
                                       .labelled = true,
                                       .blind_ms = T0,
                                       .horizon_ms = H,
                                       .grace_ms = G,
                                       .built_ms = BUILT};

static inline am_outbox_policy drafts(void)
{
    am_outbox_policy policy = keyed;
    policy.keyed = false;
    return policy;
}

/* Some time after START, in the same boot. */
static inline am_outbox_now after(int64_t ms)
{
    return (am_outbox_now){.wall_ms = START + ms,
                           .boot_ms = UP + ms,
                           .real_ms = UP + ms,
                           .boot_id = 7,
                           .newest_ms = START};
}

static inline am_outbox_stamp stamp(int64_t ms)
{
    return (am_outbox_stamp){START + ms, UP + ms};
}

#define NEVER ((am_outbox_stamp){-1, -1})

/* A row that was put at START. */
static inline am_outbox_row put_row(void)
{
    return (am_outbox_row){.id = 1,
                           .version = 1,
                           .state = AM_OUTBOX_WAITING,
                           .due_ms = START,
                           .caused = stamp(0),
                           .first_wire = NEVER,
                           .last_wire = NEVER,
                           .empty_look = NEVER,
                           .boot_id = 7,
                           .created_ms = START,
                           .settled_ms = -1,
                           .lease_ms = -1};
}

/* One that went onto the wire at START, without an answer. */
static inline am_outbox_row doubtful_row(void)
{
    am_outbox_row row = put_row();
    row.state = AM_OUTBOX_DOUBTFUL;
    row.flags = AM_OUTBOX_DOUBT;
    row.first_wire = row.last_wire = stamp(0);
    row.tries = 1;
    return row;
}

static inline am_outbox_worker worker(void)
{
    return (am_outbox_worker){.owner = ME, .epoch = 1, .time_ms = 2 * MIN, .owner_lives = true};
}

/* A claim at a time, committed. */
static inline am_outbox_step claim_by(am_outbox_row *row, const am_outbox_policy *policy,
                                      const am_outbox_worker *who, int64_t ms)
{
    am_outbox_now now = after(ms);
    am_outbox_step job = am_row_claim(row, policy, who, &now);
    row->version += job.write;
    assert_true(row->version == job.version);
    return job;
}

static inline am_outbox_step claim(am_outbox_row *row, const am_outbox_policy *policy, int64_t ms)
{
    am_outbox_worker who = worker();
    who.holding = row->version;
    return claim_by(row, policy, &who, ms);
}

static inline am_outbox_write settle_as(am_outbox_row *row, const am_outbox_policy *policy,
                                        const am_outbox_step *job, am_outbox_seen seen, int64_t ms)
{
    am_outbox_now now = after(ms);
    am_outbox_write write = am_row_settle(row, policy, job, &seen, &now);
    row->version += write != AM_OUTBOX_LATE;
    return write;
}

static inline am_outbox_seen saw(am_outbox_event event)
{
    return (am_outbox_seen){.event = event, .not_before_ms = -1};
}

static inline void settle(am_outbox_row *row, const am_outbox_policy *policy,
                          const am_outbox_step *job, am_outbox_event event, int64_t ms)
{
    assert_int_equal(settle_as(row, policy, job, saw(event), ms), AM_OUTBOX_COMPARED);
}

#endif
