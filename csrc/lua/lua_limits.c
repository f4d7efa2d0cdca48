/* SPDX-License-Identifier: MIT */
/* agentmail.core: the limits, and reading one. */
#include "lua/lua_limits.h"

#include <lauxlib.h>
#include <string.h>

#include "lua/lua_parts.h"

void am_lua_read_limit(lua_State *L, const am_limit *limit, am_limits *limits)
{
    if (lua_type(L, -1) != LUA_TNUMBER)
        luaL_error(L, "limit %s must be a number, not %s", limit->name, luaL_typename(L, -1));
    lua_Number number = lua_tonumber(L, -1) * (limit->unit == AM_UNIT_MS ? 1000 : 1);
    if (!(number >= -9e15 && number <= 9e15)) /* not a NaN either */
        luaL_error(L, "limit %s is out of range", limit->name);
    int64_t value = (int64_t)number;
    memcpy((char *)limits + limit->offset, &value, sizeof value);
}

/* NULL: there is no such limit. */
static const am_limit *limit_of(const char *name)
{
    size_t count;
    const am_limit *limit = am_limit_table(&count);
    const am_limit *end = limit + count;
    while (limit < end && strcmp(limit->name, name) != 0)
        limit++;
    return limit < end ? limit : NULL;
}

bool am_lua_limit(lua_State *L, const char *name, am_limits *limits)
{
    const am_limit *limit = limit_of(name);
    if (!limit)
        return false;
    am_lua_read_limit(L, limit, limits);
    return true;
}

/* [-0, +1] a value of a limit, in Lua's units. */
static void push_value(lua_State *L, am_unit unit, int64_t value)
{
    if (unit == AM_UNIT_MS)
        lua_pushnumber(L, (lua_Number)value / 1000);
    else
        lua_pushinteger(L, (lua_Integer)value);
}

/* core.limits() -> the names of all limits */
static int core_limits(lua_State *L)
{
    size_t count;
    const am_limit *table = am_limit_table(&count);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_pushstring(L, table[i].name);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* core.limit(name) -> default, least, most, unit, about | nil */
static int core_limit(lua_State *L)
{
    static const char *const units[] = {
        [AM_UNIT_MS] = "seconds", [AM_UNIT_BYTES] = "bytes", [AM_UNIT_COUNT] = "count"};
    const char *name = lua_type(L, 1) == LUA_TSTRING ? lua_tostring(L, 1) : "";
    const am_limit *limit = limit_of(name);
    if (!limit) {
        lua_pushnil(L);
        return 1;
    }
    push_value(L, limit->unit, limit->value);
    push_value(L, limit->unit, limit->least);
    push_value(L, limit->unit, limit->most);
    lua_pushstring(L, units[limit->unit]);
    lua_pushstring(L, limit->about);
    return 5;
}

void am_lua_add_limits(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"limits", core_limits}, {"limit", core_limit}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
