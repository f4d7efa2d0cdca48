/* SPDX-License-Identifier: MIT */
/* The libical binding: in Lua states that come and go, one after another and several at once; with
 * rules that are malformed; when Lua runs out of memory on the way. */
#define _GNU_SOURCE
#include "unit.h"

#include <lauxlib.h>
#include <lualib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "module_path.h"

enum { THREADS = 4, LIVES = 3, ROUNDS = 5 };

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
    "  assert(refused '' and refused 'FREQ=NEVER' and refused 'FREQ=DAILY;INTERVAL=0')\n"
    "  assert(refused(('X'):rep(2000)))\n"
    "  assert(refused 'FREQ=DAILY;COUNT=2;UNTIL=20300103' and refused 'FREQ=DAILY\\0;COUNT=1')\n"
    "  assert(refused 'FREQ=DAILY;UNTIL=20300103T000000Z' and refused 'rscale=HEBREW;FREQ=DAILY')\n"
    "  assert(not pcall(ical.expand, 'FREQ=DAILY', '2030', '20300101', nil, 1))\n"
    "  good = good + 1\n"
    "end\n"
    "return good\n";

typedef struct job {
    pthread_t thread;
    pthread_barrier_t *together;
    int good;
    char trouble[256];
} job;

/* One state from start to end. */
static void live(job *mine)
{
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    int status = luaL_loadstring(L, script);
    module_path_push(L);
    lua_pushinteger(L, ROUNDS);
    if (status == LUA_OK && lua_pcall(L, 2, 1, 0) == LUA_OK)
        mine->good += (int)lua_tointeger(L, -1);
    else
        snprintf(mine->trouble, sizeof mine->trouble, "%s", lua_tostring(L, -1));
    lua_close(L);
}

static void *drive(void *data)
{
    job *mine = data;
    pthread_barrier_wait(mine->together);
    for (int i = 0; i < LIVES; i++)
        live(mine);
    return NULL;
}

/* First, so that the threads load libical at the same time. */
static void states_come_and_go_in_several_threads_at_once(void **state)
{
    (void)state;
    job jobs[THREADS];
    pthread_barrier_t together;
    pthread_barrier_init(&together, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (job){.together = &together};
        assert_int_equal(pthread_create(&jobs[i].thread, NULL, drive, &jobs[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(jobs[i].thread, NULL);
        assert_string_equal(jobs[i].trouble, "");
        assert_int_equal(jobs[i].good, LIVES * ROUNDS);
    }
    pthread_barrier_destroy(&together);
}

/* ---- memory ---------------------------------------------------------------------------------- */

typedef struct heap {
    long left; /* allocations until one fails; negative: none fails */
} heap;

static void *allocate(void *data, void *old, size_t old_size, size_t size)
{
    heap *mine = data;
    (void)old_size;
    if (size == 0) {
        free(old);
        return NULL;
    }
    if (mine->left == 0)
        return NULL;
    if (mine->left > 0)
        mine->left--;
    return realloc(old, size);
}

/* Leaks are for the sanitizers to see. */
static void lua_may_run_out_of_memory_at_any_allocation(void **state)
{
    (void)state;
    heap mine = {.left = -1};
    lua_State *L = lua_newstate(allocate, &mine);
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
    for (long budget = 0; status != LUA_OK; budget++) {
        assert_true(budget < 100);
        lua_gc(L, LUA_GCCOLLECT);
        lua_pushvalue(L, -1);
        mine.left = budget;
        status = lua_pcall(L, 0, 1, 0);
        mine.left = -1;
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
        cmocka_unit_test(lua_may_run_out_of_memory_at_any_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
