/* SPDX-License-Identifier: MIT */
/*
 * The tables, how a file gets them, and whose file it is. A step is never changed once a version
 * with it was published: a new one is added.
 */
#include "outbox/store_handle.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

/* Rows that end lose their body at once and are kept long, so a body is beside its row: a change of
 * state rewrites a page, not megabytes. body.id is op.id * 2^20 + the number of the chunk.
 *
 * A finished row is in no index but that of the keys. A query uses a partial index only if it
 * repeats the condition. */
const char *const am_schema_steps[AM_SCHEMA_STEPS] = {
    "PRAGMA application_id = 0x616d6f78;"
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE op("
    " id INTEGER PRIMARY KEY, inbox_id TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL,"
    " state INTEGER NOT NULL, operation TEXT, method TEXT, target TEXT, content_type TEXT,"
    " fingerprint BLOB, label TEXT, body_size INTEGER, due_ms INTEGER NOT NULL,"
    " caused_ms INTEGER, caused_boot_ms INTEGER, first_wire_ms INTEGER, first_wire_boot_ms INTEGER,"
    " last_wire_ms INTEGER, last_wire_boot_ms INTEGER, empty_look_ms INTEGER,"
    " empty_look_boot_ms INTEGER, boot_id INTEGER, created_ms INTEGER, settled_ms INTEGER,"
    " flags INTEGER, owner INTEGER, epoch INTEGER, lease_ms INTEGER, tries INTEGER, status INTEGER,"
    " code TEXT, draft_id TEXT, message_id TEXT, thread_id TEXT, evidence TEXT,"
    " UNIQUE(key, inbox_id));"
    "CREATE TABLE body(id INTEGER PRIMARY KEY, part INTEGER, kind INTEGER, data BLOB);"
    "CREATE INDEX op_due ON op(due_ms) WHERE state < 5;"
    "CREATE INDEX op_stuck ON op(id) WHERE state >= 8;",
};

enum { APPLICATION = 0x616d6f78 };

/* ---- migration ------------------------------------------------------------------------------- */

/* The first column of a statement's first row. */
static bool get_int(sqlite3 *db, const char *sql, int64_t *value)
{
    sqlite3_stmt *statement = NULL;
    bool is_found = sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
                    sqlite3_step(statement) == SQLITE_ROW;
    if (is_found)
        *value = sqlite3_column_int64(statement, 0);
    return sqlite3_finalize(statement) == SQLITE_OK && is_found;
}

static bool run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static bool look(sqlite3 *db, int64_t *application, int64_t *taken, int64_t *objects)
{
    return get_int(db, "PRAGMA application_id", application) &&
           get_int(db, "PRAGMA user_version", taken) &&
           get_int(db, "SELECT count(*) FROM sqlite_master", objects);
}

am_store_code am_schema_recognize(am_sqlite *store, int count, int64_t *taken)
{
    int64_t application, objects;
    bool is_alone = sqlite3_get_autocommit(store->db);
    if (is_alone && !run(store->db, "BEGIN")) /* the three belong together */
        return am_sqlite_fail(store);
    bool is_read = look(store->db, &application, taken, &objects);
    am_store_code code = is_read ? AM_STORE_DONE : am_sqlite_fail(store);
    if (is_alone && !sqlite3_get_autocommit(store->db) && !run(store->db, "COMMIT") && is_read)
        code = am_sqlite_fail(store);
    if (code != AM_STORE_DONE)
        return code;
    if (application != APPLICATION && (application != 0 || *taken != 0 || objects != 0))
        return am_sqlite_say(store, AM_STORE_REFUSED,
                             "the file is the database of another program, not an outbox");
    if (*taken > count)
        return am_sqlite_say(store, AM_STORE_REFUSED,
                             "a newer version of this library wrote the outbox (its format is %d, "
                             "this version knows %d): update the library, or use another file",
                             (int)*taken, count);
    return AM_STORE_DONE;
}

static am_store_code take(am_sqlite *store, const char *const *steps, int64_t from, int count)
{
    char version[64];
    for (int64_t i = from; i < count; i++)
        if (!run(store->db, steps[i]))
            return am_sqlite_fail(store);
    snprintf(version, sizeof version, "PRAGMA user_version = %d", count);
    return run(store->db, version) ? AM_STORE_DONE : am_sqlite_fail(store);
}

am_store_code am_schema_migrate(am_sqlite *store, const char *const *steps, int count)
{
    int64_t taken;
    am_store_code code = am_schema_recognize(store, count, &taken);
    if (code != AM_STORE_DONE || taken == count)
        return code;
    if (!run(store->db, "BEGIN IMMEDIATE"))
        return am_sqlite_fail(store);
    code = am_schema_recognize(store, count, &taken); /* another process may have been first */
    if (code == AM_STORE_DONE)
        code = take(store, steps, taken, count);
    if (code == AM_STORE_DONE && !run(store->db, "COMMIT"))
        code = am_sqlite_fail(store);
    if (!sqlite3_get_autocommit(store->db))
        run(store->db, "ROLLBACK"); /* an error is in `code` already */
    return code;
}

/* ---- whose file ------------------------------------------------------------------------------ */

/* Compares a setting with what the file says; one that it does not say is written. */
static am_store_code compare(am_sqlite *store, const char *name, const char *value, char was[],
                             size_t size)
{
    am_store_code code = AM_STORE_DONE;
    sqlite3_stmt *get = am_sql_get(store, AM_SQL_META);
    if (!get || sqlite3_bind_text(get, 1, name, -1, SQLITE_STATIC) != SQLITE_OK)
        return am_sqlite_fail(store);
    int step = sqlite3_step(get);
    const char *text = step == SQLITE_ROW ? (const char *)sqlite3_column_text(get, 0) : NULL;
    if (step == SQLITE_ROW && !text)
        code = am_sqlite_say(store, AM_STORE_NO_MEMORY, "out of memory");
    else if (step == SQLITE_ROW && strcmp(text, value) != 0)
        code = AM_STORE_STALE;
    if (code == AM_STORE_STALE)
        snprintf(was, size, "%s", text);
    sqlite3_reset(get);
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        return am_sqlite_fail(store);
    if (step == SQLITE_ROW)
        return code;
    sqlite3_stmt *set = am_sql_get(store, AM_SQL_SET_META);
    if (!set || sqlite3_bind_text(set, 1, name, -1, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_bind_text(set, 2, value, -1, SQLITE_STATIC) != SQLITE_OK || !am_sql_run(set))
        return am_sqlite_fail(store);
    return AM_STORE_DONE;
}

/* Reads the secret, or makes it. */
static am_store_code know_secret(am_sqlite *store)
{
    static const char name[] = "secret";
    unsigned char *secret = store->head.secret;
    sqlite3_stmt *get = am_sql_get(store, AM_SQL_META);
    if (!get || sqlite3_bind_text(get, 1, name, -1, SQLITE_STATIC) != SQLITE_OK)
        return am_sqlite_fail(store);
    int step = sqlite3_step(get);
    const void *bytes = step == SQLITE_ROW ? sqlite3_column_blob(get, 0) : NULL;
    bool is_whole = bytes && sqlite3_column_bytes(get, 0) == AM_STORE_SECRET_SIZE;
    if (is_whole)
        memcpy(secret, bytes, AM_STORE_SECRET_SIZE);
    sqlite3_reset(get);
    if (is_whole)
        return AM_STORE_DONE;
    if (step != SQLITE_DONE)
        return step == SQLITE_ROW
                   ? am_sqlite_say(store, AM_STORE_REFUSED, "the outbox has lost its secret")
                   : am_sqlite_fail(store);
    if (getrandom(secret, AM_STORE_SECRET_SIZE, 0) != AM_STORE_SECRET_SIZE)
        return am_sqlite_say(store, AM_STORE_BROKEN, "the system gave no random bytes");
    sqlite3_stmt *set = am_sql_get(store, AM_SQL_SET_META);
    if (!set || sqlite3_bind_text(set, 1, name, -1, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_bind_blob(set, 2, secret, AM_STORE_SECRET_SIZE, SQLITE_STATIC) != SQLITE_OK ||
        !am_sql_run(set))
        return am_sqlite_fail(store);
    return AM_STORE_DONE;
}

static am_store_code pin(am_sqlite *store, const am_store_options *options)
{
    char was[128];
    const char *label = options->label ? "on" : "off", *keyed = options->keyed ? "on" : "off";
    am_store_code code = compare(store, "service", options->service, was, sizeof was);
    if (code == AM_STORE_STALE)
        return am_sqlite_say(store, AM_STORE_REFUSED,
                             "the outbox belongs to the service %s, not to %s: give each service "
                             "a file of its own",
                             was, options->service);
    if (code == AM_STORE_DONE)
        code = compare(store, "label", label, was, sizeof was);
    if (code == AM_STORE_STALE)
        return am_sqlite_say(store, AM_STORE_REFUSED,
                             "the outbox was made with labels %s, and this changes the bytes of "
                             "mails under way: keep the setting, or use another file",
                             was);
    if (code == AM_STORE_DONE)
        code = compare(store, "keyed", keyed, was, sizeof was);
    if (code == AM_STORE_STALE)
        return am_sqlite_say(store, AM_STORE_REFUSED,
                             "the outbox was made with `keyed` %s, and this changes the requests "
                             "of mails under way: keep the setting, or use another file",
                             was);
    return code == AM_STORE_DONE ? know_secret(store) : code;
}

am_store_code am_schema_pin(am_sqlite *store, const am_store_options *options)
{
    int64_t settings;
    if (!get_int(store->db,
                 "SELECT count(*) FROM meta WHERE name IN ('service', 'label', 'keyed', 'secret')",
                 &settings))
        return am_sqlite_fail(store);
    if (settings == 4) /* only compared: opening waits for nobody's write */
        return pin(store, options);
    am_store_code code = am_sqlite_begin(store);
    return code == AM_STORE_DONE ? am_sqlite_end(store, pin(store, options)) : code;
}
