/* SPDX-License-Identifier: MIT */
/* agentmail.core: the source of a Lua module, kept until it is needed (util/held.lua). In Lua's
 * heap it would cost twice its size: the collector lets that heap double before it collects. */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <lauxlib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lua/lua_parts.h"

#define KEPT "agentmail.kept"

/* A module that is larger is no module of ours. */
enum { MOST_BYTES = 1 << 20 };

typedef struct am_kept {
    char *text;
    size_t size;
} am_kept;

static bool read_all(int fd, am_kept *kept)
{
    struct stat file;
    if (fstat(fd, &file) || file.st_size < 0 || file.st_size > MOST_BYTES)
        return false;
    size_t size = (size_t)file.st_size;
    kept->text = malloc(size + 1);
    while (kept->text && kept->size < size) {
        ssize_t got = read(fd, kept->text + kept->size, size - kept->size);
        if (got <= 0)
            return false;
        kept->size += (size_t)got;
    }
    return kept->text;
}

/* core.keep(path) -> kept; nil: it can't be read */
static int core_keep(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    am_kept *kept = lua_newuserdatauv(L, sizeof *kept, 0);
    *kept = (am_kept){0};
    luaL_setmetatable(L, KEPT);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is_read = fd >= 0 && read_all(fd, kept);
    if (fd >= 0)
        close(fd);
    if (!is_read)
        lua_pushnil(L);
    return 1;
}

static int kept_free(lua_State *L)
{
    am_kept *kept = luaL_checkudata(L, 1, KEPT);
    free(kept->text);
    *kept = (am_kept){0};
    return 0;
}

/* kept:load(chunk's name) -> the chunk, as `load` does, compiled already or not; nil, message */
static int kept_load(lua_State *L)
{
    const am_kept *kept = luaL_checkudata(L, 1, KEPT);
    const char *name = luaL_checkstring(L, 2);
    if (luaL_loadbufferx(L, kept->text, kept->size, name, NULL) == LUA_OK)
        return 1;
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
}

void am_lua_add_kept(lua_State *L)
{
    static const luaL_Reg methods[] = {{"load", kept_load}, {"__gc", kept_free}, {NULL, NULL}};
    luaL_newmetatable(L, KEPT);
    luaL_setfuncs(L, methods, 0);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    lua_pushcfunction(L, core_keep);
    lua_setfield(L, -2, "keep");
}
