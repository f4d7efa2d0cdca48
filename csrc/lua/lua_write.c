/* SPDX-License-Identifier: MIT */
/* Reads the arguments of an operation from Lua, and has the encoder write its request. */
#include "lua/lua_write.h"

#include <lauxlib.h>
#include <string.h>
#include <sys/random.h>

#include "encode/plan.h"
#include "lua/lua_reader.h"

/* [-0, +1] a raw field of a table, by a name of the API; nil if it is not a table. */
static int push_named(lua_State *L, int names, int table, unsigned name)
{
    if (!lua_istable(L, table)) {
        lua_pushnil(L);
        return LUA_TNIL;
    }
    return am_lua_push_named(L, names, table, name);
}

/* [-0, +n] the strings that give the files, in order, from the arguments. Allocates nothing, so no
 * finalizer runs before they are on the stack. */
static void push_files(lua_State *L, int names, int arguments, const am_written *written)
{
    luaL_checkstack(L, (int)written->file_count + 16, NULL);
    for (size_t i = 0; i < written->file_count; i++) {
        const am_file *file = &written->files[i];
        push_named(L, names, arguments, file->name); /* list */
        lua_rawgeti(L, -1, (lua_Integer)file->position);
        push_named(L, names, lua_gettop(L), file->is_path ? AM_NAME_path : AM_NAME_data);
        lua_replace(L, -3); /* string, attachment */
        lua_pop(L, 1);
    }
}

/* [-0, +1] a piece: text, or { path = | data =, base64 = true }, whose string is at an index. */
static void push_piece(lua_State *L, const am_piece *piece, int file)
{
    if (!piece->base64) {
        lua_pushlstring(L, piece->data, piece->size);
        return;
    }
    lua_createtable(L, 0, 2);
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "base64");
    lua_pushvalue(L, file);
    lua_setfield(L, -2, piece->path ? "path" : "data");
}

void am_lua_push_body(lua_State *L, const am_written *written, int file)
{
    if (written->file_count == 0 && written->body.size == 0) {
        lua_pushnil(L);
    } else if (written->file_count == 0) {
        lua_pushlstring(L, written->body.data, written->body.size);
    } else {
        am_piece *pieces = lua_newuserdatauv(L, (2 * written->file_count + 1) * sizeof *pieces, 0);
        size_t count = am_written_pieces(written, pieces);
        lua_createtable(L, (int)count, 0);
        for (size_t i = 0; i < count; i++) {
            push_piece(L, &pieces[i], file);
            file += pieces[i].base64 ? 1 : 0;
            lua_rawseti(L, -2, (lua_Integer)i + 1);
        }
        lua_remove(L, -2);
    }
}

void am_lua_push_bytes(lua_State *L, const am_item *item)
{
    if (item && item->kind == AM_ITEM_STRING)
        lua_pushlstring(L, item->as.string.data, item->as.string.size);
    else
        lua_pushnil(L);
}

/* Binds path parameters from the scope, or from the object whose method is called. The tables keep
 * the strings alive. */
static void read_bound(lua_State *L, const am_lua_source *from, am_lua_reading *reading,
                       am_arguments *arguments)
{
    const am_plan *plan = from->plan;
    for (size_t i = 0; i < plan->param_count; i++) {
        unsigned name = am_fields[plan->params + i].name;
        if (push_named(L, reading->names, from->ids, name) == LUA_TNIL) {
            lua_pop(L, 1);
            push_named(L, reading->names, from->owner, name);
        }
        am_lua_read_item(reading, &arguments->bound[i]);
        lua_pop(L, 1);
    }
}

static void read_keys(lua_State *L, const am_lua_source *from, am_lua_reading *reading,
                      am_protect_given *given)
{
    unsigned char random[16];
    if (!(from->plan->flags & (AM_PLAN_BODY | AM_PLAN_DELETE_KEY)))
        return;
    if (push_named(L, reading->names, from->owner, AM_NAME_etag) == LUA_TSTRING)
        given->etag.data = lua_tolstring(L, -1, &given->etag.size);
    lua_pop(L, 1);
    lua_pushvalue(L, from->key);
    am_lua_read_item(reading, &given->key);
    lua_pop(L, 1);
    if (push_named(L, reading->names, from->owner, AM_NAME_client_id) == LUA_TSTRING)
        given->draft_client_id = lua_tostring(L, -1);
    lua_pop(L, 1);
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        luaL_error(L, "agentmail: the system gave no random bytes");
    am_key_uuid(random, given->uuid);
}

static bool is_given(const am_item *item)
{
    return item && item->kind != AM_ITEM_NIL;
}

/* Whether a single page is wanted of an answer whose pages are joined. */
static bool is_single(const am_plan *plan, am_arguments *arguments)
{
    const am_item *single = am_plan_item(plan, arguments, AM_NAME_single_page);
    bool says_so = is_given(single) && !(single->kind == AM_ITEM_BOOLEAN && !single->as.boolean);
    return single && (says_so || is_given(am_plan_item(plan, arguments, AM_NAME_page_token)));
}

bool am_lua_write(lua_State *L, const am_lua_source *from, am_lua_target *to)
{
    am_lua_reading reading = am_lua_read(L); /* names */
    const am_reader reader = am_lua_reader(&reading);
    am_arguments arguments = {.reader = &reader, .lenient = from->lenient};
    am_protect_given given = {.key = {.kind = AM_ITEM_NIL}};
    read_bound(L, from, &reading, &arguments);
    read_keys(L, from, &reading, &given);
    if (from->label)
        given.label = (am_bytes){from->label, strlen(from->label)};
    lua_pushvalue(L, from->arguments); /* at the top: nothing below it is dropped */
    int top = lua_gettop(L);
    am_lua_read_item(&reading, &arguments.given);
    bool done =
        am_write_protected(from->plan, &arguments, &given, to->settled, to->written, to->problem);
    lua_settop(L, top);
    to->has_metamethods = reading.has_metamethods;
    if (!done || reading.has_metamethods) {
        lua_settop(L, reading.names - 1);
        return false;
    }
    memcpy(to->uuid, to->settled->made_client_id ? given.uuid : "",
           to->settled->made_client_id ? AM_UUID_SIZE : 1);
    to->single_page = is_single(from->plan, &arguments);
    /* First those still in the arguments: from then on, finalizers may change them. */
    push_files(L, reading.names, from->arguments, to->written);
    am_lua_push_bytes(L, am_plan_item(from->plan, &arguments, AM_NAME_inbox_id));
    lua_remove(L, top);
    lua_remove(L, reading.names);
    return true;
}
