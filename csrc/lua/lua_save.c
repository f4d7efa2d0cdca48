/* SPDX-License-Identifier: MIT */
/* agentmail.core: files that are written beside their destination, and renamed when complete. */
#define _GNU_SOURCE
#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/save.h"
#include "base/save_place.h"
#include "lua/lua_args.h"
#include "lua/lua_parts.h"

/* A Lua file that is deleted when it is closed or collected, for any reason, unless it was
 * published. The userdata is the library's own, extended at its end. */
typedef struct part_file {
    luaL_Stream stream; /* first */
    pid_t owner;        /* a forked child closes its copy, and leaves the parent's file in place */
    char name[PATH_MAX];
} part_file;

/* [-0, +1] pushes a file of Lua's io library, closed until it opens. */
static void *push_closed(lua_State *L, size_t size)
{
    luaL_Stream *stream = lua_newuserdatauv(L, size, 0);
    stream->closef = NULL;
    if (luaL_getmetatable(L, LUA_FILEHANDLE) == LUA_TNIL)
        luaL_error(L, "agentmail: a file needs Lua's io library, which this state does not have");
    lua_setmetatable(L, -2);
    return stream;
}

static int close_part(lua_State *L)
{
    part_file *part = luaL_checkudata(L, 1, LUA_FILEHANDLE);
    if (part->name[0] && part->owner == getpid())
        unlink(part->name);
    return luaL_fileresult(L, fclose(part->stream.f) == 0, NULL);
}

/* [-0, +1] pushes a part of the file at `path`. False: errno says why. */
static bool push_part(lua_State *L, const char *path, const char *tag)
{
    part_file *part = push_closed(L, sizeof *part);
    int fd = am_place_open_part(path, tag, part->name);
    if (fd < 0)
        return false;
    part->owner = getpid();
    part->stream.f = fdopen(fd, "w+");
    if (!part->stream.f) {
        int error = errno;
        close(fd);
        unlink(part->name);
        errno = error;
        return false;
    }
    part->stream.closef = close_part;
    return true;
}

static int push_problem(lua_State *L, const char *refusal)
{
    lua_pushnil(L);
    lua_pushstring(L, refusal ? refusal : strerror(errno));
    lua_pushboolean(L, refusal != NULL);
    return 3;
}

/* core.part(path, tag) -> file, its name, the file that it is a part of
 *                       | nil, problem, true if the path's target is the problem */
static int core_part(lua_State *L)
{
    am_place place;
    const char *path = am_lua_check_text(L, 1), *tag = am_lua_check_text(L, 2);
    if (!am_place_find_file(&place, path))
        return push_problem(L, place.refusal);
    if (!push_part(L, place.path, tag))
        return push_problem(L, NULL);
    lua_pushstring(L, ((part_file *)lua_touserdata(L, -1))->name);
    lua_pushstring(L, place.path);
    return 3;
}

/* core.part_in(folder, name, tag) -> file, its name, the folder, its longest name
 *                                  | nil, problem, as above */
static int core_part_in(lua_State *L)
{
    am_place place;
    const char *folder = am_lua_check_text(L, 1), *name = am_lua_check_text(L, 2);
    const char *tag = am_lua_check_text(L, 3);
    if (!am_place_find_folder(&place, folder))
        return push_problem(L, place.refusal);
    lua_pushfstring(L, "%s/%s", place.path, name);
    if (!push_part(L, lua_tostring(L, -1), tag))
        return push_problem(L, NULL);
    lua_pushstring(L, ((part_file *)lua_touserdata(L, -1))->name);
    lua_pushstring(L, place.path);
    lua_pushinteger(L, am_place_longest_name(place.path));
    return 4;
}

static int close_temporary(lua_State *L)
{
    const luaL_Stream *stream = luaL_checkudata(L, 1, LUA_FILEHANDLE);
    return luaL_fileresult(L, fclose(stream->f) == 0, NULL);
}

/* core.temporary() -> file without a name | nil, problem */
static int core_temporary(lua_State *L)
{
    luaL_Stream *stream = push_closed(L, sizeof *stream);
    stream->f = tmpfile();
    if (!stream->f)
        return luaL_fileresult(L, 0, NULL);
    stream->closef = close_temporary;
    return 1;
}

/* ---- the end --------------------------------------------------------------------------------- */

typedef bool publisher(int fd, const char *part, const char *path);

/* Gives the file at index 1 its final name. False: errno says why. */
static bool publish(lua_State *L, publisher *give_name)
{
    const luaL_Stream *stream = luaL_checkudata(L, 1, LUA_FILEHANDLE);
    const char *part = am_lua_check_text(L, 2), *path = am_lua_check_text(L, 3);
    luaL_argcheck(L, stream->closef, 1, "the file is closed");
    if (fflush(stream->f) != 0 || !give_name(fileno(stream->f), part, path))
        return false;
    if (stream->closef == close_part)
        ((part_file *)lua_touserdata(L, 1))->name[0] = '\0';
    return true;
}

/* [-0, +n] what the publishing functions return: true | nil, message */
static int push_published(lua_State *L, bool done)
{
    if (done) {
        lua_pushboolean(L, true);
        return 1;
    }
    const char *problem = strerror(errno);
    lua_settop(L, 4);
    lua_pushnil(L);
    lua_pushfstring(L, "%s: %s", luaL_optstring(L, 4, lua_tostring(L, 3)), problem);
    return 2;
}

/* core.publish(file, part, path[, name of that]) -> true | nil, message: renames an open file,
 * durably; replaces an existing file */
static int core_publish(lua_State *L)
{
    return push_published(L, publish(L, am_save_publish));
}

/* core.publish_new(file, part, path[, name of that]) -> true | false if it exists | nil, message */
static int core_publish_new(lua_State *L)
{
    bool done = publish(L, am_save_publish_new);
    if (done || errno != EEXIST)
        return push_published(L, done);
    lua_pushboolean(L, false);
    return 1;
}

void am_lua_add_save(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"part", core_part},       {"part_in", core_part_in},         {"temporary", core_temporary},
        {"publish", core_publish}, {"publish_new", core_publish_new}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
