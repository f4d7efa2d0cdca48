/* SPDX-License-Identifier: MIT */
/*
 * A disk that fails: at the n-th call of SQLite, once or for good, with an error or because it is
 * full, for every n; and a process that is killed at every write. Each time the reopened file
 * holds the old row or the new one.
 */
#define _GNU_SOURCE
#include "store_flow.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disk.h"
#include "process_rig.h"

/* True if there was an n-th call. */
static bool harm_at(int64_t n, disk_harm harm, bool for_good, bool is_new)
{
    rig_empty();
    if (!is_new)
        rig_close(rig_open());
    disk_harm_at(n, harm, for_good);
    int done = flow_run(FLOW_SMALL, -1);
    bool was_asked = disk_seen().asked >= n;
    disk_harm_at(0, harm, false);
    if (!was_asked)
        assert_int_equal(done, FLOW_STEPS);
    flow_check(FLOW_SMALL, done);
    return was_asked;
}

/* In a new file, or in one that was there before. */
static void every_call_fails(disk_harm harm, bool for_good, bool is_new)
{
    int64_t n = 1;
    while (harm_at(n, harm, for_good, is_new))
        n++;
    print_message("# %d calls\n", (int)n - 1);
    assert_true(n > 50);
}

static void an_error_once(void **state)
{
    (void)state;
    every_call_fails(DISK_BREAKS, false, false);
    every_call_fails(DISK_BREAKS, false, true);
}

static void an_error_for_good(void **state)
{
    (void)state;
    every_call_fails(DISK_BREAKS, true, true);
}

static void a_full_disk_once(void **state)
{
    (void)state;
    disk_harm_writes(true);
    every_call_fails(DISK_FILLS, false, true);
    disk_harm_writes(false);
}

static void a_full_disk_for_good(void **state)
{
    (void)state;
    disk_harm_writes(true);
    every_call_fails(DISK_FILLS, true, true);
    disk_harm_writes(false);
}

/* A handle whose disk recovers goes on as if nothing had been. */
static void a_handle_outlives_an_error(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_rows found = {0};
    am_outbox_row row = rig_row("a", "k");
    for (int64_t n = 1;; n++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", (int)n);
        row.key = key;
        disk_harm_at(n, DISK_BREAKS, false);
        am_store_code code = store->table->put(store, &row, NULL, &rig_all, NOW_MS, &found);
        bool was_asked = disk_seen().asked >= n;
        disk_harm_at(0, DISK_BREAKS, false);
        if (!was_asked) {
            assert_int_equal(code, AM_STORE_DONE);
            break;
        }
        if (code != AM_STORE_DONE) {
            assert_int_equal(found.count, 0);
            assert_true(store->error[0] != '\0');
            code = store->table->put(store, &row, NULL, &rig_all, NOW_MS, &found);
        }
        assert_true(code == AM_STORE_DONE || code == AM_STORE_EXISTS);
    }
    am_store_rows_free(&found);
    rig_close(store);
    assert_int_equal(rig_ask(RIG_DEFECTS), 0);
}

/* ---- killed at every write ------------------------------------------------------------------- */

/* True if the process was killed. */
static bool kill_at(int64_t n, int *done)
{
    int pipes[2];
    char bytes[FLOW_STEPS + 1];
    rig_empty();
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        disk_harm_writes(true);
        disk_harm_at(n, DISK_KILLS, false);
        _exit(flow_run(FLOW_LARGE, pipes[1]) != FLOW_STEPS);
    }
    close(pipes[1]);
    int status = process_status(child);
    *done = (int)read(pipes[0], bytes, sizeof bytes);
    close(pipes[0]);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return WIFSIGNALED(status);
}

static void killed_at_every_write(void **state)
{
    (void)state;
    int done, seen = 0;
    int64_t n = 1;
    for (; kill_at(n, &done); n++) {
        seen |= 1 << done;
        flow_check(FLOW_LARGE, done);
    }
    assert_int_equal(done, FLOW_STEPS);
    flow_check(FLOW_LARGE, done);
    print_message("# killed at %d writes\n", (int)n - 1);
    assert_true(n > 50);
    assert_int_equal(seen, (1 << (FLOW_STEPS + 1)) - 1); /* between any two steps */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG(an_error_once),        RIG(an_error_for_good),          RIG(a_full_disk_once),
        RIG(a_full_disk_for_good), RIG(a_handle_outlives_an_error), RIG(killed_at_every_write),
    };
    return cmocka_run_group_tests_name("a disk that fails", tests, disk_begin, NULL);
}
