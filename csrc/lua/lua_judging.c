/* SPDX-License-Identifier: MIT */
/* Steps of a call: an answer is judged. A complete one is read here; Lua judges any other, and has
 * the words for what it lacks. */
#include <lauxlib.h>

#include "lua/lua_decoded.h"
#include "lua/lua_handed.h"
#include "lua/lua_apply_shape.h"
#include "lua/lua_step.h"

/* Lua judges what is not a complete model. */
static am_step judge_in_words(lua_State *L, const am_call_box *box)
{
    lua_settop(L, AM_AT_TOP);
    am_lua_push_handed(L, AM_HANDED_JUDGE);
    lua_pushvalue(L, AM_AT_CALL);
    am_held_value(L, AM_HELD_PLAN);
    am_held_value(L, AM_HELD_SCOPE);
    am_lua_push_answer(L, am_open(L, box));
    return am_call_lua(5, 2, AM_JUDGED);
}

am_step am_judge(lua_State *L, am_call_box *box)
{
    size_t size;
    int status = am_call_status(am_open(L, box));
    if (status < 200 || status >= 300 || am_held_field(L, AM_HELD_PLAN, "shape") != LUA_TUSERDATA)
        return judge_in_words(L, box);
    am_client_field(L, "decode"); /* shape, decode */
    const char *body = am_call_body(am_open(L, box), &size);
    lua_pushlstring(L, body, size);
    lua_pushvalue(L, -1);
    lua_insert(L, -3); /* shape, body, decode, body */
    return am_try_lua(1, AM_DECODED);
}

/* shape, body, value */
am_step am_decoded(lua_State *L, am_call_box *box)
{
    if (!lua_istable(L, -1))
        return judge_in_words(L, box);
    am_lua_without_nulls(L, AM_AT_FIRST + 2, AM_AT_FIRST + 1);
    lua_pushcfunction(L, am_lua_apply_shape);
    lua_pushvalue(L, AM_AT_FIRST);
    lua_pushvalue(L, AM_AT_FIRST + 2);
    am_held_value(L, AM_HELD_SCOPE);
    lua_pushvalue(L, AM_AT_FIRST + 1);
    lua_call(L, 4, 2); /* ..., problem, homeless */
    if (!lua_isnil(L, -2))
        return judge_in_words(L, box);
    if (lua_isnil(L, -1))
        return am_go(AM_COMPLETE);
    am_lua_push_handed(L, AM_HANDED_AT_HOME);
    lua_insert(L, -2);
    am_held_value(L, AM_HELD_SCOPE);
    return am_call_lua(2, 0, AM_COMPLETE);
}

/* shape, body, value, ... */
am_step am_complete(lua_State *L, am_call_box *box)
{
    lua_settop(L, AM_AT_FIRST + 2);
    am_hold(L, AM_HELD_VALUE);
    if (box->held & 1u << AM_HELD_SAID) {
        lua_pushnil(L);
        am_hold(L, AM_HELD_SAID);
    }
    am_call_judge(am_open(L, box), AM_WHOLE, NULL, NULL);
    return am_go(AM_TELL_EVENTS);
}

/* value, said */
am_step am_judged(lua_State *L, am_call_box *box)
{
    (void)box;
    if (!lua_isnil(L, AM_AT_FIRST) || !lua_isnil(L, AM_AT_FIRST + 1)) {
        am_hold(L, AM_HELD_SAID);
        am_hold(L, AM_HELD_VALUE);
    }
    return am_go(AM_TELL_EVENTS);
}
