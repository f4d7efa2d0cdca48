/* SPDX-License-Identifier: MIT */
/* The encoder's memory, in a userdata: freed if Lua raises, and reused by the next request. */
#include "lua/lua_writing.h"

#include <lauxlib.h>

#define WRITING "agentmail.core.writing"

/* The most bytes of a text, and of memory kept for the next request. */
enum { MOST_TEXT = 1 << 30, KEPT_TEXT = 1 << 16 };

static const char writing_key = 0; /* its address is the registry key of the one to reuse */

static int writing_gc(lua_State *L)
{
    am_writing *it = lua_touserdata(L, 1);
    am_written_free(&it->written);
    am_problem_free(&it->problem);
    return 0;
}

am_writing *am_lua_push_writing(lua_State *L)
{
    am_writing *it = NULL;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &writing_key) == LUA_TUSERDATA)
        it = lua_touserdata(L, -1);
    if (!it || it->busy) {
        lua_pop(L, 1);
        it = lua_newuserdatauv(L, sizeof *it, 0);
        *it = (am_writing){.busy = false};
        am_written_init(&it->written, MOST_TEXT);
        luaL_setmetatable(L, WRITING);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &writing_key);
    }
    am_written_reset(&it->written, KEPT_TEXT);
    it->busy = true;
    return it;
}

void am_lua_release(am_writing *it)
{
    am_problem_free(&it->problem);
    it->problem = (am_problem){.kind = AM_PROBLEM_NONE};
    am_written_reset(&it->written, KEPT_TEXT);
    it->busy = false;
}

void am_lua_push_words(lua_State *L, am_writing *it, const char *hint)
{
    am_buf *words = &it->written.scratch;
    am_buf_reset(words, MOST_TEXT, KEPT_TEXT);
    am_problem_words(&it->problem, hint, words);
    lua_pushlstring(L, am_buf_string(words), words->size);
}

void am_lua_add_writing(lua_State *L)
{
    luaL_newmetatable(L, WRITING);
    lua_pushcfunction(L, writing_gc);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
}
