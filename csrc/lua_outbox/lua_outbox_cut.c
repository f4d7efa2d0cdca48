/* SPDX-License-Identifier: MIT */
/* agentmail.outbox_core: what becomes of a job that an error has cut short. Its request is over,
 * too: so what is known of it is recorded at once, without memory of Lua, and the next call with
 * the key need not wait for the end of a lease. */
#define _GNU_SOURCE
#include <lauxlib.h>
#include <string.h>
#include <time.h>

#include "lua_outbox/lua_outbox.h"

/* [-0, +1] a text of the table at an index, raw; NULL: it has none. */
static const char *raw_text(lua_State *L, int table, const char *name)
{
    if (!lua_istable(L, table)) {
        lua_pushnil(L);
        return NULL;
    }
    lua_pushstring(L, name);
    return lua_rawget(L, table) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
}

bool am_lua_settle_sent(lua_State *L, am_job_ud *it, int value, int status)
{
    am_outbox_answer answer = {.result = am_outbox_unsent(AM_OK)};
    answer.result.outcome = AM_APPLIED;
    answer.result.status = status;
    answer.message_id = raw_text(L, value, "message_id");
    answer.thread_id = raw_text(L, value, "thread_id");
    return am_outbox_settle(it->job, &answer);
}

bool am_lua_job_is_busy(const am_job_ud *it)
{
    const char *code = am_outbox_code(it->owner->box);
    return code && strcmp(code, "busy") == 0;
}

static bool settle_cut(am_job_ud *it)
{
    am_outbox_answer cut = {.result = am_outbox_unsent(AM_CANCELLED)};
    cut.result.outcome = it->asked ? AM_UNKNOWN : AM_NOT_APPLIED;
    return am_outbox_settle(it->job, &cut);
}

/* Others' writes are waited for, but not for long: what is not recorded is in doubt once its time
 * is over. */
void am_lua_cut_job(lua_State *L, am_job_ud *it, int value)
{
    enum { PAUSES = 10 };
    const struct timespec pause = {0, 5000000};
    int top = lua_gettop(L);
    if (!it->job || !it->owner->box)
        return;
    for (int i = 0; i < PAUSES; i++) {
        if (value ? am_lua_settle_sent(L, it, value, 0) : settle_cut(it))
            return;
        if (!am_lua_job_is_busy(it))
            return;
        lua_settop(L, top);
        nanosleep(&pause, NULL);
    }
}

/* job:cut(), which needs no memory of Lua */
static int job_cut(lua_State *L)
{
    am_lua_cut_job(L, luaL_checkudata(L, 1, AM_LUA_JOB), 0);
    return 0;
}

/* job:__close(problem), of one that outbox:send has */
static int job_leave(lua_State *L)
{
    am_job_ud *it = luaL_checkudata(L, 1, AM_LUA_JOB);
    if (!it->sending)
        return 0;
    if (!lua_isnoneornil(L, 2)) {
        bool has_answer = lua_getiuservalue(L, 1, AM_JOB_ANSWER) != LUA_TNIL;
        am_lua_cut_job(L, it, has_answer ? lua_gettop(L) : 0);
    }
    lua_pushnil(L);
    lua_setiuservalue(L, 1, AM_JOB_ANSWER);
    it->sending = false;
    am_lua_release_job(L, 1);
    return 0;
}

/* job:__gc(), of one that an error has lost, or whose coroutine goes on no more */
static int job_gc(lua_State *L)
{
    am_job_ud *it = luaL_checkudata(L, 1, AM_LUA_JOB);
    am_lua_cut_job(L, it, 0);
    am_lua_close_job(it);
    return 0;
}

void am_lua_add_cut(lua_State *L)
{
    luaL_getmetatable(L, AM_LUA_JOB);
    lua_pushcfunction(L, job_leave);
    lua_setfield(L, -2, "__close");
    lua_pushcfunction(L, job_gc);
    lua_setfield(L, -2, "__gc");
    lua_getfield(L, -1, "__index");
    lua_pushcfunction(L, job_cut);
    lua_setfield(L, -2, "cut");
    lua_pop(L, 2);
}
