/* SPDX-License-Identifier: MIT */
/* What went wrong with the file, in words. */
#include "outbox/store_handle.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

am_store_code am_sqlite_say(am_sqlite *store, am_store_code code, const char *format, ...)
{
    va_list arguments;
    char *error = store->head.error;
    va_start(arguments, format);
    vsnprintf(error, AM_ERROR_SIZE, format, arguments);
    va_end(arguments);
    size_t size = strlen(error);
    if (store->head.path)
        snprintf(error + size, AM_ERROR_SIZE - size, "; file: %s", store->head.path);
    return code;
}

am_store_code am_sqlite_fail(am_sqlite *store)
{
    int code = sqlite3_extended_errcode(store->db);
    switch (code == SQLITE_IOERR_NOMEM ? SQLITE_NOMEM : code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        if (store->wait_ms <= 0)
            return am_sqlite_say(store, AM_STORE_BUSY,
                                 "another process is writing into the outbox");
        return am_sqlite_say(store, AM_STORE_BUSY,
                             "another process has been writing into the outbox for %g seconds",
                             (double)store->wait_ms / 1000);
    case SQLITE_NOMEM:
        return am_sqlite_say(store, AM_STORE_NO_MEMORY, "out of memory");
    case SQLITE_FULL:
        return am_sqlite_say(store, AM_STORE_FULL, "the disk of the outbox is full");
    case SQLITE_READONLY:
        return am_sqlite_say(store, AM_STORE_READ_ONLY, "the outbox is read-only");
    case SQLITE_NOTADB:
        return am_sqlite_say(store, AM_STORE_REFUSED, "the file is something else, not an outbox");
    case SQLITE_CORRUPT:
        return am_sqlite_say(store, AM_STORE_BROKEN, "the outbox is damaged: %s",
                             sqlite3_errmsg(store->db));
    default:
        return am_sqlite_say(store, AM_STORE_BROKEN, "the outbox failed: %s (SQLite's %d)",
                             sqlite3_errmsg(store->db), code);
    }
}
