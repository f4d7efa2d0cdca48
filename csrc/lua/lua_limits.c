/* SPDX-License-Identifier: MIT */
/* agentmail.core: the table of limits, and reading one. */
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

bool am_lua_limit(lua_State *L, const char *name, am_limits *limits)
{
    size_t count;
    const am_limit *limit = am_limit_table(&count);
    const am_limit *end = limit + count;
    while (limit < end && strcmp(limit->name, name) != 0)
        limit++;
    if (limit == end)
        return false;
    am_lua_read_limit(L, limit, limits);
    return true;
}

/* [-0, +0] a value of a limit as a field of the table at the top, in Lua's units. */
static void set_limit(lua_State *L, const char *field, am_unit unit, int64_t value)
{
    if (unit == AM_UNIT_MS)
        lua_pushnumber(L, (lua_Number)value / 1000);
    else
        lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, field);
}

/* [-0, +1] an array of all limits. */
static void push_limits(lua_State *L)
{
    static const char *const units[] = {
        [AM_UNIT_MS] = "seconds", [AM_UNIT_BYTES] = "bytes", [AM_UNIT_COUNT] = "count"};
    size_t count;
    const am_limit *table = am_limit_table(&count);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_createtable(L, 0, 6);
        lua_pushstring(L, table[i].name);
        lua_setfield(L, -2, "name");
        set_limit(L, "default", table[i].unit, table[i].value);
        set_limit(L, "least", table[i].unit, table[i].least);
        set_limit(L, "most", table[i].unit, table[i].most);
        lua_pushstring(L, units[table[i].unit]);
        lua_setfield(L, -2, "unit");
        lua_pushstring(L, table[i].about);
        lua_setfield(L, -2, "about");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

void am_lua_add_limits(lua_State *L)
{
    push_limits(L);
    lua_setfield(L, -2, "limits");
}
