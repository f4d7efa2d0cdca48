/* SPDX-License-Identifier: MIT */
/*
 * agentmail.core: shapes. A shape describes the answers of a model. Applied to a decoded value, it
 * reports what the value lacks, and converts the value in place into the user's form: integers,
 * label sets, objects with methods. Here a shape is made; lua_apply_shape.c applies it.
 */
#include <lauxlib.h>
#include <string.h>

#include "lua/lua_apply_shape.h"
#include "lua/lua_parts.h"
#include "lua/lua_shape_fields.h"

static bool flag(lua_State *L, int table, const char *name)
{
    lua_getfield(L, table, name);
    bool is = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return is;
}

/* [-0, +0] reads the field at the top into a shape. */
static void read_field(lua_State *L, am_shape *made, int parts, int known)
{
    int description = lua_gettop(L);
    am_shape_field field = {.required = flag(L, description, "required"),
                            .list = flag(L, description, "list"),
                            .numeric = flag(L, description, "numeric"),
                            .nested = flag(L, description, "shape"),
                            .labels = flag(L, description, "labels"),
                            .token = flag(L, description, "token")};
    field.checked = field.required || field.token;
    lua_getfield(L, description, "name");
    luaL_checktype(L, -1, LUA_TSTRING);
    lua_pushvalue(L, -1);
    lua_pushboolean(L, !field.numeric);
    lua_rawset(L, known);
    if (field.required || field.numeric || field.nested || field.labels || field.token) {
        lua_getfield(L, description, "shape");
        if (field.nested)
            luaL_checkudata(L, -1, AM_SHAPE);
        lua_rawseti(L, parts, am_part_shape(made->count));
        lua_pushvalue(L, -1);
        lua_rawseti(L, parts, am_part_name(made->count));
        made->fields[made->count++] = field;
    }
    lua_pop(L, 1);
}

/* core.shape { { name =, required =, list =, numeric =, labels =, token =, shape = }, ...,
 * class =, metatable = if there is no class, map =, labels = their metatable, integers = } ->
 * shape. A map is a table of lists, and its only field gives their items; `integers`: the decoder
 * itself returns integers. */
static int core_shape(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    int count = (int)lua_rawlen(L, 1);
    am_shape *made = lua_newuserdatauv(L, sizeof *made + (size_t)count * sizeof made->fields[0], 1);
    *made = (am_shape){.is_map = flag(L, 1, "map"),
                       .has_class = flag(L, 1, "class"),
                       .has_metatable = flag(L, 1, "metatable"),
                       .counts = !flag(L, 1, "integers")};
    lua_createtable(L, AM_PARTS + 2 * count, 0); /* description, shape, parts */
    lua_newtable(L);                             /* ..., known */
    for (int i = 0; i < count; i++) {
        lua_rawgeti(L, 1, i + 1);
        luaL_checktype(L, -1, LUA_TTABLE);
        read_field(L, made, 3, 4);
        lua_pop(L, 1);
    }
    lua_rawseti(L, 3, AM_PART_KNOWN);
    lua_getfield(L, 1, "class");
    made->is_pod = made->has_class && strcmp(luaL_checkstring(L, -1), "Pod") == 0;
    lua_rawseti(L, 3, AM_PART_CLASS);
    lua_getfield(L, 1, "metatable");
    lua_rawseti(L, 3, AM_PART_METATABLE);
    lua_getfield(L, 1, "labels");
    lua_rawseti(L, 3, AM_PART_LABELS);
    lua_setiuservalue(L, 2, 1);
    luaL_setmetatable(L, AM_SHAPE);
    return 1;
}

void am_lua_add_shape(lua_State *L)
{
    static const luaL_Reg methods[] = {{"apply", am_lua_apply_shape}, {NULL, NULL}};
    luaL_newmetatable(L, AM_SHAPE);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &am_lua_shape_key);
    lua_pushcfunction(L, core_shape);
    lua_setfield(L, -2, "shape");
}
