/* SPDX-License-Identifier: MIT */
/*
 * Applies a shape to a decoded value.
 *
 * All access is raw: no code of the user runs, so nothing raises except for lack of memory, and no
 * hook can yield in between. Objects whose metatable does not exist yet are returned, and Lua
 * creates it.
 */
#include "lua/lua_apply_shape.h"

#include <lauxlib.h>

#include "lua/lua_args.h"
#include "lua/lua_decoded.h"
#include "lua/lua_shape_fields.h"

const char am_lua_shape_key = 0;

/* A shape on the stack, as it is applied to one value or to all of a list: its names from `names`
 * on; below them its parts, "inbox_id", and of the last value the home and the metatable that it
 * got. */
typedef struct opened {
    const am_shape *of;
    int parts, inbox_id, home, metatable, names;
} opened;

/* The stack indexes of shape:apply. */
enum { AT_SHAPE = 1, AT_VALUE, AT_SCOPE, AT_NUMBERS, AT_INBOX_ID, AT_CLIENT, AT_HOMELESS };

/* [-0, +n] opens the shape at an index; lua_settop to its parts closes it. */
static opened open_shape(lua_State *L, int at)
{
    const am_shape *of = lua_touserdata(L, at);
    luaL_checkstack(L, of->count + 12, NULL);
    lua_getiuservalue(L, at, 1);
    int parts = lua_gettop(L);
    lua_pushliteral(L, "inbox_id");
    lua_settop(L, parts + 3);
    for (int i = 0; i < of->count; i++)
        lua_rawgeti(L, parts, am_part_name(i));
    return (opened){of, parts, parts + 1, parts + 2, parts + 3, parts + 4};
}

/* [-0, +1] a member, without metamethods. */
static int raw_field(lua_State *L, int table, const char *name)
{
    lua_pushstring(L, name);
    return lua_rawget(L, table);
}

/* [-0, +1] the member of a value for the ith field of its shape. */
static int member(lua_State *L, const opened *open, int i, int value)
{
    lua_pushvalue(L, open->names + i);
    return lua_rawget(L, value);
}

/* [-0, +1] the problem with the ith field. */
static bool lacks(lua_State *L, const opened *open, int i, const char *format)
{
    lua_pushfstring(L, format, lua_tostring(L, open->names + i));
    return false;
}

/* [-0, +0] drops a page token that means "no page", which some services send. */
static bool check_token(lua_State *L, const opened *open, int i, int value)
{
    int kind = member(L, open, i, value);
    bool is_end = (kind == LUA_TBOOLEAN && !lua_toboolean(L, -1)) ||
                  (kind == LUA_TSTRING && lua_rawlen(L, -1) == 0);
    lua_pop(L, 1);
    if (is_end) {
        lua_pushvalue(L, open->names + i);
        lua_pushnil(L);
        lua_rawset(L, value);
    }
    return is_end || kind == LUA_TSTRING || kind == LUA_TNIL;
}

/* [-0, +0 | +1] whether the value is complete; false with the problem. */
static bool check_fields(lua_State *L, const opened *open, int value)
{
    int top = lua_gettop(L);
    for (int i = 0; i < open->of->count; i++)
        if (open->of->fields[i].token && !check_token(L, open, i, value))
            return lacks(L, open, i, "has a '%s' that is no string");
    for (int i = 0; i < open->of->count; i++) {
        am_shape_field field = open->of->fields[i];
        if (!field.required)
            continue;
        int kind = member(L, open, i, value);
        bool is_empty = kind == LUA_TSTRING && lua_rawlen(L, -1) == 0;
        lua_settop(L, top);
        if (field.list && kind != LUA_TTABLE)
            return lacks(L, open, i, "lacks the list '%s'");
        if (!field.list && (kind == LUA_TNIL || is_empty))
            return lacks(L, open, i, "lacks '%s'");
    }
    return true;
}

/* [-0, +0] converts numbers to integers, also in members that the model does not know; within a
 * list, only if its first item has a number in such a member. True: this value has one. */
static bool make_integers(lua_State *L, const opened *open, int value, bool like_the_first)
{
    if (!open->of->counts || !lua_toboolean(L, AT_NUMBERS))
        return false;
    if (!like_the_first) {
        lua_rawgeti(L, open->parts, AM_PART_KNOWN);
        bool surprised = am_lua_integers_below(L, value, lua_gettop(L));
        lua_pop(L, 1);
        return surprised;
    }
    for (int i = 0; i < open->of->count; i++)
        if (open->of->fields[i].numeric)
            am_lua_integers_at(L, value, open->names + i);
    return false;
}

static void make_label_set(lua_State *L, const opened *open, int i, int value)
{
    if (member(L, open, i, value) == LUA_TTABLE) {
        lua_rawgeti(L, open->parts, AM_PART_LABELS);
        lua_setmetatable(L, -2);
    }
    lua_pop(L, 1);
}

/* [-1, +1] the scope for an id, from a table of the client's; nil: it does not exist yet. */
static void push_scope(lua_State *L, const char *scopes)
{
    if (raw_field(L, AT_CLIENT, scopes) == LUA_TTABLE) {
        lua_insert(L, -2); /* scopes, id */
        lua_rawget(L, -2);
    } else {
        lua_pop(L, 1);
        lua_pushnil(L);
    }
    lua_remove(L, -2);
}

/* [-1, +1] the scope of an object, whose inbox's id is at the top: that of its own inbox or pod,
 * independent of the collection it came from; nil: it does not exist yet. Returns the owner of that
 * scope; NULL: the answer. */
static const char *push_home(lua_State *L, const am_shape *of, int value)
{
    if (lua_toboolean(L, -1) && !lua_rawequal(L, -1, AT_INBOX_ID)) {
        push_scope(L, "inbox_scopes");
        return "inbox";
    }
    lua_pop(L, 1);
    if (of->is_pod) {
        raw_field(L, value, "pod_id");
        push_scope(L, "pod_scopes");
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

/* [-0, +0] */
static void make_object(lua_State *L, const opened *open, int value)
{
    lua_pushvalue(L, open->inbox_id);
    lua_rawget(L, value);
    int id = lua_gettop(L);
    if (lua_istable(L, open->metatable) && lua_rawequal(L, id, open->home)) {
        lua_pushvalue(L, open->metatable);
        lua_setmetatable(L, value);
        lua_pop(L, 1);
        return;
    }
    lua_pushvalue(L, id);
    const char *home = push_home(L, open->of, value); /* id, scope */
    lua_rawgeti(L, open->parts, AM_PART_CLASS);       /* id, scope, class */
    bool found = lua_istable(L, -2);
    if (found) {
        lua_pushvalue(L, -1);
        found = lua_rawget(L, -3) == LUA_TTABLE; /* id, scope, class, metatable */
    }
    if (!found) {
        lua_settop(L, id + 2);
        add_homeless(L, value, home);
    } else {
        if (!open->of->is_pod) { /* a pod's home is not its inbox's */
            lua_copy(L, id, open->home);
            lua_copy(L, -1, open->metatable);
        }
        lua_setmetatable(L, value);
    }
    lua_settop(L, id - 1);
}

static bool apply(lua_State *L, const opened *open, int value, bool like_the_first,
                  bool *surprised);

/* [-0, +0 | +1] */
static bool apply_to_one(lua_State *L, int shape_at, int value)
{
    bool surprised;
    opened open = open_shape(L, shape_at);
    bool fine = apply(L, &open, value, false, &surprised);
    if (!fine)
        lua_replace(L, open.parts);
    lua_settop(L, fine ? open.parts - 1 : open.parts);
    return fine;
}

/* [-0, +0 | +1] */
static bool apply_to_all(lua_State *L, int shape_at, int list)
{
    bool quick = false, fine = true, surprised;
    lua_Integer count = (lua_Integer)lua_rawlen(L, list);
    opened open = open_shape(L, shape_at);
    int top = lua_gettop(L);
    for (lua_Integer i = 1; fine && i <= count; i++) {
        lua_rawgeti(L, list, i);
        fine = apply(L, &open, top + 1, quick, &surprised);
        if (!fine) { /* item, problem */
            lua_pushfstring(L, "has an item %I that %s", i, lua_tostring(L, -1));
            lua_replace(L, open.parts);
        }
        lua_settop(L, top);
        if (i == 1)
            quick = !surprised;
    }
    lua_settop(L, fine ? open.parts - 1 : open.parts);
    return fine;
}

/* [-0, +0 | +1] */
static bool apply_nested(lua_State *L, const opened *open, int i, int value)
{
    int at = lua_gettop(L) + 1;
    bool fine = true;
    if (member(L, open, i, value) == LUA_TTABLE) {     /* member */
        lua_rawgeti(L, open->parts, am_part_shape(i)); /* member, shape */
        fine = open->of->fields[i].list ? apply_to_all(L, at + 1, at) : apply_to_one(L, at + 1, at);
        if (!fine)
            lua_replace(L, at); /* problem, shape */
    }
    lua_settop(L, fine ? at - 1 : at);
    return fine;
}

/* [-0, +0 | +1] */
static bool apply_to_map(lua_State *L, const opened *open, int value)
{
    bool fine = true;
    lua_rawgeti(L, open->parts, am_part_shape(0)); /* of its only field */
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

/* [-0, +0 | +1] applies an open shape to the value at an index; false with the problem. */
static bool apply(lua_State *L, const opened *open, int value, bool like_the_first, bool *surprised)
{
    const am_shape *of = open->of;
    *surprised = false;
    if (!lua_istable(L, value)) {
        lua_pushliteral(L, "is not a JSON object");
        return false;
    }
    if (of->is_map)
        return apply_to_map(L, open, value);
    if (!check_fields(L, open, value))
        return false;
    *surprised = make_integers(L, open, value, like_the_first);
    for (int i = 0; i < of->count; i++) {
        if (of->fields[i].labels)
            make_label_set(L, open, i, value);
        else if (of->fields[i].nested && !apply_nested(L, open, i, value))
            return false;
    }
    if (of->has_class) {
        make_object(L, open, value);
    } else if (of->has_metatable) {
        lua_rawgeti(L, open->parts, AM_PART_METATABLE);
        lua_setmetatable(L, value);
    }
    return true;
}

int am_lua_apply_shape(lua_State *L)
{
    size_t size;
    lua_settop(L, AT_NUMBERS);
    am_lua_check_kind(L, AT_SHAPE, &am_lua_shape_key, AM_SHAPE);
    luaL_checktype(L, AT_SCOPE, LUA_TTABLE);
    const char *text = luaL_checklstring(L, AT_NUMBERS, &size);
    lua_pushboolean(L, am_lua_says_number(text, size));
    lua_replace(L, AT_NUMBERS);
    lua_getfield(L, AT_SCOPE, "ids");
    lua_getfield(L, -1, "inbox_id");
    lua_replace(L, AT_INBOX_ID);
    lua_getfield(L, AT_SCOPE, "client");
    lua_pushnil(L);
    if (apply_to_one(L, AT_SHAPE, AT_VALUE))
        lua_pushnil(L);
    lua_pushvalue(L, AT_HOMELESS);
    return 2;
}
