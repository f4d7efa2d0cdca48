/* SPDX-License-Identifier: MIT */
/* Prepared statements: created and cached, bound, stepped, read. */
#include "sqlite_statement.h"

#include <limits.h>
#include <string.h>

#include <lauxlib.h>

#include "list.h"

enum { CACHE_LIMIT = 256, SQL_IN_ERRORS = 120 };

int am_sqlite_raise(lua_State *L, am_database *database, const char *sql)
{
    char shown[SQL_IN_ERRORS + 1] = "";
    size_t size = strcspn(sql, "\n");
    if (size > SQL_IN_ERRORS)
        size = SQL_IN_ERRORS;
    memcpy(shown, sql, size);
    return luaL_error(L, "sqlite: %s (%s) in: %s%s", sqlite3_errmsg(database->handle),
                      sqlite3_errstr(sqlite3_errcode(database->handle)), shown,
                      sql[size] ? "..." : "");
}

/* ---- making and keeping ---------------------------------------------------------------------- */

void am_statement_finalize(am_statement *statement)
{
    if (!statement->handle)
        return;
    sqlite3_finalize(statement->handle);
    statement->handle = NULL;
    AM_LIST_REMOVE(statement);
}

int am_statement_gc(lua_State *L)
{
    am_statement_finalize(luaL_checkudata(L, 1, AM_SQLITE_STATEMENT));
    return 0;
}

am_statement *am_statement_prepare(lua_State *L, am_database *database, int index)
{
    size_t size;
    const char *sql = luaL_checklstring(L, index, &size);
    luaL_argcheck(L, size < INT_MAX, index, "the statement is too long");
    am_statement *statement = lua_newuserdatauv(L, sizeof *statement, 0);
    *statement = (am_statement){0};
    luaL_setmetatable(L, AM_SQLITE_STATEMENT);
    const char *tail = NULL;
    if (sqlite3_prepare_v3(database->handle, sql, (int)size + 1, SQLITE_PREPARE_PERSISTENT,
                           &statement->handle, &tail) != SQLITE_OK)
        am_sqlite_raise(L, database, sql);
    if (!statement->handle)
        luaL_argerror(L, index, "no statement in this SQL");
    AM_LIST_ADD(database->statements, statement);
    if (tail[strspn(tail, " \t\r\n;")]) {
        am_statement_finalize(statement);
        luaL_argerror(L, index, "more than one statement: use exec");
    }
    return statement;
}

/* The database is at index 1. */
static void forget_cached(lua_State *L, am_database *database)
{
    lua_newtable(L);
    lua_setiuservalue(L, 1, 1);
    database->cached = 0;
}

/* [-0, +1] pushes the statement for the SQL at index 2, from the cache if it is there. */
static am_statement *acquire_statement(lua_State *L, am_database *database)
{
    luaL_checktype(L, 2, LUA_TSTRING);
    lua_getiuservalue(L, 1, 1); /* cache */
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) == LUA_TUSERDATA) { /* cache, statement */
        am_statement *cached = lua_touserdata(L, -1);
        if (cached->handle) {
            lua_remove(L, -2);
            sqlite3_reset(cached->handle); /* an error may have interrupted it in mid-step */
            return cached;
        }
    }
    lua_pop(L, 2);
    if (database->cached >= CACHE_LIMIT)
        forget_cached(L, database);
    am_statement *statement = am_statement_prepare(L, database, 2); /* statement */
    lua_getiuservalue(L, 1, 1);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, -3);
    lua_rawset(L, -3); /* statement, cache */
    lua_pop(L, 1);
    database->cached++;
    return statement;
}

/* ---- parameters ------------------------------------------------------------------------------ */

/* [-0, +0] */
static void bind_value(lua_State *L, am_database *database, sqlite3_stmt *handle, int parameter,
                       int index, sqlite3_destructor_type lifetime)
{
    int rc = SQLITE_OK;
    size_t size;
    const char *bytes;
    switch (lua_type(L, index)) {
    case LUA_TNIL:
        rc = sqlite3_bind_null(handle, parameter);
        break;
    case LUA_TBOOLEAN:
        rc = sqlite3_bind_int(handle, parameter, lua_toboolean(L, index));
        break;
    case LUA_TNUMBER:
        if (lua_isinteger(L, index))
            rc = sqlite3_bind_int64(handle, parameter, lua_tointeger(L, index));
        else
            rc = sqlite3_bind_double(handle, parameter, lua_tonumber(L, index));
        break;
    case LUA_TSTRING:
        bytes = lua_tolstring(L, index, &size);
        rc = sqlite3_bind_text64(handle, parameter, bytes, size, lifetime, SQLITE_UTF8);
        break;
    default:
        if (!luaL_testudata(L, index, AM_SQLITE_BLOB))
            luaL_error(L, "sqlite: parameter %d: a %s cannot be stored", parameter,
                       luaL_typename(L, index));
        lua_getiuservalue(L, index, 1);
        bytes = lua_tolstring(L, -1, &size);
        rc = sqlite3_bind_blob64(handle, parameter, bytes, size, SQLITE_TRANSIENT);
        lua_pop(L, 1);
        break;
    }
    if (rc != SQLITE_OK)
        am_sqlite_raise(L, database, sqlite3_sql(handle));
}

/* [-0, +0] binds the fields of the table at an index to :name, @name and $name. */
static void bind_named(lua_State *L, am_database *database, sqlite3_stmt *handle, int table)
{
    int count = sqlite3_bind_parameter_count(handle);
    for (int i = 1; i <= count; i++) {
        const char *name = sqlite3_bind_parameter_name(handle, i);
        if (!name || name[0] == '?')
            luaL_error(L, "sqlite: parameter %d has no name, and a table was given", i);
        lua_getfield(L, table, name + 1);
        bind_value(L, database, handle, i, lua_gettop(L), SQLITE_TRANSIENT);
        lua_pop(L, 1);
    }
}

void am_statement_bind(lua_State *L, am_database *database, sqlite3_stmt *handle, int last,
                       sqlite3_destructor_type lifetime)
{
    if (last == 3 && lua_istable(L, 3)) {
        bind_named(L, database, handle, 3);
        return;
    }
    int expected = sqlite3_bind_parameter_count(handle);
    if (last - 2 != expected)
        luaL_error(L, "sqlite: %d parameters expected, %d given in: %s", expected, last - 2,
                   sqlite3_sql(handle));
    for (int i = 3; i <= last; i++)
        bind_value(L, database, handle, i - 2, i, lifetime);
}

sqlite3_stmt *am_statement_start(lua_State *L, am_database *database)
{
    int last = lua_gettop(L);
    sqlite3_stmt *handle = acquire_statement(L, database)->handle;
    am_statement_bind(L, database, handle, last, SQLITE_STATIC);
    return handle;
}

/* ---- rows ------------------------------------------------------------------------------------ */

void am_statement_push_column(lua_State *L, sqlite3_stmt *handle, int column)
{
    const void *bytes;
    switch (sqlite3_column_type(handle, column)) {
    case SQLITE_NULL:
        lua_pushnil(L);
        break;
    case SQLITE_INTEGER:
        lua_pushinteger(L, sqlite3_column_int64(handle, column));
        break;
    case SQLITE_FLOAT:
        lua_pushnumber(L, sqlite3_column_double(handle, column));
        break;
    default: /* the pointer first: asking for it may convert, and change the size */
        bytes = sqlite3_column_blob(handle, column);
        lua_pushlstring(L, bytes ? bytes : "", (size_t)sqlite3_column_bytes(handle, column));
        break;
    }
}

void am_statement_push_row(lua_State *L, sqlite3_stmt *handle)
{
    int count = sqlite3_column_count(handle);
    lua_createtable(L, 0, count);
    for (int i = 0; i < count; i++) {
        if (sqlite3_column_type(handle, i) == SQLITE_NULL)
            continue;
        am_statement_push_column(L, handle, i);
        lua_setfield(L, -2, sqlite3_column_name(handle, i));
    }
}

bool am_statement_step(lua_State *L, am_database *database, sqlite3_stmt *handle)
{
    int rc = sqlite3_step(handle);
    if (rc == SQLITE_ROW)
        return true;
    if (rc != SQLITE_DONE) {
        sqlite3_reset(handle);
        am_sqlite_raise(L, database, sqlite3_sql(handle));
    }
    return false;
}
