/* SPDX-License-Identifier: MIT */
/* agentmail.core: converts lua-cjson's values to plain Lua values. */
#define _GNU_SOURCE
#include "lua/lua_decoded.h"

#include <lauxlib.h>
#include <string.h>

#include "lua/lua_parts.h"

/* Doubles represent every whole number below this; from here on, several share one double. */
static const lua_Number exact = 9007199254740992.0;

/* ---- integers -------------------------------------------------------------------------------- */

static bool is_float(lua_State *L, int index)
{
    return lua_type(L, index) == LUA_TNUMBER && !lua_isinteger(L, index);
}

void am_lua_integer_at(lua_State *L, int table, int name)
{
    lua_Number number = lua_tonumber(L, -1);
    if (number < exact && number > -exact && (lua_Number)(lua_Integer)number == number) {
        lua_pushvalue(L, name);
        lua_pushinteger(L, (lua_Integer)number);
        lua_settable(L, table); /* as raw as lua_rawset: the member exists */
    }
}

/* [-0, +0] whether to skip the member whose name is below the top; *listed is set to whether its
 * name is known. */
static bool is_skipped(lua_State *L, int known, bool *listed)
{
    lua_pushvalue(L, -2);
    lua_rawget(L, known);
    *listed = !lua_isnil(L, -1);
    bool skipped = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return skipped;
}

bool am_lua_integers_below(lua_State *L, int table, int known)
{
    bool surprised = false;
    luaL_checkstack(L, 5, NULL);
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) { /* name, member */
        bool listed = false, is_table = lua_istable(L, -1);
        if (!(is_table || is_float(L, -1)) || (known && is_skipped(L, known, &listed)))
            continue;
        bool held = true;
        if (is_table)
            held = am_lua_integers_below(L, lua_gettop(L), 0);
        else
            am_lua_integer_at(L, table, lua_gettop(L) - 1);
        surprised = surprised || (held && !listed);
    }
    return surprised;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A number follows the quote and the colon of a member's name, or is in an array. A string that
 * looks like that is taken for a number, which only costs time. */
bool am_lua_says_number(const char *text, size_t size)
{
    const char *end = text + size, *colon = text;
    if (memchr(text, '[', size))
        return true;
    while ((colon = memchr(colon, ':', (size_t)(end - colon))) != NULL) {
        const char *before = colon, *after = colon + 1;
        while (before > text && is_blank(before[-1]))
            before--;
        while (after < end && is_blank(*after))
            after++;
        if (before > text && before[-1] == '"' && after < end &&
            (*after == '-' || (*after >= '0' && *after <= '9')))
            return true;
        colon++;
    }
    return false;
}

/* core.integers(table): converts the whole floats in it to integers, at all levels, if they are
 * exact */
static int core_integers(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    am_lua_integers_below(L, 1, 0);
    return 0;
}

/* ---- null ------------------------------------------------------------------------------------ */

/* lua-cjson's null is the null pointer. */
static bool is_null(lua_State *L)
{
    return lua_islightuserdata(L, -1) && lua_touserdata(L, -1) == NULL;
}

/* [-0, +0] closes the holes in an array, up to its last position. */
static void close_up(lua_State *L, int table, lua_Integer last)
{
    lua_Integer kept = 0;
    for (lua_Integer i = 1; i <= last; i++) {
        if (lua_rawgeti(L, table, i) == LUA_TNIL) {
            lua_pop(L, 1);
            continue;
        }
        kept++;
        if (kept != i) {
            lua_pushnil(L);
            lua_rawseti(L, table, i);
        }
        lua_rawseti(L, table, kept);
    }
}

static void drop_nulls(lua_State *L, int table)
{
    lua_Integer last = 0;
    bool holes = false;
    luaL_checkstack(L, 4, NULL);
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) { /* name, member */
        if (is_null(L)) {
            lua_pushvalue(L, -2);
            lua_pushnil(L);
            lua_rawset(L, table);
            holes = true;
        } else if (lua_istable(L, -1)) {
            drop_nulls(L, lua_gettop(L));
        }
        if (lua_isinteger(L, -2) && lua_tointeger(L, -2) > last)
            last = lua_tointeger(L, -2);
    }
    if (holes && last > 0)
        close_up(L, table, last);
}

/* lua-cjson reads a text up to its first NUL, and so does strstr. */
void am_lua_without_nulls(lua_State *L, int table, int text)
{
    if (strstr(lua_tostring(L, text), "null"))
        drop_nulls(L, table);
}

/* core.without_nulls(table, json): removes the members that the decoder set to null, and closes the
 * holes that this leaves in arrays */
static int core_without_nulls(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TSTRING);
    am_lua_without_nulls(L, 1, 2);
    return 0;
}

void am_lua_add_decoded(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"integers", core_integers}, {"without_nulls", core_without_nulls}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
