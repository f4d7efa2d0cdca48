-- SPDX-License-Identifier: MIT
-- A function, in C, that calls another in a forked child of this process, and returns whether that
-- raised nothing. The child ends without a trace, so that no checker of memory takes what it has
-- inherited for leaks.

local outside = require "spec.support.outside"

local SOURCE = [[
#include <lauxlib.h>
#include <lua.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
int run_in_child(lua_State *L)
{
    int ends[2];
    char said = 'n';
    if (pipe(ends) != 0)
        return luaL_error(L, "no pipe");
    pid_t child = fork();
    if (child == 0) {
        if (lua_pcall(L, 0, 0, 0) == LUA_OK)
            said = 'y';
        else
            fprintf(stderr, "in the child: %s\n", luaL_tolstring(L, -1, NULL));
        (void)!write(ends[1], &said, 1);
        kill(getpid(), SIGKILL);
    }
    close(ends[1]);
    int got = child > 0 ? (int)read(ends[0], &said, 1) : 0;
    close(ends[0]);
    if (child > 0)
        waitpid(child, NULL, 0);
    lua_pushboolean(L, got == 1 && said == 'y');
    return 1;
}
]]

return outside.compiled(SOURCE, "run_in_child")
