/* SPDX-License-Identifier: MIT */
/* agentmail.core: what the generated tables know of operations and models, for the Lua surface. */
#include <lauxlib.h>
#include <string.h>

#include "encode/plan.h"
#include "lua/lua_parts.h"
#include "lua/table_models.h"

static const char *param_name(const am_plan *plan, size_t i)
{
    return am_names[am_fields[plan->params + i].name].text;
}

static bool has_param(const am_plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->param_count; i++)
        if (strcmp(param_name(plan, i), name) == 0)
            return true;
    return false;
}

/* The rest of an operation's name below a collection ("" for all): "inboxes.drafts.get" is
 * "drafts.get" below "inboxes". NULL: it is not below it. */
static const char *below(const char *name, const char *collection, size_t size)
{
    if (size == 0)
        return name;
    return strncmp(name, collection, size) == 0 && name[size] == '.' ? name + size + 1 : NULL;
}

/* core.members(collection [, parameter]) -> { [method] = operation }, { [name] = collection }: its
 * methods, only those with this parameter in the path if one is given, and the collections in it */
static int core_members(lua_State *L)
{
    size_t size;
    const char *collection = luaL_checklstring(L, 1, &size), *param = luaL_optstring(L, 2, NULL);
    lua_settop(L, 2);
    lua_newtable(L);
    lua_newtable(L); /* methods at 3, collections at 4 */
    for (size_t i = 0; i < AM_PLANS; i++) {
        const char *name = am_plan_text(am_plans[i].name), *rest = below(name, collection, size);
        const char *dot = rest ? strchr(rest, '.') : NULL;
        if (!rest || (!dot && param && !has_param(&am_plans[i], param)))
            continue;
        lua_pushlstring(L, rest, dot ? (size_t)(dot - rest) : strlen(rest));
        lua_pushlstring(L, name, dot ? (size_t)(dot - name) : strlen(name));
        lua_rawset(L, dot ? 4 : 3);
    }
    return 2;
}

/* [-0, +2] the names of the path's parameters, and the pieces around them */
static void push_path(lua_State *L, const am_plan *plan)
{
    const char *piece = am_plan_text(plan->path);
    lua_createtable(L, plan->param_count, 0);
    lua_createtable(L, plan->param_count + 1, 0);
    for (size_t i = 0; i < plan->param_count; i++) {
        const char *end = strstr(piece, "{}");
        lua_pushstring(L, param_name(plan, i));
        lua_rawseti(L, -3, (lua_Integer)i + 1);
        lua_pushlstring(L, piece, (size_t)(end - piece));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
        piece = end + 2;
    }
    lua_pushstring(L, piece);
    lua_rawseti(L, -2, (lua_Integer)plan->param_count + 1);
}

/* [-0, +1] the names of the fields of the body, or of the query where there is no body */
static void push_fields(lua_State *L, const am_plan *plan)
{
    lua_Integer count = 0;
    lua_createtable(L, plan->field_count, 0);
    for (size_t i = 0; i < plan->field_count; i++) {
        const am_field *field = &am_fields[plan->fields + i];
        if (field->flags & AM_FIELD_QUERY)
            continue;
        lua_pushstring(L, am_names[field->name].text);
        lua_rawseti(L, -2, ++count);
    }
}

/* core.operation(name) -> { method, protection, returns, anonymous, params, pieces, fields } | nil:
 * a row of operations.lua; fields: their names, of the body or, if there is none, of the query */
static int core_operation(lua_State *L)
{
    const am_plan *plan = am_plan_find(luaL_checkstring(L, 1));
    if (!plan)
        return 0;
    lua_createtable(L, 0, 12);
    push_path(L, plan);
    lua_setfield(L, -3, "pieces");
    lua_setfield(L, -2, "params");
    push_fields(L, plan);
    lua_setfield(L, -2, "fields");
    lua_pushstring(L, am_plan_text(plan->method));
    lua_setfield(L, -2, "method");
    lua_pushstring(L, am_protection_word(plan->protection));
    lua_setfield(L, -2, "protection");
    lua_pushstring(L, plan->returns ? am_plan_text(plan->returns) : NULL);
    lua_setfield(L, -2, "returns");
    lua_pushboolean(L, plan->flags & AM_PLAN_ANONYMOUS);
    lua_setfield(L, -2, "anonymous");
    return 1;
}

static const char *model_text(unsigned short at)
{
    return at ? am_model_texts + at : NULL;
}

static void set_text(lua_State *L, const char *name, unsigned short at)
{
    lua_pushstring(L, model_text(at));
    lua_setfield(L, -2, name);
}

static void set_flag(lua_State *L, const char *name, bool value)
{
    if (!value)
        return;
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, name);
}

/* core.model(name) -> its row in models.lua | nil */
static int core_model(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    for (size_t i = 0; i < AM_MODELS; i++) {
        const am_model *model = &am_models[i];
        if (strcmp(model_text(model->name), name) != 0)
            continue;
        lua_createtable(L, 1, 4);
        lua_pushstring(L, model_text(model->fields));
        lua_rawseti(L, -2, 1);
        set_text(L, "object", model->object);
        set_text(L, "first", model->first);
        set_text(L, "page", model->page);
        set_text(L, "map", model->map);
        set_flag(L, "joined", model->joined);
        set_flag(L, "file", model->file);
        return 1;
    }
    return 0;
}

/* core.record(name) -> the names of its members, in their order | nil */
static int core_record(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    for (size_t i = 0; i < AM_RECORDS; i++) {
        const am_record *record = &am_records[i];
        if (strcmp(record->name, name) != 0)
            continue;
        lua_createtable(L, (int)record->count, 0);
        for (size_t k = 0; k < record->count; k++) {
            lua_pushstring(L, record->known->list[k]);
            lua_rawseti(L, -2, (lua_Integer)k + 1);
        }
        return 1;
    }
    return 0;
}

/* core.permissions() -> their names, in the API's order */
static int core_permissions(lua_State *L)
{
    lua_createtable(L, AM_PERMISSIONS, 0);
    for (int i = 0; i < AM_PERMISSIONS; i++) {
        lua_pushstring(L, am_names[am_permissions[i].name].text);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

void am_lua_add_operations(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"members", core_members}, {"operation", core_operation},     {"model", core_model},
        {"record", core_record},   {"permissions", core_permissions}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
