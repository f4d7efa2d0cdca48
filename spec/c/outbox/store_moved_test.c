/* SPDX-License-Identifier: MIT */
/* A file that is read-only, locked by another, or removed while it is open. */
#define _GNU_SOURCE
#include "store_rig.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"
#include "process_rig.h"

/* In a process of its own, and not as root, who may write anything. */
static void try_as_nobody(void)
{
    am_store_code code;
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        _exit(1);
    am_store *store = rig_try(&code);
    _exit(!store && code == AM_STORE_READ_ONLY && strstr(rig_error, "is read-only") ? 0 : 2);
}

static void a_file_that_is_read_only_is_told(void **state)
{
    (void)state;
    am_store *store = rig_open();
    rig_put(store, "a", "k", NULL);
    rig_close(store);
    assert_int_equal(chmod(rig_folder, 0755), 0);
    assert_int_equal(chmod(rig_path, 0444), 0);
    pid_t child = fork();
    if (child == 0)
        try_as_nobody();
    assert_int_equal(process_status(child), 0);
}

static void waiting_for_another_process_ends(void **state)
{
    (void)state;
    sqlite3 *db;
    am_store_rows found = {0};
    am_store_code code;
    am_outbox_row row = rig_row("a", "k");
    am_store_options options = {
        .path = rig_path, .service = SERVICE, .label = true, .keyed = true, .wait_ms = 1500};
    am_store *store = am_store_sqlite()->open(&options, &code, rig_error);
    assert_non_null(store);
    assert_int_equal(sqlite3_open(rig_path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_code(store->table->put(store, &row, NULL, &rig_all, NOW_MS, &found), AM_STORE_BUSY);
    assert_non_null(strstr(store->error, "writing into the outbox for 1.5 seconds"));
    assert_code(store->table->read(store, "a", "k", &found), AM_STORE_NONE); /* never waits */
    rig_close(rig_open());
    sqlite3_close(db);
    assert_code(store->table->put(store, &row, NULL, &rig_all, NOW_MS, &found), AM_STORE_DONE);
    am_store_rows_free(&found);
    rig_close(store);
}

/* Each function finds out that the file is not the one that was opened. */
static void assert_moved(am_store *store)
{
    am_store_rows found = {0};
    am_outbox_row row = rig_row("a", "new");
    am_store_part parts[1];
    size_t count;
    int64_t next;
    char byte;
    am_store_prune prune = {.old = rig_all, .limit = 1};
    const am_store_table *t = store->table;
    assert_code(t->put(store, &row, NULL, &rig_all, NOW_MS, &found), AM_STORE_MOVED);
    assert_non_null(strstr(store->error, "removed or replaced while it was open"));
    assert_code(t->read(store, "a", "k", &found), AM_STORE_MOVED);
    assert_code(t->swap(store, &row, &(am_store_swap){0}, NOW_MS, &found), AM_STORE_MOVED);
    assert_code(t->due(store, NOW_MS, 1, &found, &next), AM_STORE_MOVED);
    assert_code(t->list(store, &(am_store_filter){1, 0, 1}, &found), AM_STORE_MOVED);
    assert_code(t->remove(store, &prune), AM_STORE_MOVED);
    assert_code(t->parts(store, 1, parts, &count), AM_STORE_MOVED);
    assert_code(t->bytes(store, 1, &(am_store_part){.size = 1}, 0, &byte, 1), AM_STORE_MOVED);
    am_store_rows_free(&found);
}

static void removal_while_open_is_detected(void **state)
{
    (void)state;
    am_store *store = rig_open();
    rig_put(store, "a", "k", NULL);
    unlink(rig_path);
    assert_moved(store);
    rig_close(store);
}

static void replacement_while_open_is_detected(void **state)
{
    (void)state;
    char other[128];
    am_store *store = rig_open();
    rig_put(store, "a", "k", NULL);
    snprintf(other, sizeof other, "%s/other", rig_folder);
    close(open(other, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(rename(other, rig_path), 0);
    assert_moved(store);
    rig_close(store);
}

static void removal_of_the_log_is_detected(void **state)
{
    (void)state;
    char log[128];
    am_store *store = rig_open();
    rig_put(store, "a", "k", NULL);
    snprintf(log, sizeof log, "%s-wal", rig_path);
    unlink(log);
    assert_moved(store);
    rig_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG(a_file_that_is_read_only_is_told), RIG(waiting_for_another_process_ends),
        RIG(removal_while_open_is_detected),   RIG(replacement_while_open_is_detected),
        RIG(removal_of_the_log_is_detected),
    };
    return cmocka_run_group_tests_name("rights, locks and removal", tests, disk_begin, NULL);
}
