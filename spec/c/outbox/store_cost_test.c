/* SPDX-License-Identifier: MIT */
/*
 * What the store costs, as counted between SQLite and the disk: commits, syncs, pages, memory.
 * FINISHED in the environment is how many finished rows there are; `make proof` has a million.
 */
#define _GNU_SOURCE
#include "store_rig.h"

#include <malloc.h>
#include <sqlite3.h>
#include <unistd.h>

#include "disk.h"
#include "outbox/store_handle.h"

enum { MEGABYTE = 1000000, CHUNK = 256 * 1024 };

static const am_store_swap keep = {.keep = AM_STORE_KEEP}, drop = {.keep = AM_STORE_DROP};

static int64_t put_sized(am_store *store, const char *key, int64_t size)
{
    rig_source source = {0, size};
    am_store_part part = {.size = size};
    return rig_put(store, "a", key, &(am_store_body){&part, 1, rig_read, &source});
}

/* Changes a row's state as a worker would: claimed, in doubt, finished. */
static void change(am_store *store, const char *key, int state, const am_store_swap *swap)
{
    am_store_rows found = {0};
    assert_code(store->table->read(store, "a", key, &found), AM_STORE_DONE);
    am_outbox_row row = found.rows[0];
    row.state = state;
    row.due_ms += 30000;
    row.owner = 1;
    row.epoch = INT64_MAX / 2;
    row.lease_ms = NOW_MS;
    row.tries++;
    row.message_id = "<0100019a2b3c4d5e-1234-5678-9abc-def012345678-000000@email.example.com>";
    assert_code(store->table->swap(store, &row, swap, NOW_MS, &found), AM_STORE_DONE);
    am_store_rows_free(&found);
}

static void a_send_is_two_commits_and_two_syncs(void **state)
{
    (void)state;
    am_store *store = rig_open();
    put_sized(store, "before", 1000);
    for (int i = 0; i < 20; i++) {
        char key[24];
        snprintf(key, sizeof key, "k%d", i);
        disk_forget();
        put_sized(store, key, 3000);
        assert_int_equal(disk_seen().syncs, 1);
        change(store, key, AM_OUTBOX_SENT, &drop);
        disk_counts seen = disk_seen();
        assert_int_equal(seen.checkpoints, 0);
        assert_int_equal(seen.syncs, 2);
        assert_int_equal(seen.wal_syncs, 2);
        assert_true(seen.wal_pages <= 16);
    }
    disk_forget();
    am_store_rows found = {0};
    am_outbox_row row = rig_row("a", "k1");
    assert_code(store->table->read(store, "a", "k1", &found), AM_STORE_DONE);
    assert_code(store->table->put(store, &row, NULL, &rig_all, NOW_MS, &found), AM_STORE_EXISTS);
    assert_int_equal(disk_seen().syncs, 0); /* answered from the record */
    assert_int_equal(disk_seen().wal_pages, 0);
    am_store_rows_free(&found);
    rig_close(store);
}

static void a_change_beside_a_large_body_writes_few_pages(void **state)
{
    (void)state;
    am_store *store = rig_open();
    const int states[] = {AM_OUTBOX_SENDING, AM_OUTBOX_DOUBTFUL, AM_OUTBOX_SENDING};
    for (int i = 0; i < 40; i++) {
        char key[24];
        snprintf(key, sizeof key, "before%d", i);
        rig_put(store, "a", key, NULL);
    }
    for (int round = 0; round < 3; round++) { /* later ones use pages of the earlier ones */
        char key[24];
        snprintf(key, sizeof key, "k%d", round);
        put_sized(store, key, 6 * MEGABYTE);
        for (size_t i = 0; i < COUNT(states); i++) {
            disk_forget();
            change(store, key, states[i], &keep);
            if (i == 0 && round == 0)
                print_message("# a change of state: %d pages\n", (int)disk_seen().wal_pages);
            assert_in_range(disk_seen().wal_pages, 1, 4);
        }
        disk_forget();
        change(store, key, AM_OUTBOX_SENT, &drop);
        print_message("# the end, with 6 MB deleted: %d pages\n", (int)disk_seen().wal_pages);
        assert_in_range(disk_seen().wal_pages, 1, 12);
    }
    assert_int_equal(rig_ask("SELECT count(*) FROM body"), 0);
    rig_close(store);
}

/* ---- many finished rows ---------------------------------------------------------------------- */

static int finished(void)
{
    const char *given = getenv("FINISHED");
    return given ? (int)strtol(given, NULL, 10) : 20000;
}

/* Finished rows, with a few open and a few stuck ones among them. */
static void make_many(int count)
{
    char sql[1024];
    rig_close(rig_open());
    snprintf(sql, sizeof sql,
             "PRAGMA synchronous = OFF; BEGIN;"
             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
             "INSERT INTO op(inbox_id, key, version, state, operation, method, target, "
             "content_type, fingerprint, label, due_ms, created_ms, settled_ms, message_id, "
             "thread_id) SELECT 'support@example.com', "
             "'receipt-' || hex(randomblob(16)) || i, 3,"
             "CASE WHEN i %% 1000 = 0 THEN 9 WHEN i %% 1000 = 1 THEN 3 ELSE 5 END,"
             "'inboxes.messages.send', 'POST', '/v0/inboxes/support%%40example.com/messages/send',"
             "'application/json', randomblob(32), 'am-' || lower(hex(randomblob(16))), i, i, i,"
             "'<' || hex(randomblob(32)) || '@example.com>', hex(randomblob(16)) FROM n;"
             "COMMIT",
             count);
    rig_change(sql);
}

static int64_t pages_read(void)
{
    return disk_seen().reads;
}

static void lookups_do_not_depend_on_finished_rows(void **state)
{
    (void)state;
    am_store_rows found = {0};
    int count = finished();
    int64_t next, opened[2];
    disk_forget();
    rig_close(rig_open());
    rig_close(rig_open());
    disk_forget();
    rig_close(rig_open());
    opened[0] = pages_read();
    make_many(count);
    disk_forget();
    am_store *store = rig_open();
    opened[1] = pages_read();
    print_message("# opening reads %d pages, with %d finished rows %d\n", (int)opened[0], count,
                  (int)opened[1]);
    assert_true(opened[1] <= opened[0]);

    sqlite3 *db;
    sqlite3_stmt *keys;
    assert_int_equal(sqlite3_open(rig_path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT key FROM op WHERE id % (1 + ?1 / 50) = 0", -1, &keys, NULL),
        SQLITE_OK);
    sqlite3_bind_int(keys, 1, count);
    int64_t most = 0;
    while (sqlite3_step(keys) == SQLITE_ROW) {
        const char *key = (const char *)sqlite3_column_text(keys, 0);
        rig_close(store); /* nothing is remembered */
        store = rig_open();
        disk_forget();
        assert_code(store->table->read(store, "support@example.com", key, &found), AM_STORE_DONE);
        most = pages_read() > most ? pages_read() : most;
    }
    sqlite3_finalize(keys);
    sqlite3_close(db);
    print_message("# a lookup reads %d pages at most\n", (int)most);
    assert_in_range(most, 1, 8);

    disk_forget();
    am_store_filter stuck = {1u << AM_OUTBOX_UNKNOWN, 0, 5};
    assert_code(store->table->list(store, &stuck, &found), AM_STORE_DONE);
    assert_int_equal(found.count, 5);
    print_message("# a list of 5 unknown rows reads %d pages\n", (int)pages_read());
    assert_in_range(pages_read(), 1, 5 * 4 + 4);
    disk_forget();
    assert_code(store->table->due(store, INT64_MAX, 5, &found, &next), AM_STORE_DONE);
    assert_int_equal(found.count, 5);
    print_message("# 5 due rows: %d pages\n", (int)pages_read());
    assert_in_range(pages_read(), 1, 5 * 4 + 4);
    am_store_rows_free(&found);
    rig_close(store);
}

/* ---- plans ----------------------------------------------------------------------------------- */

/* A query's text by its beginning, as SQLite will run it, from the statements of a store. */
static char plan[1024];

static void explain(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement;
    char text[4096];
    plan[0] = '\0';
    snprintf(text, sizeof text, "EXPLAIN QUERY PLAN %s", sql);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW)
        snprintf(plan + strlen(plan), sizeof plan - strlen(plan), "%s; ",
                 (const char *)sqlite3_column_text(statement, 3));
    sqlite3_finalize(statement);
}

static void no_statement_scans_the_finished_rows(void **state)
{
    (void)state;
    sqlite3 *db;
    size_t count;
    rig_close(rig_open());
    assert_int_equal(sqlite3_open(rig_path, &db), SQLITE_OK);
    const char *const *statements = am_sql_texts(&count);
    for (size_t i = 0; i < count; i++) {
        explain(db, statements[i]);
        if (strstr(plan, "SCAN op") && !strstr(plan, "SCAN op USING INDEX op_"))
            fail_msg("%s: %s", statements[i], plan);
        if (strstr(statements[i], "state < 5"))
            assert_non_null(strstr(plan, "USING INDEX op_due"));
        if (strstr(statements[i], "state >= 8"))
            assert_non_null(strstr(plan, "USING INDEX op_stuck"));
        if (strstr(statements[i], "FROM op") && strstr(statements[i], "key = ?1"))
            assert_true(
                strstr(plan, "SEARCH op USING INDEX sqlite_autoindex_op_1 (key=?") ||
                strstr(plan, "SEARCH op USING COVERING INDEX sqlite_autoindex_op_1 (key=?"));
    }
    sqlite3_close(db);
}

/* ---- memory ---------------------------------------------------------------------------------- */

static long status(const char *name)
{
    char line[256];
    long value = 0;
    FILE *file = fopen("/proc/self/status", "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (strncmp(line, name, strlen(name)) == 0)
            value = strtol(line + strlen(name), NULL, 10);
    fclose(file);
    return value;
}

/* The peak of resident memory begins anew. False: the system does not allow it. */
static bool forget_peak(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "we");
    bool is_done = file && fputs("5", file) >= 0;
    return file && fclose(file) == 0 && is_done;
}

static bool is_instrumented(void)
{
#if defined(__SANITIZE_ADDRESS__)
    return true;
#else
    return getenv("LD_PRELOAD") || strstr(getenv("PATH"), "valgrind");
#endif
}

static void large_bodies_take_little_memory(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_part parts[1];
    size_t count;
    static char buffer[65536];
    put_sized(store, "before", 1000);
    malloc_trim(0);
    if (is_instrumented() || !forget_peak()) {
        print_message("# memory is not measured here\n");
        rig_close(store);
        return;
    }
    long before = status("VmRSS:");
    int64_t id = put_sized(store, "k", 25 * MEGABYTE);
    assert_code(store->table->parts(store, id, parts, &count), AM_STORE_DONE);
    long written = status("VmHWM:");
    for (int64_t at = 0; at + (int64_t)sizeof buffer <= parts[0].size;
         at += (int64_t)sizeof buffer) {
        assert_code(store->table->bytes(store, id, &parts[0], at, buffer, sizeof buffer),
                    AM_STORE_DONE);
        assert_int_equal(buffer[77], rig_byte(at + 77));
    }
    long read = status("VmHWM:");
    change(store, "k", AM_OUTBOX_SENT, &drop);
    print_message("# 25 MB: %ld KiB more to keep, %ld with reading, %ld with deleting\n",
                  written - before, read - before, status("VmHWM:") - before);
    assert_true(status("VmHWM:") - before <= 1024);
    rig_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG(a_send_is_two_commits_and_two_syncs),
        RIG(a_change_beside_a_large_body_writes_few_pages),
        RIG(lookups_do_not_depend_on_finished_rows),
        RIG(no_statement_scans_the_finished_rows),
        RIG(large_bodies_take_little_memory),
    };
    return cmocka_run_group_tests_name("cost of the store", tests, disk_begin, NULL);
}
