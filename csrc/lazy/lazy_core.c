/* SPDX-License-Identifier: MIT */
/*
 * agentmail.core, as Lua opens it: loads agentmail/native.so beside it, which is the module itself.
 *
 * Lua opens modules with RTLD_NOW, and then the dynamic linker looks up every function that libcurl
 * and the libraries under it could ever call. That takes longer than all else that a small script
 * does. This file needs neither, and opens what does with RTLD_LAZY: a function is looked up when
 * it is first called.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <lauxlib.h>
#include <string.h>

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
int luaopen_agentmail_core(lua_State *L);

static const char native[] = "native";

/* [-0, +1] the path of this file: the second argument, from require; without one, as the dynamic
 * linker knows it, which may be relative to a directory that the program has left since. */
static const char *push_own_path(lua_State *L)
{
    Dl_info info;
    const char *path = luaL_optstring(L, 2, "");
    if (!strchr(path, '/') && dladdr(native, &info) && info.dli_fname)
        path = info.dli_fname;
    return lua_pushstring(L, path);
}

int luaopen_agentmail_core(lua_State *L)
{
    lua_CFunction open = NULL;
    const char *path = push_own_path(L), *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    lua_pushlstring(L, path, (size_t)(name - path));
    lua_pushfstring(L, "%s%s%s", lua_tostring(L, -1), native, dot ? dot : ".so");
    /* It is never unloaded, see lua_core.c. */
    void *library = dlopen(lua_tostring(L, -1), RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    void *symbol = library ? dlsym(library, "luaopen_agentmail_native") : NULL;
    if (!symbol)
        return luaL_error(L, "agentmail: cannot load its module: %s", dlerror());
    memcpy(&open, &symbol, sizeof open); /* ISO C converts no object pointers to functions */
    return open(L);
}
