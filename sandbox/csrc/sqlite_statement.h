/* SPDX-License-Identifier: MIT */
/*
 * Prepared statements of one database: created, cached, bound, stepped, read.
 *
 * Every live statement is in its database's list, so closing the database finalizes all of them,
 * and collecting a statement later does nothing. Functions that fail raise a Lua error; a statement
 * left in mid-step by an error is reset at its next use.
 */
#ifndef AM_SANDBOX_SQLITE_STATEMENT_H
#define AM_SANDBOX_SQLITE_STATEMENT_H

#include <stdbool.h>

#include <lua.h>
#include <sqlite3.h>

#include "visibility.h"

AM_BEGIN_HIDDEN

/* The metatables of statements and of blobs. */
#define AM_SQLITE_STATEMENT "agentmail.sandbox.sqlite.statement"
#define AM_SQLITE_BLOB "agentmail.sandbox.sqlite.blob"

typedef struct am_statement {
    sqlite3_stmt *handle; /* NULL: finalized */
    struct am_statement *next, **link;
} am_statement;

/* A userdata whose first user value is the cache: SQL -> statement. */
typedef struct am_database {
    sqlite3 *handle; /* NULL: closed */
    am_statement *statements;
    int cached;
} am_database;

/* Frees the statement and removes it from its database's list. May be called twice. */
void am_statement_finalize(am_statement *statement);
/* __gc and __close of a statement. */
int am_statement_gc(lua_State *L);

/* [-0, +1] pushes a new statement for the SQL at `index`, outside the cache. */
am_statement *am_statement_prepare(lua_State *L, am_database *database, int index);
/* [-0, +1] the statement for the SQL at index 2 of the database at index 1, from the cache if it is
 * there, with the arguments from index 3 bound in place: they must stay on the stack while the
 * statement steps. */
sqlite3_stmt *am_statement_start(lua_State *L, am_database *database);
/* [-0, +0] binds the arguments 3..last, or the single table among them. SQLITE_TRANSIENT copies
 * text.
 */
void am_statement_bind(lua_State *L, am_database *database, sqlite3_stmt *handle, int last,
                       sqlite3_destructor_type lifetime);
/* [-0, +0] steps once. True: there is a row; false: the end. Resets before it raises. */
bool am_statement_step(lua_State *L, am_database *database, sqlite3_stmt *handle);

/* [-0, +1] pushes one column of the current row, or all of them as a table without NULLs. */
void am_statement_push_column(lua_State *L, sqlite3_stmt *handle, int column);
void am_statement_push_row(lua_State *L, sqlite3_stmt *handle);

/* Raises SQLite's last error, with the statement. */
int am_sqlite_raise(lua_State *L, am_database *database, const char *sql);

AM_END_HIDDEN
#endif
