-- SPDX-License-Identifier: MIT
-- Forks this process: a C function, compiled on first use. The child ends without a trace, so that
-- no checker of memory takes what it has inherited for leaks.

local forks = {}

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

--- A function that calls another in a child process, and returns whether that raised nothing; nil
--- where there is no compiler.
---@return (fun(f: function): boolean)?
function forks.function_of()
  local path = os.tmpname()
  local file <close> = assert(io.open(path .. ".c", "w"))
  file:write(SOURCE)
  file:flush()
  local command = "env -u LD_PRELOAD cc -shared -fPIC $(pkg-config --cflags lua5.4) -o %s %s.c"
  local done = os.execute(command:format(path, path))
  local run_in_child = done and package.loadlib(path, "run_in_child") or nil
  os.remove(path .. ".c")
  os.remove(path)
  return run_in_child
end

return forks
