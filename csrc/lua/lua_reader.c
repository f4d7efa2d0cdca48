/* SPDX-License-Identifier: MIT */
/* Reads Lua tables: a table's ref is its stack index. */
#include "lua/lua_reader.h"

#include <lauxlib.h>
#include <string.h>

#include "encode/arguments.h"

static const char names_key = 0, array_key = 0; /* their addresses are registry keys */

/* The list of names: those of the API that are known, and after them these. */
enum { META_NAME = AM_NAMES + 1, META_FIRST, META_LAST = META_FIRST + 2 };

static const char *const metamethods[] = {"__index", "__pairs", "__len"};

void am_lua_add_reader(lua_State *L)
{
    lua_createtable(L, 0, 1); /* module, metatable */
    lua_pushliteral(L, "agentmail.Array");
    lua_setfield(L, -2, "__name");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &array_key);
    lua_setfield(L, -2, "array_mt"); /* module */
    lua_createtable(L, META_LAST, 0);
    lua_pushliteral(L, "__name");
    lua_rawseti(L, -2, META_NAME);
    for (int i = META_FIRST; i <= META_LAST; i++) {
        lua_pushstring(L, metamethods[i - META_FIRST]);
        lua_rawseti(L, -2, i);
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, &names_key);
}

/* [-0, +0] adds a name to the list at the top. */
static void know(lua_State *L, const am_name *name)
{
    lua_pushlstring(L, name->text, name->size);
    lua_rawseti(L, -2, (lua_Integer)(name - am_names) + 1);
}

void am_lua_know_names(lua_State *L, const am_plan *plan)
{
    size_t cursor = 0;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &names_key);
    for (const am_name *name; (name = am_plan_known(plan, &cursor)) != NULL;)
        know(L, name);
    know(L, &am_names[AM_NAME_etag]); /* of the objects whose methods are called */
    know(L, &am_names[AM_NAME_client_id]);
    lua_pop(L, 1);
}

am_lua_reading am_lua_read(lua_State *L)
{
    am_lua_reading reading = {.L = L};
    lua_rawgetp(L, LUA_REGISTRYINDEX, &array_key);
    reading.array_mt = lua_topointer(L, -1);
    lua_pop(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &names_key);
    reading.names = lua_gettop(L);
    return reading;
}

/* [-0, +1] a field of the metatable at the top, by a name of the list. */
static int meta_field(const am_lua_reading *it, int name)
{
    lua_rawgeti(it->L, it->names, name);
    return lua_rawget(it->L, -2);
}

/* [-1, +0] sets what the metatable at the top says of a table. */
static void read_metatable(am_lua_reading *it, am_table *table)
{
    lua_State *L = it->L;
    table->is_array = lua_topointer(L, -1) == it->array_mt;
    if (!table->is_array) {
        if (meta_field(it, META_NAME) == LUA_TSTRING)
            table->class_name = lua_tostring(L, -1);
        lua_pop(L, 1);
        for (int i = META_FIRST; i <= META_LAST; i++) {
            it->has_metamethods |= meta_field(it, i) != LUA_TNIL;
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
}

/* [-0, +0] the value at an index, which is absolute. */
static void read_at(am_lua_reading *it, int index, am_item *item)
{
    lua_State *L = it->L;
    switch (lua_type(L, index)) {
    case LUA_TNIL:
        item->kind = AM_ITEM_NIL;
        return;
    case LUA_TBOOLEAN:
        item->kind = AM_ITEM_BOOLEAN;
        item->as.boolean = lua_toboolean(L, index);
        return;
    case LUA_TNUMBER:
        item->kind = lua_isinteger(L, index) ? AM_ITEM_INTEGER : AM_ITEM_FLOAT;
        if (item->kind == AM_ITEM_INTEGER)
            item->as.integer = lua_tointeger(L, index);
        else
            item->as.number = lua_tonumber(L, index);
        return;
    case LUA_TSTRING:
        item->kind = AM_ITEM_STRING;
        item->as.string.data = lua_tolstring(L, index, &item->as.string.size);
        return;
    case LUA_TTABLE:
        item->kind = AM_ITEM_TABLE;
        item->as.table = (am_table){.ref = index, .count = lua_rawlen(L, index)};
        if (lua_getmetatable(L, index))
            read_metatable(it, &item->as.table);
        return;
    default:
        item->kind = lua_islightuserdata(L, index) && !lua_touserdata(L, index) ? AM_ITEM_NULL
                                                                                : AM_ITEM_OTHER;
        item->as.type = luaL_typename(L, index);
    }
}

void am_lua_read_item(am_lua_reading *it, am_item *item)
{
    read_at(it, lua_gettop(it->L), item);
}

/* [-?, +0] drops what was read of a table before. False, with the item set: no room for more. */
static bool begin(am_lua_reading *it, intptr_t table, int keep, am_item *item)
{
    int needed = (int)table + keep + 8;
    lua_settop(it->L, (int)table + keep);
    if (needed <= it->room)
        return true;
    if (lua_checkstack(it->L, 8)) {
        it->room = needed;
        return true;
    }
    item->kind = AM_ITEM_FAILED;
    return false;
}

/* [-0, +1] finds a member by the bytes of its name. To make a string of them could run a finalizer,
 * which may change the table. */
static int search(lua_State *L, int table, const am_name *name)
{
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
        size_t size;
        const char *text = lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &size) : NULL;
        if (text && size == name->size && memcmp(text, name->text, size) == 0) {
            lua_replace(L, -2);
            return lua_type(L, -1);
        }
    }
    lua_pushnil(L);
    return LUA_TNIL;
}

int am_lua_push_named(lua_State *L, int names, int table, unsigned name)
{
    if (lua_rawgeti(L, names, (lua_Integer)name + 1) == LUA_TSTRING)
        return lua_rawget(L, table);
    lua_pop(L, 1);
    return search(L, table, &am_names[name]);
}

static void get(void *user, intptr_t table, unsigned name, am_item *value)
{
    am_lua_reading *it = user;
    if (!begin(it, table, 0, value))
        return;
    am_lua_push_named(it->L, it->names, (int)table, name);
    read_at(it, (int)table + 1, value);
}

static void at(void *user, intptr_t table, size_t position, am_item *value)
{
    am_lua_reading *it = user;
    if (!begin(it, table, 0, value))
        return;
    lua_rawgeti(it->L, (int)table, (lua_Integer)position);
    read_at(it, (int)table + 1, value);
}

static bool next(void *user, intptr_t table, size_t *cursor, am_item *key, am_item *value)
{
    am_lua_reading *it = user;
    if (!begin(it, table, *cursor ? 1 : 0, value))
        return true;
    if ((*cursor)++ == 0)
        lua_pushnil(it->L);
    if (!lua_next(it->L, (int)table))
        return false;
    read_at(it, (int)table + 1, key);
    read_at(it, (int)table + 2, value);
    return true;
}

am_reader am_lua_reader(am_lua_reading *reading)
{
    return (am_reader){reading, get, at, next};
}
