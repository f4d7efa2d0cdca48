/* SPDX-License-Identifier: MIT */
/* Bodies in chunks, written and read in flat memory. */
#include "outbox/store_handle.h"

#include <stdlib.h>

enum { CHUNK = 256 * 1024, CHUNKS = 1 << 20 /* of one body, at most */ };

/* The id of a body's n-th chunk. */
static int64_t chunk_id(int64_t id, int64_t n)
{
    return id * CHUNKS + n;
}

/* ---- writing --------------------------------------------------------------------------------- */

typedef struct writing {
    am_sqlite *store;
    const am_store_body *body;
    int64_t id;
    int32_t chunks;
    char *buffer; /* of a chunk */
} writing;

static am_store_code keep_chunk(writing *w, size_t part, size_t size)
{
    if (w->chunks == CHUNKS)
        return am_sqlite_say(w->store, AM_STORE_SOURCE, "the body is too large for an outbox");
    if (!w->body->read(w->body->user, w->buffer, size))
        return am_sqlite_say(w->store, AM_STORE_SOURCE, "the body cannot be read");
    sqlite3_stmt *insert = am_sql_get(w->store, AM_SQL_CHUNK);
    if (!insert || sqlite3_bind_int64(insert, 1, chunk_id(w->id, w->chunks)) != SQLITE_OK ||
        sqlite3_bind_int64(insert, 2, (int64_t)part) != SQLITE_OK ||
        sqlite3_bind_int(insert, 3, w->body->parts[part].kind) != SQLITE_OK ||
        sqlite3_bind_blob(insert, 4, w->buffer, (int)size, SQLITE_STATIC) != SQLITE_OK ||
        !am_sql_run(insert))
        return am_sqlite_fail(w->store);
    w->chunks++;
    return AM_STORE_DONE;
}

static am_store_code keep_part(writing *w, size_t part)
{
    am_store_code code = AM_STORE_DONE;
    int64_t left = w->body->parts[part].size;
    while (code == AM_STORE_DONE && left > 0) {
        size_t size = left < CHUNK ? (size_t)left : CHUNK;
        code = keep_chunk(w, part, size);
        left -= (int64_t)size;
    }
    return code;
}

/* The largest buffer that the body needs. */
static size_t buffer_size(const am_store_body *body)
{
    int64_t most = 1;
    for (size_t i = 0; i < body->count; i++)
        if (body->parts[i].size > most)
            most = body->parts[i].size;
    return most < CHUNK ? (size_t)most : CHUNK;
}

am_store_code am_chunks_keep(am_sqlite *store, int64_t id, const am_store_body *body)
{
    am_store_code code = AM_STORE_DONE;
    if (body->count > AM_STORE_PARTS)
        return am_sqlite_say(store, AM_STORE_SOURCE, "the body has too many parts for an outbox");
    writing w = {.store = store, .body = body, .id = id, .buffer = malloc(buffer_size(body))};
    if (!w.buffer)
        return am_sqlite_say(store, AM_STORE_NO_MEMORY, "out of memory");
    for (size_t i = 0; code == AM_STORE_DONE && i < body->count; i++)
        code = keep_part(&w, i);
    free(w.buffer);
    return code;
}

/* Binds the range of a body's chunks. */
static sqlite3_stmt *range_of(am_sqlite *store, am_sql which, int64_t id)
{
    sqlite3_stmt *statement = am_sql_get(store, which);
    if (!statement || sqlite3_bind_int64(statement, 1, chunk_id(id, 0)) != SQLITE_OK ||
        sqlite3_bind_int64(statement, 2, chunk_id(id + 1, 0)) != SQLITE_OK)
        return NULL;
    return statement;
}

am_store_code am_chunks_drop(am_sqlite *store, int64_t id)
{
    sqlite3_stmt *drop = range_of(store, AM_SQL_DROP_BODY, id);
    return drop && am_sql_run(drop) ? AM_STORE_DONE : am_sqlite_fail(store);
}

/* ---- reading --------------------------------------------------------------------------------- */

am_store_code am_chunks_parts(am_store *head, int64_t id, am_store_part *parts, size_t *count)
{
    am_sqlite *store = (am_sqlite *)head;
    int64_t part = -1;
    int step;
    *count = 0;
    am_store_code code = am_sqlite_check(store);
    if (code != AM_STORE_DONE)
        return code;
    sqlite3_stmt *select = range_of(store, AM_SQL_PARTS, id);
    if (!select)
        return am_sqlite_fail(store);
    while ((step = sqlite3_step(select)) == SQLITE_ROW) {
        if (sqlite3_column_int64(select, 1) != part) {
            part = sqlite3_column_int64(select, 1);
            if (*count == AM_STORE_PARTS)
                break;
            parts[(*count)++] = (am_store_part){
                .kind = sqlite3_column_int(select, 2),
                .chunk = (int32_t)(sqlite3_column_int64(select, 0) - chunk_id(id, 0))};
        }
        parts[*count - 1].size += sqlite3_column_int64(select, 3);
    }
    if (step != SQLITE_DONE)
        code = am_sqlite_fail(store);
    sqlite3_reset(select);
    return code;
}

static am_store_code read_chunk(am_sqlite *store, int64_t chunk, int64_t offset, void *buffer,
                                size_t size)
{
    sqlite3_blob *blob = NULL;
    int code = sqlite3_blob_open(store->db, "main", "body", "data", chunk, 0, &blob);
    if (code == SQLITE_OK && offset + (int64_t)size > sqlite3_blob_bytes(blob))
        code = SQLITE_ERROR;
    else if (code == SQLITE_OK)
        code = sqlite3_blob_read(blob, buffer, (int)size, (int)offset);
    am_store_code result = AM_STORE_DONE;
    if (code == SQLITE_ERROR) /* no such chunk */
        result = am_sqlite_say(store, AM_STORE_NONE, "the body is not in the outbox any more");
    else if (code != SQLITE_OK)
        result = am_sqlite_fail(store);
    sqlite3_blob_close(blob);
    return result;
}

am_store_code am_chunks_read(am_store *head, int64_t id, const am_store_part *part, int64_t offset,
                             void *buffer, size_t size)
{
    am_sqlite *store = (am_sqlite *)head;
    char *to = buffer;
    am_store_code code = am_sqlite_check(store);
    if (code == AM_STORE_DONE &&
        (offset < 0 || size > (size_t)part->size || offset > part->size - (int64_t)size))
        code = am_sqlite_say(store, AM_STORE_NONE, "the part of the body ends before this offset");
    while (code == AM_STORE_DONE && size > 0) {
        int64_t within = offset % CHUNK;
        size_t some = size < (size_t)(CHUNK - within) ? size : (size_t)(CHUNK - within);
        code = read_chunk(store, chunk_id(id, part->chunk + offset / CHUNK), within, to, some);
        to += some;
        offset += (int64_t)some;
        size -= some;
    }
    return code;
}
