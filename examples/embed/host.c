/* SPDX-License-Identifier: MIT */
/*
 * A program that embeds Lua and the module, and runs an agent script within limits: memory by an
 * allocator, time by a count hook, and no library that reaches files, programs or the environment.
 * It has one thread and a loop of its own, in which a call of the script blocks, for at most the
 * deadline.
 *
 *     cc host.c $(pkg-config --cflags --libs agentmail-lua) -o host
 *     ./host agent.lua               with AGENTMAIL_API_KEY; lines come from standard input
 */
#include <agentmail_lua.h>
#include <lauxlib.h>
#include <lualib.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MEMORY = 16 * 1024 * 1024, SECONDS = 5, INSTRUCTIONS = 10000 };

typedef struct host {
    size_t used;
    time_t till; /* the script must be done by then */
} host;

static void *allocate(void *user, void *old, size_t old_size, size_t size)
{
    host *mine = user;
    size_t had = old ? old_size : 0;
    if (size > had && size - had > MEMORY - mine->used)
        return NULL;
    void *made = size ? realloc(old, size) : (free(old), NULL);
    if (made || size == 0)
        mine->used += size - had;
    return made;
}

/* Called by the interpreter, and by the module while it waits. */
static void watch_time(lua_State *L, lua_Debug *event)
{
    void *user;
    (void)event, lua_getallocf(L, &user);
    if (time(NULL) > ((host *)user)->till)
        luaL_error(L, "the script took too long");
}

static int log_line(lua_State *L)
{
    return printf("agent: %s\n", luaL_checkstring(L, 1)), fflush(stdout), 0;
}

/* Calls the function below its arguments, within the time; its error goes to the log. */
static int run(lua_State *L, host *mine, int arguments, int results)
{
    mine->till = time(NULL) + SECONDS;
    int status = lua_pcall(L, arguments, results, 0);
    if (status != LUA_OK) {
        fprintf(stderr, "host: %s\n", luaL_tolstring(L, -1, NULL));
        lua_pop(L, 2);
    }
    return status;
}

/* Runs protected: (path) -> the script's function. */
static int load_agent(lua_State *L)
{
    static const luaL_Reg libraries[] = {{"_G", luaopen_base},     {"string", luaopen_string},
                                         {"table", luaopen_table}, {"math", luaopen_math},
                                         {"utf8", luaopen_utf8},   {NULL, NULL}};
    static const char *const withheld[] = {"dofile", "loadfile", "load"};
    for (const luaL_Reg *each = libraries; each->name; each++)
        luaL_requiref(L, each->name, each->func, 1), lua_pop(L, 1);
    for (size_t i = 0; i < sizeof withheld / sizeof *withheld; i++)
        lua_pushnil(L), lua_setglobal(L, withheld[i]);
    if (luaL_loadfilex(L, lua_tostring(L, 1), "t") != LUA_OK) /* text: bytecode could do harm */
        lua_error(L);
    luaL_requiref(L, "agentmail", luaopen_agentmail, 0); /* path, script, agentmail */
    luaL_loadstring(L, "local agentmail, url, key, seconds = ...\n"
                       "return agentmail.new { base_url = url, api_key = key,\n"
                       "                       limits = { deadline = seconds } }");
    lua_pushvalue(L, 3);
    lua_pushstring(L, getenv("AGENTMAIL_BASE_URL"));
    lua_pushstring(L, getenv("AGENTMAIL_API_KEY"));
    lua_pushinteger(L, SECONDS - 2); /* a failure reaches the script before its time is up */
    lua_call(L, 4, 1);               /* path, script, agentmail, client */
    lua_insert(L, 3);
    lua_pushcfunction(L, log_line); /* path, script, client, agentmail, log */
    lua_call(L, 3, 1);
    return 1;
}

int main(int argc, char **argv)
{
    host mine = {0};
    lua_State *L = argc == 2 ? lua_newstate(allocate, &mine) : NULL;
    if (!L)
        return fprintf(stderr, "usage: host agent.lua\n"), 2;
    lua_sethook(L, watch_time, LUA_MASKCOUNT, INSTRUCTIONS);
    lua_pushcfunction(L, load_agent);
    lua_pushstring(L, argv[1]);
    int status = run(L, &mine, 1, 1);
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    char line[1000];
    setvbuf(stdin, NULL, _IONBF, 0); /* else poll would not see the lines in the buffer */
    while (status == LUA_OK && poll(&input, 1, -1) >= 0 && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        lua_pushvalue(L, -1);
        lua_pushstring(L, line);
        run(L, &mine, 1, 0);
    }
    lua_close(L); /* ends requests that are in flight */
    return status != LUA_OK;
}
