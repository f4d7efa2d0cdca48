/* SPDX-License-Identifier: MIT */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include "listener.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

static lua_Number number_field(lua_State *L, int table, const char *name, lua_Number otherwise)
{
    lua_Number value = otherwise;
    if (lua_getfield(L, table, name) == LUA_TNUMBER)
        value = lua_tonumber(L, -1);
    lua_pop(L, 1);
    return value;
}

static enum am_kill kill_field(lua_State *L, int table)
{
    enum am_kill kill = AM_KILL_NONE;
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

static void take_raw(lua_State *L, int effect, struct am_answer *a)
{
    if (lua_getfield(L, effect, "raw") == LUA_TSTRING) {
        const char *bytes = lua_tolstring(L, -1, &a->raw_length);
        a->raw = malloc(a->raw_length + 1);
        if (a->raw == NULL)
            luaL_error(L, "out of memory");
        memcpy(a->raw, bytes, a->raw_length);
    }
    lua_pop(L, 1);
}

static int64_t milliseconds(lua_Number seconds)
{
    return seconds < 1e6 ? (int64_t)(seconds * 1000) : (int64_t)1e9;
}

static void take_pace(lua_State *L, int effect, struct am_pace *pace)
{
    lua_Number step = number_field(L, effect, "step", 0);
    pace->step = step >= 1 && step < 1e9 ? (size_t)step : 0;
    pace->pause_ms = milliseconds(number_field(L, effect, "pause", 0));
    pace->hold_ms = milliseconds(number_field(L, effect, "hold", 0));
}

static void take_headers(lua_State *L, int headers, struct MHD_Response *response)
{
    lua_pushnil(L);
    while (lua_next(L, headers) != 0) {
        if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING ||
            MHD_add_response_header(response, lua_tostring(L, -2), lua_tostring(L, -1)) != MHD_YES)
            luaL_error(L, "an answer's header is not fit to be sent");
        lua_pop(L, 1);
    }
}

lua_Number am_answer_take(lua_State *L, int first, struct am_exchange *e)
{
    struct am_answer *a = &e->answer;
    size_t length = 0;
    const char *body = lua_tolstring(L, first + 1, &length);
    lua_Number keep = -1, delay = 0;
    struct am_pace pace = {0, 0, 0, 0, AM_KILL_NONE};
    if (lua_isboolean(L, first) && !lua_toboolean(L, first)) {
        a->later = true;
        return -1;
    }
    if (lua_istable(L, first + 3)) {
        a->kill = kill_field(L, first + 3);
        keep = number_field(L, first + 3, "keep", -1);
        delay = number_field(L, first + 3, "delay", 0);
        take_pace(L, first + 3, &pace);
        take_raw(L, first + 3, a);
    }
    if (a->raw != NULL || (a->kill != AM_KILL_NONE && keep < 0))
        return delay;
    if (!lua_isinteger(L, first) || lua_tointeger(L, first) < 200 || lua_tointeger(L, first) > 599)
        luaL_error(L, "an answer's status must be an integer from 200 to 599");
    a->status = (unsigned)lua_tointeger(L, first);
    if (body == NULL)
        body = "";
    if (keep < 0 || keep > (lua_Number)length)
        keep = (lua_Number)length;
    pace.keep = (size_t)keep;
    pace.kill = a->kill;
    if (lua_istable(L, first + 3) && lua_getfield(L, first + 3, "stream") == LUA_TSTRING)
        a->response = am_stream_open(e, body, length, lua_tostring(L, -1));
    else if (pace.step > 0 || keep < (lua_Number)length)
        a->response = am_stream_paced(e, body, length, &pace);
    else
        a->response =
            MHD_create_response_from_buffer(length, (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY);
    if (a->response == NULL)
        luaL_error(L, "out of memory");
    if (lua_istable(L, first + 2))
        take_headers(L, first + 2, a->response);
    return delay;
}
