/* SPDX-License-Identifier: MIT */
/* The host's allocator refuses: from the n-th allocation on, for every n that there is. What runs
 * raises, nothing is left in the state when it is closed, and with memory again the same state
 * works. */
#define _GNU_SOURCE
#include "unit.h"

#include <lauxlib.h>
#include <string.h>

#include "bare_state.h"
#include "fault_client.h"
#include "scarce_lua.h"

/* Defines get(), send() and fail(), each of which returns a text. */
static const char script[] =
    "local agentmail, url = ...\n"
    "local client = agentmail.new { base_url = url, api_key = 'k', limits = { attempts = 1 } }\n"
    "function get() return client.inboxes:get 'a@b.c'.inbox_id end\n"
    "function send()\n"
    "  local sent, receipt, failure = client:inbox 'a@b.c'.messages:send {\n"
    "    to = 'x@y.z', text = 't', idempotency_key = 'order-12' }\n"
    "  return sent and sent.message_id .. ' ' .. receipt.outcome or failure.code\n"
    "end\n"
    "function fail()\n"
    "  local none, message, failure = client.inboxes:get 'a@b.c'\n"
    "  return failure.outcome .. ': ' .. message\n"
    "end\n";

static const char *const words[] = {"get", "send", "fail"};

/* All requests of an operation get the same answer. */
static fault_step choose(void *context, unsigned op, int nth)
{
    (void)op, (void)nth;
    return *(const fault_step *)context;
}

static const fault_step answers[] = {
    {.status = 200, .body = "{\"inbox_id\":\"a@b.c\",\"pod_id\":\"p\"}"},
    {.done = true, .status = 200, .body = "{\"message_id\":\"<m@x>\",\"thread_id\":\"t\"}"},
    {.status = 404,
     .body = "{\"code\":\"not_found\",\"message\":\"No.\",\"name\":\"NotFoundError\"}"},
};

/* Runs what is on the stack with the n-th allocation failing; an error is that of memory. */
static bool call(lua_State *L, scarce_lua *mine, int arguments, long fail_at)
{
    scarce_lua_fail(mine, fail_at);
    int status = lua_pcall(L, arguments, 1, 0);
    mine->fail_at = 0;
    if (status != LUA_OK && !strstr(luaL_tolstring(L, -1, NULL), "memory"))
        fail_msg("%ld: %s", fail_at, lua_tostring(L, -1));
    return status == LUA_OK;
}

static int open_module(lua_State *L)
{
    bare_push_module(L);
    return 1;
}

static lua_State *new_state(scarce_lua *mine)
{
    *mine = (scarce_lua){0};
    lua_State *L = lua_newstate(scarce_lua_allocate, mine);
    bare_open(L, BARE_ABSENT);
    return L;
}

static void push_module(lua_State *L, scarce_lua *mine, long fail_at, bool *opened)
{
    lua_pushcfunction(L, open_module);
    *opened = call(L, mine, 0, fail_at);
    if (*opened)
        return;
    lua_settop(L, 0);
    lua_pushcfunction(L, open_module);
    assert_true(call(L, mine, 0, 0));
}

/* Opening allocates thousands of times, and costs as much each time: not every n, but all kinds. */
static void opening_raises_and_can_be_repeated(void **state)
{
    (void)state;
    scarce_lua mine;
    bool opened = false;
    long failures = 0;
    for (long n = 1; !opened; n += 1 + n / 16) {
        lua_State *L = new_state(&mine);
        push_module(L, &mine, n, &opened);
        failures += !opened;
        lua_getfield(L, -1, "uuid");
        lua_call(L, 0, 1);
        assert_int_equal(lua_rawlen(L, -1), 36);
        lua_close(L);
        assert_int_equal(mine.live, 0);
    }
    assert_true(failures > 50);
}

static lua_State *ready_state(scarce_lua *mine, const char *url)
{
    bool opened;
    lua_State *L = new_state(mine);
    push_module(L, mine, 0, &opened);
    assert_int_equal(luaL_loadstring(L, script), LUA_OK);
    lua_insert(L, -2);
    lua_pushstring(L, url);
    lua_call(L, 2, 0);
    return L;
}

/* [-0, +0] calls one of the script's functions; an error, or the right text. */
static bool try(lua_State *L, scarce_lua *mine, const char *name, long fail_at,
                const char *expected)
{
    lua_getglobal(L, name);
    bool done = call(L, mine, 0, fail_at);
    const char *text = luaL_tolstring(L, -1, NULL);
    bool is_told = done && strcmp(text, "out_of_memory") == 0;
    if (done && !is_told)
        assert_string_equal(text, expected);
    lua_settop(L, 0);
    return done && !is_told;
}

/* One state for all n, so that each call begins where one that failed has ended; a second run makes
 * a new state for each n, where the first call of all fails. */
static void starve(fault_server *server, size_t which, bool is_first, const char *expected)
{
    scarce_lua mine;
    long failures = 0, step = is_first ? 7 : 1;
    fault_server_choose(server, choose, (void *)&answers[which]);
    lua_State *L = ready_state(&mine, fault_server_url(server));
    bool done = is_first || try(L, &mine, words[which], 0, expected);
    assert_true(done);
    done = false;
    for (long n = 1; !done; n += step) {
        if (is_first && n > 1) {
            lua_close(L);
            assert_int_equal(mine.live, 0);
            L = ready_state(&mine, fault_server_url(server));
        }
        done = try(L, &mine, words[which], n, expected);
        failures += !done;
        assert_true(done || try(L, &mine, words[which], 0, expected));
    }
    lua_close(L);
    assert_int_equal(mine.live, 0);
    assert_true(failures >= 5);
}

static void a_read_is_whole_or_an_error(void **state)
{
    starve(*state, 0, false, "a@b.c");
    starve(*state, 0, true, "a@b.c");
}

static void a_send_is_whole_or_an_error_and_may_be_repeated(void **state)
{
    starve(*state, 1, false, "<m@x> applied");
    starve(*state, 1, true, "<m@x> applied");
}

static void a_failure_is_told_or_an_error(void **state)
{
    const char *told = "not_applied: inboxes.get: No. (HTTP 404, not_found), 1 attempt";
    starve(*state, 2, false, told);
    starve(*state, 2, true, told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening_raises_and_can_be_repeated),
        FAULT_CASE(a_read_is_whole_or_an_error),
        FAULT_CASE(a_send_is_whole_or_an_error_and_may_be_repeated),
        FAULT_CASE(a_failure_is_told_or_an_error),
    };
    return cmocka_run_group_tests_name("embed memory", tests, NULL, NULL);
}
