/* SPDX-License-Identifier: MIT */
/* What the service answered, taken from its Lua state. */
#define _GNU_SOURCE
#include "listener.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "clock.h"

static lua_Number number_field(lua_State *L, int table, const char *name, lua_Number otherwise)
{
    lua_Number value = otherwise;
    if (lua_getfield(L, table, name) == LUA_TNUMBER)
        value = lua_tonumber(L, -1);
    lua_pop(L, 1);
    return value;
}

static am_kill kill_field(lua_State *L, int table)
{
    am_kill kill = AM_KILL_NONE;
    if (lua_getfield(L, table, "kill") == LUA_TSTRING) {
        const char *word = lua_tostring(L, -1);
        if (strcmp(word, "reset") == 0)
            kill = AM_KILL_RESET;
        else if (strcmp(word, "close") == 0)
            kill = AM_KILL_CLOSE;
        else
            luaL_error(L, "effect.kill: \"%s\" is neither \"reset\" nor \"close\"", word);
    }
    lua_pop(L, 1);
    return kill;
}

static void take_raw(lua_State *L, int effect, am_answer *answer)
{
    if (lua_getfield(L, effect, "raw") == LUA_TSTRING) {
        const char *bytes = lua_tolstring(L, -1, &answer->raw_size);
        answer->raw = malloc(answer->raw_size + 1);
        if (!answer->raw)
            luaL_error(L, "out of memory");
        memcpy(answer->raw, bytes, answer->raw_size);
    }
    lua_pop(L, 1);
}

static void take_pace(lua_State *L, int effect, am_pace *pace)
{
    lua_Number step = number_field(L, effect, "step", 0);
    pace->step = step >= 1 && step < 1e9 ? (size_t)step : 0;
    pace->pause_ms = am_duration_ms(number_field(L, effect, "pause", 0));
    pace->hold_ms = am_duration_ms(number_field(L, effect, "hold", 0));
}

static void take_headers(lua_State *L, int headers, struct MHD_Response *response)
{
    for (lua_pushnil(L); lua_next(L, headers); lua_pop(L, 1))
        if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING ||
            MHD_add_response_header(response, lua_tostring(L, -2), lua_tostring(L, -1)) != MHD_YES)
            luaL_error(L, "an answer's header is not fit to be sent");
}

/* [-0, +0] the response that makes a WebSocket of the request; NULL where none is asked for. */
static struct MHD_Response *upgrade_of(lua_State *L, int effect, am_exchange *exchange)
{
    struct MHD_Response *response = NULL;
    size_t size;
    if (effect && lua_getfield(L, effect, "websocket") == LUA_TSTRING) {
        const char *key = lua_tolstring(L, -1, &size);
        response = am_websocket_open(exchange, key, size);
        if (!response)
            luaL_error(L, "the request cannot become a WebSocket");
    }
    lua_pop(L, effect ? 1 : 0);
    return response;
}

/* [-0, +0] the response for a body, by its pace; `effect` is 0 where there is none. */
static struct MHD_Response *response_of(lua_State *L, int effect, am_exchange *exchange,
                                        const char *body, size_t size, const am_pace *pace)
{
    struct MHD_Response *response;
    if (effect && lua_getfield(L, effect, "stream") == LUA_TSTRING)
        response = am_stream_open(exchange, body, size, lua_tostring(L, -1));
    else if (pace->step > 0 || pace->keep < size)
        response = am_stream_paced(exchange, body, size, pace);
    else
        response =
            MHD_create_response_from_buffer(size, (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY);
    if (effect)
        lua_pop(L, 1);
    return response;
}

lua_Number am_answer_take(lua_State *L, int first, am_exchange *exchange)
{
    am_answer *answer = &exchange->answer;
    if (lua_isboolean(L, first) && !lua_toboolean(L, first)) {
        answer->later = true;
        return -1;
    }
    int effect = lua_istable(L, first + 3) ? first + 3 : 0;
    lua_Number keep = -1, delay = 0;
    am_pace pace = {0};
    if (effect) {
        answer->kill = kill_field(L, effect);
        keep = number_field(L, effect, "keep", -1);
        delay = number_field(L, effect, "delay", 0);
        take_pace(L, effect, &pace);
        take_raw(L, effect, answer);
    }
    if (answer->raw || (answer->kill != AM_KILL_NONE && keep < 0))
        return delay;
    answer->response = upgrade_of(L, effect, exchange);
    if (answer->response) {
        answer->status = MHD_HTTP_SWITCHING_PROTOCOLS;
        return delay;
    }
    if (!lua_isinteger(L, first) || lua_tointeger(L, first) < 200 || lua_tointeger(L, first) > 599)
        luaL_error(L, "an answer's status must be an integer from 200 to 599");
    answer->status = (unsigned)lua_tointeger(L, first);
    size_t size = 0;
    const char *body = lua_tolstring(L, first + 1, &size);
    pace.keep = keep < 0 || keep > (lua_Number)size ? size : (size_t)keep;
    pace.kill = answer->kill;
    answer->response = response_of(L, effect, exchange, body ? body : "", size, &pace);
    if (!answer->response)
        luaL_error(L, "out of memory");
    if (lua_istable(L, first + 2))
        take_headers(L, first + 2, answer->response);
    return delay;
}
