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
static int push_news(lua_State *L, am_call *call)
{
    am_state state = am_call_state(call);
    am_call_take(call);
    int count = state == AM_STATE_JUDGING ? am_lua_push_answer(L, call) : 0;
    lua_pushstring(L, am_state_word(state));
    lua_insert(L, -1 - count);
    return 1 + count;
}

/* What others' calls come to want in the meantime is not lost: they stay in core.next(), and the
 * descriptor tells. */
bool am_lua_wait(lua_State *L, const am_engine_box *engine, am_turn *turn, lua_KContext context,
                 lua_KFunction resumed)
{
    bool uninterrupted = am_engine_block(engine->engine, am_turn_left_ms(L, turn));
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

/* call:news() -> what call:wait() would return at once | nil: it would block */
static int call_news(lua_State *L)
{
    am_call *call = am_lua_check_call(L);
    if (am_lua_is_news(lua_touserdata(L, 1)))
        return push_news(L, call);
    lua_pushnil(L);
    return 1;
}

/* call:wants() -> whether call:wait() would return at once */
static int call_wants(lua_State *L)
{
    am_lua_check_call(L);
    lua_pushboolean(L, am_lua_is_news(lua_touserdata(L, 1)));
    return 1;
}

/* core.next(told | nil) -> the call that has wanted its owner for longest, and the alarm is set to
 * now; nil: none. It stays that one until it is told, the argument of a later core.next(), and
 * comes again when there is more; call:news() tells what. For a loop over the core alone, as of
 * bench/requests.lua: tasks have core.wake_owners(). */
static int core_next(lua_State *L)
{
    if (!lua_isnoneornil(L, 1)) {
        am_call_box *told = am_lua_to_call(L, 1);
        if (told->call && !am_engine_is_foreign(am_call_engine(told->call)))
            am_call_take(told->call);
    }
    am_engine *engine = am_lua_engine(L)->engine;
    int place = lua_gettop(L);
    for (am_call *call; (call = am_engine_look(engine, NULL)) != NULL; lua_pop(L, 1)) {
        if (am_lua_push_call(L, place, call)) {
            am_engine_alarm(engine, 0);
            return 1;
        }
        am_call_take(call);
    }
    return 0;
}

/* [-0, +0] raises unless the key at an index of a set of calls is an open one. */
static const am_call_box *check_listed(lua_State *L, int index)
{
    const am_call_box *box = am_lua_to_call(L, index);
    if (!box->call || am_engine_is_foreign(am_call_engine(box->call)))
        luaL_error(L, "a call in the set is closed, or belongs to another process");
    return box;
}

/* [-0, +0 | +1] a call of the set at index 1 that has news, by the engine's list of those who want
 * their owner: the size of the set does not matter. NULL: none has. */
static am_call *push_next(lua_State *L, int engine)
{
    const am_engine_box *box = lua_touserdata(L, engine);
    for (am_call *call = NULL; (call = am_engine_look(box->engine, call)) != NULL; lua_pop(L, 1)) {
        const am_call_box *owner = am_lua_push_call(L, engine, call);
        lua_pushvalue(L, -1);
        bool ours = lua_rawget(L, 1) != LUA_TNIL;
        lua_pop(L, 1);
        if (ours && am_lua_is_news(owner))
            return call;
    }
    return NULL;
}

/* [-0, +0 | +1] likewise, by the calls themselves. */
static am_call *push_any(lua_State *L)
{
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
        const am_call_box *box = check_listed(L, -2);
        if (am_lua_is_news(box)) {
            lua_pop(L, 1);
            return box->call;
        }
    }
    return NULL;
}

/* core.wait_any({ [call] = true }) -> call, state[, status, body] of one that has news | nil,
 * "waiting" | nothing, as above. The set is looked through only twice a second: for calls that
 * another has closed, or told core.next() and not handled. */
static int core_wait_any(lua_State *L)
{
    am_call *call;
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    am_engine_box *box = am_lua_engine(L); /* set, engine */
    lua_pushnil(L);
    luaL_argcheck(L, lua_next(L, 1), 1, "there is no call to wait for");
    check_listed(L, 3);
    lua_settop(L, 2);
    am_lua_check_step(L, box);
    am_turn turn = am_turn_begin(&box->waited_ms);
    while ((call = push_next(L, 2)) == NULL)
        if (!am_lua_wait(L, box, &turn, 0, am_turn_leave))
            break;
    if (!call && (call = push_any(L)) == NULL) {
        lua_pushnil(L);
        lua_pushliteral(L, "waiting");
        return 2;
    }
    return 1 + push_news(L, call);
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
    static const luaL_Reg methods[] = {{"wait", call_wait},
                                       {"news", call_news},
                                       {"wants", call_wants},
                                       {"progress", call_progress},
                                       {NULL, NULL}};
    luaL_getmetatable(L, AM_LUA_CALL);
    lua_getfield(L, -1, "__index"); /* metatable, methods */
    luaL_setfuncs(L, methods, 0);
    lua_pop(L, 2);
    lua_pushcfunction(L, core_wait_any);
    lua_setfield(L, -2, "wait_any");
    lua_pushcfunction(L, core_next);
    lua_setfield(L, -2, "next");
}
