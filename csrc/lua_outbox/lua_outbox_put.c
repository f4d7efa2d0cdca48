/* SPDX-License-Identifier: MIT */
/* agentmail.outbox_core: jobs, from where a mail is recorded to where nothing needs them. */
#include <lauxlib.h>

#include "lua_outbox/lua_outbox.h"

/* ---- jobs ------------------------------------------------------------------------------------ */

am_job_ud *am_lua_push_job(lua_State *L, am_outbox_ud *owner)
{
    if (lua_getiuservalue(L, 1, AM_OUTBOX_SPARE) == LUA_TUSERDATA) {
        lua_pushnil(L);
        lua_setiuservalue(L, 1, AM_OUTBOX_SPARE);
        return lua_touserdata(L, -1);
    }
    lua_pop(L, 1);
    am_job_ud *it = lua_newuserdatauv(L, sizeof *it, AM_JOB_VALUES);
    *it = (am_job_ud){.owner = owner};
    luaL_setmetatable(L, AM_LUA_JOB);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, AM_JOB_OUTBOX);
    return it;
}

void am_lua_close_job(am_job_ud *it)
{
    am_outbox_job *job = it->job;
    if (!job)
        return;
    it->job = NULL;
    am_outbox_job_free(job);
    it->owner->jobs--;
    if (it->owner->leaving && it->owner->jobs == 0)
        am_lua_outbox_shut(it->owner);
}

/* job:close(): leaves the row as it is */
static int job_close(lua_State *L)
{
    am_lua_close_job(luaL_checkudata(L, 1, AM_LUA_JOB));
    return 0;
}

void am_lua_release_job(lua_State *L, int index)
{
    am_job_ud *it = lua_touserdata(L, index);
    index = lua_absindex(L, index);
    if (it->lent || it->sending)
        return;
    am_lua_close_job(it);
    lua_getiuservalue(L, index, AM_JOB_OUTBOX);
    lua_pushvalue(L, index);
    lua_setiuservalue(L, -2, AM_OUTBOX_SPARE);
    lua_pop(L, 1);
}

/* job:release(): as nothing needs it any more, it is closed, and its userdata goes back to the
 * outbox: no variable may hold it. One to which a body points is left to the collector. */
static int job_release(lua_State *L)
{
    luaL_checkudata(L, 1, AM_LUA_JOB);
    am_lua_release_job(L, 1);
    return 0;
}

bool am_lua_job_is_open(am_job_ud *it)
{
    it->lent = it->asked = false;
    it->owner->jobs += it->job != NULL;
    return it->job != NULL;
}

/* ---- fields of tables ------------------------------------------------------------------------ */

const char *am_lua_given_text(lua_State *L, int index, const char *name)
{
    int type = lua_getfield(L, index, name);
    if (type != LUA_TSTRING && type != LUA_TNIL)
        luaL_error(L, "'%s' must be a string, not a %s", name, lua_typename(L, type));
    return lua_tostring(L, -1);
}

const char *am_lua_needed_text(lua_State *L, int index, const char *name)
{
    if (!am_lua_given_text(L, index, name))
        luaL_error(L, "'%s' is missing", name);
    return am_lua_outbox_text(L, -1, name);
}

/* ---- put ------------------------------------------------------------------------------------- */

/* [-0, +n] a piece of a body, the value at the top, which stays there. */
static void read_piece(lua_State *L, am_piece *piece)
{
    *piece = (am_piece){0};
    if (lua_istable(L, -1)) {
        int index = lua_gettop(L);
        lua_getfield(L, index, "base64");
        piece->base64 = lua_toboolean(L, -1);
        piece->path = am_lua_given_text(L, index, "path");
        if (piece->path)
            return;
        lua_getfield(L, index, "data");
    }
    if (lua_type(L, -1) != LUA_TSTRING)
        luaL_error(L, "a piece of a body must be a string, not a %s", luaL_typename(L, -1));
    piece->data = lua_tolstring(L, -1, &piece->size);
}

/* [-0, +n] the body at the top: a string, a list of pieces, or nil. */
static void read_body(lua_State *L, am_outbox_intent *intent)
{
    int list = lua_gettop(L);
    bool is_list = lua_istable(L, list);
    size_t count = is_list ? (size_t)lua_rawlen(L, list) : (size_t)!lua_isnil(L, list);
    if (count > 8192)
        luaL_error(L, "the body has too many pieces");
    luaL_checkstack(L, (int)count * 4 + LUA_MINSTACK, NULL);
    am_piece *pieces = lua_newuserdatauv(L, (count + 1) * sizeof *pieces, 0);
    for (size_t i = 0; i < count; i++) {
        if (is_list)
            lua_rawgeti(L, list, (lua_Integer)i + 1);
        else
            lua_pushvalue(L, list);
        read_piece(L, &pieces[i]);
    }
    intent->pieces = pieces;
    intent->piece_count = count;
}

void am_lua_read_terms(lua_State *L, int index, am_outbox_intent *intent)
{
    intent->draft_id = am_lua_given_text(L, index, "draft_id");
    lua_getfield(L, index, "first");
    intent->first = lua_toboolean(L, -1);
    if (lua_getfield(L, index, "caused_at") == LUA_TBOOLEAN)
        intent->caused_ms = -1;
    else if (!lua_isnil(L, -1))
        intent->caused_ms = am_lua_outbox_ms(luaL_checknumber(L, -1));
    if (!lua_isnil(L, -1) && intent->caused_ms == 0)
        intent->caused_ms = 1; /* 1970: the intent's 0 is now */
}

/* [-0, +n] the table at index 2. */
static int64_t read_intent(lua_State *L, am_outbox_intent *intent)
{
    *intent = (am_outbox_intent){.inbox_id = am_lua_needed_text(L, 2, "inbox_id"),
                                 .key = am_lua_needed_text(L, 2, "key"),
                                 .operation = am_lua_needed_text(L, 2, "operation"),
                                 .method = am_lua_needed_text(L, 2, "method"),
                                 .target = am_lua_needed_text(L, 2, "target"),
                                 .content_type = am_lua_given_text(L, 2, "content_type")};
    am_lua_read_terms(L, 2, intent);
    lua_getfield(L, 2, "time");
    int64_t time_ms = am_lua_outbox_ms(luaL_checknumber(L, -1));
    lua_getfield(L, 2, "body");
    read_body(L, intent);
    return time_ms;
}

const char *am_lua_put_word(am_put put)
{
    static const char *const words[] = {"new", "anew", "go_on", "closed", "other", "elsewhere"};
    return words[put];
}

/* [-1, +0] makes the value at the top the field `job` of the table at index 3, if there is one. */
static void set_job(lua_State *L)
{
    if (lua_istable(L, 3))
        lua_setfield(L, 3, "job");
    else
        lua_pop(L, 1);
}

/* outbox:put({ inbox_id =, key =, operation =, method =, target =, content_type =, draft_id =,
 * first =, caused_at = seconds | false (unknown) | nil (now), time = seconds, body = }, work | nil)
 * -> job, "new" | "anew" | "go_on" | "closed" | "other" | "elsewhere" | nil, message, code
 * The job is work.job, too, before it has claimed anything: an error that comes before the caller
 * has the result does not lose it. */
static int outbox_put(lua_State *L)
{
    am_put put = AM_PUT_NEW;
    am_outbox_intent intent;
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 3);
    int64_t time_ms = read_intent(L, &intent);
    am_outbox_ud *owner = am_lua_check_outbox(L, 1);
    am_job_ud *it = am_lua_push_job(L, owner);
    lua_pushvalue(L, -1);
    set_job(L);
    it->job = am_outbox_put(owner->box, &intent, time_ms, &put);
    if (!am_lua_job_is_open(it)) {
        lua_pushnil(L);
        set_job(L);
        return am_lua_outbox_failed(L, owner->box);
    }
    lua_pushstring(L, am_lua_put_word(put));
    return 2;
}

/* outbox:take(inbox_id, key) -> job | nil, message, code | nil: no such row */
static int outbox_take(lua_State *L)
{
    const char *inbox_id = am_lua_outbox_text(L, 2, "inbox_id");
    const char *key = am_lua_outbox_text(L, 3, "key");
    am_outbox_ud *owner = am_lua_check_outbox(L, 1);
    am_job_ud *it = am_lua_push_job(L, owner);
    it->job = am_outbox_take(owner->box, inbox_id, key);
    return am_lua_job_is_open(it) ? 1 : am_lua_outbox_failed(L, owner->box);
}

void am_lua_add_put(lua_State *L)
{
    static const luaL_Reg of_outbox[] = {{"put", outbox_put}, {"take", outbox_take}, {NULL, NULL}};
    static const luaL_Reg methods[] = {
        {"close", job_close}, {"release", job_release}, {NULL, NULL}};
    luaL_setfuncs(L, of_outbox, 0); /* methods */
    luaL_newmetatable(L, AM_LUA_JOB);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}
