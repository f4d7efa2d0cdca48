/* SPDX-License-Identifier: MIT */
/* The Lua module from memory. Our files get a `require` of their own: it works in a state without
 * the library `package`, and after a host has taken `require` away from its scripts. */
#include "agentmail_lua.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "embed/embed.h"
#include "lua/lua_core.h"

/* lua-cjson and the core of the outbox, where the host program links them in; otherwise NULL. */
#if defined(__GNUC__)
__attribute__((weak)) int luaopen_cjson(lua_State *L);
__attribute__((weak)) int luaopen_agentmail_outbox_core(lua_State *L);
#define LINKED_CJSON luaopen_cjson
#define LINKED_OUTBOX luaopen_agentmail_outbox_core
#else
#define LINKED_CJSON ((lua_CFunction)NULL)
#define LINKED_OUTBOX ((lua_CFunction)NULL)
#endif

static int compare(const void *name, const void *file)
{
    return strcmp(name, ((const am_embedded *)file)->name);
}

static const am_embedded *find(const char *name)
{
    return bsearch(name, am_embedded_files, am_embedded_count, sizeof *am_embedded_files, compare);
}

typedef struct pieces {
    const am_embedded *file;
    int given;
} pieces;

/* A lua_Reader: a first word that takes our require as an argument, then the text. Both share the
 * first line, so that line numbers are those of the file. */
static const char *read_piece(lua_State *L, void *state, size_t *size)
{
    static const char argument[] = "local require = ... ";
    pieces *all = state;
    (void)L;
    switch (all->given++) {
    case 0:
        *size = sizeof argument - 1;
        return argument;
    case 1:
        *size = all->file->size;
        return all->file->text;
    default:
        *size = 0;
        return NULL;
    }
}

static int own_require(lua_State *L);

/* [-0, +1] runs one of our files, whose value is never nil. */
static void push_file(lua_State *L, const am_embedded *file)
{
    pieces all = {.file = file};
    lua_pushfstring(L, "=%s", file->name);
    if (lua_load(L, read_piece, &all, lua_tostring(L, -1), "t") != LUA_OK)
        lua_error(L);
    lua_remove(L, -2);
    lua_pushcfunction(L, own_require);
    lua_call(L, 1, 1);
}

/* [-0, +1] a module that is not ours, by the host's require. */
static void push_foreign(lua_State *L, const char *name)
{
    if (lua_getglobal(L, "require") == LUA_TNIL)
        luaL_error(L,
                   "agentmail needs the module '%s', which this program does not link in, and "
                   "there is no 'require' to load it",
                   name);
    lua_pushstring(L, name);
    lua_call(L, 1, 1);
}

/* The function that opens a module in C, if it is linked in. */
static lua_CFunction linked(const char *name)
{
    if (strcmp(name, "agentmail.core") == 0)
        return luaopen_agentmail_native;
    if (strcmp(name, "agentmail.outbox_core") == 0)
        return LINKED_OUTBOX;
    return strcmp(name, "cjson") == 0 ? LINKED_CJSON : NULL;
}

/* require(name) -> the module */
static int own_require(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    lua_settop(L, 1);                                         /* name */
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE); /* name, loaded */
    lua_getfield(L, 2, name);                                 /* name, loaded, module */
    if (lua_toboolean(L, -1))
        return 1;
    lua_settop(L, 2);
    const am_embedded *file = find(name);
    lua_CFunction open = file ? NULL : linked(name);
    if (file) {
        push_file(L, file);
    } else if (open) {
        lua_pushcfunction(L, open);
        lua_call(L, 0, 1);
    } else {
        push_foreign(L, name);
        return 1;
    }
    lua_pushvalue(L, -1);
    lua_setfield(L, 2, name);
    return 1;
}

int luaopen_agentmail(lua_State *L)
{
    luaL_checkversion(L);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE); /* preload */
    for (size_t i = 0; i < am_embedded_count; i++) {
        lua_pushcfunction(L, own_require);
        lua_setfield(L, -2, am_embedded_files[i].name);
    }
    lua_pushcfunction(L, own_require);
    lua_setfield(L, -2, "agentmail.core");
    lua_pop(L, 1);
    lua_pushcfunction(L, own_require);
    lua_pushstring(L, "agentmail");
    lua_call(L, 1, 1);
    return 1;
}
