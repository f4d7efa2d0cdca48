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
 * on; below them its parts, "inbox_id", the metatable of label sets, and of the last value the id
 * of its home and the metatable that it got. */
typedef struct opened {
    const am_shape *of;
    int parts, inbox_id, labels, home, metatable, names;
    const void *home_id; /* NULL: none yet, or no string */
    bool numbers;        /* there may be some, which the decoder has made floats */
    bool quick;          /* only the fields have some, as in the first item of the list */
    bool surprised;      /* a member that the model does not know had some */
} opened;

/* The stack indexes of shape:apply. */
enum { AT_SHAPE = 1, AT_VALUE, AT_SCOPE, AT_NUMBERS, AT_HOMELESS };

/* [-0, +n] opens the shape at an index, with room for the members of a value; lua_settop to its
 * parts closes it. */
static opened open_shape(lua_State *L, int at)
{
    const am_shape *of = lua_touserdata(L, at);
    luaL_checkstack(L, 2 * of->count + 20, NULL);
    lua_getiuservalue(L, at, 1);
    int parts = lua_gettop(L);
    lua_pushliteral(L, "inbox_id");
    lua_rawgeti(L, parts, AM_PART_LABELS);
    lua_settop(L, parts + 4);
    for (int i = 0; i < of->count; i++)
        lua_rawgeti(L, parts, am_part_name(i));
    bool numbers = of->counts && lua_toboolean(L, AT_NUMBERS);
    return (opened){of,        parts, parts + 1, parts + 2, parts + 3, parts + 4,
                    parts + 5, NULL,  numbers,   false,     false};
}

/* [-0, +1] a member, without metamethods. */
static int raw_field(lua_State *L, int table, const char *name)
{
    lua_pushstring(L, name);
    return lua_rawget(L, table);
}

/* ---- objects --------------------------------------------------------------------------------- */

/* [-1, +1] the scope for an id, from a table of the client's; nil: it does not exist yet. */
static void push_scope(lua_State *L, const char *scopes)
{
    raw_field(L, AT_SCOPE, "client");
    if (raw_field(L, lua_gettop(L), scopes) == LUA_TTABLE) {
        lua_pushvalue(L, -3); /* id, client, scopes, id */
        lua_rawget(L, -2);
    } else {
        lua_pushnil(L);
    }
    lua_replace(L, -4);
    lua_pop(L, 2);
}

/* [-0, +0] whether the id at the top is that of the inbox of the answer. */
static bool is_own(lua_State *L)
{
    int id = lua_gettop(L);
    raw_field(L, AT_SCOPE, "ids");
    raw_field(L, id + 1, "inbox_id");
    bool own = lua_rawequal(L, id, -1);
    lua_settop(L, id);
    return own;
}

/* [-1, +1] the scope of an object, whose inbox's id is at the top: that of its own inbox or pod,
 * independent of the collection it came from; nil: it does not exist yet. Returns the owner of that
 * scope; NULL: the answer. */
static const char *push_home(lua_State *L, const am_shape *of, int value)
{
    if (lua_toboolean(L, -1) && !is_own(L)) {
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

/* Whether the id at the top is that of the last value that got a metatable. Equal ids are mostly
 * the same string. */
static bool is_at_home(lua_State *L, const opened *open)
{
    const void *id = lua_topointer(L, -1);
    return (id && id == open->home_id) ||
           (lua_istable(L, open->metatable) && lua_rawequal(L, -1, open->home));
}

/* [-0, +?] leaves values that are no longer needed. */
static void make_object(lua_State *L, opened *open, int value)
{
    lua_pushvalue(L, open->inbox_id);
    lua_rawget(L, value);
    if (is_at_home(L, open)) {
        lua_pushvalue(L, open->metatable);
        lua_setmetatable(L, value);
        return;
    }
    int id = lua_gettop(L);
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
        return;
    }
    if (!open->of->is_pod) { /* a pod's home is not its inbox's */
        lua_copy(L, id, open->home);
        lua_copy(L, -1, open->metatable);
        open->home_id = lua_topointer(L, id);
    }
    lua_setmetatable(L, value);
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool apply(lua_State *L, opened *open, int value, int kind);

/* [-0, +0 | +1] */
static bool apply_to_one(lua_State *L, int shape_at, int value)
{
    opened open = open_shape(L, shape_at);
    bool fine = apply(L, &open, value, lua_type(L, value));
    if (!fine)
        lua_replace(L, open.parts);
    lua_settop(L, fine ? open.parts - 1 : open.parts);
    return fine;
}

/* [-0, +0 | +1] */
static bool apply_to_all(lua_State *L, int shape_at, int list)
{
    bool fine = true;
    lua_Integer count = (lua_Integer)lua_rawlen(L, list);
    opened open = open_shape(L, shape_at);
    int top = lua_gettop(L);
    for (lua_Integer i = 1; fine && i <= count; i++) {
        int kind = lua_rawgeti(L, list, i);
        fine = apply(L, &open, top + 1, kind);
        if (!fine) { /* item, ..., problem */
            lua_pushfstring(L, "has an item %I that %s", i, lua_tostring(L, -1));
            lua_replace(L, open.parts);
        }
        lua_settop(L, top);
        if (i == 1)
            open.quick = !open.surprised;
    }
    lua_settop(L, fine ? open.parts - 1 : open.parts);
    return fine;
}

/* [-0, +0 | +1] applies the shape of the only field to each list in a table. */
static bool apply_to_map(lua_State *L, const opened *open, int value)
{
    bool fine = true;
    lua_rawgeti(L, open->parts, am_part_shape(0));
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

/* ---- members --------------------------------------------------------------------------------- */

/* [-0, +1] the problem with the field whose name is at an index. */
static bool lacks(lua_State *L, int name, const char *format)
{
    lua_pushfstring(L, format, lua_tostring(L, name));
    return false;
}

/* [-0, +0 | +1] drops a page token that means "no page", which some services send. */
static bool check_token(lua_State *L, int name, int kind, int value)
{
    bool is_end = (kind == LUA_TBOOLEAN && !lua_toboolean(L, -1)) ||
                  (kind == LUA_TSTRING && lua_rawlen(L, -1) == 0);
    if (is_end) {
        lua_pushvalue(L, name);
        lua_pushnil(L);
        lua_rawset(L, value);
    }
    return is_end || kind == LUA_TNIL || kind == LUA_TSTRING ||
           lacks(L, name, "has a '%s' that is no string");
}

/* [-0, +0 | +1] whether a required member is there, and a page token is one. */
static bool check(lua_State *L, const opened *open, int name, int kind, int value)
{
    const am_shape_field *field = &open->of->fields[name - open->names];
    if (field->required && field->list && kind != LUA_TTABLE)
        return lacks(L, name, "lacks the list '%s'");
    if (field->required && (kind == LUA_TNIL || (kind == LUA_TSTRING && lua_rawlen(L, -1) == 0)))
        return lacks(L, name, "lacks '%s'");
    return !field->token || check_token(L, name, kind, value);
}

/* [-0, +? | +1] applies the ith field to its member, a table. */
static bool apply_nested(lua_State *L, const opened *open, int i)
{
    int at = lua_gettop(L);
    lua_rawgeti(L, open->parts, am_part_shape(i));
    return open->of->fields[i].list ? apply_to_all(L, at + 1, at) : apply_to_one(L, at + 1, at);
}

/* [-0, +? | +1] applies the ith field to its member, the table at the top. */
static bool apply_to_table(lua_State *L, const opened *open, int i)
{
    const am_shape_field *field = &open->of->fields[i];
    if (field->labels) {
        lua_pushvalue(L, open->labels);
        lua_setmetatable(L, -2);
    } else if (field->nested) {
        return apply_nested(L, open, i);
    } else if (field->numeric && open->numbers && open->quick) {
        am_lua_integers_below(L, lua_gettop(L), 0);
    }
    return true;
}

/* [-0, +? | +1] applies each field to its member, which is then at the top; the members stay on the
 * stack. */
static bool apply_fields(lua_State *L, const opened *open, int value)
{
    const am_shape_field *field = open->of->fields;
    int name = open->names, end = name + open->of->count;
    bool numbers = open->numbers && open->quick;
    for (; name < end; name++, field++) {
        lua_pushvalue(L, name);
        int kind = lua_rawget(L, value);
        if (field->checked && !check(L, open, name, kind, value))
            return false;
        if (kind == LUA_TTABLE && !apply_to_table(L, open, name - open->names))
            return false;
        if (kind == LUA_TNUMBER && numbers && field->numeric)
            am_lua_integer_at(L, value, name);
    }
    return true;
}

/* [-0, +?] applies an open shape to the value of a kind at an index; false with the problem at the
 * top. Numbers become integers also in members that the model does not know; within a list, only if
 * its first item has a number in such a member. */
static bool apply(lua_State *L, opened *open, int value, int kind)
{
    const am_shape *of = open->of;
    if (kind != LUA_TTABLE) {
        lua_pushliteral(L, "is not a JSON object");
        return false;
    }
    if (of->is_map)
        return apply_to_map(L, open, value);
    if (!apply_fields(L, open, value))
        return false;
    if (open->numbers && !open->quick) {
        lua_rawgeti(L, open->parts, AM_PART_KNOWN);
        open->surprised = am_lua_integers_below(L, value, lua_gettop(L));
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
    lua_pushnil(L); /* at AT_HOMELESS */
    if (apply_to_one(L, AT_SHAPE, AT_VALUE))
        lua_pushnil(L);
    lua_pushvalue(L, AT_HOMELESS);
    return 2;
}
