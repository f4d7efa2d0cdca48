/* SPDX-License-Identifier: MIT */
#include "sqlite_statement.h"

#include <limits.h>
#include <string.h>

#include <lauxlib.h>

enum { CACHE_LIMIT = 256, SQL_IN_ERRORS = 120 };

void am_statement_finalize(struct am_statement *s)
{
    if (s->handle == NULL)
        return;
    sqlite3_finalize(s->handle);
    s->handle = NULL;
    *s->link = s->next;
    if (s->next != NULL)
        s->next->link = s->link;
}

int am_statement_gc(lua_State *L)
{
    am_statement_finalize(luaL_checkudata(L, 1, AM_STATEMENT_TYPE));
    return 0;
}

int am_sqlite_raise(lua_State *L, struct am_database *db, const char *sql)
{
    char shown[SQL_IN_ERRORS + 1] = "";
    size_t length = strcspn(sql, "\n");
    if (length > SQL_IN_ERRORS)
        length = SQL_IN_ERRORS;
    memcpy(shown, sql, length);
    return luaL_error(L, "sqlite: %s (%s) in: %s%s", sqlite3_errmsg(db->handle),
                      sqlite3_errstr(sqlite3_errcode(db->handle)), shown,
                      sql[length] != '\0' ? "..." : "");
}

struct am_statement *am_statement_prepare(lua_State *L, struct am_database *db, int index)
{
    size_t length;
    const char *sql = luaL_checklstring(L, index, &length);
    const char *tail = NULL;
    struct am_statement *s;
    luaL_argcheck(L, length < INT_MAX, index, "the statement is too long");
    s = lua_newuserdatauv(L, sizeof *s, 0);
    s->handle = NULL;
    luaL_setmetatable(L, AM_STATEMENT_TYPE);
    if (sqlite3_prepare_v3(db->handle, sql, (int)length + 1, SQLITE_PREPARE_PERSISTENT, &s->handle,
                           &tail) != SQLITE_OK)
        am_sqlite_raise(L, db, sql);
    if (s->handle == NULL)
        luaL_argerror(L, index, "no statement in this SQL");
    s->next = db->statements;
    s->link = &db->statements;
    if (s->next != NULL)
        s->next->link = &s->next;
    db->statements = s;
    if (tail[strspn(tail, " \t\r\n;")] != '\0') {
        am_statement_finalize(s);
        luaL_argerror(L, index, "more than one statement: use exec");
    }
    return s;
}

static void forget_cached(lua_State *L, struct am_database *db)
{
    lua_newtable(L);
    lua_setiuservalue(L, 1, 1);
    db->cached = 0;
}

/* Pushes the prepared statement for the SQL at index 2, from the cache when it is there. */
static struct am_statement *acquire(lua_State *L, struct am_database *db)
{
    struct am_statement *s;
    luaL_checktype(L, 2, LUA_TSTRING);
    lua_getiuservalue(L, 1, 1);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) == LUA_TUSERDATA) {
        s = lua_touserdata(L, -1);
        if (s->handle != NULL) {
            lua_remove(L, -2);
            sqlite3_reset(s->handle); /* an error may have left it in mid-step */
            return s;
        }
    }
    lua_pop(L, 2);
    if (db->cached >= CACHE_LIMIT)
        forget_cached(L, db);
    s = am_statement_prepare(L, db, 2);
    lua_getiuservalue(L, 1, 1);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, -3);
    lua_rawset(L, -3);
    lua_pop(L, 1);
    db->cached++;
    return s;
}

/* ---- parameters ---- */

static void bind_value(lua_State *L, struct am_database *db, sqlite3_stmt *handle, int parameter,
                       int index, sqlite3_destructor_type lifetime)
{
    int rc = SQLITE_OK;
    size_t length;
    const char *text;
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
        text = lua_tolstring(L, index, &length);
        rc = sqlite3_bind_text64(handle, parameter, text, length, lifetime, SQLITE_UTF8);
        break;
    default:
        if (luaL_testudata(L, index, AM_BLOB_TYPE) == NULL)
            luaL_error(L, "sqlite: parameter %d: a %s cannot be stored", parameter,
                       luaL_typename(L, index));
        lua_getiuservalue(L, index, 1);
        text = lua_tolstring(L, -1, &length);
        rc = sqlite3_bind_blob64(handle, parameter, text, length, SQLITE_TRANSIENT);
        lua_pop(L, 1);
        break;
    }
    if (rc != SQLITE_OK)
        am_sqlite_raise(L, db, sqlite3_sql(handle));
}

static void bind_named(lua_State *L, struct am_database *db, sqlite3_stmt *handle, int table)
{
    int count = sqlite3_bind_parameter_count(handle);
    for (int i = 1; i <= count; i++) {
        const char *name = sqlite3_bind_parameter_name(handle, i);
        if (name == NULL || name[0] == '?')
            luaL_error(L, "sqlite: parameter %d has no name, and a table was given", i);
        lua_getfield(L, table, name + 1);
        bind_value(L, db, handle, i, lua_gettop(L), SQLITE_TRANSIENT);
        lua_pop(L, 1);
    }
}

void am_statement_bind(lua_State *L, struct am_database *db, sqlite3_stmt *handle, int last,
                       sqlite3_destructor_type lifetime)
{
    int expected = sqlite3_bind_parameter_count(handle);
    if (last == 3 && lua_istable(L, 3)) {
        bind_named(L, db, handle, 3);
        return;
    }
    if (last - 2 != expected)
        luaL_error(L, "sqlite: %d parameters expected, %d given in: %s", expected, last - 2,
                   sqlite3_sql(handle));
    for (int i = 3; i <= last; i++)
        bind_value(L, db, handle, i - 2, i, lifetime);
}

sqlite3_stmt *am_statement_start(lua_State *L, struct am_database *db)
{
    int last = lua_gettop(L);
    sqlite3_stmt *handle = acquire(L, db)->handle;
    am_statement_bind(L, db, handle, last, SQLITE_STATIC);
    return handle;
}

/* ---- rows ---- */

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
    default: /* the pointer first: asking for it may convert, and change the length */
        bytes = sqlite3_column_blob(handle, column);
        lua_pushlstring(L, bytes != NULL ? bytes : "",
                        (size_t)sqlite3_column_bytes(handle, column));
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

int am_statement_step(lua_State *L, struct am_database *db, sqlite3_stmt *handle)
{
    int rc = sqlite3_step(handle);
    if (rc == SQLITE_ROW)
        return 1;
    if (rc == SQLITE_DONE)
        return 0;
    sqlite3_reset(handle);
    return am_sqlite_raise(L, db, sqlite3_sql(handle));
}
