/* SPDX-License-Identifier: MIT */
/* agentmail.core: giving a file that is complete its name. */
#define _GNU_SOURCE
#include "lua_core.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "save.h"

/* core.publish(file, part, path) -> true | nil, message: renames an open file, durably */
static int core_publish(lua_State *L)
{
    const luaL_Stream *stream = luaL_checkudata(L, 1, LUA_FILEHANDLE);
    size_t part_size, path_size;
    const char *part = luaL_checklstring(L, 2, &part_size);
    const char *path = luaL_checklstring(L, 3, &path_size);
    luaL_argcheck(L, stream->closef, 1, "the file is closed");
    luaL_argcheck(L, strlen(part) == part_size, 2, "holds a NUL character");
    luaL_argcheck(L, strlen(path) == path_size, 3, "holds a NUL character");
    if (fflush(stream->f) == 0 && am_save_publish(fileno(stream->f), part, path)) {
        lua_pushboolean(L, true);
        return 1;
    }
    lua_pushnil(L);
    lua_pushfstring(L, "%s: %s", path, strerror(errno));
    return 2;
}

void am_lua_add_save(lua_State *L)
{
    lua_pushcfunction(L, core_publish);
    lua_setfield(L, -2, "publish");
}
