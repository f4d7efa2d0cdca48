/* SPDX-License-Identifier: MIT */
/* What the files of the SQLite store share: its handle, and the functions of each file, from the
 * lowest up: none calls one of a later file. */
#ifndef AM_STORE_HANDLE_H
#define AM_STORE_HANDLE_H

#include <sqlite3.h>
#include <sys/types.h>

#include "base/fork.h"
#include "outbox/store.h"

AM_BEGIN_HIDDEN

/* Each statement of the store, prepared once: see store_statement.c. */
typedef enum am_sql {
    AM_SQL_BEGIN,
    AM_SQL_COMMIT,
    AM_SQL_ROLLBACK,
    AM_SQL_VERSION,
    AM_SQL_META,
    AM_SQL_SET_META,
    AM_SQL_INSERT,
    AM_SQL_HAS_KEY,
    AM_SQL_BY_KEY,
    AM_SQL_BY_ID,
    AM_SQL_ELSEWHERE,
    AM_SQL_UPDATE,
    AM_SQL_RENEW,
    AM_SQL_DUE,
    AM_SQL_NEXT_DUE,
    AM_SQL_LIST,
    AM_SQL_LIST_OPEN,
    AM_SQL_LIST_STUCK,
    AM_SQL_AFTER,
    AM_SQL_DELETE,
    AM_SQL_CHUNK,
    AM_SQL_PARTS,
    AM_SQL_DROP_BODY,
    AM_SQL_COUNT
} am_sql;

/* A file as the system knows it. */
typedef struct am_file_id {
    dev_t device;
    ino_t inode; /* 0: none */
} am_file_id;

typedef struct am_sqlite {
    am_store head; /* first: callers hold a pointer to it */
    sqlite3 *db;
    sqlite3_stmt *statements[AM_SQL_COUNT];
    am_fork_mark mark;
    int64_t wait_ms;
    char *path; /* the same as head.path */
    char *wal_path;
    am_file_id file, wal;
    bool is_current;       /* head.newest_ms is that of the file, whose format is known, ... */
    uint32_t data_version; /* ... while SQLite says this of the data */
} am_sqlite;

/* ---- store_error.c --------------------------------------------------------------------------- */

/* Says in the store's error what is wrong, and returns the code. */
am_store_code am_sqlite_say(am_sqlite *store, am_store_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for what SQLite refused just now. */
am_store_code am_sqlite_fail(am_sqlite *store);

/* ---- store_statement.c ----------------------------------------------------------------------- */

/* The texts of all statements, for tests of their plans. */
const char *const *am_sql_texts(size_t *count);
/* A statement ready to be bound; NULL: SQLite says why. Who runs it binds all its parameters: they
 * keep what they were bound to before, which may be gone by now. */
sqlite3_stmt *am_sql_get(am_sqlite *store, am_sql which);
/* Runs a statement that returns no row, and resets it. */
bool am_sql_run(sqlite3_stmt *statement);
/* The same for one without parameters. */
bool am_sql_do(am_sqlite *store, am_sql which);
void am_sql_finalize(am_sqlite *store);

/* ---- store_file.c ---------------------------------------------------------------------------- */

/* Finds the place of the file and makes an empty one if there is none, open to its owner only. */
am_store_code am_file_prepare(am_sqlite *store, const char *path);
/* Remembers which file, and which log, SQLite has open. */
am_store_code am_file_remember(am_sqlite *store);
/* False: it was removed or replaced, and what is written is lost. */
bool am_file_is_in_place(const am_sqlite *store);
/* False: this process has not the locks that SQLite relies on, because it inherited an open handle
 * of the same file by fork. */
bool am_file_is_locked(const am_sqlite *store);
/* In a forked child: closes what it inherited, without a word to the file. */
void am_file_let_go(am_sqlite *store);

/* ---- store_row.c ----------------------------------------------------------------------------- */

/* The columns of op after id, as text for statements. */
#define AM_COLUMNS                                                                                 \
    "inbox_id, key, version, state, operation, method, target, content_type, fingerprint, label, " \
    "body_size, due_ms, caused_ms, caused_boot_ms, first_wire_ms, first_wire_boot_ms, "            \
    "last_wire_ms, last_wire_boot_ms, empty_look_ms, empty_look_boot_ms, boot_id, created_ms, "    \
    "settled_ms, flags, owner, epoch, lease_ms, tries, status, code, draft_id, message_id, "       \
    "thread_id, evidence"

/* Binds all columns, from the first parameter on. */
bool am_row_bind_all(sqlite3_stmt *statement, const am_outbox_row *row);
/* Binds those that a swap writes, with `renewed` those of the request too, then what finds the row:
 * the id, the version that it has, key and inbox. */
bool am_row_bind_update(sqlite3_stmt *statement, const am_outbox_row *row, int64_t version,
                        bool renewed);
/* Makes `found` a copy of one row. */
am_store_code am_row_copy(am_sqlite *store, const am_outbox_row *row, am_store_rows *found);
/* Empties `found`, runs a statement that selects id and AM_COLUMNS, and adds its rows; with a
 * judge, the first that it accepts. */
am_store_code am_row_find(am_sqlite *store, sqlite3_stmt *statement, const am_store_judge *judge,
                          am_store_rows *found);

/* ---- store_transaction.c --------------------------------------------------------------------- */

/* Before a function that only reads: is it our store, and is the file in its place? */
am_store_code am_sqlite_check(am_sqlite *store);
/* Begins a transaction that writes. */
am_store_code am_sqlite_begin(am_sqlite *store);
/* Commits if the code is no failure, else rolls back. */
am_store_code am_sqlite_end(am_sqlite *store, am_store_code code);
/* Reads the newest time. */
am_store_code am_sqlite_newest(am_sqlite *store);
/* Raises the newest time, within a transaction. */
am_store_code am_sqlite_saw(am_sqlite *store, int64_t now_ms);

/* ---- store_schema.c -------------------------------------------------------------------------- */

enum { AM_SCHEMA_STEPS = 1 }; /* in this version of the library */

/* The steps from an empty file to the present schema; user_version counts those taken. */
extern const char *const am_schema_steps[AM_SCHEMA_STEPS];

/* REFUSED: the file is no outbox, or has taken more steps. Writes nothing. */
am_store_code am_schema_recognize(am_sqlite *store, int count, int64_t *taken);
/* Takes the steps that the file has not taken, all in one transaction. */
am_store_code am_schema_migrate(am_sqlite *store, const char *const *steps, int count);
/* Writes the service and the settings into a new file, or compares them. */
am_store_code am_schema_pin(am_sqlite *store, const am_store_options *options);

/* ---- store_body.c ---------------------------------------------------------------------------- */

am_store_code am_chunks_keep(am_sqlite *store, int64_t id, const am_store_body *body);
am_store_code am_chunks_drop(am_sqlite *store, int64_t id);
am_store_code am_chunks_parts(am_store *head, int64_t id, am_store_part *parts, size_t *count);
am_store_code am_chunks_read(am_store *head, int64_t id, const am_store_part *part, int64_t offset,
                             void *buffer, size_t size);

/* ---- store_open.c ---------------------------------------------------------------------------- */

am_store_code am_sqlite_open(am_sqlite *store, const am_store_options *options);
/* Statements that set what holds for a connection; the log of the file is set once. */
extern const char am_sqlite_settings[];
void am_sqlite_close(am_sqlite *store);

AM_END_HIDDEN
#endif
