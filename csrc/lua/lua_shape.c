/* SPDX-License-Identifier: MIT */
/*
 * agentmail.core: shapes. A shape describes the answers of a model. Applied to a decoded value, it
 * reports what the value lacks, and converts the value in place into the user's form: integers,
 * label sets, objects with methods.
 *
 * All access is raw: no code of the user runs, so nothing raises except for lack of memory, and no
 * hook can yield in between. Objects whose metatable does not exist yet are returned, and Lua
 * creates it.
 */
#include "lua/lua_shape.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#include "lua/lua_decoded.h"
#include "lua/lua_parts.h"

#define SHAPE "agentmail.core.shape"

typedef struct shape_field {
    bool required, list, numeric, nested, labels, token;
} shape_field;

typedef struct shape {
    bool is_map, has_class, has_metatable, is_pod;
    bool counts; /* the decoder turns all numbers into floats */
    int count;
    shape_field fields[];
} shape;

/* A shape's user value is an array: the names of its fields; from count + 1 on, the shapes of those
 * that are nested; then these parts. */
enum { PART_KNOWN = 1, PART_CLASS, PART_METATABLE, PART_LABELS, PARTS };

static int part(const shape *of, int which)
{
    return 2 * of->count + which;
}

/* ---- creation -------------------------------------------------------------------------------- */

static bool flag(lua_State *L, int table, const char *name)
{
    lua_getfield(L, table, name);
    bool is = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return is;
}

/* [-0, +0] reads the field at the top into slot i of a shape. */
static void read_field(lua_State *L, shape *made, int i, int parts, int known)
{
    int description = lua_gettop(L);
    shape_field *field = &made->fields[i];
    *field = (shape_field){.required = flag(L, description, "required"),
                           .list = flag(L, description, "list"),
                           .numeric = flag(L, description, "numeric"),
                           .nested = flag(L, description, "shape"),
                           .labels = flag(L, description, "labels"),
                           .token = flag(L, description, "token")};
    lua_getfield(L, description, "shape");
    if (field->nested)
        luaL_checkudata(L, -1, SHAPE);
    lua_rawseti(L, parts, made->count + i + 1);
    lua_getfield(L, description, "name");
    luaL_checktype(L, -1, LUA_TSTRING);
    lua_pushvalue(L, -1);
    lua_pushboolean(L, !field->numeric);
    lua_rawset(L, known);
    lua_rawseti(L, parts, i + 1);
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
    shape *made = lua_newuserdatauv(L, sizeof *made + (size_t)count * sizeof made->fields[0], 1);
    *made = (shape){.is_map = flag(L, 1, "map"),
                    .has_class = flag(L, 1, "class"),
                    .has_metatable = flag(L, 1, "metatable"),
                    .counts = !flag(L, 1, "integers"),
                    .count = count};
    lua_createtable(L, 2 * count + PARTS, 0); /* description, shape, parts */
    lua_newtable(L);                          /* ..., known */
    for (int i = 0; i < count; i++) {
        lua_rawgeti(L, 1, i + 1);
        luaL_checktype(L, -1, LUA_TTABLE);
        read_field(L, made, i, 3, 4);
        lua_pop(L, 1);
    }
    lua_rawseti(L, 3, part(made, PART_KNOWN));
    lua_getfield(L, 1, "class");
    made->is_pod = made->has_class && strcmp(luaL_checkstring(L, -1), "Pod") == 0;
    lua_rawseti(L, 3, part(made, PART_CLASS));
    lua_getfield(L, 1, "metatable");
    lua_rawseti(L, 3, part(made, PART_METATABLE));
    lua_getfield(L, 1, "labels");
    lua_rawseti(L, 3, part(made, PART_LABELS));
    lua_setiuservalue(L, 2, 1);
    luaL_setmetatable(L, SHAPE);
    return 1;
}

/* ---- application ----------------------------------------------------------------------------- */

/* The stack indexes of shape:apply. */
enum { AT_SHAPE = 1, AT_VALUE, AT_SCOPE, AT_INBOX_ID, AT_INBOX_SCOPES, AT_POD_SCOPES, AT_HOMELESS };

/* [-0, +1] a member, without metamethods. */
static int raw_field(lua_State *L, int table, const char *name)
{
    lua_pushstring(L, name);
    return lua_rawget(L, table);
}

/* [-0, +1] the member of a value for the ith field of its shape. */
static int member(lua_State *L, int parts, int i, int value)
{
    lua_rawgeti(L, parts, i + 1);
    return lua_rawget(L, value);
}

/* [-0, +1] the problem with the ith field. */
static bool lacks(lua_State *L, int parts, int i, const char *format)
{
    lua_rawgeti(L, parts, i + 1);
    lua_pushfstring(L, format, lua_tostring(L, -1));
    lua_remove(L, -2);
    return false;
}

/* [-0, +0] drops a page token that means "no page", which some services send. */
static bool check_token(lua_State *L, int parts, int i, int value)
{
    int kind = member(L, parts, i, value);
    bool is_end = (kind == LUA_TBOOLEAN && !lua_toboolean(L, -1)) ||
                  (kind == LUA_TSTRING && lua_rawlen(L, -1) == 0);
    lua_pop(L, 1);
    if (is_end) {
        lua_rawgeti(L, parts, i + 1);
        lua_pushnil(L);
        lua_rawset(L, value);
    }
    return is_end || kind == LUA_TSTRING || kind == LUA_TNIL;
}

/* [-0, +0 | +1] whether the value is complete; false with the problem. */
static bool check_fields(lua_State *L, const shape *of, int parts, int value)
{
    for (int i = 0; i < of->count; i++)
        if (of->fields[i].token && !check_token(L, parts, i, value))
            return lacks(L, parts, i, "has a '%s' that is no string");
    for (int i = 0; i < of->count; i++) {
        if (!of->fields[i].required)
            continue;
        int kind = member(L, parts, i, value);
        bool is_empty = kind == LUA_TSTRING && lua_rawlen(L, -1) == 0;
        lua_pop(L, 1);
        if (of->fields[i].list && kind != LUA_TTABLE)
            return lacks(L, parts, i, "lacks the list '%s'");
        if (!of->fields[i].list && (kind == LUA_TNIL || is_empty))
            return lacks(L, parts, i, "lacks '%s'");
    }
    return true;
}

/* [-0, +0] converts numbers to integers, also in members that the model does not know; within a
 * list, only if its first item has a number in such a member. True: this value has one. */
static bool make_integers(lua_State *L, const shape *of, int parts, int value, bool like_the_first)
{
    if (!of->counts)
        return false;
    if (!like_the_first) {
        lua_rawgeti(L, parts, part(of, PART_KNOWN));
        bool surprised = am_lua_integers_below(L, value, lua_gettop(L));
        lua_pop(L, 1);
        return surprised;
    }
    for (int i = 0; i < of->count; i++)
        if (of->fields[i].numeric) {
            lua_rawgeti(L, parts, i + 1);
            am_lua_integers_at(L, value);
            lua_pop(L, 1);
        }
    return false;
}

static void make_label_set(lua_State *L, const shape *of, int parts, int i, int value)
{
    if (member(L, parts, i, value) == LUA_TTABLE) {
        lua_rawgeti(L, parts, part(of, PART_LABELS));
        lua_setmetatable(L, -2);
    }
    lua_pop(L, 1);
}

/* [-1, +1] the scope for an id, from the table at an index; nil: it does not exist yet. */
static void push_scope(lua_State *L, int scopes)
{
    if (lua_istable(L, scopes)) {
        lua_rawget(L, scopes);
    } else {
        lua_pop(L, 1);
        lua_pushnil(L);
    }
}

/* [-0, +1] the scope of an object: that of its own inbox or pod, independent of the collection it
 * came from; nil: it does not exist yet. Returns the owner of that scope; NULL: the answer. */
static const char *push_home(lua_State *L, const shape *of, int value)
{
    raw_field(L, value, "inbox_id");
    if (lua_toboolean(L, -1) && !lua_rawequal(L, -1, AT_INBOX_ID)) {
        push_scope(L, AT_INBOX_SCOPES);
        return "inbox";
    }
    lua_pop(L, 1);
    if (of->is_pod) {
        raw_field(L, value, "pod_id");
        push_scope(L, AT_POD_SCOPES);
        return "pod";
    }
    lua_pushvalue(L, AT_SCOPE);
    return NULL;
}

/* [-0, +0] adds an object to those without a metatable yet, with its class, which is at the top,
 * and the owner of its scope. */
static void add_homeless(lua_State *L, int value, const char *home)
{
    if (lua_isnil(L, AT_HOMELESS)) {
        lua_newtable(L);
        lua_replace(L, AT_HOMELESS);
    }
    lua_Integer n = (lua_Integer)lua_rawlen(L, AT_HOMELESS);
    lua_pushvalue(L, value);
    lua_rawseti(L, AT_HOMELESS, n + 1);
    lua_pushvalue(L, -1);
    lua_rawseti(L, AT_HOMELESS, n + 2);
    if (home)
        lua_pushstring(L, home);
    else
        lua_pushboolean(L, false);
    lua_rawseti(L, AT_HOMELESS, n + 3);
}

static void make_object(lua_State *L, const shape *of, int parts, int value)
{
    lua_rawgeti(L, parts, part(of, PART_CLASS));
    int class = lua_gettop(L);
    const char *home = push_home(L, of, value); /* class, scope */
    bool found = lua_istable(L, -1);
    if (found) {
        lua_pushvalue(L, class);
        found = lua_rawget(L, -2) == LUA_TTABLE; /* class, scope, metatable */
        if (found)
            lua_setmetatable(L, value);
    }
    lua_settop(L, class);
    if (!found)
        add_homeless(L, value, home);
    lua_pop(L, 1);
}

static bool apply(lua_State *L, int shape_at, int value, bool like_the_first, bool *surprised);

/* [-0, +0 | +1] */
static bool apply_to_all(lua_State *L, int shape_at, int list)
{
    bool quick = false, surprised;
    lua_Integer count = (lua_Integer)lua_rawlen(L, list);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, list, i);
        if (!apply(L, shape_at, lua_gettop(L), quick, &surprised)) { /* item, problem */
            lua_pushfstring(L, "has an item %I that %s", i, lua_tostring(L, -1));
            lua_replace(L, -3);
            lua_pop(L, 1);
            return false;
        }
        lua_pop(L, 1);
        if (i == 1)
            quick = !surprised;
    }
    return true;
}

/* [-0, +0 | +1] */
static bool apply_nested(lua_State *L, const shape *of, int parts, int i, int value)
{
    bool surprised, fine = true;
    if (member(L, parts, i, value) == LUA_TTABLE) { /* member */
        lua_rawgeti(L, parts, of->count + i + 1);   /* member, shape */
        int at = lua_gettop(L);
        fine = of->fields[i].list ? apply_to_all(L, at, at - 1)
                                  : apply(L, at, at - 1, false, &surprised);
        if (!fine)
            lua_replace(L, at - 1); /* problem, shape */
        lua_settop(L, at - 1);
    }
    if (fine)
        lua_pop(L, 1);
    return fine;
}

/* [-0, +0 | +1] */
static bool apply_to_map(lua_State *L, int parts, int value)
{
    bool fine = true;
    lua_rawgeti(L, parts, 2); /* the shape of its only field */
    int at = lua_gettop(L);
    lua_pushnil(L);
    while (fine && lua_next(L, value)) { /* shape, key, list */
        fine = lua_istable(L, -1);
        if (!fine)
            lua_pushliteral(L, "is not a map of lists");
        else
            fine = apply_to_all(L, at, at + 2);
        if (fine)
            lua_pop(L, 1);
        else
            lua_replace(L, at);
    }
    lua_settop(L, fine ? at - 1 : at);
    return fine;
}

/* [-0, +0 | +1] applies the shape at an index to the value at another; false with the problem. */
static bool apply(lua_State *L, int shape_at, int value, bool like_the_first, bool *surprised)
{
    const shape *of = lua_touserdata(L, shape_at);
    luaL_checkstack(L, 8, NULL);
    *surprised = false;
    if (!lua_istable(L, value)) {
        lua_pushliteral(L, "is not a JSON object");
        return false;
    }
    lua_getiuservalue(L, shape_at, 1);
    int parts = lua_gettop(L);
    bool fine = of->is_map ? apply_to_map(L, parts, value) : check_fields(L, of, parts, value);
    if (fine && !of->is_map) {
        *surprised = make_integers(L, of, parts, value, like_the_first);
        for (int i = 0; fine && i < of->count; i++) {
            if (of->fields[i].labels)
                make_label_set(L, of, parts, i, value);
            else if (of->fields[i].nested)
                fine = apply_nested(L, of, parts, i, value);
        }
    }
    if (fine && of->has_class) {
        make_object(L, of, parts, value);
    } else if (fine && of->has_metatable) {
        lua_rawgeti(L, parts, part(of, PART_METATABLE));
        lua_setmetatable(L, value);
    }
    lua_remove(L, parts);
    return fine;
}

int am_lua_apply_shape(lua_State *L)
{
    bool surprised;
    luaL_checkudata(L, AT_SHAPE, SHAPE);
    luaL_checktype(L, AT_SCOPE, LUA_TTABLE);
    lua_settop(L, AT_SCOPE);
    lua_getfield(L, AT_SCOPE, "ids");
    lua_getfield(L, -1, "inbox_id");
    lua_replace(L, AT_INBOX_ID);
    lua_getfield(L, AT_SCOPE, "client");
    lua_getfield(L, -1, "inbox_scopes");
    lua_getfield(L, -2, "pod_scopes");
    lua_remove(L, AT_INBOX_SCOPES); /* the client */
    lua_pushnil(L);
    bool fine = apply(L, AT_SHAPE, AT_VALUE, false, &surprised);
    if (fine)
        lua_pushnil(L);
    lua_pushvalue(L, AT_HOMELESS);
    return 2;
}

void am_lua_add_shape(lua_State *L)
{
    static const luaL_Reg methods[] = {{"apply", am_lua_apply_shape}, {NULL, NULL}};
    luaL_newmetatable(L, SHAPE);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    lua_pushcfunction(L, core_shape);
    lua_setfield(L, -2, "shape");
}
