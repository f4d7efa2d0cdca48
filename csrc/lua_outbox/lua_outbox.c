/* SPDX-License-Identifier: MIT */
/* agentmail.outbox_core: outboxes and their rows. Times are seconds. */
#include "lua_outbox/lua_outbox.h"

#include <lauxlib.h>
#include <string.h>

#define YEAR_5000 1e11 /* in seconds since 1970, nearly */

/* ---- arguments ------------------------------------------------------------------------------- */

int64_t am_lua_outbox_ms(lua_Number seconds)
{
    const lua_Number most = 1e12;
    if (!(seconds > -most)) /* which no number that is none is */
        return -(int64_t)most * 1000;
    return (int64_t)((seconds < most ? seconds : most) * 1000);
}

const char *am_lua_outbox_text(lua_State *L, int index, const char *name)
{
    size_t size;
    const char *text = luaL_checklstring(L, index, &size);
    if (strlen(text) != size)
        luaL_error(L, "'%s' must not hold a zero byte", name);
    return text;
}

/* ---- the outbox ------------------------------------------------------------------------------ */

void am_lua_outbox_time(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    if (lua_getiuservalue(L, index, AM_OUTBOX_CLOCK) == LUA_TFUNCTION) {
        lua_call(L, 0, 1);
        lua_Number seconds = lua_isnumber(L, -1) ? lua_tonumber(L, -1) : -1;
        if (!(seconds >= 0 && seconds < YEAR_5000))
            luaL_error(L, "the outbox' clock must return seconds since 1970, not %s",
                       luaL_tolstring(L, -1, NULL));
        ((am_outbox_ud *)lua_touserdata(L, index))->clock_ms = am_lua_outbox_ms(seconds);
    }
    lua_pop(L, 1);
}

am_outbox_ud *am_lua_check_outbox(lua_State *L, int index)
{
    am_outbox_ud *owner = luaL_checkudata(L, index, AM_LUA_OUTBOX);
    if (owner->box)
        am_lua_outbox_time(L, index);
    if (!owner->box)
        luaL_error(L, "the outbox is closed");
    return owner;
}

int am_lua_outbox_failed(lua_State *L, const am_outbox *box)
{
    lua_pushnil(L);
    lua_pushstring(L, am_outbox_error(box));
    lua_pushstring(L, am_outbox_code(box));
    return 3;
}

static int64_t tell_time(void *user)
{
    return ((const am_outbox_ud *)user)->clock_ms;
}

/* A field of the options at index 1, in milliseconds; 0: not given. */
static int64_t milliseconds(lua_State *L, const char *name)
{
    lua_getfield(L, 1, name);
    lua_Number seconds = luaL_optnumber(L, -1, 0);
    lua_pop(L, 1);
    return am_lua_outbox_ms(seconds);
}

static bool flag(lua_State *L, const char *name)
{
    lua_getfield(L, 1, name);
    bool value = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return value;
}

/* [-0, +1] a text among the options, which stays on the stack. */
static const char *text(lua_State *L, const char *name)
{
    if (lua_getfield(L, 1, name) != LUA_TSTRING)
        luaL_error(L, "option '%s' of an outbox must be a string", name);
    return lua_tostring(L, -1);
}

/* outbox_core.open { path =, service =, drafts =, unlabelled =, resend =, blind =, horizon =,
 * grace =, wait =, clock = } -> outbox | nil, message, code */
static int outbox_open(lua_State *L)
{
    char error[AM_ERROR_SIZE];
    const char *code = NULL;
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    am_outbox_ud *owner = lua_newuserdatauv(L, sizeof *owner, AM_OUTBOX_VALUES);
    *owner = (am_outbox_ud){0};
    luaL_setmetatable(L, AM_LUA_OUTBOX);
    bool has_clock = lua_getfield(L, 1, "clock") == LUA_TFUNCTION;
    lua_setiuservalue(L, 2, AM_OUTBOX_CLOCK);
    am_lua_outbox_time(L, 2);
    am_outbox_options options = {.path = text(L, "path"),
                                 .service = text(L, "service"),
                                 .drafts = flag(L, "drafts"),
                                 .unlabelled = flag(L, "unlabelled"),
                                 .resend = flag(L, "resend"),
                                 .blind_ms = milliseconds(L, "blind"),
                                 .horizon_ms = milliseconds(L, "horizon"),
                                 .grace_ms = milliseconds(L, "grace"),
                                 .wait_ms = milliseconds(L, "wait"),
                                 .clock = has_clock ? tell_time : NULL,
                                 .user = owner,
                                 .code = &code};
    owner->box = am_outbox_open(&options, error);
    if (owner->box) {
        lua_settop(L, 2);
        return 1;
    }
    lua_pushnil(L);
    lua_pushstring(L, error);
    lua_pushstring(L, code);
    return 3;
}

void am_lua_outbox_shut(am_outbox_ud *owner)
{
    am_outbox *box = owner->box;
    owner->box = NULL;
    am_outbox_close(box);
}

/* outbox:close(): its jobs can do nothing any more */
static int outbox_close(lua_State *L)
{
    am_lua_outbox_shut(luaL_checkudata(L, 1, AM_LUA_OUTBOX));
    return 0;
}

/* outbox:leave(): closes it with the last of its jobs, so that what becomes of these is recorded */
static int outbox_leave(lua_State *L)
{
    am_outbox_ud *owner = luaL_checkudata(L, 1, AM_LUA_OUTBOX);
    owner->leaving = true;
    if (owner->jobs == 0)
        am_lua_outbox_shut(owner);
    return 0;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void set_text(lua_State *L, const char *name, const char *value)
{
    if (!value)
        return;
    lua_pushstring(L, value);
    lua_setfield(L, -2, name);
}

static void set_time(lua_State *L, const char *name, int64_t ms)
{
    if (ms < 0)
        return;
    lua_pushnumber(L, (lua_Number)ms / 1000);
    lua_setfield(L, -2, name);
}

static void set_integer(lua_State *L, const char *name, int64_t value)
{
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, name);
}

void am_lua_push_entry(lua_State *L, const am_outbox_entry *entry)
{
    luaL_checkstack(L, 4, NULL);
    lua_createtable(L, 0, 18);
    set_integer(L, "id", entry->id);
    set_text(L, "inbox_id", entry->inbox_id);
    set_text(L, "key", entry->key);
    set_text(L, "state", am_outbox_state_word(entry->state));
    set_text(L, "outcome", am_outcome_word(entry->outcome));
    lua_pushboolean(L, entry->pending);
    lua_setfield(L, -2, "pending");
    set_text(L, "operation", entry->operation);
    set_text(L, "label", entry->label);
    set_text(L, "code", entry->code);
    if (entry->status)
        set_integer(L, "status", entry->status);
    set_integer(L, "tries", entry->tries);
    set_text(L, "draft_id", entry->draft_id);
    set_text(L, "message_id", entry->message_id);
    set_text(L, "thread_id", entry->thread_id);
    set_time(L, "created_at", entry->created_ms);
    set_time(L, "settled_at", entry->settled_ms);
    set_time(L, "due_at", entry->due_ms);
    set_time(L, "caused_at", entry->caused_ms);
}

/* Lua may run out of memory while it reads rows, so that they are in a block that it collects. */
static int rows_gc(lua_State *L)
{
    am_outbox_rows **rows = lua_touserdata(L, 1);
    am_outbox_rows_free(*rows);
    *rows = NULL;
    return 0;
}

/* [-0, +1] a block for rows. */
static am_outbox_rows **push_block(lua_State *L)
{
    am_outbox_rows **block = lua_newuserdatauv(L, sizeof *block, 0);
    *block = NULL;
    if (luaL_newmetatable(L, "agentmail.outbox.rows")) {
        lua_pushcfunction(L, rows_gc);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return block;
}

/* [-0, +1] the rows of a block as an array, which empties the block. */
static void push_rows(lua_State *L, am_outbox_rows **block)
{
    size_t count = am_outbox_rows_count(*block);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        am_outbox_entry entry = am_outbox_rows_at(*block, i);
        am_lua_push_entry(L, &entry);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    am_outbox_rows_free(*block);
    *block = NULL;
}

/* outbox:get(inbox_id, key) -> row | nil | nil, message, code */
static int outbox_get(lua_State *L)
{
    const char *inbox_id = am_lua_outbox_text(L, 2, "inbox_id");
    const char *key = am_lua_outbox_text(L, 3, "key");
    am_outbox_ud *owner = am_lua_check_outbox(L, 1);
    am_outbox_rows **block = push_block(L);
    *block = am_outbox_get(owner->box, inbox_id, key);
    if (!*block)
        return am_lua_outbox_failed(L, owner->box);
    push_rows(L, block);
    lua_rawgeti(L, -1, 1);
    return 1;
}

/* The states that a list of words at an index names; none given: all. */
static uint32_t states_at(lua_State *L, int index)
{
    uint32_t states = 0;
    if (lua_isnoneornil(L, index))
        return ~UINT32_C(0);
    luaL_checktype(L, index, LUA_TTABLE);
    for (lua_Integer i = 1; lua_rawgeti(L, index, i) == LUA_TSTRING; i++, lua_pop(L, 1))
        for (int state = 1; state < AM_OUTBOX_STATES; state++)
            if (strcmp(lua_tostring(L, -1), am_outbox_state_word((am_outbox_state)state)) == 0)
                states |= UINT32_C(1) << state;
    lua_pop(L, 1);
    return states;
}

/* outbox:list(states | nil, after, limit) -> rows by id | nil, message, code */
static int outbox_list(lua_State *L)
{
    uint32_t states = states_at(L, 2);
    int64_t after = luaL_checkinteger(L, 3), limit = luaL_checkinteger(L, 4);
    am_outbox_ud *owner = am_lua_check_outbox(L, 1);
    am_outbox_rows **block = push_block(L);
    *block = am_outbox_list(owner->box, states, after, limit);
    if (!*block)
        return am_lua_outbox_failed(L, owner->box);
    push_rows(L, block);
    return 1;
}

/* outbox:due(limit) -> rows, seconds until the next is due | nil, message, code */
static int outbox_due(lua_State *L)
{
    int64_t limit = luaL_checkinteger(L, 2), next_ms;
    am_outbox_ud *owner = am_lua_check_outbox(L, 1);
    am_outbox_rows **block = push_block(L);
    *block = am_outbox_due(owner->box, limit, &next_ms);
    if (!*block)
        return am_lua_outbox_failed(L, owner->box);
    push_rows(L, block);
    if (next_ms < 0)
        return 1;
    lua_pushnumber(L, (lua_Number)next_ms / 1000);
    return 2;
}

static int push_change(lua_State *L, const am_outbox *box, am_outbox_change change)
{
    static const char *const words[] = {"changed", "no_change", "no_row"};
    if (change == AM_OUTBOX_NOT_STORED)
        return am_lua_outbox_failed(L, box);
    lua_pushstring(L, words[change]);
    return 1;
}

/* outbox:cancel(inbox_id, key) -> "changed" | "no_change" | "no_row" | nil, message, code */
static int outbox_cancel(lua_State *L)
{
    const char *inbox_id = am_lua_outbox_text(L, 2, "inbox_id");
    const char *key = am_lua_outbox_text(L, 3, "key");
    am_outbox_ud *owner = am_lua_check_outbox(L, 1);
    return push_change(L, owner->box, am_outbox_cancel(owner->box, inbox_id, key));
}

/* outbox:resolve(inbox_id, key, sent) -> likewise */
static int outbox_resolve(lua_State *L)
{
    const char *inbox_id = am_lua_outbox_text(L, 2, "inbox_id");
    const char *key = am_lua_outbox_text(L, 3, "key");
    bool sent = lua_toboolean(L, 4);
    am_outbox_ud *owner = am_lua_check_outbox(L, 1);
    return push_change(L, owner->box, am_outbox_resolve(owner->box, inbox_id, key, sent));
}

/* outbox:prune(seconds) -> how many rows | nil, message, code */
static int outbox_prune(lua_State *L)
{
    int64_t older_than_ms = am_lua_outbox_ms(luaL_checknumber(L, 2));
    am_outbox_ud *owner = am_lua_check_outbox(L, 1);
    int64_t removed = am_outbox_prune(owner->box, older_than_ms);
    if (removed < 0)
        return am_lua_outbox_failed(L, owner->box);
    lua_pushinteger(L, (lua_Integer)removed);
    return 1;
}

/* outbox_core.label(inbox_id, key) -> "am-" and 32 hexadecimal digits */
static int outbox_label(lua_State *L)
{
    char label[AM_OUTBOX_LABEL_SIZE];
    const char *inbox_id = am_lua_outbox_text(L, 1, "inbox_id");
    if (!am_outbox_label(inbox_id, am_lua_outbox_text(L, 2, "key"), label))
        return luaL_error(L, "out of memory");
    lua_pushstring(L, label);
    return 1;
}

/* outbox:label(inbox_id, key) -> the same label, which a put of these need not make again */
static int outbox_label_of(lua_State *L)
{
    const char *inbox_id = am_lua_outbox_text(L, 2, "inbox_id");
    const char *key = am_lua_outbox_text(L, 3, "key");
    const am_outbox_ud *owner = luaL_checkudata(L, 1, AM_LUA_OUTBOX);
    luaL_argcheck(L, owner->box, 1, "the outbox is closed");
    const char *label = am_outbox_label_of(owner->box, inbox_id, key);
    if (!label)
        return luaL_error(L, "out of memory");
    lua_pushstring(L, label);
    return 1;
}

void am_lua_push_outbox_core(lua_State *L)
{
    static const luaL_Reg methods[] = {{"close", outbox_close},     {"leave", outbox_leave},
                                       {"get", outbox_get},         {"list", outbox_list},
                                       {"due", outbox_due},         {"cancel", outbox_cancel},
                                       {"resolve", outbox_resolve}, {"prune", outbox_prune},
                                       {"label", outbox_label_of},  {NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"open", outbox_open}, {"label", outbox_label}, {NULL, NULL}};
    luaL_newmetatable(L, AM_LUA_OUTBOX);
    lua_pushcfunction(L, outbox_close);
    lua_setfield(L, -2, "__gc");
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    luaL_newlib(L, functions);
}
