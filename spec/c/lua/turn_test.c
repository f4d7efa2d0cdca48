/* SPDX-License-Identifier: MIT */
/* A host's count hook in a blocking wait: it is called although nothing is executed, and may raise,
 * yield, or close what is waited for. */
#define _GNU_SOURCE
#include "unit.h"

#include <lauxlib.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include "fault_client.h"
#include "state_rig.h"

enum { NEVER = 1000000000 }; /* instructions: only a wait calls the hook */

static const fault_step paused = {
    .pauses = true, .raw = "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n" FAULT_WHOLE};

/* Of `core` and `client`: what `wait` names is waited for until it is over. */
static const char script[] =
    "local path, url = ...\n"
    "package.cpath = path\n"
    "core = require 'agentmail.core'\n"
    "local client = core.client { base_url = url, proxy = '', api_key = 'k' }\n"
    "local function see_through(next_news)\n"
    "  call = assert(client:submit('GET', '/v0/x', 'safe'))\n"
    "  local state, status, body\n"
    "  repeat\n"
    "    state, status, body = next_news()\n"
    "    if state == 'judging' then last = body; call:judge('whole') end\n"
    "  until state == 'done'\n"
    "  return last\n"
    "end\n"
    "function wait() return see_through(function() return call:wait() end) end\n"
    "function wait_any()\n"
    "  return see_through(function() return select(2, core.wait_any { [call] = true }) end)\n"
    "end\n"
    "function sleep()\n"
    "  local till = core.now() + 0.2\n"
    "  while core.now() < till do core.sleep(till - core.now()) end\n"
    "  return 'slept'\n"
    "end\n";

typedef struct host {
    scarce_lua memory;
    fault_server *server;
    int calls, let_go_after;
} host;

static void seen(lua_State *L)
{
    host *mine = state_memory(L);
    if (++mine->calls == mine->let_go_after)
        fault_server_go_on(mine->server, 1);
}

static void look_on(lua_State *L, lua_Debug *event)
{
    assert_int_equal(event->event, LUA_HOOKCOUNT);
    assert_int_equal(lua_getinfo(L, "Sl", event), 1);
    seen(L);
}

static void give_up(lua_State *L, lua_Debug *event)
{
    (void)event;
    seen(L);
    luaL_error(L, "out of time");
}

static void pause_script(lua_State *L, lua_Debug *event)
{
    (void)event;
    seen(L);
    lua_yield(L, 0);
}

static void close_call(lua_State *L, lua_Debug *event)
{
    (void)event;
    seen(L);
    lua_getglobal(L, "call");
    lua_getfield(L, -1, "close");
    lua_insert(L, -2);
    lua_call(L, 1, 0);
}

/* A state with the functions of the script; the next request gets its answer with the nth call of
 * the hook. */
static lua_State *open_state(host *mine)
{
    lua_State *L = state_open(&mine->memory, script, fault_server_url(mine->server));
    fault_server_script(mine->server, &paused, 1);
    return L;
}

static const char *const waits[] = {"wait", "wait_any", "sleep"};

static void expect(lua_State *L, size_t wait)
{
    assert_string_equal(lua_tostring(L, -1), wait < 2 ? FAULT_WHOLE : "slept");
}

static void a_wait_calls_the_hook_although_nothing_is_executed(void **state)
{
    for (size_t i = 0; i < COUNT(waits); i++) {
        host mine = {.server = *state, .let_go_after = i < 2 ? 3 : 0};
        lua_State *L = open_state(&mine);
        lua_sethook(L, look_on, LUA_MASKCOUNT, NEVER);
        lua_getglobal(L, waits[i]);
        if (lua_pcall(L, 0, 1, 0) != LUA_OK)
            fail_msg("%s: %s", waits[i], lua_tostring(L, -1));
        expect(L, i);
        assert_true(mine.calls >= (i < 2 ? 3 : 1));
        lua_close(L);
    }
}

static void an_error_of_the_hook_ends_the_wait(void **state)
{
    for (size_t i = 0; i < COUNT(waits); i++) {
        host mine = {.server = *state};
        lua_State *L = open_state(&mine);
        lua_sethook(L, give_up, LUA_MASKCOUNT, NEVER);
        lua_getglobal(L, waits[i]);
        assert_int_equal(lua_pcall(L, 0, 1, 0), LUA_ERRRUN);
        assert_non_null(strstr(lua_tostring(L, -1), "out of time"));
        assert_int_equal(mine.calls, 1);
        lua_close(L);
    }
}

static void a_hook_that_yields_pauses_the_wait_and_loses_nothing(void **state)
{
    for (size_t i = 0; i < COUNT(waits); i++) {
        host mine = {.server = *state, .let_go_after = i < 2 ? 3 : 0};
        lua_State *L = open_state(&mine), *co = lua_newthread(L);
        int results = 0, resumes = 0, status;
        lua_sethook(co, pause_script, LUA_MASKCOUNT, NEVER);
        lua_getglobal(co, waits[i]);
        while ((status = lua_resume(co, L, 0, &results)) == LUA_YIELD)
            resumes++;
        if (status != LUA_OK)
            fail_msg("%s: %s", waits[i], lua_tostring(co, -1));
        expect(co, i);
        assert_true(resumes >= (i < 2 ? 3 : 1));
        lua_close(L);
    }
}

/* As HAProxy and others resume: with something that is no answer to the wait. */
static void arguments_of_a_resume_are_no_results_of_the_wait(void **state)
{
    for (size_t i = 0; i < COUNT(waits); i++) {
        host mine = {.server = *state, .let_go_after = i < 2 ? 3 : 0};
        lua_State *L = open_state(&mine), *co = lua_newthread(L);
        int results = 0, arguments = 0, status;
        lua_sethook(co, pause_script, LUA_MASKCOUNT, NEVER);
        lua_getglobal(co, waits[i]);
        while ((status = lua_resume(co, L, arguments, &results)) == LUA_YIELD) {
            lua_settop(co, 0);
            lua_pushstring(co, "done");
            lua_pushboolean(co, 1);
            arguments = 2;
        }
        if (status != LUA_OK)
            fail_msg("%s: %s", waits[i], lua_tostring(co, -1));
        expect(co, i);
        lua_close(L);
    }
}

/* A host that slows a script down by sleeping in its hook: the sleep calls no hook. */
static void sleep_in_hook(lua_State *L, lua_Debug *event)
{
    (void)event;
    seen(L);
    assert_int_equal(luaL_dostring(L, "core.sleep(0.12)"), LUA_OK);
}

static void a_wait_in_a_hook_does_not_call_the_hook(void **state)
{
    host mine = {.server = *state};
    lua_State *L = open_state(&mine);
    lua_sethook(L, sleep_in_hook, LUA_MASKCOUNT, NEVER);
    lua_getglobal(L, "sleep");
    assert_int_equal(lua_pcall(L, 0, 1, 0), LUA_OK);
    assert_in_range(mine.calls, 1, 4);
    lua_close(L);
    mine.calls = 0; /* and called by the interpreter first */
    L = open_state(&mine);
    lua_sethook(L, sleep_in_hook, LUA_MASKCOUNT, 100);
    assert_int_equal(luaL_dostring(L, "for _ = 1, 120 do end"), LUA_OK);
    assert_in_range(mine.calls, 1, 2);
    lua_close(L);
}

/* Each of many short waits is shorter than the time between two calls of the hook. */
static void short_waits_call_the_hook_too(void **state)
{
    host mine = {.server = *state};
    lua_State *L = open_state(&mine);
    lua_sethook(L, look_on, LUA_MASKCOUNT, NEVER);
    assert_int_equal(luaL_dostring(L, "for _ = 1, 20 do core.sleep(0.02) end"), LUA_OK);
    assert_true(mine.calls >= 4);
    lua_close(L);
}

static void on_alarm(int number)
{
    (void)number;
}

/* A profiler's timer interrupts each wait before the hook is due. */
static void a_wait_that_signals_interrupt_calls_the_hook_too(void **state)
{
    struct sigaction action = {.sa_handler = on_alarm}, before;
    const struct itimerval often = {{0, 10000}, {0, 10000}}, never = {{0, 0}, {0, 0}};
    host mine = {.server = *state, .let_go_after = 3};
    lua_State *L = open_state(&mine);
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
    lua_sethook(L, look_on, LUA_MASKCOUNT, NEVER);
    lua_getglobal(L, "wait");
    int status = lua_pcall(L, 0, 1, 0);
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &before, NULL);
    if (status != LUA_OK)
        fail_msg("%s", lua_tostring(L, -1));
    expect(L, 0);
    lua_close(L);
}

static void a_hook_that_closes_the_call_ends_the_wait(void **state)
{
    for (size_t i = 0; i < 2; i++) {
        host mine = {.server = *state};
        lua_State *L = open_state(&mine);
        lua_sethook(L, close_call, LUA_MASKCOUNT, NEVER);
        lua_getglobal(L, waits[i]);
        assert_int_equal(lua_pcall(L, 0, 1, 0), LUA_ERRRUN);
        assert_non_null(strstr(lua_tostring(L, -1), "closed"));
        lua_close(L);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_CASE(a_wait_calls_the_hook_although_nothing_is_executed),
        FAULT_CASE(an_error_of_the_hook_ends_the_wait),
        FAULT_CASE(a_hook_that_yields_pauses_the_wait_and_loses_nothing),
        FAULT_CASE(arguments_of_a_resume_are_no_results_of_the_wait),
        FAULT_CASE(a_wait_in_a_hook_does_not_call_the_hook),
        FAULT_CASE(short_waits_call_the_hook_too),
        FAULT_CASE(a_wait_that_signals_interrupt_calls_the_hook_too),
        FAULT_CASE(a_hook_that_closes_the_call_ends_the_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
