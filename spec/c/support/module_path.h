/* SPDX-License-Identifier: MIT */
/* The location of the Lua modules from the same build as this program. */
#ifndef MODULE_PATH_H
#define MODULE_PATH_H

#include <lua.h>
#include <string.h>
#include <unistd.h>

/* [-0, +1] pushes a pattern for package.cpath: ../../lib from this program. */
static inline const char *module_path_push(lua_State *L)
{
    char path[4096];
    ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
    path[size > 0 ? size : 0] = '\0';
    char *end = strstr(path, "/spec/c/");
    if (end)
        *end = '\0';
    return lua_pushfstring(L, "%s/lib/?.so", path);
}

#endif
