/* SPDX-License-Identifier: MIT */
/* Transactions, and what is checked around each. */
#include "outbox/store_handle.h"

#include <stdio.h>

static const char NEWEST[] = "newest_time"; /* in meta */

am_store_code am_sqlite_check(am_sqlite *store)
{
    if (am_fork_mark_is_foreign(&store->mark)) {
        snprintf(store->head.error, AM_ERROR_SIZE,
                 "the outbox belongs to the process that forked this one: close it, and open your "
                 "own");
        return AM_STORE_FORKED;
    }
    if (am_file_is_in_place(store))
        return AM_STORE_DONE;
    return am_sqlite_say(store, AM_STORE_MOVED,
                         "the outbox was removed or replaced while it was open");
}

static void roll_back(am_sqlite *store)
{
    if (!sqlite3_get_autocommit(store->db))
        am_sql_do(store, AM_SQL_ROLLBACK); /* what failed has been said */
}

am_store_code am_sqlite_newest(am_sqlite *store)
{
    sqlite3_stmt *select = am_sql_get(store, AM_SQL_META);
    if (!select || sqlite3_bind_text(select, 1, NEWEST, -1, SQLITE_STATIC) != SQLITE_OK)
        return am_sqlite_fail(store);
    int step = sqlite3_step(select);
    store->head.newest_ms = step == SQLITE_ROW ? sqlite3_column_int64(select, 0) : -1;
    sqlite3_reset(select);
    return step == SQLITE_ROW || step == SQLITE_DONE ? AM_STORE_DONE : am_sqlite_fail(store);
}

/* A newer program may have changed the format since. */
static am_store_code check_format(am_sqlite *store)
{
    am_store_code code = AM_STORE_DONE;
    sqlite3_stmt *version = am_sql_get(store, AM_SQL_VERSION);
    if (!version || sqlite3_step(version) != SQLITE_ROW)
        code = am_sqlite_fail(store);
    else if (sqlite3_column_int(version, 0) > AM_SCHEMA_STEPS)
        code = am_sqlite_say(store, AM_STORE_REFUSED,
                             "a newer version of this library has changed the outbox since: "
                             "restart with that version");
    sqlite3_reset(version);
    return code;
}

/* A number that changes with the file, also when other processes write it. */
static bool ask_data_version(const am_sqlite *store, uint32_t *version)
{
    return sqlite3_file_control(store->db, "main", SQLITE_FCNTL_DATA_VERSION, version) == SQLITE_OK;
}

/* Reads what others may have written since. */
static am_store_code catch_up(am_sqlite *store)
{
    uint32_t version;
    if (store->is_current && ask_data_version(store, &version) && version == store->data_version)
        return AM_STORE_DONE;
    am_store_code code = check_format(store);
    return code == AM_STORE_DONE ? am_sqlite_newest(store) : code;
}

am_store_code am_sqlite_begin(am_sqlite *store)
{
    am_store_code code = am_sqlite_check(store);
    if (code != AM_STORE_DONE)
        return code;
    if (!am_sql_do(store, AM_SQL_BEGIN))
        return am_sqlite_fail(store);
    code = catch_up(store);
    store->is_current = false; /* until it is committed */
    if (code != AM_STORE_DONE)
        roll_back(store);
    return code;
}

am_store_code am_sqlite_end(am_sqlite *store, am_store_code code)
{
    if (!am_store_failed(code)) {
        if (am_sql_do(store, AM_SQL_COMMIT)) {
            store->is_current = ask_data_version(store, &store->data_version);
            am_store_code after = am_sqlite_check(store);
            return after == AM_STORE_DONE ? code : after;
        }
        code = am_sqlite_fail(store);
    }
    roll_back(store);
    return code;
}

am_store_code am_sqlite_saw(am_sqlite *store, int64_t now_ms)
{
    enum { MINUTE = 60000 };
    if (store->head.newest_ms >= 0 && now_ms < store->head.newest_ms + MINUTE)
        return AM_STORE_DONE;
    sqlite3_stmt *set = am_sql_get(store, AM_SQL_SET_META);
    if (!set || sqlite3_bind_text(set, 1, NEWEST, -1, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_bind_int64(set, 2, now_ms) != SQLITE_OK || !am_sql_run(set))
        return am_sqlite_fail(store);
    store->head.newest_ms = now_ms;
    return AM_STORE_DONE;
}
