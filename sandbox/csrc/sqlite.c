/* SPDX-License-Identifier: MIT */
/*
 * agentmail.sandbox.sqlite: SQLite for Lua 5.4.
 *
 *   db = sqlite.open(path, { busy_timeout = seconds, readonly = bool }) | nil, message, code
 *   db:exec(sql)                 any number of statements, no parameters
 *   db:run(sql, ...)             -> rows changed
 *   db:values(sql, ...)          -> the columns of the first row; nothing when there is none
 *   db:row(sql, ...)             -> the first row as a table, or nil
 *   db:rows(sql, ...)            -> an array of rows
 *   db:each(sql, ...)            -> an iterator over rows (closable)
 *   db:transaction(fn, ...)      -> what fn returns; rolls back and raises again when fn raises
 *   db:last_id(), db:in_transaction(), db:close(), db:closed()
 *   sqlite.blob(string)          binds as BLOB; plain strings bind as TEXT
 *
 * Parameters are positional, or one table for :name, @name and $name. Text and blobs carry any
 * byte, NUL included; integers are 64 bits wide. A statement is prepared once and kept. Opening
 * answers nil, message, code; everything else raises a string that names the statement.
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>
#include <lua.h>
#include <sqlite3.h>

#include "sqlite_statement.h"

#define DATABASE_TYPE "agentmail.sandbox.sqlite"

int luaopen_agentmail_sandbox_sqlite(lua_State *L);

static struct am_database *check_database(lua_State *L)
{
    struct am_database *db = luaL_checkudata(L, 1, DATABASE_TYPE);
    if (db->handle == NULL)
        luaL_error(L, "sqlite: the database is closed");
    return db;
}

static int db_run(lua_State *L)
{
    struct am_database *db = check_database(L);
    sqlite3_stmt *handle = am_statement_start(L, db);
    while (am_statement_step(L, db, handle))
        continue;
    sqlite3_reset(handle);
    lua_pushinteger(L, sqlite3_changes(db->handle));
    return 1;
}

static int db_values(lua_State *L)
{
    struct am_database *db = check_database(L);
    sqlite3_stmt *handle = am_statement_start(L, db);
    int count = 0;
    if (am_statement_step(L, db, handle)) {
        count = sqlite3_column_count(handle);
        luaL_checkstack(L, count, "too many columns");
        for (int i = 0; i < count; i++)
            am_statement_push_column(L, handle, i);
    }
    sqlite3_reset(handle);
    return count;
}

static int db_row(lua_State *L)
{
    struct am_database *db = check_database(L);
    sqlite3_stmt *handle = am_statement_start(L, db);
    if (am_statement_step(L, db, handle))
        am_statement_push_row(L, handle);
    else
        lua_pushnil(L);
    sqlite3_reset(handle);
    return 1;
}

static int db_rows(lua_State *L)
{
    struct am_database *db = check_database(L);
    sqlite3_stmt *handle = am_statement_start(L, db);
    lua_newtable(L);
    for (lua_Integer i = 1; am_statement_step(L, db, handle); i++) {
        am_statement_push_row(L, handle);
        lua_rawseti(L, -2, i);
    }
    sqlite3_reset(handle);
    return 1;
}

/* upvalues: database, statement */
static int each_next(lua_State *L)
{
    struct am_database *db = lua_touserdata(L, lua_upvalueindex(1));
    struct am_statement *s = lua_touserdata(L, lua_upvalueindex(2));
    if (s->handle == NULL) {
        if (db->handle == NULL)
            return luaL_error(L, "sqlite: the database was closed during iteration");
        return 0;
    }
    if (am_statement_step(L, db, s->handle)) {
        am_statement_push_row(L, s->handle);
        return 1;
    }
    am_statement_finalize(s);
    return 0;
}

/* An iteration owns a statement of its own, so the same SQL may run inside its loop. */
static int db_each(lua_State *L)
{
    int last = lua_gettop(L);
    struct am_database *db = check_database(L);
    struct am_statement *s = am_statement_prepare(L, db, 2); /* stack: ..., statement */
    am_statement_bind(L, db, s->handle, last, SQLITE_TRANSIENT);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -2);
    lua_pushcclosure(L, each_next, 2);
    lua_pushnil(L);
    lua_pushnil(L);
    lua_pushvalue(L, -4); /* the statement is the to-be-closed fourth value */
    return 4;
}

/* ---- database ---- */

static int db_exec(lua_State *L)
{
    struct am_database *db = check_database(L);
    size_t length;
    const char *sql = luaL_checklstring(L, 2, &length);
    luaL_argcheck(L, strlen(sql) == length, 2, "SQL must not contain NUL");
    if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        am_sqlite_raise(L, db, sql);
    return 0;
}

static void must_exec(lua_State *L, struct am_database *db, const char *sql)
{
    if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        am_sqlite_raise(L, db, sql);
}

/* Inside another transaction this one is a savepoint. */
static int db_transaction(lua_State *L)
{
    struct am_database *db = check_database(L);
    int inner = !sqlite3_get_autocommit(db->handle);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    must_exec(L, db, inner ? "SAVEPOINT inner_one" : "BEGIN IMMEDIATE");
    if (lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0) != LUA_OK) {
        if (db->handle != NULL && !sqlite3_get_autocommit(db->handle))
            sqlite3_exec(db->handle,
                         inner ? "ROLLBACK TO inner_one; RELEASE inner_one" : "ROLLBACK", NULL,
                         NULL, NULL);
        return lua_error(L);
    }
    if (db->handle == NULL)
        return luaL_error(L, "sqlite: the database was closed inside its transaction");
    if (sqlite3_exec(db->handle, inner ? "RELEASE inner_one" : "COMMIT", NULL, NULL, NULL)) {
        lua_settop(L, 1);
        lua_pushfstring(L, "sqlite: %s in: COMMIT", sqlite3_errmsg(db->handle));
        if (!inner)
            sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
        return lua_error(L);
    }
    return lua_gettop(L) - 1;
}

static int db_last_id(lua_State *L)
{
    lua_pushinteger(L, sqlite3_last_insert_rowid(check_database(L)->handle));
    return 1;
}

static int db_in_transaction(lua_State *L)
{
    lua_pushboolean(L, !sqlite3_get_autocommit(check_database(L)->handle));
    return 1;
}

static int db_close(lua_State *L)
{
    struct am_database *db = luaL_checkudata(L, 1, DATABASE_TYPE);
    while (db->statements != NULL)
        am_statement_finalize(db->statements);
    sqlite3_close(db->handle); /* NULL is harmless */
    db->handle = NULL;
    return 0;
}

static int db_closed(lua_State *L)
{
    struct am_database *db = luaL_checkudata(L, 1, DATABASE_TYPE);
    lua_pushboolean(L, db->handle == NULL);
    return 1;
}

static int db_tostring(lua_State *L)
{
    struct am_database *db = luaL_checkudata(L, 1, DATABASE_TYPE);
    const char *path = db->handle != NULL ? sqlite3_db_filename(db->handle, "main") : NULL;
    if (db->handle == NULL)
        lua_pushliteral(L, "sqlite database (closed)");
    else
        lua_pushfstring(L, "sqlite database (%s)",
                        path != NULL && path[0] != '\0' ? path : "in memory");
    return 1;
}

/* A database holds mail: a file that is made here is its owner's alone. */
static void create_private(const char *path)
{
    int fd;
    if (path[0] == '\0' || strcmp(path, ":memory:") == 0)
        return;
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}

static int db_open(lua_State *L)
{
    size_t length;
    const char *path = luaL_checklstring(L, 1, &length);
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    lua_Number busy = 0;
    struct am_database *db;
    luaL_argcheck(L, strlen(path) == length, 1, "the path must not contain NUL");
    if (lua_istable(L, 2)) {
        if (lua_getfield(L, 2, "busy_timeout") != LUA_TNIL)
            busy = luaL_checknumber(L, -1);
        luaL_argcheck(L, busy >= 0 && busy <= 3600, 2, "busy_timeout: 0 to 3600 seconds");
        lua_getfield(L, 2, "readonly");
        if (lua_toboolean(L, -1))
            flags |= SQLITE_OPEN_READONLY;
        lua_pop(L, 2);
    }
    if (!(flags & SQLITE_OPEN_READONLY)) {
        flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
        create_private(path);
    }
    db = lua_newuserdatauv(L, sizeof *db, 1);
    memset(db, 0, sizeof *db);
    luaL_setmetatable(L, DATABASE_TYPE); /* closed until the next call succeeds */
    lua_newtable(L);
    lua_setiuservalue(L, -2, 1);
    if (sqlite3_open_v2(path, &db->handle, flags, NULL) != SQLITE_OK) {
        int code = db->handle != NULL ? sqlite3_extended_errcode(db->handle) : SQLITE_NOMEM;
        lua_pushnil(L);
        lua_pushfstring(L, "sqlite: %s: %s", path,
                        db->handle != NULL ? sqlite3_errmsg(db->handle) : "out of memory");
        lua_pushinteger(L, code);
        sqlite3_close(db->handle);
        db->handle = NULL;
        return 3;
    }
    sqlite3_busy_timeout(db->handle, (int)(busy * 1000));
    return 1;
}

static int make_blob(lua_State *L)
{
    luaL_checkstring(L, 1);
    lua_newuserdatauv(L, 0, 1);
    luaL_setmetatable(L, AM_BLOB_TYPE);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    return 1;
}

static const luaL_Reg database_methods[] = {
    {"exec", db_exec},
    {"run", db_run},
    {"values", db_values},
    {"row", db_row},
    {"rows", db_rows},
    {"each", db_each},
    {"transaction", db_transaction},
    {"last_id", db_last_id},
    {"in_transaction", db_in_transaction},
    {"close", db_close},
    {"closed", db_closed},
    {NULL, NULL},
};

static const luaL_Reg database_meta[] = {
    {"__gc", db_close},
    {"__close", db_close},
    {"__tostring", db_tostring},
    {NULL, NULL},
};

static const luaL_Reg statement_meta[] = {
    {"__gc", am_statement_gc},
    {"__close", am_statement_gc},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"open", db_open},
    {"blob", make_blob},
    {NULL, NULL},
};

#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif
int luaopen_agentmail_sandbox_sqlite(lua_State *L)
{
    luaL_newmetatable(L, DATABASE_TYPE);
    luaL_setfuncs(L, database_meta, 0);
    luaL_newlib(L, database_methods);
    lua_setfield(L, -2, "__index");
    luaL_newmetatable(L, AM_STATEMENT_TYPE);
    luaL_setfuncs(L, statement_meta, 0);
    luaL_newmetatable(L, AM_BLOB_TYPE);
    luaL_newlib(L, functions);
    lua_pushstring(L, sqlite3_libversion());
    lua_setfield(L, -2, "version");
    return 1;
}
#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
