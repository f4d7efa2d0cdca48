/* SPDX-License-Identifier: MIT */
/* agentmail.core: blocks until a call has news. */
#define _GNU_SOURCE
#include "lua/lua_wait.h"

#include <lauxlib.h>

#include "lua/lua_parts.h"

static int64_t bytes_moved(const am_call *call)
{
    am_progress progress = am_call_progress(call);
    return progress.sent + progress.received;
}

bool am_lua_is_news(const am_call_box *box)
{
    am_state state = am_call_state(box->call);
    return state == AM_STATE_JUDGING || state == AM_STATE_DONE || am_call_has_event(box->call) ||
           (box->progress && bytes_moved(box->call) != box->bytes_seen);
}

/* [-0, +1 | +3] state; when judging, also status and body. The collector may run a finalizer that
 * closes the call, but only after the body is copied. */
static int push_news(lua_State *L, const am_call *call)
{
    am_state state = am_call_state(call);
    int count = state == AM_STATE_JUDGING ? am_lua_push_answer(L, call) : 0;
    lua_pushstring(L, am_state_word(state));
    lua_insert(L, -1 - count);
    return 1 + count;
}

bool am_lua_wait(lua_State *L, const am_engine_box *engine, am_turn *turn, lua_KContext context,
                 lua_KFunction resumed)
{
    bool uninterrupted = am_engine_wait(engine->engine, am_turn_left_ms(L, turn));
    return am_turn_take(L, turn, context, resumed) && uninterrupted;
}

/* call:wait() -> "judging", status, body | "done" | "waiting" | another state | nothing: blocks
 * until the call needs its owner, has events to report or made progress. "waiting": a signal came,
 * or may have come; Lua runs its hooks, and the caller waits again. Nothing: a hook yielded; the
 * caller waits again, too. */
static int call_wait(lua_State *L)
{
    am_lua_check_call(L);
    const am_call_box *box = lua_touserdata(L, 1);
    am_engine_box *engine = am_lua_engine(L);
    am_lua_check_step(L, engine);
    for (am_turn turn = am_turn_begin(&engine->waited_ms); !am_lua_is_news(box);
         am_lua_check_call(L))
        if (!am_lua_wait(L, engine, &turn, 0, am_turn_leave)) {
            lua_pushliteral(L, "waiting");
            return 1;
        }
    return push_news(L, box->call);
}

/* [-0, +0] the open call at an index of the list at index 1. */
static const am_call_box *check_listed(lua_State *L, lua_Integer place)
{
    lua_rawgeti(L, 1, place);
    const am_call_box *box = am_lua_to_call(L, -1);
    if (!box->call || am_engine_is_foreign(am_call_engine(box->call)))
        luaL_error(L, "a call in the list is closed, or belongs to another process");
    lua_pop(L, 1);
    return box;
}

/* core.wait_any(list of calls) -> index, state[, status, body] of the first that has news | nil,
 * "waiting" | nothing, as above */
static int core_wait_any(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    am_engine_box *engine = am_lua_engine(L);
    lua_Integer count = (lua_Integer)lua_rawlen(L, 1);
    luaL_argcheck(L, count > 0, 1, "there is no call to wait for");
    am_lua_check_step(L, engine);
    for (am_turn turn = am_turn_begin(&engine->waited_ms);;) {
        for (lua_Integer i = 1; i <= count; i++) {
            const am_call_box *box = check_listed(L, i);
            if (!am_lua_is_news(box))
                continue;
            lua_pushinteger(L, i);
            return 1 + push_news(L, box->call);
        }
        if (!am_lua_wait(L, engine, &turn, 0, am_turn_leave)) {
            lua_pushnil(L);
            lua_pushliteral(L, "waiting");
            return 2;
        }
    }
}

/* call:progress() -> sent, received, to_send, to_receive | nil, of the current attempt */
static int call_progress(lua_State *L)
{
    const am_call *call = am_lua_check_call(L);
    am_call_box *box = lua_touserdata(L, 1);
    am_progress progress = am_call_progress(call);
    box->bytes_seen = progress.sent + progress.received;
    lua_pushinteger(L, progress.sent);
    lua_pushinteger(L, progress.received);
    lua_pushinteger(L, progress.to_send);
    if (progress.to_receive >= 0)
        lua_pushinteger(L, progress.to_receive);
    else
        lua_pushnil(L);
    return 4;
}

void am_lua_add_wait(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"wait", call_wait}, {"progress", call_progress}, {NULL, NULL}};
    luaL_getmetatable(L, AM_LUA_CALL);
    lua_getfield(L, -1, "__index"); /* metatable, methods */
    luaL_setfuncs(L, methods, 0);
    lua_pop(L, 2);
    lua_pushcfunction(L, core_wait_any);
    lua_setfield(L, -2, "wait_any");
}
