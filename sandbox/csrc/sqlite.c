/* SPDX-License-Identifier: MIT */
/*
 * agentmail.sandbox.sqlite: SQLite for Lua 5.4.
 *
 *   db = sqlite.open(path, { busy_timeout = seconds, readonly = bool }) | nil, message, code
 *   db:exec(sql)                 any number of statements, no parameters
 *   db:run(sql, ...)             -> rows changed
 *   db:values(sql, ...)          -> the columns of the first row; nothing if there is none
 *   db:row(sql, ...)             -> the first row as a table, or nil
 *   db:rows(sql, ...)            -> an array of rows
 *   db:each(sql, ...)            -> an iterator over rows (closable)
 *   db:transaction(fn, ...)      -> what fn returns; rolls back and raises again if fn raises
 *   db:last_id(), db:in_transaction(), db:close(), db:closed()
 *   sqlite.blob(string)          binds as BLOB; plain strings bind as TEXT
 *
 * Parameters are positional, or one table for :name, @name and $name. Text and blobs carry any
 * byte, NUL included; integers are 64 bits wide. A statement is prepared once and cached. Opening
 * returns nil, message, code on failure; everything else raises a string that names the statement.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>

#include "sqlite_statement.h"

static const char DATABASE[] = "agentmail.sandbox.sqlite";

/* The database at index 1, which must be open. */
static am_database *check_database(lua_State *L)
{
    am_database *database = luaL_checkudata(L, 1, DATABASE);
    if (!database->handle)
        luaL_error(L, "sqlite: the database is closed");
    return database;
}

/* ---- statements ------------------------------------------------------------------------------ */

static int db_run(lua_State *L)
{
    am_database *database = check_database(L);
    sqlite3_stmt *handle = am_statement_start(L, database);
    while (am_statement_step(L, database, handle))
        continue;
    sqlite3_reset(handle);
    lua_pushinteger(L, sqlite3_changes(database->handle));
    return 1;
}

static int db_values(lua_State *L)
{
    am_database *database = check_database(L);
    sqlite3_stmt *handle = am_statement_start(L, database);
    int count = 0;
    if (am_statement_step(L, database, handle)) {
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
    am_database *database = check_database(L);
    sqlite3_stmt *handle = am_statement_start(L, database);
    if (am_statement_step(L, database, handle))
        am_statement_push_row(L, handle);
    else
        lua_pushnil(L);
    sqlite3_reset(handle);
    return 1;
}

static int db_rows(lua_State *L)
{
    am_database *database = check_database(L);
    sqlite3_stmt *handle = am_statement_start(L, database);
    lua_newtable(L);
    for (lua_Integer i = 1; am_statement_step(L, database, handle); i++) {
        am_statement_push_row(L, handle);
        lua_rawseti(L, -2, i);
    }
    sqlite3_reset(handle);
    return 1;
}

/* upvalues: database, statement */
static int each_next(lua_State *L)
{
    am_database *database = lua_touserdata(L, lua_upvalueindex(1));
    am_statement *statement = lua_touserdata(L, lua_upvalueindex(2));
    if (!statement->handle) {
        if (!database->handle)
            return luaL_error(L, "sqlite: the database was closed during iteration");
        return 0;
    }
    if (am_statement_step(L, database, statement->handle)) {
        am_statement_push_row(L, statement->handle);
        return 1;
    }
    am_statement_finalize(statement);
    return 0;
}

/* An iteration has its own statement, so its loop may run the same SQL. */
static int db_each(lua_State *L)
{
    int last = lua_gettop(L);
    am_database *database = check_database(L);
    am_statement *statement = am_statement_prepare(L, database, 2); /* ..., statement */
    am_statement_bind(L, database, statement->handle, last, SQLITE_TRANSIENT);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -2);
    lua_pushcclosure(L, each_next, 2); /* ..., statement, each_next */
    lua_pushnil(L);
    lua_pushnil(L);
    lua_pushvalue(L, -4); /* the statement is the to-be-closed fourth value */
    return 4;
}

/* ---- database -------------------------------------------------------------------------------- */

static void must_exec(lua_State *L, am_database *database, const char *sql)
{
    if (sqlite3_exec(database->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        am_sqlite_raise(L, database, sql);
}

static int db_exec(lua_State *L)
{
    am_database *database = check_database(L);
    size_t size;
    const char *sql = luaL_checklstring(L, 2, &size);
    luaL_argcheck(L, strlen(sql) == size, 2, "SQL must not contain NUL");
    must_exec(L, database, sql);
    return 0;
}

/* Inside another transaction this is a savepoint. */
static int db_transaction(lua_State *L)
{
    am_database *database = check_database(L);
    bool inner = !sqlite3_get_autocommit(database->handle);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    must_exec(L, database, inner ? "SAVEPOINT inner_one" : "BEGIN IMMEDIATE");
    if (lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0) != LUA_OK) {
        if (database->handle && !sqlite3_get_autocommit(database->handle))
            sqlite3_exec(database->handle,
                         inner ? "ROLLBACK TO inner_one; RELEASE inner_one" : "ROLLBACK", NULL,
                         NULL, NULL);
        return lua_error(L);
    }
    if (!database->handle)
        return luaL_error(L, "sqlite: the database was closed inside its transaction");
    const char *end = inner ? "RELEASE inner_one" : "COMMIT";
    if (sqlite3_exec(database->handle, end, NULL, NULL, NULL) != SQLITE_OK) {
        lua_settop(L, 1);
        lua_pushfstring(L, "sqlite: %s in: COMMIT", sqlite3_errmsg(database->handle));
        if (!inner)
            sqlite3_exec(database->handle, "ROLLBACK", NULL, NULL, NULL);
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
    am_database *database = luaL_checkudata(L, 1, DATABASE);
    while (database->statements)
        am_statement_finalize(database->statements);
    sqlite3_close(database->handle); /* NULL is allowed */
    database->handle = NULL;
    return 0;
}

static int db_closed(lua_State *L)
{
    const am_database *database = luaL_checkudata(L, 1, DATABASE);
    lua_pushboolean(L, !database->handle);
    return 1;
}

static int db_tostring(lua_State *L)
{
    const am_database *database = luaL_checkudata(L, 1, DATABASE);
    if (!database->handle) {
        lua_pushliteral(L, "sqlite database (closed)");
    } else {
        const char *path = sqlite3_db_filename(database->handle, "main");
        lua_pushfstring(L, "sqlite database (%s)", path && path[0] ? path : "in memory");
    }
    return 1;
}

/* ---- opening --------------------------------------------------------------------------------- */

/* A database contains mail: only the owner may access a file created here. */
static void create_private(const char *path)
{
    if (!path[0] || strcmp(path, ":memory:") == 0)
        return;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}

/* [-0, +0] the options at index 2. */
static lua_Number read_open_options(lua_State *L, int *flags)
{
    lua_Number busy = 0;
    if (!lua_istable(L, 2))
        return busy;
    if (lua_getfield(L, 2, "busy_timeout") != LUA_TNIL)
        busy = luaL_checknumber(L, -1);
    luaL_argcheck(L, busy >= 0 && busy <= 3600, 2, "busy_timeout: 0 to 3600 seconds");
    lua_getfield(L, 2, "readonly");
    if (lua_toboolean(L, -1))
        *flags |= SQLITE_OPEN_READONLY;
    lua_pop(L, 2);
    return busy;
}

static int db_open(lua_State *L)
{
    size_t size;
    const char *path = luaL_checklstring(L, 1, &size);
    luaL_argcheck(L, strlen(path) == size, 1, "the path must not contain NUL");
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    lua_Number busy = read_open_options(L, &flags);
    if (!(flags & SQLITE_OPEN_READONLY)) {
        flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
        create_private(path);
    }
    am_database *database = lua_newuserdatauv(L, sizeof *database, 1);
    *database = (am_database){0};
    luaL_setmetatable(L, DATABASE); /* closed until the next call succeeds */
    lua_newtable(L);
    lua_setiuservalue(L, -2, 1);
    if (sqlite3_open_v2(path, &database->handle, flags, NULL) != SQLITE_OK) {
        sqlite3 *handle = database->handle;
        luaL_pushfail(L);
        lua_pushfstring(L, "sqlite: %s: %s", path,
                        handle ? sqlite3_errmsg(handle) : "out of memory");
        lua_pushinteger(L, handle ? sqlite3_extended_errcode(handle) : SQLITE_NOMEM);
        sqlite3_close(handle);
        database->handle = NULL;
        return 3;
    }
    sqlite3_busy_timeout(database->handle, (int)(busy * 1000));
    return 1;
}

static int make_blob(lua_State *L)
{
    luaL_checkstring(L, 1);
    lua_newuserdatauv(L, 0, 1);
    luaL_setmetatable(L, AM_SQLITE_BLOB);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    return 1;
}

/* ---- module ---------------------------------------------------------------------------------- */

static const luaL_Reg database_methods[] = {{"exec", db_exec},
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
                                            {NULL, NULL}};

static const luaL_Reg database_meta[] = {
    {"__gc", db_close}, {"__close", db_close}, {"__tostring", db_tostring}, {NULL, NULL}};

static const luaL_Reg statement_meta[] = {
    {"__gc", am_statement_gc}, {"__close", am_statement_gc}, {NULL, NULL}};

static const luaL_Reg sqlite_module[] = {{"open", db_open}, {"blob", make_blob}, {NULL, NULL}};

AM_EXPORTED int luaopen_agentmail_sandbox_sqlite(lua_State *L);

int luaopen_agentmail_sandbox_sqlite(lua_State *L)
{
    luaL_checkversion(L);
    luaL_newmetatable(L, DATABASE);
    luaL_setfuncs(L, database_meta, 0);
    luaL_newlib(L, database_methods);
    lua_setfield(L, -2, "__index");
    luaL_newmetatable(L, AM_SQLITE_STATEMENT);
    luaL_setfuncs(L, statement_meta, 0);
    luaL_newmetatable(L, AM_SQLITE_BLOB);
    luaL_newlib(L, sqlite_module);
    lua_pushstring(L, sqlite3_libversion());
    lua_setfield(L, -2, "version");
    return 1;
}
