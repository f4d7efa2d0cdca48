/* SPDX-License-Identifier: MIT */
/* Tasks under a hostile host: memory that runs out anywhere, hooks that raise or yield anywhere,
 * Ctrl-C, fork. No task is lost, stuck, or run twice. */
#define _GNU_SOURCE
#include "unit.h"

#include <lauxlib.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fault_client.h"
#include "state_rig.h"

static const fault_step paused = {.pauses = true,
                                  .raw = "HTTP/1.1 200 OK\r\nContent-Length: "
                                         "35\r\n\r\n{\"message_id\":\"m\",\"thread_id\":\"t\"}  "};

typedef struct host {
    scarce_lua memory;
    fault_server *server;
    long calls, raise_at; /* of the hook; at that one it raises an error */
    int seen;             /* requests that the server had before */
} host;

/* play() has tasks of each kind, in steps; afterwards finish() and check() say what is wrong, or
 * nothing. play_run() does the same in a run. */
static const char script[] =
    "local path, url = ...\n"
    "package.cpath = path .. ';' .. package.cpath\n"
    "package.path = 'lua/?.lua;lua/?/init.lua;' .. package.path\n"
    "agentmail = require 'agentmail'\n"
    "local scheduler = require 'agentmail.task.scheduler'\n"
    "local timers = require 'agentmail.task.timers'\n"
    "client = agentmail.new { base_url = url, api_key = 'k', limits = { attempts = 1 } }\n"
    "agentmail_now = require 'agentmail.core'.now\n"
    "local spawn, sleep = agentmail.spawn, agentmail.sleep\n"
    "agentmail.pollfd()\n"
    "local entered, left, tasks = {}, {}, {}\n"
    "for i = 1, 20 do entered[i], left[i], tasks[i] = 0, 0, false end\n"
    "local function work(i, f)\n"
    "  entered[i] = entered[i] + 1\n"
    "  sleep(0)\n"
    "  f()\n"
    "  left[i] = left[i] + 1\n"
    "end\n"
    "local function nothing() end\n"
    "local ours\n"
    "require 'agentmail.task.host'.attach(nothing, function(co)\n"
    "  if co == ours then return coroutine.yield, function() coroutine.resume(co) end end\n"
    "end)\n"
    "local function begin()\n"
    "  for i = 1, 20 do entered[i], left[i], tasks[i] = 0, 0, false end\n"
    "  tasks[1] = spawn(work, 1, nothing)\n"
    "  tasks[2] = spawn(work, 2, function() tasks[1]:join() end)\n"
    "  tasks[3] = spawn(work, 3, function() sleep(60) end)\n"
    "  tasks[4] = spawn(work, 4, function() agentmail.map({ 5, 6, 7 }, 2, function(i)\n"
    "    work(i, nothing) end) end)\n"
    "  tasks[8] = spawn(work, 8, function() agentmail.within(60, sleep, 0) end)\n"
    "  tasks[9] = spawn(work, 9, function() local t <close> = spawn(sleep, 60) end)\n"
    "  ours = coroutine.create(function()\n" /* of the host */
    "    work(10, function() if tasks[1] then tasks[1]:join() end end)\n"
    "  end)\n"
    "  coroutine.resume(ours)\n"
    "  sleep(0)\n"
    "  tasks[3]:cancel()\n"
    "end\n"
    "function play()\n"
    "  begin()\n"
    "  while agentmail.step() > 0 do end\n"
    "end\n"
    "function play_run() agentmail.run(begin) end\n"
    "function finish()\n"
    "  for i = 1, 5000 do\n"
    "    for _, task in pairs(i > 200 and scheduler.tasks or {}) do\n"
    "      if task.waiting == 'time' and task.at > agentmail_now() + 9 then task:cancel() end\n"
    "    end\n"
    "    local fine, count = pcall(agentmail.step)\n"
    "    if fine and next(scheduler.tasks) == nil then return end\n"
    "  end\n"
    "  error 'a task never ends'\n"
    "end\n"
    "function check()\n"
    "  local done = true\n"
    "  for i = 1, 20 do\n"
    "    assert(entered[i] <= 1 and left[i] <= entered[i], 'a task ran twice')\n"
    "    local task = tasks[i]\n"
    "    local is_spawned = task or i >= 5 and i <= 7 or i == 10\n"
    "    assert(not strict or is_spawned or entered[i] == 0, 'it ran, and spawn had raised')\n"
    "    if task and task.state == 'done' then assert(left[i] == 1, 'a task was lost') end\n"
    "    if task and not task.over then error('a task is left: ' .. task.state) end\n"
    "  end\n"
    "  assert(timers.first() == nil, 'a timer is left')\n"
    "  return tasks[1].state == 'done' and tasks[2].state == 'done' and tasks[4].state == 'done'\n"
    "    and tasks[8].state == 'done' and tasks[9].state == 'done' and left[7] == 1\n"
    "    and tasks[3].state == 'cancelled' and left[10] == 1\n"
    "end\n"
    "local function send(key)\n"
    "  return client:inbox('a').messages:send({ to = 'b', text = 't' }, { idempotency_key = key "
    "})\n"
    "end\n"
    "function send_and_sleep()\n"
    "  agentmail.run(function()\n"
    "    spawn(send, 'k1')\n"
    "    spawn(function() pcall(sleep, 60) sleep(60) end)\n"
    "    spawn(function() agentmail.run(sleep, 60) end)\n"
    "    while interrupt_soon and not interrupt_soon() do sleep(0.005) end\n"
    "    sleep(60)\n"
    "  end)\n"
    "end\n"
    "function interrupted()\n"
    "  local list = client:interrupted()\n"
    "  return #list .. ' ' .. list[1].idempotency_key .. ' ' .. list[1].outcome\n"
    "end\n"
    "function fork_and_send()\n"
    "  local sleeper, sender\n"
    "  local done, problem = pcall(agentmail.run, function()\n"
    "    sender = spawn(send, 'k1')\n"
    "    sleeper = spawn(function() sleep(0.3) return 'slept' end)\n"
    "    sleep(0.1)\n"
    "    if fork() == 0 then\n"
    "      sleep(0)\n" /* it blocks here */
    "      child = { pcall(sleeper.join, sleeper) }\n"
    "    else\n"
    "      wait_for_child()\n"
    "      return sleeper:join() .. sender:join().message_id\n"
    "    end\n"
    "  end)\n"
    "  if child then\n"
    "    local words = 'belongs to the process that forked'\n"
    "    local told = not done and problem:find(words) and child[2]:find(words)\n"
    "    leave(told and sender.state == 'failed' and agentmail.step() == 0 and 0 or 1)\n"
    "  end\n"
    "  return problem\n"
    "end\n";

static lua_State *open_state(host *mine)
{
    const char *url = mine->server ? fault_server_url(mine->server) : "http://127.0.0.1:9";
    return state_open(&mine->memory, script, url);
}

static int call_global(lua_State *L, const char *name)
{
    lua_settop(L, 0);
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    lua_getglobal(L, name);
    return lua_pcall(L, 0, 1, 0);
}

static void must(lua_State *L, const char *name, long n)
{
    if (call_global(L, name) != LUA_OK)
        fail_msg("%s at %ld: %s", name, n, lua_tostring(L, -1));
}

/* What is wrong after a play: nothing. True: it was as if nothing had happened. */
static bool is_whole(lua_State *L, long n)
{
    must(L, "finish", n);
    if (call_global(L, "check") != LUA_OK) {
        if (strstr(lua_tostring(L, -1), "attempt to index")) /* not all were spawned */
            return false;
        fail_msg("check at %ld: %s", n, lua_tostring(L, -1));
    }
    return lua_toboolean(L, -1);
}

static void starve(const char *play, bool once)
{
    host mine = {.memory.once = once};
    lua_State *L = open_state(&mine);
    lua_pushboolean(L, true);
    lua_setglobal(L, "strict");
    must(L, play, 0);
    assert_true(is_whole(L, 0));
    long errors = 0;
    for (long n = 1;; n++) {
        scarce_lua_fail(&mine.memory, n);
        int status = call_global(L, play);
        bool failed = mine.memory.asked >= n;
        mine.memory.fail_at = 0;
        errors += status != LUA_OK;
        bool whole = is_whole(L, n);
        if (!failed) {
            assert_true(whole);
            break;
        }
        lua_gc(L, LUA_GCCOLLECT);
    }
    assert_true(errors > 20);
    lua_close(L);
    assert_int_equal(mine.memory.live, 0);
}

static void out_of_memory_anywhere_loses_no_task(void **state)
{
    (void)state;
    starve("play", false);
    starve("play", true);
    starve("play_run", false);
    starve("play_run", true);
}

static void raise_once(lua_State *L, lua_Debug *event)
{
    (void)event;
    host *mine = state_memory(L);
    if (++mine->calls == mine->raise_at)
        luaL_error(L, "out of time");
}

static void raise_everywhere(const char *play)
{
    host mine = {0};
    lua_State *L = open_state(&mine);
    must(L, play, 0);
    long errors = 0, step = fault_slowness() > 1 ? 41 : 3;
    for (long n = 1;; n += step) {
        mine.calls = 0;
        mine.raise_at = n;
        lua_sethook(L, raise_once, LUA_MASKCOUNT, 1);
        errors += call_global(L, play) != LUA_OK;
        bool raised = mine.calls >= n;
        mine.raise_at = 0;
        lua_sethook(L, NULL, 0, 0);
        bool whole = is_whole(L, n);
        if (!raised) {
            assert_true(whole);
            break;
        }
    }
    assert_true(errors > 20);
    lua_close(L);
    assert_int_equal(mine.memory.live, 0);
}

static void a_hook_that_raises_anywhere_loses_no_task(void **state)
{
    (void)state;
    raise_everywhere("play");
    raise_everywhere("play_run");
}

static lua_State *signalled;

static void stop(lua_State *L, lua_Debug *event)
{
    (void)event;
    lua_sethook(L, NULL, 0, 0);
    luaL_error(L, "interrupted!");
}

/* As lua.c does. */
static void on_signal(int number)
{
    (void)number;
    lua_sethook(signalled, stop, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

/* interrupt_soon() -> whether the request has arrived; if so, a signal comes after that time. */
static int lua_interrupt_soon(lua_State *L)
{
    host *mine = state_memory(L);
    bool arrived = fault_server_totals(mine->server).requests > mine->seen;
    long us = (long)lua_tointeger(L, lua_upvalueindex(1)) * 1000;
    struct itimerval in = {.it_value = {.tv_usec = us}};
    if (arrived)
        setitimer(ITIMER_REAL, &in, NULL);
    lua_pushboolean(L, arrived);
    return 1;
}

static void ctrl_c_ends_a_run_and_keeps_what_is_known(void **state)
{
    struct sigaction action = {.sa_handler = on_signal}, before;
    for (int ms = 1; ms <= 64; ms *= 4) {
        host mine = {.server = *state, .seen = fault_server_totals(*state).requests};
        fault_server_script(mine.server, &paused, 1);
        signalled = open_state(&mine);
        lua_pushinteger(signalled, ms);
        lua_pushcclosure(signalled, lua_interrupt_soon, 1);
        lua_setglobal(signalled, "interrupt_soon");
        sigaction(SIGALRM, &action, &before);
        assert_int_equal(call_global(signalled, "send_and_sleep"), LUA_ERRRUN);
        sigaction(SIGALRM, &before, NULL);
        assert_non_null(strstr(lua_tostring(signalled, -1), "interrupted!"));
        must(signalled, "interrupted", ms);
        assert_string_equal(lua_tostring(signalled, -1), "1 k1 unknown");
        assert_int_equal(luaL_dostring(signalled, "return agentmail.step()"), LUA_OK);
        assert_int_equal(lua_tointeger(signalled, -1), 0);
        lua_close(signalled);
        assert_int_equal(mine.memory.live, 0);
    }
}

static int lua_fork(lua_State *L)
{
    lua_pushinteger(L, fork());
    return 1;
}

static int lua_leave(lua_State *L)
{
    _exit((int)luaL_checkinteger(L, 1));
}

static int lua_wait_for_child(lua_State *L)
{
    host *mine = state_memory(L);
    int status = 0;
    wait(&status);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        luaL_error(L, "the child ended with status %d", status);
    fault_server_go_on(mine->server, 1);
    return 0;
}

static void a_child_has_no_tasks_and_says_so_the_parents_go_on(void **state)
{
    host mine = {.server = *state};
    fault_server_script(mine.server, &paused, 1);
    lua_State *L = open_state(&mine);
    lua_register(L, "fork", lua_fork);
    lua_register(L, "leave", lua_leave);
    lua_register(L, "wait_for_child", lua_wait_for_child);
    must(L, "fork_and_send", 0);
    assert_string_equal(lua_tostring(L, -1), "sleptm");
    lua_close(L);
    assert_int_equal(mine.memory.live, 0);
}

static void a_state_closes_with_tasks_in_flight(void **state)
{
    host mine = {.server = *state};
    fault_server_script(mine.server, &paused, 1);
    lua_State *L = open_state(&mine);
    if (luaL_dostring(L, "for i = 1, 3 do agentmail.spawn(send_and_sleep) end\n"
                         "for i = 1, 20 do agentmail.step() end") != LUA_OK)
        fail_msg("%s", lua_tostring(L, -1));
    lua_close(L);
    assert_int_equal(mine.memory.live, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(out_of_memory_anywhere_loses_no_task),
        cmocka_unit_test(a_hook_that_raises_anywhere_loses_no_task),
        FAULT_CASE(ctrl_c_ends_a_run_and_keeps_what_is_known),
        FAULT_CASE(a_child_has_no_tasks_and_says_so_the_parents_go_on),
        FAULT_CASE(a_state_closes_with_tasks_in_flight),
    };
    return cmocka_run_group_tests_name("tasks", tests, NULL, NULL);
}
