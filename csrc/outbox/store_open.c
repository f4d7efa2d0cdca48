/* SPDX-License-Identifier: MIT */
/* Opening the file of an outbox, and closing it. */
#include "outbox/store_handle.h"

#include <limits.h>
#include <stdlib.h>

static bool set(sqlite3 *db, const char *pragma)
{
    return sqlite3_exec(db, pragma, NULL, NULL, NULL) == SQLITE_OK;
}

/* Turns the log on. SQLite itself does not wait for another process that does the same. */
static am_store_code turn_log_on(am_sqlite *store)
{
    enum { PAUSE_MS = 5 };
    sqlite3_stmt *statement = NULL;
    int64_t left = store->wait_ms;
    for (;; left -= PAUSE_MS) {
        bool is_row = sqlite3_prepare_v2(store->db, "PRAGMA journal_mode = WAL", -1, &statement,
                                         NULL) == SQLITE_OK &&
                      sqlite3_step(statement) == SQLITE_ROW;
        const unsigned char *mode = is_row ? sqlite3_column_text(statement, 0) : NULL;
        bool is_on = mode && sqlite3_stricmp((const char *)mode, "wal") == 0;
        int code = sqlite3_finalize(statement);
        if (is_on)
            return AM_STORE_DONE;
        if (is_row && code == SQLITE_OK)
            return am_sqlite_say(store, mode ? AM_STORE_REFUSED : AM_STORE_NO_MEMORY,
                                 "the outbox cannot have a write-ahead log here");
        if ((code & 0xff) != SQLITE_BUSY || left <= 0)
            return am_sqlite_fail(store);
        sqlite3_sleep(PAUSE_MS);
    }
}

const char am_sqlite_settings[] =
    "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA secure_delete = FAST;"
    "PRAGMA cache_size = -256; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF;"
    "PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 4194304";

static am_store_code open_file(am_sqlite *store)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    int code = sqlite3_open_v2(store->path, &store->db, flags, NULL);
    if (!store->db)
        return am_sqlite_say(store, AM_STORE_NO_MEMORY, "out of memory");
    if (code != SQLITE_OK)
        return am_sqlite_fail(store);
    int64_t wait = store->wait_ms < INT_MAX ? store->wait_ms : INT_MAX;
    sqlite3_extended_result_codes(store->db, 1);
    if (sqlite3_db_readonly(store->db, "main") == 1)
        return am_sqlite_say(store, AM_STORE_READ_ONLY, "the outbox is read-only");
    if (sqlite3_busy_timeout(store->db, (int)wait) != SQLITE_OK ||
        !set(store->db, am_sqlite_settings))
        return am_sqlite_fail(store);
    return AM_STORE_DONE;
}

/* Reads once, which opens the log. */
static am_store_code look_inside(am_sqlite *store)
{
    am_store_code code = am_sqlite_newest(store);
    if (code == AM_STORE_DONE)
        code = am_file_remember(store);
    if (code == AM_STORE_DONE && !am_file_is_locked(store))
        code = am_sqlite_say(store, AM_STORE_FORKED,
                             "this process inherited the outbox by fork: first close there what "
                             "its parent has opened");
    return code;
}

am_store_code am_sqlite_open(am_sqlite *store, const am_store_options *options)
{
    int64_t taken;
    store->wait_ms = options->wait_ms;
    am_fork_mark_set(&store->mark);
    am_store_code code = am_file_prepare(store, options->path);
    if (code == AM_STORE_DONE)
        code = open_file(store);
    if (code == AM_STORE_DONE)
        code = am_schema_recognize(store, AM_SCHEMA_STEPS, &taken);
    if (code == AM_STORE_DONE)
        code = turn_log_on(store);
    if (code == AM_STORE_DONE)
        code = am_schema_migrate(store, am_schema_steps, AM_SCHEMA_STEPS);
    if (code == AM_STORE_DONE)
        code = look_inside(store);
    return code == AM_STORE_DONE ? am_schema_pin(store, options) : code;
}

void am_sqlite_close(am_sqlite *store)
{
    if (am_fork_mark_is_foreign(&store->mark)) {
        am_file_let_go(store); /* SQLite's own memory is lost: freeing it would write */
    } else {
        am_sql_finalize(store);
        sqlite3_close(store->db); /* NULL is allowed */
    }
    am_fork_mark_free(&store->mark);
    free(store->path);
    free(store->wal_path);
}
