/* SPDX-License-Identifier: MIT */
/* A row as the columns of a table, in both directions. */
#include "outbox/store_handle.h"

#include <stdlib.h>
#include <string.h>

typedef enum kind { TEXT, WIDE, NARROW, BYTES } kind; /* WIDE: int64_t, NARROW: int32_t */

/* When a column is written. */
typedef enum when {
    ONCE,    /* at first */
    RENEWED, /* and when the row begins anew */
    ALWAYS   /* and with each change */
} when;

typedef struct column {
    kind kind;
    when when;
    size_t offset;
} column;

#define AT(field) offsetof(am_outbox_row, field)

/* In the order of AM_COLUMNS. */
static const column columns[] = {
    {TEXT, ONCE, AT(inbox_id)},          {TEXT, ONCE, AT(key)},
    {WIDE, ALWAYS, AT(version)},         {NARROW, ALWAYS, AT(state)},
    {TEXT, RENEWED, AT(operation)},      {TEXT, RENEWED, AT(method)},
    {TEXT, RENEWED, AT(target)},         {TEXT, RENEWED, AT(content_type)},
    {BYTES, RENEWED, AT(fingerprint)},   {TEXT, RENEWED, AT(label)},
    {WIDE, RENEWED, AT(body_size)},      {WIDE, ALWAYS, AT(due_ms)},
    {WIDE, ALWAYS, AT(caused.wall)},     {WIDE, ALWAYS, AT(caused.boot)},
    {WIDE, ALWAYS, AT(first_wire.wall)}, {WIDE, ALWAYS, AT(first_wire.boot)},
    {WIDE, ALWAYS, AT(last_wire.wall)},  {WIDE, ALWAYS, AT(last_wire.boot)},
    {WIDE, ALWAYS, AT(empty_look.wall)}, {WIDE, ALWAYS, AT(empty_look.boot)},
    {WIDE, ALWAYS, AT(boot_id)},         {WIDE, RENEWED, AT(created_ms)},
    {WIDE, ALWAYS, AT(settled_ms)},      {NARROW, ALWAYS, AT(flags)},
    {NARROW, ALWAYS, AT(owner)},         {WIDE, ALWAYS, AT(epoch)},
    {WIDE, ALWAYS, AT(lease_ms)},        {NARROW, ALWAYS, AT(tries)},
    {NARROW, ALWAYS, AT(status)},        {TEXT, ALWAYS, AT(code)},
    {TEXT, ALWAYS, AT(draft_id)},        {TEXT, ALWAYS, AT(message_id)},
    {TEXT, ALWAYS, AT(thread_id)},       {TEXT, ALWAYS, AT(evidence)},
};

enum { COLUMNS = sizeof columns / sizeof columns[0] };

static const char *text_at(const am_outbox_row *row, const column *what)
{
    const char *text;
    memcpy(&text, (const char *)row + what->offset, sizeof text);
    return text;
}

static bool bind_column(sqlite3_stmt *statement, int at, const column *what,
                        const am_outbox_row *row)
{
    const void *field = (const char *)row + what->offset;
    switch (what->kind) {
    case TEXT:
        return sqlite3_bind_text(statement, at, text_at(row, what), -1, SQLITE_STATIC) == SQLITE_OK;
    case WIDE:
        return sqlite3_bind_int64(statement, at, *(const int64_t *)field) == SQLITE_OK;
    case NARROW:
        return sqlite3_bind_int(statement, at, *(const int32_t *)field) == SQLITE_OK;
    case BYTES:
        return sqlite3_bind_blob(statement, at, field, AM_FINGERPRINT_SIZE, SQLITE_STATIC) ==
               SQLITE_OK;
    }
    return false;
}

bool am_row_bind_all(sqlite3_stmt *statement, const am_outbox_row *row)
{
    for (int i = 0; i < COLUMNS; i++)
        if (!bind_column(statement, i + 1, &columns[i], row))
            return false;
    return true;
}

bool am_row_bind_update(sqlite3_stmt *statement, const am_outbox_row *row, int64_t version,
                        bool renewed)
{
    int at = 1;
    for (int i = 0; i < COLUMNS; i++)
        if (columns[i].when >= (renewed ? RENEWED : ALWAYS) &&
            !bind_column(statement, at++, &columns[i], row))
            return false;
    return sqlite3_bind_int64(statement, at, row->id) == SQLITE_OK &&
           sqlite3_bind_int64(statement, at + 1, version) == SQLITE_OK &&
           sqlite3_bind_text(statement, at + 2, row->key, -1, SQLITE_STATIC) == SQLITE_OK &&
           sqlite3_bind_text(statement, at + 3, row->inbox_id, -1, SQLITE_STATIC) == SQLITE_OK;
}

/* ---- rows that are found --------------------------------------------------------------------- */

static void empty(am_store_rows *rows)
{
    while (rows->count > 0)
        free(rows->texts[--rows->count]);
}

void am_store_rows_free(am_store_rows *rows)
{
    empty(rows);
    free(rows->rows);
    free(rows->texts);
    *rows = (am_store_rows){0};
}

static bool reserve(am_store_rows *rows)
{
    if (rows->count < rows->capacity)
        return true;
    size_t capacity = rows->capacity ? rows->capacity * 2 : 1;
    am_outbox_row *more = realloc(rows->rows, capacity * sizeof *more);
    if (more)
        rows->rows = more;
    char **texts = more ? realloc(rows->texts, capacity * sizeof *texts) : NULL;
    if (!texts)
        return false;
    rows->texts = texts;
    rows->capacity = capacity;
    return true;
}

/* Moves a text of `size` bytes, and its NUL, to *room, which moves on. */
static void put_text(am_outbox_row *row, const column *what, const void *text, size_t size,
                     char **room)
{
    memcpy(*room, text, size + 1);
    memcpy((char *)row + what->offset, &(char *){*room}, sizeof(char *));
    *room += size + 1;
}

/* Bytes of all texts of a row, and their NULs. 0: out of memory. */
static size_t text_size(sqlite3_stmt *statement)
{
    size_t size = 1;
    for (int i = 0; i < COLUMNS; i++) {
        if (columns[i].kind != TEXT || sqlite3_column_type(statement, i + 1) == SQLITE_NULL)
            continue;
        if (!sqlite3_column_text(statement, i + 1))
            return 0;
        size += (size_t)sqlite3_column_bytes(statement, i + 1) + 1;
    }
    return size;
}

/* Reads a column; texts are copied to *room, which moves on. */
static void load(sqlite3_stmt *statement, int at, const column *what, am_outbox_row *row,
                 char **room)
{
    void *field = (char *)row + what->offset;
    const void *bytes = NULL;
    size_t size = 0;
    switch (what->kind) {
    case WIDE:
        *(int64_t *)field = sqlite3_column_int64(statement, at);
        return;
    case NARROW:
        *(int32_t *)field = sqlite3_column_int(statement, at);
        return;
    case BYTES:
        bytes = sqlite3_column_blob(statement, at);
        size = (size_t)sqlite3_column_bytes(statement, at);
        if (size == AM_FINGERPRINT_SIZE)
            memcpy(field, bytes, AM_FINGERPRINT_SIZE);
        return;
    case TEXT:
        bytes = sqlite3_column_text(statement, at);
        size = (size_t)sqlite3_column_bytes(statement, at);
        if (bytes)
            put_text(row, what, bytes, size, room);
        return;
    }
}

static bool add(am_store_rows *rows, sqlite3_stmt *statement)
{
    size_t size = text_size(statement);
    if (size == 0 || !reserve(rows))
        return false;
    char *text = malloc(size);
    if (!text)
        return false;
    am_outbox_row *row = &rows->rows[rows->count];
    char *room = text;
    *row = (am_outbox_row){.id = sqlite3_column_int64(statement, 0)};
    for (int i = 0; i < COLUMNS; i++)
        load(statement, i + 1, &columns[i], row, &room);
    rows->texts[rows->count++] = text;
    return true;
}

am_store_code am_row_copy(am_sqlite *store, const am_outbox_row *row, am_store_rows *found)
{
    size_t sizes[COLUMNS], size = 1;
    empty(found);
    for (int i = 0; i < COLUMNS; i++) {
        const char *from = columns[i].kind == TEXT ? text_at(row, &columns[i]) : NULL;
        sizes[i] = from ? strlen(from) + 1 : 0;
        size += sizes[i];
    }
    char *text = reserve(found) ? malloc(size) : NULL;
    if (!text)
        return am_sqlite_say(store, AM_STORE_NO_MEMORY, "out of memory");
    char *room = text;
    found->rows[0] = *row;
    for (int i = 0; i < COLUMNS; i++)
        if (sizes[i] > 0)
            put_text(&found->rows[0], &columns[i], text_at(row, &columns[i]), sizes[i] - 1, &room);
    found->texts[found->count++] = text;
    return AM_STORE_DONE;
}

/* Forgets the last row again, unless a judge accepts it. */
static bool is_accepted(am_store_rows *rows, const am_store_judge *judge)
{
    if (judge->accept(judge->user, &rows->rows[rows->count - 1]))
        return true;
    free(rows->texts[--rows->count]);
    return false;
}

am_store_code am_row_find(am_sqlite *store, sqlite3_stmt *statement, const am_store_judge *judge,
                          am_store_rows *found)
{
    am_store_code code = AM_STORE_DONE;
    int step = SQLITE_DONE;
    empty(found);
    while (code == AM_STORE_DONE && (step = sqlite3_step(statement)) == SQLITE_ROW) {
        if (!add(found, statement))
            code = am_sqlite_say(store, AM_STORE_NO_MEMORY, "out of memory");
        else if (judge && is_accepted(found, judge))
            break;
    }
    if (code == AM_STORE_DONE && step != SQLITE_DONE && step != SQLITE_ROW)
        code = am_sqlite_fail(store);
    sqlite3_reset(statement);
    if (am_store_failed(code))
        empty(found);
    return code;
}
