/* SPDX-License-Identifier: MIT */
/* The libical binding: in Lua states that come and go, one after another and several at once; with
 * rules that are malformed; when Lua runs out of memory on the way. */
#define _GNU_SOURCE
#include "unit.h"

#include <lauxlib.h>
#include <lualib.h>

#include "lua_lives.h"
#include "module_path.h"
#include "scarce_lua.h"

enum { LIVES = 3, ROUNDS = 5 };

static const char script[] =
    "local path, rounds = ...\n"
    "package.cpath = path\n"
    "local ical = require 'agentmail.sandbox.ical'\n"
    "local DAY, good = 86400000, 0\n"
    "local function refused(rule)\n"
    "  local list, why = ical.expand(rule, '20300131', '20300131', nil, 3)\n"
    "  return list == nil and type(why) == 'string'\n"
    "end\n"
    "for i = 1, rounds do\n"
    "  local list = ical.expand('FREQ=MONTHLY', '20300131T090000', '20300131T090000', nil, 3)\n"
    "  assert(#list == 3 and list[1] == 1896080400000 and list[2] == list[1] + 59 * DAY)\n"
    "  list = ical.expand('FREQ=DAILY;COUNT=9', '20300101', '20300104', '20300106', 9)\n"
    "  assert(#list == 2 and list[1] == 1893715200000)\n"
    "  list = ical.expand('FREQ=DAILY;UNTIL=20300103T000000', '20300101T000000',\n"
    "                     '20300101T000000', nil, 9)\n"
    "  assert(#list == 3)\n"
    "  list = ical.expand('FREQ=HOURLY;BYMINUTE=0,30;BYSETPOS=-1;COUNT=3', '19000228T091500',\n"
    "                     '19000228T091500', nil, 9)\n"
    "  assert(#list == 3 and list[1] == -2203943400000 and list[3] == list[1] + 7200000)\n"
    "  list = ical.expand('FREQ=MINUTELY;INTERVAL=366', '20300101T000000', '20350101T000000',\n"
    "                     '20350102', 9)\n"
    "  assert(#list == 4 and list[1] // 60000 % 366 == 1893456000000 // 60000 % 366)\n"
    "  assert(refused 'FREQ=HOURLY;BYWEEKNO=3' and refused 'FREQ=HOURLY;BYDAY=1MO')\n"
    "  assert(refused '' and refused 'FREQ=NEVER' and refused 'FREQ=DAILY;INTERVAL=0')\n"
    "  assert(refused(('X'):rep(2000)))\n"
    "  assert(refused 'FREQ=DAILY;COUNT=2;UNTIL=20300103' and refused 'FREQ=DAILY\\0;COUNT=1')\n"
    "  assert(refused 'FREQ=DAILY;UNTIL=20300103T000000Z' and refused 'rscale=HEBREW;FREQ=DAILY')\n"
    "  assert(not pcall(ical.expand, 'FREQ=DAILY', '2030', '20300101', nil, 1))\n"
    "  good = good + 1\n"
    "end\n"
    "return good\n";

/* First, so that the threads load libical at the same time. */
static void states_come_and_go_in_several_threads_at_once(void **state)
{
    (void)state;
    lua_lives_in_threads(script, LIVES, ROUNDS);
}

/* libical alone would search until 9999, second by second. */
static void a_search_for_a_date_that_never_comes_ends(void **state)
{
    (void)state;
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    const char never[] = "package.cpath = ...\n"
                         "local ical = require 'agentmail.sandbox.ical'\n"
                         "for _, rule in ipairs {\n"
                         "  'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30', 'FREQ=HOURLY;BYSECOND=60',\n"
                         "  'FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1' } do\n"
                         "  local start = '20300101T000000'\n"
                         "  assert(#ical.expand(rule, start, start, nil, 1) == 0)\n"
                         "end\n"
                         "assert(os.clock() < 30)\n";
    assert_int_equal(luaL_loadstring(L, never), LUA_OK);
    module_path_push(L);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK)
        fail_msg("%s", lua_tostring(L, -1));
    lua_close(L);
}

/* ---- memory ---------------------------------------------------------------------------------- */

/* Leaks are for the sanitizers to see. */
static void lua_may_run_out_of_memory_at_any_allocation(void **state)
{
    (void)state;
    scarce_lua memory = {0};
    lua_State *L = lua_newstate(scarce_lua_allocate, &memory);
    assert_non_null(L);
    luaL_openlibs(L);
    assert_int_equal(luaL_loadstring(L, "package.cpath = ...\n"
                                        "local expand = require 'agentmail.sandbox.ical'.expand\n"
                                        "return function()\n"
                                        "  return expand('FREQ=DAILY', '20300101', '20300101',\n"
                                        "                nil, 500)\n"
                                        "end"),
                     LUA_OK);
    module_path_push(L);
    assert_int_equal(lua_pcall(L, 1, 1, 0), LUA_OK);
    int status = LUA_ERRMEM;
    for (long n = 1; status != LUA_OK; n++) {
        assert_true(n <= 100);
        lua_gc(L, LUA_GCCOLLECT);
        lua_pushvalue(L, -1);
        scarce_lua_fail(&memory, n);
        status = lua_pcall(L, 0, 1, 0);
        memory.fail_at = 0;
        assert_true(status == LUA_OK || status == LUA_ERRMEM);
        if (status != LUA_OK)
            lua_pop(L, 1);
    }
    assert_int_equal(lua_rawlen(L, -1), 500);
    lua_close(L);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_come_and_go_in_several_threads_at_once),
        cmocka_unit_test(a_search_for_a_date_that_never_comes_ends),
        cmocka_unit_test(lua_may_run_out_of_memory_at_any_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
