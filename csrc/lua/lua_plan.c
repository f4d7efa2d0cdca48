/* SPDX-License-Identifier: MIT */
/* agentmail.core: an operation's plan, which turns arguments into a request. Nothing here runs code
 * of the user: Lua resolves metamethods, and then writes again. */
#include <lauxlib.h>
#include <string.h>
#include <sys/random.h>

#include "encode/plan.h"
#include "engine/protect.h"
#include "lua/lua_parts.h"
#include "lua/lua_reader.h"
#include "lua/lua_writing.h"

#define PLAN "agentmail.core.plan"

enum {
    AT_PLAN = 1,
    AT_ARGUMENTS,
    AT_IDS,
    AT_OWNER,
    AT_LENIENT,
    AT_KEY,
    AT_HINT,
    AT_WRITING,
    AT_NAMES
};

/* [-0, +1] a raw field of a table, by a name of the API; nil if it is not a table. */
static int push_named(lua_State *L, int table, unsigned name)
{
    if (!lua_istable(L, table)) {
        lua_pushnil(L);
        return LUA_TNIL;
    }
    lua_rawgeti(L, AT_NAMES, (lua_Integer)name + 1);
    return lua_rawget(L, table);
}

/* ---- results --------------------------------------------------------------------------------- */

/* [-0, +n] the strings that give the files, in order, from the arguments. Allocates nothing, so no
 * finalizer runs before they are on the stack. */
static void push_files(lua_State *L, const am_written *written)
{
    luaL_checkstack(L, (int)written->file_count + 16, NULL);
    for (size_t i = 0; i < written->file_count; i++) {
        const am_file *file = &written->files[i];
        push_named(L, AT_ARGUMENTS, file->name); /* list */
        lua_rawgeti(L, -1, (lua_Integer)file->position);
        push_named(L, lua_gettop(L), file->is_path ? AM_NAME_path : AM_NAME_data);
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

/* [-0, +1] text, a list of pieces if there are files, or nil. The strings of the files are on the
 * stack, from an index on. */
static void push_body(lua_State *L, const am_written *written, int file)
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

static void push_bytes(lua_State *L, const am_item *item)
{
    if (item && item->kind == AM_ITEM_STRING)
        lua_pushlstring(L, item->as.string.data, item->as.string.size);
    else
        lua_pushnil(L);
}

/* [-0, +1] { name = true, ... } */
static void push_set(lua_State *L, const am_words *words)
{
    lua_createtable(L, 0, (int)words->count);
    for (size_t i = 0; i < words->count; i++) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, words->list[i]);
    }
}

static void push_item(lua_State *L, const am_item *item)
{
    if (item->kind == AM_ITEM_INTEGER)
        lua_pushinteger(L, item->as.integer);
    else if (item->kind == AM_ITEM_FLOAT)
        lua_pushnumber(L, item->as.number);
    else if (item->kind == AM_ITEM_BOOLEAN)
        lua_pushboolean(L, item->as.boolean);
    else
        push_bytes(L, item);
}

/* nil, words; or, if the words need a hint: nil, false, "parameter" | "field" | "word", the value
 * given, and, except for a parameter, the set of known ones. */
static int refuse(lua_State *L, am_writing *it, const char *hint)
{
    const am_problem *problem = &it->problem;
    lua_pushnil(L);
    if (hint || (problem->kind != AM_PROBLEM_UNKNOWN_PARAMETER && !problem->words)) {
        am_lua_push_words(L, it, hint);
        return 2;
    }
    lua_pushboolean(L, 0);
    push_item(L, &problem->value); /* before a finalizer can change the arguments */
    lua_pushstring(L, !problem->words                       ? "parameter"
                      : problem->kind == AM_PROBLEM_NO_WORD ? "word"
                                                            : "field");
    lua_insert(L, -2);
    if (!problem->words)
        return 4;
    push_set(L, problem->words);
    return 5;
}

/* ---- writing --------------------------------------------------------------------------------- */

static const am_plan *check_plan(lua_State *L)
{
    return *(const am_plan **)luaL_checkudata(L, AT_PLAN, PLAN);
}

/* Binds path parameters from the scope, or from the object whose method is called. The tables keep
 * the strings alive. */
static void read_bound(lua_State *L, const am_plan *plan, am_lua_reading *reading,
                       am_arguments *arguments)
{
    for (size_t i = 0; i < plan->param_count; i++) {
        unsigned name = am_fields[plan->params + i].name;
        if (push_named(L, AT_IDS, name) == LUA_TNIL) {
            lua_pop(L, 1);
            push_named(L, AT_OWNER, name);
        }
        am_lua_read_item(reading, &arguments->bound[i]);
        lua_pop(L, 1);
    }
}

static void read_keys(lua_State *L, const am_plan *plan, am_lua_reading *reading,
                      am_protect_given *given)
{
    unsigned char random[16];
    if (!(plan->flags & (AM_PLAN_BODY | AM_PLAN_KEYED)))
        return;
    lua_pushvalue(L, AT_KEY);
    am_lua_read_item(reading, &given->key);
    lua_pop(L, 1);
    if (push_named(L, AT_OWNER, AM_NAME_client_id) == LUA_TSTRING)
        given->draft_client_id = lua_tostring(L, -1);
    lua_pop(L, 1);
    if (push_named(L, AT_OWNER, AM_NAME_etag) == LUA_TSTRING)
        given->etag = lua_tostring(L, -1);
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

/* [-0, +1] the header If-Match, from where it was given; nil: none. Allocates nothing. */
static void push_match(lua_State *L, const am_settled *settled)
{
    if (!settled->if_match) {
        lua_pushnil(L);
    } else if (push_named(L, AT_ARGUMENTS, AM_NAME_if_match) != LUA_TSTRING) {
        lua_pop(L, 1);
        push_named(L, AT_OWNER, AM_NAME_etag);
    }
}

/* plan:write(arguments, ids, owner, lenient, key, hint)
 * -> target, body, protection, key | nil, client_id | nil, inbox_id | nil, single, if_match | nil
 * | nil, words | nil, false, "metamethods" | nil, false, what, given, known
 * `ids` and `owner` complete the path; `key` is an Idempotency-Key, or false for none; body is
 * text, a list of pieces, or nil; client_id is one that was made; inbox_id is from the arguments;
 * single: one page is wanted; if_match is the value of that header. The last two results ask the
 * caller to flatten the arguments, or to find a hint, and to call again. */
static int plan_write(lua_State *L)
{
    const am_plan *plan = check_plan(L);
    lua_settop(L, AT_HINT);
    const char *hint = lua_tostring(L, AT_HINT);
    am_writing *it = am_lua_push_writing(L);
    am_lua_reading reading = am_lua_read(L);
    const am_reader reader = am_lua_reader(&reading);
    am_arguments arguments = {.reader = &reader, .lenient = lua_toboolean(L, AT_LENIENT)};
    am_protect_given given = {.key = {.kind = AM_ITEM_NIL}};
    am_settled settled = {.protection = AM_UNPROTECTED};
    read_bound(L, plan, &reading, &arguments);
    read_keys(L, plan, &reading, &given);
    lua_pushvalue(L, AT_ARGUMENTS); /* at the top: nothing below it is dropped */
    int top = lua_gettop(L), results = 8;
    am_lua_read_item(&reading, &arguments.given);
    bool done = am_write_protected(plan, &arguments, &given, &settled, &it->written, &it->problem);
    lua_settop(L, top);
    luaL_checkstack(L, 16, NULL);
    if (reading.has_metamethods) {
        lua_pushnil(L);
        lua_pushboolean(L, 0);
        lua_pushliteral(L, "metamethods");
        results = 3;
    } else if (!done) {
        results = refuse(L, it, hint);
    } else {
        /* First those still in the arguments: from then on, finalizers may change them. */
        push_files(L, &it->written);
        int first = lua_gettop(L) + 1;
        push_match(L, &settled);
        push_bytes(L, am_plan_item(plan, &arguments, AM_NAME_inbox_id));
        lua_pushlstring(L, it->written.target.data, it->written.target.size);
        push_body(L, &it->written, top + 1);
        lua_pushstring(L, am_protection_word(settled.protection));
        lua_pushstring(L, settled.key[0] ? settled.key : NULL);
        lua_pushstring(L, settled.made_client_id ? given.uuid : NULL);
        lua_pushvalue(L, first + 1);
        lua_pushboolean(L, is_single(plan, &arguments));
        lua_pushvalue(L, first);
    }
    am_lua_release(it);
    return results;
}

/* plan:known() -> { [name that the operation takes] = name of the API } */
static int plan_known(lua_State *L)
{
    const am_plan *plan = check_plan(L);
    size_t cursor = 0;
    lua_newtable(L);
    for (const am_name *name; (name = am_plan_known(plan, &cursor)) != NULL;) {
        lua_pushlstring(L, name->text, name->size);
        lua_setfield(L, -2, name->text);
    }
    for (size_t i = 0; i < plan->field_count; i++) {
        const am_field *field = &am_fields[plan->fields + i];
        if (!(field->flags & AM_FIELD_KEYWORD))
            continue;
        lua_pushfstring(L, "%s_", am_names[field->name].text);
        lua_pushstring(L, am_names[field->name].text);
        lua_settable(L, -3);
    }
    return 1;
}

/* [-0, +1] the path around its parameters: one piece more than there are parameters. */
static void push_pieces(lua_State *L, const am_plan *plan)
{
    const char *at = plan->path;
    lua_createtable(L, plan->param_count + 1, 0);
    for (int i = 1; i <= plan->param_count; i++) {
        const char *gap = strchr(at, '{');
        lua_pushlstring(L, at, (size_t)(gap - at));
        lua_rawseti(L, -2, i);
        at = gap + 2;
    }
    lua_pushstring(L, at);
    lua_rawseti(L, -2, plan->param_count + 1);
}

/* plan:row() -> { method, protection, returns | nil, anonymous, params = { name, ... }, pieces = {
 * text, ... } }: what Lua knows of an operation */
static int plan_row(lua_State *L)
{
    const am_plan *plan = check_plan(L);
    lua_createtable(L, 4, 2);
    lua_pushstring(L, plan->method);
    lua_rawseti(L, -2, 1);
    lua_pushstring(L, am_protection_word((am_protection)plan->protection));
    lua_rawseti(L, -2, 2);
    lua_pushstring(L, plan->returns);
    lua_rawseti(L, -2, 3);
    lua_pushboolean(L, plan->flags & AM_PLAN_ANONYMOUS);
    lua_rawseti(L, -2, 4);
    lua_createtable(L, plan->param_count, 0);
    for (int i = 0; i < plan->param_count; i++) {
        lua_pushstring(L, am_names[am_fields[plan->params + i].name].text);
        lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "params");
    push_pieces(L, plan);
    lua_setfield(L, -2, "pieces");
    return 1;
}

/* core.operations() -> { collection, method, name, ... }: all of them, sorted by name */
static int core_operations(lua_State *L)
{
    lua_settop(L, 0);
    lua_createtable(L, 3 * AM_PLANS, 0);
    for (int i = 0; i < AM_PLANS; i++) {
        const char *name = am_plans[i].name, *dot = strrchr(name, '.');
        lua_pushlstring(L, name, (size_t)(dot - name));
        lua_rawseti(L, 1, 3 * i + 1);
        lua_pushstring(L, dot + 1);
        lua_rawseti(L, 1, 3 * i + 2);
        lua_pushstring(L, name);
        lua_rawseti(L, 1, 3 * i + 3);
    }
    return 1;
}

/* core.has_param(name, param) -> whether the path of an operation has this parameter */
static int core_has_param(lua_State *L)
{
    const am_plan *plan = am_plan_find(luaL_checkstring(L, 1));
    const char *param = luaL_checkstring(L, 2);
    bool found = false;
    for (int i = 0; plan && !found && i < plan->param_count; i++)
        found = strcmp(am_names[am_fields[plan->params + i].name].text, param) == 0;
    lua_pushboolean(L, found);
    return 1;
}

/* core.plan(name) -> plan | nil */
static int core_plan(lua_State *L)
{
    const am_plan *plan = am_plan_find(luaL_checkstring(L, 1));
    if (!plan)
        return 0;
    *(const am_plan **)lua_newuserdatauv(L, sizeof plan, 0) = plan;
    luaL_setmetatable(L, PLAN);
    return 1;
}

void am_lua_add_plan(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"write", plan_write}, {"known", plan_known}, {"row", plan_row}, {NULL, NULL}};
    luaL_newmetatable(L, PLAN);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    lua_pushcfunction(L, core_plan);
    lua_setfield(L, -2, "plan");
    lua_pushcfunction(L, core_operations);
    lua_setfield(L, -2, "operations");
    lua_pushcfunction(L, core_has_param);
    lua_setfield(L, -2, "has_param");
}
