/* SPDX-License-Identifier: MIT */
/*
 * Prepared statements of one database: made, kept, given their parameters, stepped, read.
 *
 * Every live statement stands in its database's list, so that closing the database finalizes
 * all of them and a statement collected later finds nothing to do. Functions that fail raise a
 * Lua error; none leaves a statement stepping when it does, or the next use resets it.
 */
#ifndef AM_SANDBOX_SQLITE_STATEMENT_H
#define AM_SANDBOX_SQLITE_STATEMENT_H

#include <lua.h>
#include <sqlite3.h>

#define AM_STATEMENT_TYPE "agentmail.sandbox.sqlite.statement"
#define AM_BLOB_TYPE "agentmail.sandbox.sqlite.blob"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

struct am_statement {
    sqlite3_stmt *handle;
    struct am_statement *next;
    struct am_statement **link; /* the pointer that points here */
};

/* A userdata whose first user value is the cache: SQL -> statement. */
struct am_database {
    sqlite3 *handle; /* NULL: closed */
    struct am_statement *statements;
    int cached;
};

/* Frees the statement and takes it off its database's list. Twice is harmless. */
void am_statement_finalize(struct am_statement *s);

/* __gc and __close of a statement. */
int am_statement_gc(lua_State *L);

/* Pushes a new statement for the SQL at `index`, outside the cache.  [-0, +1] */
struct am_statement *am_statement_prepare(lua_State *L, struct am_database *db, int index);

/* The statement for the SQL at index 2 of the database at index 1, from the cache when it is
   there, with the arguments from index 3 bound in place: they must stay on the stack while the
   statement steps.  [-0, +1] */
sqlite3_stmt *am_statement_start(lua_State *L, struct am_database *db);

/* Binds the arguments 3..last, or the one table among them. SQLITE_TRANSIENT copies text. */
void am_statement_bind(lua_State *L, struct am_database *db, sqlite3_stmt *handle, int last,
                       sqlite3_destructor_type lifetime);

/* Steps once. 1: a row is there; 0: the end. Resets before it raises. */
int am_statement_step(lua_State *L, struct am_database *db, sqlite3_stmt *handle);

/* Pushes one column of the current row, or all of them as a table without its NULLs.  [-0, +1] */
void am_statement_push_column(lua_State *L, sqlite3_stmt *handle, int column);
void am_statement_push_row(lua_State *L, sqlite3_stmt *handle);

/* Raises SQLite's last error and the statement it was about. */
int am_sqlite_raise(lua_State *L, struct am_database *db, const char *sql);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
