/* SPDX-License-Identifier: MIT */
/* The statements of the SQLite store, each prepared once. */
#include "outbox/store_handle.h"

#define ROWS "SELECT id, " AM_COLUMNS " FROM op "

/* What is written with each change, see store_row.c: before, and after what describes a request. */
#define CHANGED_FIRST "version = ?, state = ?, "
#define DESCRIBED                                                                                  \
    "operation = ?, method = ?, target = ?, content_type = ?, fingerprint = ?, label = ?, "        \
    "body_size = ?, "
#define CHANGED_TIMES                                                                              \
    "due_ms = ?, caused_ms = ?, caused_boot_ms = ?, first_wire_ms = ?, first_wire_boot_ms = ?, "   \
    "last_wire_ms = ?, last_wire_boot_ms = ?, empty_look_ms = ?, empty_look_boot_ms = ?, "         \
    "boot_id = ?, "
#define CHANGED_LAST                                                                               \
    "settled_ms = ?, flags = ?, owner = ?, epoch = ?, lease_ms = ?, tries = ?, status = ?, "       \
    "code = ?, draft_id = ?, message_id = ?, thread_id = ?, evidence = ? "                         \
    "WHERE id = ? AND version = ? AND key = ? AND inbox_id = ?"

/* The longest that a row is put off. */
#define DAY "86400000"

/* INDEXED BY makes a statement fail rather than read all finished rows. */
static const char *const texts[AM_SQL_COUNT] = {
    [AM_SQL_BEGIN] = "BEGIN IMMEDIATE",
    [AM_SQL_COMMIT] = "COMMIT",
    [AM_SQL_ROLLBACK] = "ROLLBACK",
    [AM_SQL_VERSION] = "PRAGMA user_version",
    [AM_SQL_META] = "SELECT value FROM meta WHERE name = ?1",
    [AM_SQL_SET_META] = "INSERT OR REPLACE INTO meta(name, value) VALUES(?1, ?2)",
    [AM_SQL_INSERT] = "INSERT INTO op(" AM_COLUMNS ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                      " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [AM_SQL_HAS_KEY] = "SELECT 1 FROM op WHERE key = ?1 LIMIT 1",
    [AM_SQL_BY_KEY] = ROWS "WHERE key = ?1 AND inbox_id = ?2",
    [AM_SQL_BY_ID] = ROWS "WHERE id = ?1",
    [AM_SQL_ELSEWHERE] = ROWS "WHERE key = ?1 AND inbox_id <> ?2",
    [AM_SQL_UPDATE] = "UPDATE op SET " CHANGED_FIRST CHANGED_TIMES CHANGED_LAST,
    [AM_SQL_RENEW] =
        "UPDATE op SET " CHANGED_FIRST DESCRIBED CHANGED_TIMES "created_ms = ?, " CHANGED_LAST,
    [AM_SQL_DUE] = ROWS "INDEXED BY op_due WHERE state < 5"
                        " AND due_ms NOT BETWEEN ?1 + 1 AND ?1 + " DAY " ORDER BY due_ms LIMIT ?2",
    [AM_SQL_NEXT_DUE] = "SELECT due_ms FROM op INDEXED BY op_due WHERE state < 5"
                        " AND due_ms > ?1 AND due_ms <= ?1 + " DAY " ORDER BY due_ms LIMIT 1",
    [AM_SQL_LIST] = ROWS "WHERE id > ?1 AND (?2 >> state) & 1 ORDER BY id LIMIT ?3",
    [AM_SQL_LIST_OPEN] = ROWS "INDEXED BY op_due WHERE state < 5 AND id > ?1 AND (?2 >> state) & 1"
                              " ORDER BY id LIMIT ?3",
    [AM_SQL_LIST_STUCK] = ROWS "INDEXED BY op_stuck WHERE state >= 8 AND id > ?1"
                               " AND (?2 >> state) & 1 ORDER BY id LIMIT ?3",
    [AM_SQL_AFTER] = ROWS "WHERE id > ?1 ORDER BY id LIMIT 1",
    [AM_SQL_DELETE] = "DELETE FROM op WHERE id = ?1",
    [AM_SQL_CHUNK] = "INSERT INTO body(id, part, kind, data) VALUES(?1, ?2, ?3, ?4)",
    [AM_SQL_PARTS] = ("SELECT id, part, kind, length(data) FROM body WHERE id >= ?1 AND id < ?2"
                      " ORDER BY id"),
    [AM_SQL_DROP_BODY] = "DELETE FROM body WHERE id >= ?1 AND id < ?2",
};

const char *const *am_sql_texts(size_t *count)
{
    *count = AM_SQL_COUNT;
    return texts;
}

sqlite3_stmt *am_sql_get(am_sqlite *store, am_sql which)
{
    sqlite3_stmt **statement = &store->statements[which];
    if (!*statement)
        sqlite3_prepare_v3(store->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
    return *statement;
}

bool am_sql_run(sqlite3_stmt *statement)
{
    bool is_done = sqlite3_step(statement) == SQLITE_DONE;
    is_done = sqlite3_reset(statement) == SQLITE_OK && is_done; /* keeps the error */
    return is_done;
}

bool am_sql_do(am_sqlite *store, am_sql which)
{
    sqlite3_stmt *statement = am_sql_get(store, which);
    return statement && am_sql_run(statement);
}

void am_sql_finalize(am_sqlite *store)
{
    for (int i = 0; i < AM_SQL_COUNT; i++) {
        sqlite3_finalize(store->statements[i]);
        store->statements[i] = NULL;
    }
}
