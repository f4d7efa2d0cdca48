/* SPDX-License-Identifier: MIT */
/* The functions of a store, over a file of SQLite. */
#include "outbox/store_handle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- opening --------------------------------------------------------------------------------- */

static void close_store(am_store *head)
{
    if (!head)
        return;
    am_sqlite_close((am_sqlite *)head);
    free(head);
}

static am_store *open_store(const am_store_options *options, am_store_code *code,
                            char error[AM_ERROR_SIZE])
{
    am_sqlite *store = calloc(1, sizeof *store);
    if (!store) {
        snprintf(error, AM_ERROR_SIZE, "out of memory");
        *code = AM_STORE_NO_MEMORY;
        return NULL;
    }
    store->head.table = am_store_sqlite();
    *code = am_sqlite_open(store, options);
    if (*code == AM_STORE_DONE)
        return &store->head;
    memcpy(error, store->head.error, AM_ERROR_SIZE);
    close_store(&store->head);
    return NULL;
}

/* ---- finding --------------------------------------------------------------------------------- */

/* Hands rows over, last: the strings of an argument may have been among those that go. */
static am_store_code hand_over(am_store_code code, am_store_rows *found, am_store_rows *rows)
{
    am_store_rows_free(found);
    if (am_store_failed(code) || code == AM_STORE_NONE)
        am_store_rows_free(rows);
    *found = *rows;
    return code;
}

static bool bind_key(sqlite3_stmt *statement, const char *inbox_id, const char *key)
{
    return statement && sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC) == SQLITE_OK &&
           sqlite3_bind_text(statement, 2, inbox_id, -1, SQLITE_STATIC) == SQLITE_OK;
}

static am_store_code find_key(am_sqlite *store, const char *inbox_id, const char *key,
                              am_store_rows *found)
{
    sqlite3_stmt *select = am_sql_get(store, AM_SQL_BY_KEY);
    if (!bind_key(select, inbox_id, key))
        return am_sqlite_fail(store);
    am_store_code code = am_row_find(store, select, NULL, found);
    return code == AM_STORE_DONE && found->count == 0 ? AM_STORE_NONE : code;
}

static am_store_code find_elsewhere(am_sqlite *store, const am_outbox_row *row,
                                    const am_store_judge *keeps, am_store_rows *found)
{
    sqlite3_stmt *select = am_sql_get(store, AM_SQL_ELSEWHERE);
    if (!bind_key(select, row->inbox_id, row->key))
        return am_sqlite_fail(store);
    am_store_code code = am_row_find(store, select, keeps, found);
    return code == AM_STORE_DONE && found->count == 0 ? AM_STORE_NONE : code;
}

static am_store_code find_id(am_sqlite *store, int64_t id, am_store_rows *found)
{
    sqlite3_stmt *select = am_sql_get(store, AM_SQL_BY_ID);
    if (!select || sqlite3_bind_int64(select, 1, id) != SQLITE_OK)
        return am_sqlite_fail(store);
    am_store_code code = am_row_find(store, select, NULL, found);
    return code == AM_STORE_DONE && found->count == 0 ? AM_STORE_NONE : code;
}

static am_store_code read_row(am_store *head, const char *inbox_id, const char *key,
                              am_store_rows *found)
{
    am_sqlite *store = (am_sqlite *)head;
    am_store_rows rows = {0};
    am_store_code code = am_sqlite_check(store);
    if (code == AM_STORE_DONE)
        code = find_key(store, inbox_id, key, &rows);
    return hand_over(code, found, &rows);
}

/* ---- put ------------------------------------------------------------------------------------- */

static am_store_code insert(am_sqlite *store, const am_outbox_row *row, const am_store_body *body,
                            am_store_rows *found)
{
    am_outbox_row first = *row;
    first.version = 1;
    sqlite3_stmt *statement = am_sql_get(store, AM_SQL_INSERT);
    if (!statement || !am_row_bind_all(statement, &first) || !am_sql_run(statement))
        return am_sqlite_fail(store);
    first.id = sqlite3_last_insert_rowid(store->db);
    am_store_code code = body ? am_chunks_keep(store, first.id, body) : AM_STORE_DONE;
    return code == AM_STORE_DONE ? am_row_copy(store, &first, found) : code;
}

/* NONE: no inbox has the key. */
static am_store_code look_for_key(am_sqlite *store, const char *key)
{
    sqlite3_stmt *select = am_sql_get(store, AM_SQL_HAS_KEY);
    if (!select || sqlite3_bind_text(select, 1, key, -1, SQLITE_STATIC) != SQLITE_OK)
        return am_sqlite_fail(store);
    int step = sqlite3_step(select);
    am_store_code code = step == SQLITE_ROW    ? AM_STORE_DONE
                         : step == SQLITE_DONE ? AM_STORE_NONE
                                               : am_sqlite_fail(store);
    sqlite3_reset(select);
    return code;
}

/* NONE: no row, of this inbox or another, keeps the key. */
static am_store_code find_keeper(am_sqlite *store, const am_outbox_row *row,
                                 const am_store_judge *keeps, am_store_rows *found)
{
    am_store_code code = look_for_key(store, row->key);
    if (code != AM_STORE_DONE)
        return code;
    code = find_key(store, row->inbox_id, row->key, found);
    if (code != AM_STORE_NONE)
        return code == AM_STORE_DONE ? AM_STORE_EXISTS : code;
    code = find_elsewhere(store, row, keeps, found);
    return code == AM_STORE_DONE ? AM_STORE_OTHER : code;
}

static am_store_code put_within(am_sqlite *store, const am_outbox_row *row,
                                const am_store_body *body, const am_store_judge *keeps,
                                int64_t now_ms, am_store_rows *found)
{
    am_store_code code = find_keeper(store, row, keeps, found);
    if (code != AM_STORE_NONE)
        return code;
    code = insert(store, row, body, found);
    return code == AM_STORE_DONE ? am_sqlite_saw(store, now_ms) : code;
}

static am_store_code put_row(am_store *head, const am_outbox_row *row, const am_store_body *body,
                             const am_store_judge *keeps, int64_t now_ms, am_store_rows *found)
{
    am_sqlite *store = (am_sqlite *)head;
    am_store_rows rows = {0};
    am_store_code code = am_sqlite_begin(store);
    if (code == AM_STORE_DONE)
        code = am_sqlite_end(store, put_within(store, row, body, keeps, now_ms, &rows));
    return hand_over(code, found, &rows);
}

/* ---- swap ------------------------------------------------------------------------------------ */

/* Writes the row if it has this version in the file, else STALE; `found` is what is written. */
static am_store_code write_row(am_sqlite *store, const am_outbox_row *row,
                               const am_store_swap *swap, int64_t version, am_store_rows *found)
{
    am_outbox_row next = *row;
    bool is_renewed = swap->keep == AM_STORE_REPLACE;
    sqlite3_stmt *update = am_sql_get(store, is_renewed ? AM_SQL_RENEW : AM_SQL_UPDATE);
    next.version = version + 1;
    if (!update || !am_row_bind_update(update, &next, version, is_renewed) || !am_sql_run(update))
        return am_sqlite_fail(store);
    if (sqlite3_changes(store->db) == 0)
        return AM_STORE_STALE;
    am_store_code code = AM_STORE_DONE;
    if (swap->keep != AM_STORE_KEEP)
        code = am_chunks_drop(store, row->id);
    if (code == AM_STORE_DONE && is_renewed && swap->body)
        code = am_chunks_keep(store, row->id, swap->body);
    return code == AM_STORE_DONE ? am_row_copy(store, &next, found) : code;
}

/* Somebody else has written the row, or deleted it. */
static am_store_code swap_late(am_sqlite *store, const am_outbox_row *row,
                               const am_store_swap *swap, am_store_rows *found)
{
    am_store_rows written = {0};
    am_store_code code = find_id(store, row->id, found);
    if (code != AM_STORE_DONE)
        return code;
    const am_outbox_row *now = &found->rows[0];
    /* The id of a row that was deleted may be another's by now. */
    if (strcmp(now->key, row->key) != 0 || strcmp(now->inbox_id, row->inbox_id) != 0)
        return AM_STORE_NONE;
    if (!swap->always)
        return AM_STORE_STALE;
    code = write_row(store, row, swap, now->version, &written);
    am_store_rows_free(&written); /* its request may be another than that of the file */
    return code == AM_STORE_DONE ? find_id(store, row->id, found) : code;
}

static am_store_code swap_within(am_sqlite *store, const am_outbox_row *row,
                                 const am_store_swap *swap, int64_t now_ms, am_store_rows *found)
{
    am_store_code code = write_row(store, row, swap, row->version, found);
    if (code == AM_STORE_STALE)
        code = swap_late(store, row, swap, found);
    return code == AM_STORE_DONE ? am_sqlite_saw(store, now_ms) : code;
}

static am_store_code swap_row(am_store *head, const am_outbox_row *row, const am_store_swap *swap,
                              int64_t now_ms, am_store_rows *found)
{
    am_sqlite *store = (am_sqlite *)head;
    am_store_rows rows = {0};
    am_store_code code = am_sqlite_begin(store);
    if (code == AM_STORE_DONE)
        code = am_sqlite_end(store, swap_within(store, row, swap, now_ms, &rows));
    return hand_over(code, found, &rows);
}

/* ---- due, list, remove ----------------------------------------------------------------------- */

static am_store_code next_due(am_sqlite *store, int64_t now_ms, int64_t *next_ms)
{
    sqlite3_stmt *select = am_sql_get(store, AM_SQL_NEXT_DUE);
    if (!select || sqlite3_bind_int64(select, 1, now_ms) != SQLITE_OK)
        return am_sqlite_fail(store);
    int step = sqlite3_step(select);
    *next_ms = step == SQLITE_ROW ? sqlite3_column_int64(select, 0) : -1;
    sqlite3_reset(select);
    return step == SQLITE_ROW || step == SQLITE_DONE ? AM_STORE_DONE : am_sqlite_fail(store);
}

static am_store_code due_rows(am_store *head, int64_t now_ms, int64_t limit, am_store_rows *found,
                              int64_t *next_ms)
{
    am_sqlite *store = (am_sqlite *)head;
    *next_ms = -1;
    am_store_code code = am_sqlite_check(store);
    if (code != AM_STORE_DONE)
        return code;
    sqlite3_stmt *select = am_sql_get(store, AM_SQL_DUE);
    if (!select || sqlite3_bind_int64(select, 1, now_ms) != SQLITE_OK ||
        sqlite3_bind_int64(select, 2, limit) != SQLITE_OK)
        return am_sqlite_fail(store);
    code = am_row_find(store, select, NULL, found);
    return code == AM_STORE_DONE ? next_due(store, now_ms, next_ms) : code;
}

/* The statement that reads no more rows than it must. */
static am_sql list_for(uint32_t states)
{
    const uint32_t open = (1u << AM_OUTBOX_SENT) - 1;
    const uint32_t stuck = 1u << AM_OUTBOX_KEY_TAKEN | 1u << AM_OUTBOX_UNKNOWN;
    if ((states & ~open) == 0)
        return AM_SQL_LIST_OPEN;
    return (states & ~stuck) == 0 ? AM_SQL_LIST_STUCK : AM_SQL_LIST;
}

static am_store_code list_rows(am_store *head, const am_store_filter *filter, am_store_rows *found)
{
    am_sqlite *store = (am_sqlite *)head;
    am_store_code code = am_sqlite_check(store);
    if (code != AM_STORE_DONE)
        return code;
    sqlite3_stmt *select = am_sql_get(store, list_for(filter->states));
    if (!select || sqlite3_bind_int64(select, 1, filter->after) != SQLITE_OK ||
        sqlite3_bind_int64(select, 2, filter->states) != SQLITE_OK ||
        sqlite3_bind_int64(select, 3, filter->limit) != SQLITE_OK)
        return am_sqlite_fail(store);
    return am_row_find(store, select, NULL, found);
}

static am_store_code delete_row(am_sqlite *store, int64_t id)
{
    sqlite3_stmt *statement = am_sql_get(store, AM_SQL_DELETE);
    if (!statement || sqlite3_bind_int64(statement, 1, id) != SQLITE_OK || !am_sql_run(statement))
        return am_sqlite_fail(store);
    return am_chunks_drop(store, id);
}

/* Shows the judge the row behind prune->after, and deletes it if it is to go. */
static am_store_code prune_next(am_sqlite *store, am_store_prune *prune, am_store_rows *found)
{
    sqlite3_stmt *select = am_sql_get(store, AM_SQL_AFTER);
    if (!select || sqlite3_bind_int64(select, 1, prune->after) != SQLITE_OK)
        return am_sqlite_fail(store);
    am_store_code code = am_row_find(store, select, NULL, found);
    if (code != AM_STORE_DONE)
        return code;
    prune->after = found->count > 0 ? found->rows[0].id : -1;
    if (found->count == 0 || !prune->old.accept(prune->old.user, &found->rows[0]))
        return AM_STORE_DONE;
    prune->removed++;
    return delete_row(store, prune->after);
}

static am_store_code remove_rows(am_store *head, am_store_prune *prune)
{
    am_sqlite *store = (am_sqlite *)head;
    am_store_prune before = *prune;
    am_store_rows found = {0};
    am_store_code code = am_sqlite_begin(store);
    if (code != AM_STORE_DONE)
        return code;
    for (int64_t i = 0; code == AM_STORE_DONE && prune->after >= 0 && i < prune->limit; i++)
        code = prune_next(store, prune, &found);
    am_store_rows_free(&found);
    code = am_sqlite_end(store, code);
    if (am_store_failed(code))
        *prune = before;
    return code;
}

const am_store_table *am_store_sqlite(void)
{
    static const am_store_table table = {
        .version = AM_STORE_VERSION,
        .open = open_store,
        .close = close_store,
        .put = put_row,
        .read = read_row,
        .swap = swap_row,
        .due = due_rows,
        .list = list_rows,
        .remove = remove_rows,
        .parts = am_chunks_parts,
        .bytes = am_chunks_read,
    };
    return &table;
}
