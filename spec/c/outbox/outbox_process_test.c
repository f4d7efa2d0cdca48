/* SPDX-License-Identifier: MIT */
/* Processes that are killed, and children that inherit an outbox. */
#define _GNU_SOURCE
#include "job_rig.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process_rig.h"

/* Runs work in a child that then dies by SIGKILL; it must come so far. */
static void kill_after(void (*work)(void))
{
    pid_t child = fork();
    if (child == 0) {
        work();
        kill(getpid(), SIGKILL);
    }
    int status = process_status(child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void claim_and_hold(void)
{
    job_start(job_open(), "k", "one", AM_PUT_NEW);
}

static void settle_and_hold(void)
{
    am_outbox_job *job = job_start(job_open(), "k", "one", AM_PUT_NEW);
    job_settle(job, job_sent());
}

static void a_killed_owner_keeps_nobody_waiting(void **state)
{
    (void)state;
    kill_after(claim_and_hold);
    am_outbox *box = job_open();
    assert_int_equal(job_state_of(box, "k"), AM_OUTBOX_SENDING);
    job_close(job_start(box, "k", "one", AM_PUT_GO_ON), box);
}

static void what_was_settled_is_never_sent_again(void **state)
{
    (void)state;
    kill_after(settle_and_hold);
    am_outbox *box = job_open();
    am_outbox_job *job = job_put(box, "k", "one", AM_PUT_CLOSED);
    job_claim(job, AM_OUTBOX_DONE);
    assert_int_equal(job_state(job), AM_OUTBOX_SENT);
    job_close(job, box);
}

/* A child does not write with what it inherited; its own outbox sees the parent alive. */
static void a_forked_child_opens_its_own(void **state)
{
    (void)state;
    int said[2];
    char word = 0;
    am_outbox *box = job_open();
    am_outbox_job *job = job_start(box, "k", "one", AM_PUT_NEW);
    am_outbox_job *unclaimed = job_put(box, "j", "two", AM_PUT_NEW);
    assert_int_equal(pipe(said), 0);
    pid_t child = fork();
    if (child == 0) {
        am_outbox_answer answer = job_sent();
        am_outbox_task inherited;
        if (am_outbox_claim(unclaimed, JOB_TIME, &inherited) ||
            strcmp(am_outbox_code(box), "forked") != 0)
            kill(getpid(), SIGABRT);
        bool wrote = am_outbox_settle(job, &answer);
        am_outbox_job_free(job);
        am_outbox_close(box);
        am_outbox *own = job_open();
        am_outbox_job *second = job_put(own, "k", "one", AM_PUT_GO_ON);
        am_outbox_task task = job_claim(second, AM_OUTBOX_BUSY);
        bool told = write(said[1], wrote ? "w" : task.is_own ? "o" : "b", 1) == 1;
        /* Not _exit: what a child inherits it must not close, and valgrind calls this a leak. */
        kill(getpid(), told ? SIGKILL : SIGABRT);
    }
    close(said[1]);
    assert_int_equal(read(said[0], &word, 1), 1);
    close(said[0]);
    process_status(child);
    assert_int_equal(word, 'b');
    job_settle(job, job_sent());
    job_claim(unclaimed, AM_OUTBOX_SEND);
    am_outbox_job_free(unclaimed);
    job_close(job, box);
}

/* Puts the one key; 1: it is the one that may send. */
static int put_and_send(int number, int begin)
{
    (void)number;
    am_outbox *box = job_open();
    am_piece piece;
    am_put put;
    am_outbox_task task;
    am_outbox_intent intent = job_intent("k", &piece, "one");
    if (!process_begins(begin))
        return PROCESS_FAILED;
    am_outbox_job *job = am_outbox_put(box, &intent, JOB_TIME, &put);
    if (!job || !am_outbox_claim(job, JOB_TIME, &task))
        return PROCESS_FAILED;
    int sends = task.action == AM_OUTBOX_SEND;
    if (sends) {
        am_outbox_answer answer = job_sent();
        sends = am_outbox_settle(job, &answer) ? 1 : PROCESS_FAILED;
    }
    am_outbox_job_free(job);
    am_outbox_close(box);
    return sends;
}

static void of_many_processes_one_sends(void **state)
{
    (void)state;
    assert_int_equal(process_race(put_and_send), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOB(a_killed_owner_keeps_nobody_waiting),
        JOB(what_was_settled_is_never_sent_again),
        JOB(a_forked_child_opens_its_own),
        JOB(of_many_processes_one_sends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
