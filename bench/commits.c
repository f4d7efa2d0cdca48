/* SPDX-License-Identifier: MIT */
/*
 * The cost of the two commits of a send with an outbox, alone: the same file, settings, tables and
 * indexes, and the statements that write, prepared once. Nothing is looked up, decided or digested.
 *   commits FOLDER COUNT
 * Prints the CPU time of one send.
 */
#define _DEFAULT_SOURCE
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "outbox/store_handle.h"
#include "payload.h"

enum { WARM_UP = 50, CHUNKS = 1 << 20 };

static const char inbox_id[] = "bench@example.com", label[] = "am-0123456789abcdef0123456789abcdef";

static void must(bool done, sqlite3 *db)
{
    if (done)
        return;
    fprintf(stderr, "commits: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static void run(sqlite3 *db, sqlite3_stmt *statement)
{
    bool done = sqlite3_step(statement) == SQLITE_DONE;
    must(sqlite3_reset(statement) == SQLITE_OK && done, db);
}

static sqlite3 *open_file(const char *folder, sqlite3_stmt *statements[AM_SQL_COUNT])
{
    char path[4096];
    sqlite3 *db = NULL;
    size_t count;
    snprintf(path, sizeof path, "%s/commits.db", folder);
    int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    must(sqlite3_open_v2(path, &db, flags, NULL) == SQLITE_OK, db);
    must(sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) == SQLITE_OK, db);
    must(sqlite3_exec(db, am_sqlite_settings, NULL, NULL, NULL) == SQLITE_OK, db);
    must(sqlite3_exec(db, am_schema_steps[0], NULL, NULL, NULL) == SQLITE_OK, db);
    const char *const *texts = am_sql_texts(&count);
    for (size_t i = 0; i < count; i++)
        must(sqlite3_prepare_v3(db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &statements[i],
                                NULL) == SQLITE_OK,
             db);
    return db;
}

/* As csrc/outbox/ writes it. */
static am_outbox_row row_for(const char *key, int64_t version)
{
    const int64_t now_ms = INT64_C(1790000000000), boot_ms = 1000000;
    am_outbox_row row = {.inbox_id = inbox_id,
                         .key = key,
                         .version = version,
                         .state = AM_OUTBOX_SENDING,
                         .operation = "inboxes.messages.send",
                         .method = "POST",
                         .target = "/v0/inboxes/bench%40example.com/messages/send",
                         .label = label,
                         .body_size = sizeof SEND_BODY - 1,
                         .due_ms = now_ms,
                         .caused = {now_ms, boot_ms},
                         .first_wire = {now_ms, boot_ms},
                         .last_wire = {now_ms, boot_ms},
                         .empty_look = {-1, -1},
                         .boot_id = INT64_MAX / 3,
                         .created_ms = now_ms,
                         .settled_ms = -1,
                         .owner = 1,
                         .epoch = INT64_MAX / 5,
                         .lease_ms = boot_ms,
                         .tries = 1};
    memset(row.fingerprint, 0xa5, AM_FINGERPRINT_SIZE);
    return row;
}

static void put(sqlite3 *db, sqlite3_stmt *const statements[AM_SQL_COUNT], const char *key)
{
    am_outbox_row row = row_for(key, 1);
    sqlite3_stmt *body = statements[AM_SQL_CHUNK];
    run(db, statements[AM_SQL_BEGIN]);
    must(am_row_bind_all(statements[AM_SQL_INSERT], &row), db);
    run(db, statements[AM_SQL_INSERT]);
    sqlite3_bind_int64(body, 1, sqlite3_last_insert_rowid(db) * CHUNKS);
    sqlite3_bind_int64(body, 2, 0);
    sqlite3_bind_int(body, 3, 0);
    sqlite3_bind_blob(body, 4, SEND_BODY, sizeof SEND_BODY - 1, SQLITE_STATIC);
    run(db, body);
    run(db, statements[AM_SQL_COMMIT]);
}

static void settle(sqlite3 *db, sqlite3_stmt *const statements[AM_SQL_COUNT], const char *key,
                   int64_t id)
{
    am_outbox_row row = row_for(key, 2);
    sqlite3_stmt *drop = statements[AM_SQL_DROP_BODY];
    row.id = id;
    row.state = AM_OUTBOX_SENT;
    row.settled_ms = row.created_ms;
    row.owner = 0;
    row.epoch = 0;
    row.lease_ms = -1;
    row.status = 200;
    row.message_id = "<0100019d2f3e4b7a-1c9f@example.com>";
    row.thread_id = "8a6c6f0e-64a5-4b55-8f1b-1d2a8b6b2c11";
    run(db, statements[AM_SQL_BEGIN]);
    must(am_row_bind_update(statements[AM_SQL_UPDATE], &row, 1, false), db);
    run(db, statements[AM_SQL_UPDATE]);
    must(sqlite3_changes(db) == 1, db);
    sqlite3_bind_int64(drop, 1, id * CHUNKS);
    sqlite3_bind_int64(drop, 2, (id + 1) * CHUNKS);
    run(db, drop);
    run(db, statements[AM_SQL_COMMIT]);
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    sqlite3_stmt *statements[AM_SQL_COUNT] = {0};
    if (argc < 3)
        return 2;
    long count = strtol(argv[2], NULL, 10);
    sqlite3 *db = open_file(argv[1], statements);
    double start = 0;
    for (long i = 0; i < WARM_UP + count; i++) {
        char key[32];
        if (i == WARM_UP)
            start = cpu_seconds();
        snprintf(key, sizeof key, "bench-%ld", 1000 + i);
        put(db, statements, key);
        settle(db, statements, key, sqlite3_last_insert_rowid(db) / CHUNKS);
    }
    double spent = cpu_seconds() - start;
    printf("%.3f\n", spent / (double)count * 1e6);
    for (int i = 0; i < AM_SQL_COUNT; i++)
        sqlite3_finalize(statements[i]);
    return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}
