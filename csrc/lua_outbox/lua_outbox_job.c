/* SPDX-License-Identifier: MIT */
/* agentmail.outbox_core: jobs. A task's body is a list of { piece = pointer to an am_piece, job },
 * which agentmail.core takes as the body of a request. */
#include <lauxlib.h>
#include <string.h>

#include "lua_outbox/lua_outbox.h"

/* ---- jobs ------------------------------------------------------------------------------------ */

/* The open job at index 1, of an outbox that is open and told the time. */
static am_job_ud *check_job(lua_State *L)
{
    am_job_ud *it = luaL_checkudata(L, 1, AM_LUA_JOB);
    lua_getiuservalue(L, 1, AM_JOB_OUTBOX);
    am_lua_check_outbox(L, -1);
    lua_pop(L, 1);
    if (!it->job)
        luaL_error(L, "the job is closed");
    return it;
}

/* job:entry() -> row */
static int job_entry(lua_State *L)
{
    am_outbox_entry entry = am_outbox_job_entry(check_job(L)->job);
    am_lua_push_entry(L, &entry);
    return 1;
}

/* ---- claim and settle ------------------------------------------------------------------------ */

/* [-0, +1] the body of a request: a list of pieces, a string, or nil. */
static void push_body(lua_State *L, const am_request *request)
{
    if (request->body) {
        lua_pushlstring(L, request->body, request->body_size);
        return;
    }
    if (request->piece_count == 0) {
        lua_pushnil(L);
        return;
    }
    ((am_job_ud *)lua_touserdata(L, 1))->lent = true;
    lua_createtable(L, (int)request->piece_count, 0);
    for (size_t i = 0; i < request->piece_count; i++) {
        lua_createtable(L, 1, 1);
        lua_pushlightuserdata(L, (void *)&request->pieces[i]);
        lua_setfield(L, -2, "piece");
        lua_pushvalue(L, 1);
        lua_rawseti(L, -2, 1);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

/* [-0, +1] what the stored body has besides files and bytes to be base64'd: JSON. nil: it cannot be
 * read. */
static void push_text(lua_State *L, const am_request *request)
{
    luaL_Buffer text;
    if (request->body) {
        push_body(L, request);
        return;
    }
    luaL_buffinit(L, &text);
    for (size_t i = 0; i < request->piece_count; i++) {
        const am_piece *piece = &request->pieces[i];
        for (size_t at = 0; !piece->base64 && at < piece->size;) {
            char *room = luaL_prepbuffer(&text);
            size_t left = piece->size - at;
            int64_t got = piece->read(piece->user, (int64_t)at, room,
                                      left < LUAL_BUFFERSIZE ? left : LUAL_BUFFERSIZE);
            if (got <= 0) {
                luaL_pushresult(&text);
                lua_pop(L, 1);
                lua_pushnil(L);
                return;
            }
            luaL_addsize(&text, (size_t)got);
            at += (size_t)got;
        }
    }
    luaL_pushresult(&text);
}

/* [-0, +1] a request as a table. */
static void push_request(lua_State *L, const am_request *request)
{
    lua_createtable(L, 0, 9);
    lua_pushstring(L, request->target);
    lua_setfield(L, -2, "target");
    lua_pushstring(L, am_protection_word(request->protection));
    lua_setfield(L, -2, "protection");
    lua_pushstring(L, request->content_type);
    lua_setfield(L, -2, "content_type");
    lua_pushstring(L, request->idempotency_key);
    lua_setfield(L, -2, "key");
    lua_pushinteger(L, (lua_Integer)request->not_after_ms);
    lua_setfield(L, -2, "not_after_ms");
    lua_pushinteger(L, (lua_Integer)request->blind_ms);
    lua_setfield(L, -2, "blind_ms");
    lua_pushboolean(L, request->doubtful);
    lua_setfield(L, -2, "doubt");
    push_body(L, request);
    lua_setfield(L, -2, "body");
}

/* job:claim(seconds) -> "done" | "busy", seconds, is_own | "wait", seconds
 * | "send" | "look" | "create" | "get_draft" | "send_draft", request | nil, message, code */
static int job_claim(lua_State *L)
{
    static const char *const words[AM_OUTBOX_ACTIONS] = {
        [AM_OUTBOX_DONE] = "done",           [AM_OUTBOX_BUSY] = "busy",
        [AM_OUTBOX_WAIT] = "wait",           [AM_OUTBOX_SEND] = "send",
        [AM_OUTBOX_LOOK] = "look",           [AM_OUTBOX_CREATE] = "create",
        [AM_OUTBOX_GET_DRAFT] = "get_draft", [AM_OUTBOX_SEND_DRAFT] = "send_draft"};
    int64_t time_ms = am_lua_outbox_ms(luaL_checknumber(L, 2));
    am_job_ud *it = check_job(L);
    am_outbox_task task;
    if (!am_outbox_claim(it->job, time_ms, &task))
        return am_lua_outbox_failed(L, it->owner->box);
    it->asked = task.action == AM_OUTBOX_SEND || task.action == AM_OUTBOX_CREATE ||
                task.action == AM_OUTBOX_SEND_DRAFT;
    lua_pushstring(L, words[task.action]);
    if (task.action == AM_OUTBOX_BUSY || task.action == AM_OUTBOX_WAIT) {
        lua_pushnumber(L, (lua_Number)task.wait_ms / 1000);
        lua_pushboolean(L, task.action == AM_OUTBOX_BUSY &&
                               (task.is_own || am_lua_outbox_has(L, it->job)));
        return 3;
    }
    if (task.action == AM_OUTBOX_DONE)
        return 1;
    push_request(L, &task.request);
    if (task.action == AM_OUTBOX_CREATE) {
        push_text(L, &task.request);
        lua_setfield(L, -2, "text");
    }
    return 2;
}

/* job:look_on(page_token) -> target of the next page of a look | nil, message, code */
static int job_look_on(lua_State *L)
{
    const char *token = luaL_checkstring(L, 2);
    am_job_ud *it = check_job(L);
    am_outbox_task task = {0};
    if (!am_outbox_look_on(it->job, token, &task))
        return am_lua_outbox_failed(L, it->owner->box);
    lua_pushstring(L, task.request.target);
    return 1;
}

/* A word of agentmail.h; raises if there is none. */
static am_code code_at(lua_State *L, const char *name)
{
    const char *word = am_lua_given_text(L, 2, name);
    if (!word)
        return AM_OK;
    for (int code = 0; code <= AM_NO_MEMORY; code++)
        if (strcmp(word, am_code_word((am_code)code)) == 0)
            return (am_code)code;
    luaL_error(L, "no such code: %s", word);
    return AM_OK;
}

static int integer_at(lua_State *L, const char *name)
{
    lua_getfield(L, 2, name);
    return (int)luaL_optinteger(L, -1, 0);
}

static bool flag_at(lua_State *L, const char *name)
{
    lua_getfield(L, 2, name);
    return lua_toboolean(L, -1);
}

static am_outbox_sight sight_at(lua_State *L)
{
    static const char *const words[] = {"none", "unsent", "sent", "there", "leaving", NULL};
    lua_getfield(L, 2, "sight");
    return (am_outbox_sight)luaL_checkoption(L, lua_gettop(L), "none", words);
}

static am_outcome outcome_at(lua_State *L)
{
    const char *word = am_lua_needed_text(L, 2, "outcome");
    for (int i = AM_NOT_APPLIED; i <= AM_UNKNOWN; i++)
        if (strcmp(word, am_outcome_word((am_outcome)i)) == 0)
            return (am_outcome)i;
    luaL_error(L, "no such outcome: %s", word);
    return AM_UNKNOWN;
}

/* [-0, +n] the table at index 2. */
static void read_answer(lua_State *L, am_outbox_answer *answer)
{
    answer->result = am_outbox_unsent(code_at(L, "code"));
    answer->result.cause = code_at(L, "cause");
    answer->result.outcome = outcome_at(L);
    answer->result.status = integer_at(L, "status");
    answer->result.cause_status = integer_at(L, "cause_status");
    lua_getfield(L, 2, "not_before");
    if (!lua_isnil(L, -1))
        answer->result.not_before_ms = am_lua_outbox_ms(luaL_checknumber(L, -1));
    answer->code = am_lua_given_text(L, 2, "said");
    answer->is_service = flag_at(L, "is_service");
    answer->is_other = flag_at(L, "is_other");
    answer->sight = sight_at(L);
    answer->draft_id = am_lua_given_text(L, 2, "draft_id");
    answer->message_id = am_lua_given_text(L, 2, "message_id");
    answer->thread_id = am_lua_given_text(L, 2, "thread_id");
}

/* job:settle { outcome =, code = nil (success), cause =, status =, cause_status =, not_before =,
 * said = the service's code, is_service =, is_other =, sight =, draft_id =, message_id =,
 * thread_id = } -> true | nil, message, code */
static int job_settle(lua_State *L)
{
    am_outbox_answer answer = {0};
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    luaL_checkstack(L, 24, NULL);
    read_answer(L, &answer);
    am_job_ud *it = check_job(L);
    if (!am_outbox_settle(it->job, &answer))
        return am_lua_outbox_failed(L, it->owner->box);
    lua_pushboolean(L, true);
    return 1;
}

void am_lua_add_jobs(lua_State *L)
{
    static const luaL_Reg methods[] = {{"entry", job_entry},
                                       {"claim", job_claim},
                                       {"look_on", job_look_on},
                                       {"settle", job_settle},
                                       {NULL, NULL}};
    luaL_getmetatable(L, AM_LUA_JOB);
    lua_getfield(L, -1, "__index"); /* metatable, methods */
    luaL_setfuncs(L, methods, 0);
    lua_pop(L, 2);
}
