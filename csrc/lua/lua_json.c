/* SPDX-License-Identifier: MIT */
/* agentmail.core: writes values as text without a plan. Raw, like lua_plan.c. */
#include <lauxlib.h>

#include "encode/encode.h"
#include "encode/plan.h"
#include "engine/protect.h"
#include "lua/lua_parts.h"
#include "lua/lua_reader.h"
#include "lua/lua_writing.h"

typedef bool write_plain(const am_reader *reader, const am_item *value, am_written *written,
                         am_problem *problem);

/* The value at index 1 as text; or nil and the problem; or nil and false: it has metamethods and
 * must be flattened first. */
static int plain(lua_State *L, write_plain *write)
{
    luaL_checkany(L, 1);
    lua_settop(L, 1);
    am_writing *it = am_lua_push_writing(L);
    am_lua_reading reading = am_lua_read(L);
    const am_reader reader = am_lua_reader(&reading);
    am_item value;
    lua_pushvalue(L, 1);
    int top = lua_gettop(L);
    am_lua_read_item(&reading, &value);
    bool done = write(&reader, &value, &it->written, &it->problem);
    lua_settop(L, top);
    luaL_checkstack(L, 8, NULL);
    if (done && !reading.has_metamethods) {
        const am_buf *text = it->written.body.size ? &it->written.body : &it->written.target;
        lua_pushlstring(L, am_buf_string(text), text->size);
        am_lua_release(it);
        return 1;
    }
    lua_pushnil(L);
    if (reading.has_metamethods)
        lua_pushboolean(L, 0);
    else
        am_lua_push_words(L, it, NULL);
    am_lua_release(it);
    return 2;
}

/* core.json(value) -> canonical JSON | nil, problem | nil, false */
static int core_json(lua_State *L)
{
    return plain(L, am_plan_json);
}

/* core.query(table) -> "?name=value&..." | "" | nil, problem | nil, false */
static int core_query(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    return plain(L, am_plan_query);
}

/* core.segment(value) -> one segment of a path | nil, problem */
static int core_segment(lua_State *L)
{
    return plain(L, am_plan_segment);
}

static bool write_percent(const am_reader *reader, const am_item *value, am_written *written,
                          am_problem *problem)
{
    (void)reader, (void)problem;
    am_percent(&written->target, value->as.string.data, value->as.string.size);
    return true;
}

/* core.percent(s) -> s, percent-encoded except for what JavaScript's encodeURIComponent leaves */
static int core_percent(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TSTRING);
    return plain(L, write_percent);
}

static bool write_key(const am_reader *reader, const am_item *value, am_written *written,
                      am_problem *problem)
{
    (void)reader;
    return am_protect_key(value, NULL, problem) &&
           am_buf_append(&written->target, value->as.string.data, value->as.string.size);
}

/* core.check_key(s) -> s | nil, what is wrong with it */
static int core_check_key(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TSTRING);
    return plain(L, write_key);
}

void am_lua_add_json(lua_State *L)
{
    static const luaL_Reg functions[] = {{"json", core_json},           {"query", core_query},
                                         {"segment", core_segment},     {"percent", core_percent},
                                         {"check_key", core_check_key}, {NULL, NULL}};
    am_lua_add_reader(L);
    am_lua_add_writing(L);
    luaL_setfuncs(L, functions, 0);
}
