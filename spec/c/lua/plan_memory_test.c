/* SPDX-License-Identifier: MIT */
/* Lua's memory runs out while a request is written: the n-th allocation of plan:write fails, for
 * every n there is. Each time the error is that, nothing is left, and the next call works. */
#include "unit.h"

#include <lauxlib.h>

#include "state_rig.h"

/* Defines write(), which returns the results as one text, and is called for its first time. */
static const char script[] =
    "local path, name, lenient, source = ...\n"
    "package.cpath = path\n"
    "local core = require 'agentmail.core'\n"
    "local plan, ids = core.plan(name), { inbox_id = 'a@b.c' }\n"
    "local arguments = load('return ' .. source)()\n"
    "local function text(value)\n"
    "  if type(value) ~= 'table' then return tostring(value) end\n"
    "  local parts = {}\n"
    "  for i, piece in ipairs(value) do\n"
    "    parts[i] = type(piece) == 'table' and (piece.path or piece.data) or piece\n"
    "  end\n"
    "  return table.concat(parts, '|')\n"
    "end\n"
    "function keep(...) kept = table.pack(...) end\n"
    "function write() return plan:write(arguments, ids, nil, lenient, 'key', nil) end\n"
    "function shown()\n"
    "  for i = 1, kept.n do kept[i] = text(kept[i]) end\n"
    "  return table.concat(kept, ' ')\n"
    "end\n";

/* plan:write, and what it returns as one text in `results`. */
static int write_once(lua_State *L, scarce_lua *mine, long fail_at, char *results, size_t size)
{
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    lua_getglobal(L, "write");
    scarce_lua_fail(mine, fail_at);
    int status = lua_pcall(L, 0, LUA_MULTRET, 0);
    mine->fail_at = 0;
    if (status == LUA_OK) {
        int count = lua_gettop(L);
        lua_getglobal(L, "keep");
        lua_insert(L, 1);
        lua_call(L, count, 0);
        lua_getglobal(L, "shown");
        lua_call(L, 0, 1);
        snprintf(results, size, "%s", lua_tostring(L, -1));
    } else {
        assert_int_equal(status, LUA_ERRMEM);
        assert_string_equal(lua_tostring(L, -1), "not enough memory");
    }
    lua_settop(L, 0);
    return status;
}

static lua_State *open_state(scarce_lua *mine, const char *name, bool lenient, const char *source)
{
    lua_State *L = state_new(mine, script);
    lua_pushstring(L, name);
    lua_pushboolean(L, lenient);
    lua_pushstring(L, source);
    state_begin(L);
    return L;
}

/* Each state is new, so that what the first call allocates for the later ones fails, too. */
static void starve(const char *name, bool lenient, const char *source, const char *expected)
{
    char results[2000];
    long failures = 0;
    for (long n = 1;; n++) {
        scarce_lua mine = {0};
        lua_State *L = open_state(&mine, name, lenient, source);
        int status = write_once(L, &mine, n, results, sizeof results);
        if (status != LUA_OK) {
            failures++;
            assert_int_equal(write_once(L, &mine, 0, results, sizeof results), LUA_OK);
        }
        assert_string_equal(results, expected);
        lua_close(L);
        assert_int_equal(mine.live, 0);
        if (status == LUA_OK)
            break;
    }
    assert_true(failures > 0);
}

static void a_send_is_whole_or_an_error(void **state)
{
    (void)state;
    starve("inboxes.messages.send", false,
           "{ to = { 'x' }, text = ('t'):rep(50), headers = { A = '1', B = '2' },"
           "  attachments = { { path = '/tmp/a.pdf' }, { data = ('d'):rep(50) } } }",
           "/v0/inboxes/a%40b.c/messages/send {\"to\":[\"x\"],\"text\":\""
           "tttttttttttttttttttttttttttttttttttttttttttttttttt"
           "\",\"attachments\":[{\"filename\":\"a.pdf\",\"content_type\":\"application/pdf\","
           "\"content\":\"|/tmp/a.pdf|\"},{\"content\":\"|"
           "dddddddddddddddddddddddddddddddddddddddddddddddddd|\"}],"
           "\"headers\":{\"A\":\"1\",\"B\":\"2\"}} idempotency_key key nil nil false nil");
}

static void what_is_nested_is_whole_or_an_error(void **state)
{
    (void)state;
    starve("inboxes.messages.list", true, "{ new = { a = { b = { 1, 2, { c = 'd' } } } } }",
           "/v0/inboxes/a%40b.c/messages?new=%7B%22a%22%3A%7B%22b%22%3A%5B1%2C2%2C%7B%22c%22%3A"
           "%22d%22%7D%5D%7D%7D nil safe nil nil nil false nil");
}

static void an_update_with_records_is_whole_or_an_error(void **state)
{
    (void)state;
    starve("inboxes.calendar.update_event", false,
           "{ event_id = 'e', mode = 'single', if_match = '\"rv-1\"', metadata = { 1, { a = 2 } },"
           "  recurrence = { rule = 'R', rdates = { 'x', { start = 'y' } } },"
           "  attendees = { { email = 'a@b.c' } } }",
           "/v0/inboxes/a%40b.c/calendar/events/e?mode=single {\"metadata\":[1,{\"a\":2}],"
           "\"recurrence\":{\"rule\":\"R\",\"rdates\":[\"x\",{\"start\":\"y\"}]},"
           "\"attendees\":[{\"email\":\"a@b.c\"}]} if_match nil nil nil false \"rv-1\"");
}

static void a_mistake_is_told_or_an_error(void **state)
{
    (void)state;
    starve("inboxes.messages.send", false, "{ to = { 'x', 5 } }",
           "nil 'to'[2] must be a string, not a number (5)");
    starve("inboxes.messages.send", false, "{ too = 'x' }", "nil false parameter too");
    starve("inboxes.messages.send", false, "setmetatable({}, { __index = {} })",
           "nil false metamethods");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_send_is_whole_or_an_error),
        cmocka_unit_test(what_is_nested_is_whole_or_an_error),
        cmocka_unit_test(an_update_with_records_is_whole_or_an_error),
        cmocka_unit_test(a_mistake_is_told_or_an_error),
    };
    return cmocka_run_group_tests_name("plan memory", tests, NULL, NULL);
}
