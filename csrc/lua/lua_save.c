/* SPDX-License-Identifier: MIT */
/* agentmail.core: giving a file that is complete its name. */
#define _GNU_SOURCE
#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "base/save.h"
#include "lua/lua_args.h"
#include "lua/lua_parts.h"

/* core.publish(file, part, path) -> true | nil, message: renames an open file, durably */
static int core_publish(lua_State *L)
{
    const luaL_Stream *stream = luaL_checkudata(L, 1, LUA_FILEHANDLE);
    const char *part = am_lua_check_text(L, 2), *path = am_lua_check_text(L, 3);
    luaL_argcheck(L, stream->closef, 1, "the file is closed");
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
