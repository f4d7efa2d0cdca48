/* SPDX-License-Identifier: MIT */
/* plan:perform under a hostile host: memory that runs out anywhere, hooks that yield or raise
 * anywhere, finalizers that close the client or change the arguments anywhere. */
#include "unit.h"

#include <lauxlib.h>
#include <string.h>

#include "fault_client.h"
#include "state_rig.h"

static const fault_step answers[] = {
    {.done = true, .status = 200, .body = "{\"message_id\":\"m\",\"thread_id\":\"t\"}"},
    {.done = true, .status = 200, .body = "{\"message_id\":\"m\",\"thread_id\":\"t\"}"},
    {.done = true, .status = 200, .body = "{\"message_id\":\"m\",\"thread_id\":\"t\"}"},
};
static const fault_step paused = {.pauses = true,
                                  .raw = "HTTP/1.1 200 OK\r\nContent-Length: "
                                         "35\r\n\r\n{\"message_id\":\"m\",\"thread_id\":\"t\"}  "};

typedef struct host {
    scarce_lua memory;
    fault_server *server;
    int calls, let_go_after;
} host;

static const char script[] =
    "local path, url = ...\n"
    "package.cpath = path .. ';' .. package.cpath\n"
    "package.path = 'lua/?.lua;lua/?/init.lua;' .. package.path\n"
    "local agentmail = require 'agentmail'\n"
    "local client, messages, arguments\n"
    "function open()\n"
    "  client = agentmail.new { base_url = url, api_key = 'k', limits = { attempts = 1 } }\n"
    "  messages = client:inbox('a').messages\n"
    "end\n"
    "function send(key)\n"
    "  arguments = { to = { 'b', 'c' }, text = ('t'):rep(100),\n"
    "                attachments = { { filename = 'f', data = ('d'):rep(100) } } }\n"
    "  local value, receipt, failure = messages:send(arguments,\n"
    "    { idempotency_key = key, attempts = 1, on_attempt = function() end })\n"
    "  return value and value.message_id .. value.thread_id or failure.code\n"
    "end\n"
    "function interrupted()\n"
    "  local list = client:interrupted()\n"
    "  local one = list[1]\n"
    "  return #list, one and one.idempotency_key, one and one.outcome\n"
    "end\n"
    "function close() client:close() client, messages = nil, nil collectgarbage() end\n"
    "local function spoil() arguments.to, arguments.attachments[1].data = 'x', 'y' end\n"
    "function finalize_at(n, what)\n"
    "  local action = what == 'close' and function() client:close() end or spoil\n"
    "  local function make() setmetatable({}, { __gc = function()\n"
    "    n = n - 1\n"
    "    if n == 0 then action() elseif n > 0 then make() end end }) end\n"
    "  make()\n"
    "  collectgarbage('incremental', 1, 1000, 0)\n"
    "  return function() local left = n n = 0 return left > 0 end\n"
    "end\n";

static lua_State *open_state(host *mine)
{
    lua_State *L = state_open(&mine->memory, script, fault_server_url(mine->server));
    if (luaL_dostring(L, "open()") != LUA_OK)
        fail_msg("%s", lua_tostring(L, -1));
    return L;
}

/* send(key); leaves its result or the error at the top. */
static int send_once(lua_State *L, const char *key)
{
    lua_settop(L, 0);
    lua_getglobal(L, "send");
    lua_pushstring(L, key);
    return lua_pcall(L, 1, 1, 0);
}

/* The number of interrupted calls; the key and the outcome of the first are left at the top. */
static lua_Integer interrupted(lua_State *L)
{
    lua_settop(L, 0);
    lua_getglobal(L, "interrupted");
    if (lua_pcall(L, 0, 3, 0) != LUA_OK)
        fail_msg("%s", lua_tostring(L, -1));
    return lua_tointeger(L, 1);
}

static void out_of_memory_anywhere_is_an_error_or_a_result(void **state)
{
    long errors = 0;
    for (long n = 1;; n++) {
        host mine = {.server = *state};
        lua_State *L = open_state(&mine);
        fault_server_script(mine.server, answers, COUNT(answers));
        luaL_checkstack(L, LUA_MINSTACK, NULL);
        lua_settop(L, 0);
        lua_getglobal(L, "send");
        lua_pushliteral(L, "k1");
        scarce_lua_fail(&mine.memory, n);
        int status = lua_pcall(L, 1, 1, 0);
        mine.memory.fail_at = 0;
        bool whole = status == LUA_OK && strcmp(lua_tostring(L, -1), "mt") == 0;
        errors += status != LUA_OK;
        if (status != LUA_OK)
            assert_int_equal(status, LUA_ERRMEM);
        lua_Integer cut = interrupted(L);
        assert_in_range(cut, 0, 1);
        if (cut == 1)
            assert_string_equal(lua_tostring(L, 2), "k1");
        fault_server_script(mine.server, answers, COUNT(answers));
        assert_int_equal(send_once(L, "k2"), LUA_OK);
        assert_string_equal(lua_tostring(L, -1), "mt");
        lua_close(L);
        assert_int_equal(mine.memory.live, 0);
        if (whole)
            break;
    }
    assert_true(errors > 20);
}

static void yield_hook(lua_State *L, lua_Debug *event)
{
    (void)event;
    lua_yield(L, 0);
}

/* The wait calls the hook each 50 ms. */
enum { YIELDS_IN_WAIT = 10 };

static void a_hook_that_yields_at_every_instruction_loses_nothing(void **state)
{
    host mine = {.server = *state};
    lua_State *L = open_state(&mine);
    for (int every = 1; every <= 3; every++) {
        lua_State *co = lua_newthread(L);
        int results = 0, resumes = 0, in_wait = 0, status;
        int before = fault_server_totals(mine.server).requests;
        fault_server_script(mine.server, &paused, 1);
        lua_sethook(co, yield_hook, LUA_MASKCOUNT, every);
        lua_getglobal(co, "send");
        lua_pushliteral(co, "k1");
        while ((status = lua_resume(co, L, resumes == 0 ? 1 : 0, &results)) == LUA_YIELD) {
            lua_pop(co, results);
            resumes++;
            if (fault_server_totals(mine.server).requests > before && ++in_wait == YIELDS_IN_WAIT)
                fault_server_go_on(mine.server, 1);
        }
        if (status != LUA_OK)
            fail_msg("%s", lua_tostring(co, -1));
        assert_string_equal(lua_tostring(co, -1), "mt");
        assert_true(resumes > 20);
        assert_true(in_wait >= YIELDS_IN_WAIT);
        assert_int_equal(interrupted(L), 0);
    }
    lua_close(L);
}

static void raise_hook(lua_State *L, lua_Debug *event)
{
    host *mine = state_memory(L);
    (void)event;
    if (++mine->calls == mine->let_go_after)
        luaL_error(L, "out of time");
}

static void a_hook_that_raises_in_the_wait_leaves_key_and_outcome(void **state)
{
    host mine = {.server = *state};
    for (mine.let_go_after = 1; mine.let_go_after <= 3; mine.let_go_after++) {
        lua_State *L = open_state(&mine);
        fault_server_script(mine.server, &paused, 1);
        mine.calls = 0;
        lua_sethook(L, raise_hook, LUA_MASKCOUNT, 1000000000);
        assert_int_equal(send_once(L, "k1"), LUA_ERRRUN);
        lua_sethook(L, NULL, 0, 0);
        assert_int_equal(interrupted(L), 1);
        assert_string_equal(lua_tostring(L, 2), "k1");
        assert_string_equal(lua_tostring(L, 3), "unknown");
        lua_close(L);
        assert_int_equal(mine.memory.live, 0);
    }
}

/* A finalizer acts at the nth time the collector runs one, for every n there is. */
static void finalize_everywhere(host *mine, const char *what, const char *const results[2])
{
    bool acted = true;
    long seen[2] = {0};
    for (long n = 1; acted; n++) {
        lua_State *L = open_state(mine);
        fault_server_script(mine->server, answers, COUNT(answers));
        lua_getglobal(L, "finalize_at");
        lua_pushinteger(L, n);
        lua_pushstring(L, what);
        assert_int_equal(lua_pcall(L, 2, 1, 0), LUA_OK);
        lua_setglobal(L, "stop");
        if (send_once(L, "k1") != LUA_OK)
            fail_msg("%s", lua_tostring(L, -1));
        int which = strcmp(lua_tostring(L, -1), results[0]) == 0 ? 0 : 1;
        assert_string_equal(lua_tostring(L, -1), results[which]);
        seen[which]++;
        assert_int_equal(luaL_dostring(L, "return stop()"), LUA_OK);
        acted = !lua_toboolean(L, -1);
        lua_close(L);
        assert_int_equal(mine->memory.live, 0);
    }
    assert_true(seen[0] > 0);
}

static void a_finalizer_may_close_the_client_anywhere(void **state)
{
    static const char *const results[2] = {"mt", "closed"};
    host mine = {.server = *state};
    finalize_everywhere(&mine, "close", results);
}

static void a_finalizer_may_change_the_arguments_anywhere(void **state)
{
    static const char *const results[2] = {"mt", "mt"};
    host mine = {.server = *state};
    finalize_everywhere(&mine, "spoil", results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_CASE(out_of_memory_anywhere_is_an_error_or_a_result),
        FAULT_CASE(a_hook_that_yields_at_every_instruction_loses_nothing),
        FAULT_CASE(a_hook_that_raises_in_the_wait_leaves_key_and_outcome),
        FAULT_CASE(a_finalizer_may_close_the_client_anywhere),
        FAULT_CASE(a_finalizer_may_change_the_arguments_anywhere),
    };
    return cmocka_run_group_tests_name("perform", tests, NULL, NULL);
}
