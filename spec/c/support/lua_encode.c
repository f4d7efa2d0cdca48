/* SPDX-License-Identifier: MIT */
/*
 * The encoder behind a Lua function, for specs; never shipped. It reads tables as the module will:
 * raw, and without an allocation of Lua's that a finalizer could follow.
 */
#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#include "encode/plan.h"
#include "engine/protect.h"

typedef struct reading {
    lua_State *L;
    int names;         /* of the list of am_names, and "__name" behind them */
    const void *array; /* the metatable of agentmail.array */
} reading;

/* [-0, +0] the value at the top as an item. A table's ref is where it is on the stack. */
static void read_item(const reading *it, am_item *item)
{
    lua_State *L = it->L;
    switch (lua_type(L, -1)) {
    case LUA_TNIL:
        item->kind = AM_ITEM_NIL;
        return;
    case LUA_TBOOLEAN:
        item->kind = AM_ITEM_BOOLEAN;
        item->as.boolean = lua_toboolean(L, -1);
        return;
    case LUA_TNUMBER:
        item->kind = lua_isinteger(L, -1) ? AM_ITEM_INTEGER : AM_ITEM_FLOAT;
        if (item->kind == AM_ITEM_INTEGER)
            item->as.integer = lua_tointeger(L, -1);
        else
            item->as.number = lua_tonumber(L, -1);
        return;
    case LUA_TSTRING:
        item->kind = AM_ITEM_STRING;
        item->as.string.data = lua_tolstring(L, -1, &item->as.string.size);
        return;
    case LUA_TTABLE:
        item->kind = AM_ITEM_TABLE;
        item->as.table = (am_table){.ref = lua_gettop(L), .count = lua_rawlen(L, -1)};
        if (lua_getmetatable(L, -1)) { /* value, metatable */
            item->as.table.is_array = lua_topointer(L, -1) == it->array;
            lua_rawgeti(L, it->names, AM_NAMES + 1);
            if (lua_rawget(L, -2) == LUA_TSTRING)
                item->as.table.class_name = lua_tostring(L, -1);
            lua_pop(L, 2);
        }
        return;
    default:
        item->kind =
            lua_islightuserdata(L, -1) && !lua_touserdata(L, -1) ? AM_ITEM_NULL : AM_ITEM_OTHER;
        item->as.type = luaL_typename(L, -1);
    }
}

/* Drops what was read of a table before; false, with the item, if there is no room for more. */
static bool begin(const reading *it, intptr_t table, int keep, am_item *item)
{
    lua_settop(it->L, (int)table + keep);
    if (lua_checkstack(it->L, 6))
        return true;
    item->kind = AM_ITEM_FAILED;
    return false;
}

static void get(void *user, intptr_t table, unsigned name, am_item *value)
{
    const reading *it = user;
    if (!begin(it, table, 0, value))
        return;
    lua_rawgeti(it->L, it->names, (lua_Integer)name + 1);
    lua_rawget(it->L, (int)table);
    read_item(it, value);
}

static void at(void *user, intptr_t table, size_t position, am_item *value)
{
    const reading *it = user;
    if (!begin(it, table, 0, value))
        return;
    lua_rawgeti(it->L, (int)table, (lua_Integer)position);
    read_item(it, value);
}

static bool next(void *user, intptr_t table, size_t *cursor, am_item *key, am_item *value)
{
    const reading *it = user;
    if (!begin(it, table, *cursor ? 1 : 0, value))
        return true;
    if ((*cursor)++ == 0)
        lua_pushnil(it->L);
    if (!lua_next(it->L, (int)table))
        return false;
    lua_pushvalue(it->L, -2); /* key, value, key */
    read_item(it, key);
    lua_pop(it->L, 1);
    read_item(it, value);
    return true;
}

/* [-0, +1] the list of names. */
static void push_names(lua_State *L)
{
    lua_createtable(L, AM_NAMES + 1, 0);
    for (int i = 0; i < AM_NAMES; i++) {
        lua_pushlstring(L, am_names[i].text, am_names[i].size);
        lua_rawseti(L, -2, i + 1);
    }
    lua_pushliteral(L, "__name");
    lua_rawseti(L, -2, AM_NAMES + 1);
}

/* [-0, +1] the body: text, pieces, or nil. */
static void push_body(lua_State *L, const am_written *written)
{
    if (written->file_count == 0) {
        if (written->body.size)
            lua_pushlstring(L, written->body.data, written->body.size);
        else
            lua_pushnil(L);
        return;
    }
    am_piece *pieces = lua_newuserdatauv(L, (2 * written->file_count + 1) * sizeof *pieces, 0);
    size_t count = am_written_pieces(written, pieces);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].base64) {
            lua_createtable(L, 0, 2);
            lua_pushboolean(L, 1);
            lua_setfield(L, -2, "base64");
            if (pieces[i].path)
                lua_pushstring(L, pieces[i].path);
            else
                lua_pushlstring(L, pieces[i].data, pieces[i].size);
            lua_setfield(L, -2, pieces[i].path ? "path" : "data");
        } else {
            lua_pushlstring(L, pieces[i].data, pieces[i].size);
        }
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_remove(L, -2);
}

/* [-0, +1] the hint that `explain` at that index has for a name, of the words there are. */
static const char *push_hint(lua_State *L, int explain, const am_plan *plan,
                             const am_problem *problem)
{
    if (problem->kind != AM_PROBLEM_UNKNOWN_PARAMETER && !problem->words)
        return NULL;
    lua_pushvalue(L, explain);
    lua_pushstring(L, problem->words ? "field" : "parameter");
    if (problem->value.kind == AM_ITEM_STRING)
        lua_pushlstring(L, problem->value.as.string.data, problem->value.as.string.size);
    else if (problem->value.kind == AM_ITEM_INTEGER)
        lua_pushinteger(L, problem->value.as.integer);
    else
        lua_pushboolean(L, 0);
    lua_newtable(L);
    for (size_t i = 0; problem->words && i < problem->words->count; i++) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, problem->words->list[i]);
    }
    size_t cursor = 0;
    for (const am_name *name; !problem->words && (name = am_plan_known(plan, &cursor)) != NULL;) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, name->text);
    }
    lua_pushboolean(L, problem->kind == AM_PROBLEM_NO_WORD);
    lua_call(L, 4, 1);
    return lua_tostring(L, -1);
}

static void read_bound(lua_State *L, int index, const am_plan *plan, reading *it,
                       am_arguments *arguments)
{
    for (int i = 0; i < plan->param_count; i++) {
        lua_getfield(L, index, am_names[am_fields[plan->params + i].name].text);
        read_item(it, &arguments->bound[i]); /* which the table keeps alive */
        lua_pop(L, 1);
    }
}

/* write(names, plan, arguments, bound, lenient, uuid, array_mt, explain)
 * -> target, body, protection, key | nil, words */
static int encode_write(lua_State *L)
{
    const am_plan *plan = am_plan_find(luaL_checkstring(L, 2));
    am_arguments arguments = {0};
    am_protect_given given = {{0}, {AM_ITEM_NIL, {0}}, NULL};
    am_settled settled;
    am_written written;
    am_problem problem = {0};
    luaL_argcheck(L, plan, 2, "no such operation");
    lua_settop(L, 8);
    reading it = {L, 1, lua_topointer(L, 7)};
    const am_reader reader = {&it, get, at, next};
    read_bound(L, 4, plan, &it, &arguments);
    strncpy(given.uuid, luaL_checkstring(L, 6), sizeof given.uuid - 1);
    arguments.reader = &reader;
    arguments.lenient = lua_toboolean(L, 5);
    lua_pushvalue(L, 3); /* ..., arguments */
    read_item(&it, &arguments.given);
    am_written_init(&written, (size_t)1 << 30);
    bool done = am_write_protected(plan, &arguments, &given, &settled, &written, &problem);
    lua_settop(L, 9);
    if (done) {
        lua_pushlstring(L, written.target.data, written.target.size);
        push_body(L, &written);
        lua_pushstring(L, am_protection_word(settled.protection));
        lua_pushstring(L, settled.key);
    } else {
        am_buf words;
        am_buf_init(&words, (size_t)1 << 30);
        const char *hint = push_hint(L, 8, plan, &problem);
        am_problem_words(&problem, hint, &words);
        lua_pushnil(L);
        lua_pushlstring(L, am_buf_string(&words), words.size);
        am_buf_free(&words);
    }
    am_written_free(&written);
    am_problem_free(&problem);
    return done ? 4 : 2;
}

/* Only for its time: target and body are written and forgotten. repeat(names, plan, arguments,
 * bound, count) */
static int encode_repeat(lua_State *L)
{
    const am_plan *plan = am_plan_find(luaL_checkstring(L, 2));
    am_arguments arguments = {0};
    am_protect_given given = {"00000000-0000-4000-8000-000000000000", {AM_ITEM_NIL, {0}}, NULL};
    am_settled settled;
    am_written written;
    am_problem problem = {0};
    lua_Integer count = luaL_checkinteger(L, 5);
    luaL_argcheck(L, plan, 2, "no such operation");
    lua_settop(L, 5);
    reading it = {L, 1, NULL};
    const am_reader reader = {&it, get, at, next};
    read_bound(L, 4, plan, &it, &arguments);
    arguments.reader = &reader;
    lua_pushvalue(L, 3);
    read_item(&it, &arguments.given);
    am_written_init(&written, (size_t)1 << 30);
    bool done = true;
    for (; done && count > 0; count--) {
        am_written_reset(&written, (size_t)-1);
        done = am_write_protected(plan, &arguments, &given, &settled, &written, &problem);
    }
    am_written_free(&written);
    am_problem_free(&problem);
    lua_pushboolean(L, done);
    return 1;
}

__attribute__((visibility("default"))) int luaopen_lua_encode(lua_State *L);

int luaopen_lua_encode(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"write", encode_write}, {"repeated", encode_repeat}, {NULL, NULL}};
    luaL_newlib(L, functions);
    push_names(L);
    lua_setfield(L, -2, "names");
    return 1;
}
