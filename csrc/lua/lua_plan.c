/* SPDX-License-Identifier: MIT */
/* agentmail.core: an operation's plan, which turns arguments into a request. Nothing here runs code
 * of the user: Lua resolves metamethods, and then writes again. */
#include "lua/lua_plan.h"

#include <lauxlib.h>

#include "engine/protect.h"
#include "lua/lua_args.h"
#include "lua/lua_parts.h"
#include "lua/lua_reader.h"
#include "lua/lua_write.h"
#include "lua/lua_writing.h"

static const char plan_key = 0; /* its address is the metatable's key in the registry */

enum { AT_PLAN = 1, AT_ARGUMENTS, AT_IDS, AT_OWNER, AT_LENIENT, AT_KEY, AT_HINT };

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
        am_lua_push_bytes(L, item);
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

const am_plan_box *am_lua_check_plan(lua_State *L, int index)
{
    return am_lua_check_kind(L, index, &plan_key, AM_LUA_PLAN);
}

/* plan:completed(): Lua's plan has got its functions */
static int plan_completed(lua_State *L)
{
    am_plan_box *box = am_lua_check_kind(L, 1, &plan_key, AM_LUA_PLAN);
    lua_getiuservalue(L, 1, 1);
    box->confirms = lua_getfield(L, -1, "confirm") == LUA_TFUNCTION;
    box->receives = lua_getfield(L, -2, "receive") == LUA_TFUNCTION;
    return 0;
}

/* plan:write(arguments, ids, owner, lenient, key, hint)
 * -> target, body, protection, key | nil, client_id | nil, inbox_id | nil, single, etag | nil
 * | nil, words | nil, false, "metamethods" | nil, false, what, given, known
 * `ids` and `owner` complete the path; `key` is an Idempotency-Key, or false for none; body is
 * text, a list of pieces, or nil; client_id is one that was made; inbox_id is from the arguments;
 * single: one page is wanted; etag is for If-Match. The last two results ask the caller to flatten
 * the arguments, or to find a hint, and to call again. */
static int plan_write(lua_State *L)
{
    lua_settop(L, AT_HINT);
    const am_lua_source from = {.plan = am_lua_check_plan(L, AT_PLAN)->plan,
                                .arguments = AT_ARGUMENTS,
                                .ids = AT_IDS,
                                .owner = AT_OWNER,
                                .key = AT_KEY,
                                .lenient = lua_toboolean(L, AT_LENIENT)};
    am_settled settled = {.protection = AM_UNPROTECTED};
    char uuid[AM_UUID_SIZE];
    am_writing *it = am_lua_push_writing(L);
    am_lua_target to = {&it->written, &it->problem, &settled, uuid, false, false};
    int top = lua_gettop(L), results = 8;
    bool done = am_lua_write(L, &from, &to);
    luaL_checkstack(L, 16, NULL);
    if (to.has_metamethods) {
        lua_pushnil(L);
        lua_pushboolean(L, 0);
        lua_pushliteral(L, "metamethods");
        results = 3;
    } else if (!done) {
        results = refuse(L, it, lua_tostring(L, AT_HINT));
    } else {
        int inbox_id = lua_gettop(L);
        lua_pushlstring(L, it->written.target.data, it->written.target.size);
        am_lua_push_body(L, &it->written, top + 1);
        lua_pushstring(L, am_protection_word(settled.protection));
        lua_pushstring(L, settled.key[0] ? settled.key : NULL);
        lua_pushstring(L, uuid[0] ? uuid : NULL);
        lua_rotate(L, inbox_id, -1);
        lua_pushboolean(L, to.single_page);
        lua_pushstring(L, settled.if_match[0] ? settled.if_match : NULL);
    }
    am_lua_release(it);
    return results;
}

/* plan:known() -> { [name that the operation takes] = name of the API } */
static int plan_known(lua_State *L)
{
    const am_plan *plan = am_lua_check_plan(L, AT_PLAN)->plan;
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

/* core.plan(name[, the plan as Lua knows it]) -> plan | nil */
static int core_plan(lua_State *L)
{
    const am_plan *plan = am_plan_find(luaL_checkstring(L, 1));
    if (!plan)
        return 0;
    lua_settop(L, 2);
    am_plan_box *box = lua_newuserdatauv(L, sizeof *box, 1);
    *box = (am_plan_box){.plan = plan};
    lua_pushvalue(L, 2);
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, AM_LUA_PLAN);
    am_lua_know_names(L, plan);
    return 1;
}

void am_lua_add_plan(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"write", plan_write}, {"known", plan_known}, {"completed", plan_completed}, {NULL, NULL}};
    luaL_newmetatable(L, AM_LUA_PLAN);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &plan_key);
    lua_pushcfunction(L, core_plan);
    lua_setfield(L, -2, "plan");
}
