/* SPDX-License-Identifier: MIT */
/* Memory that runs out, in our code and in libcrypto: for every n, the n-th allocation fails, once
 * or from then on. Nothing that may be sent is unrecorded, and nothing leaks. */
#include "job_rig.h"
#include "memory_rig.h"
#include "scarce.h"

enum { NOTHING, OPENED, RECORDED, CLAIMED, SETTLED };

static const am_piece pieces[] = {{.data = "[", .size = 1},
                                  {.data = "xyz", .size = 3, .base64 = true}};

/* Opens, puts, claims and settles; how far it came. */
static int run(void)
{
    char error[AM_ERROR_SIZE];
    am_put put;
    am_outbox_task task;
    am_piece unused;
    int done = NOTHING;
    am_outbox_options options = job_options();
    am_outbox_intent intent = job_intent("k", &unused, "");
    intent.pieces = pieces;
    intent.piece_count = COUNT(pieces);
    am_outbox *box = am_outbox_open(&options, error);
    am_outbox_job *job = box ? am_outbox_put(box, &intent, JOB_TIME, &put) : NULL;
    if (box)
        done = OPENED;
    if (job)
        done = RECORDED;
    if (job && am_outbox_claim(job, JOB_TIME, &task) && task.action == AM_OUTBOX_SEND) {
        am_outbox_answer answer = job_sent();
        done = am_outbox_settle(job, &answer) ? SETTLED : CLAIMED;
        am_outbox_entry entry = am_outbox_job_entry(job); /* told, recorded or not */
        assert_int_equal(entry.state, AM_OUTBOX_SENT);
    }
    am_outbox_job_free(job);
    am_outbox_close(box);
    return done;
}

/* What the file says is what was done, or one step more. */
static void check(int done)
{
    am_outbox *box = job_open();
    am_outbox_state state = job_state_of(box, "k");
    am_outbox_close(box);
    if (done == RECORDED) /* without memory for its request it is let go */
        assert_true(state == AM_OUTBOX_SENDING || state == AM_OUTBOX_WAITING);
    else if (done > RECORDED)
        assert_true(state == AM_OUTBOX_SENDING || state == AM_OUTBOX_SENT);
    else /* what was told as not recorded is never sent */
        assert_int_equal(state, AM_OUTBOX_NONE);
    if (done == SETTLED)
        assert_int_equal(state, AM_OUTBOX_SENT);
    else if (done < CLAIMED)
        assert_int_not_equal(state, AM_OUTBOX_SENT);
}

static const memory_plan plan = {.run = run, .whole = SETTLED, .check = check, .least = 15};

static void an_allocation_fails(void **state)
{
    (void)state;
    memory_run(&plan, false);
}

static void all_later_allocations_fail(void **state)
{
    (void)state;
    memory_run(&plan, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOB(an_allocation_fails),
        JOB(all_later_allocations_fail),
    };
    return cmocka_run_group_tests_name("memory of jobs", tests, scarce_begin, NULL);
}
