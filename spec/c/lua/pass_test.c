/* SPDX-License-Identifier: MIT */
/* The records of tasks in the core, and their turns, without the library in Lua: what it would hand
 * over is made here. */
#include "unit.h"

#include <lauxlib.h>

#include "state_rig.h"

/* starve(n): the nth allocation from now on fails; 0: none -> how many there have been */
static int lua_starve(lua_State *L)
{
    scarce_lua *mine = state_memory(L);
    lua_pushinteger(L, mine->asked);
    scarce_lua_fail(mine, (long)luaL_checkinteger(L, 1));
    return 1;
}

static const char script[] =
    "local path = ...\n"
    "package.cpath = path\n"
    "core = require 'agentmail.core'\n"
    "tasks, settled, woken, began = {}, {}, {}, 0\n"
    "core.hand { tasks = tasks, ready = {}, current = false, task_mt = {},\n"
    "  settle = function(task)\n"
    "    settled[#settled + 1] = task\n"
    "    if coroutine.status(task.co) == 'dead' then core.leave(task, 'failed') return true end\n"
    "  end,\n"
    "  wake = function(waiter) woken[#woken + 1] = waiter end,\n"
    "  began = function() began = began + 1 end }\n"
    "function turns(...) core.turns(...) core.alarm(nil) end\n"
    "function finish()\n"
    "  for _ = 1, 100 do turns() end\n"
    "  assert(core.unfinished() == 0 and next(tasks) == nil)\n"
    "end\n"
    "function waiter(go_on)\n"
    "  local made = { go_on = go_on }\n"
    "  core.hold(made)\n"
    "  core.enqueue(made)\n"
    "  return made\n"
    "end\n";

static void play(const char *lines)
{
    scarce_lua mine = {.once = true};
    lua_State *L = state_new(&mine, script);
    lua_register(L, "starve", lua_starve);
    state_begin(L);
    if (luaL_dostring(L, lines) != LUA_OK)
        fail_msg("%s", lua_tostring(L, -1));
    lua_close(L);
    assert_int_equal(mine.live, 0);
}

static void a_pass_takes_those_that_can_go_on_at_its_start(void **state)
{
    (void)state;
    play("local order = {}\n"
         "local function note(name) order[#order + 1] = name end\n"
         "core.spawn(true, function()\n"
         "  note 'a'\n"
         "  core.spawn(true, note, 'd')\n"
         "  coroutine.yield()\n"
         "  note 'e'\n"
         "end)\n"
         "core.spawn(true, note, 'b')\n"
         "waiter(function() note 'c' end)\n"
         "assert(core.unfinished() == 3 and began == 1)\n"
         "turns()\n"
         "assert(table.concat(order) == 'abc' and core.unfinished() == 2)\n"
         "core.turns(0)\n" /* no time for two */
         "assert(table.concat(order) == 'abcd')\n"
         "core.alarm(nil)\n"
         "assert(core.timeout() == 0)\n" /* one can go on */
         "turns()\n"
         "assert(table.concat(order) == 'abcde' and core.timeout() == nil)\n"
         "finish()\n"
         "core.spawn(true, note, 'f')\n"
         "assert(began == 2)\n"
         "core.forget_all()\n"
         "turns()\n"
         "assert(table.concat(order) == 'abcde' and core.unfinished() == 0)\n");
}

static void the_usual_end_is_booked(void **state)
{
    (void)state;
    play("local scope = { tasks = {}, live = 0, waiter = { 'of the scope' } }\n"
         "local one = core.spawn(scope, function() end)\n"
         "local two = core.spawn(scope, function() coroutine.yield() return 1, nil end)\n"
         "assert(scope.live == 2 and scope.tasks[one] and one.scope == scope)\n"
         "turns()\n"
         "assert(one.over == 'done' and one.work == true and two.work == nil)\n"
         "assert(scope.live == 1 and scope.tasks[one] == nil and #woken == 0)\n"
         "turns()\n"
         "assert(two.over == 'done' and two.work.n == 2 and two.work[1] == 1)\n"
         "assert(scope.live == 0 and next(scope.tasks) == nil)\n"
         "assert(#woken == 1 and woken[1] == scope.waiter and #settled == 0)\n"
         "finish()\n");
}

static void any_other_end_is_told(void **state)
{
    (void)state;
    play("local failed = core.spawn(true, function() error 'boom' end)\n"
         "local joined = core.spawn(true, function() end)\n"
         "joined.joiners = {}\n"
         "local timed = core.spawn(true, function() end)\n"
         "timed.at = 1\n"
         "local closed = core.spawn(true, function() end)\n"
         "coroutine.close(closed.co)\n"
         "local cancelled = core.spawn(true, error)\n"
         "cancelled.cancelled = true\n"
         "turns()\n"
         "assert(#settled == 5 and settled[1] == failed and settled[5] == cancelled)\n"
         "assert(failed.work == false and failed.problem:find 'boom')\n"
         "assert(failed.trace:find 'boom\\nstack traceback:\\n')\n"
         "assert(joined.work == true and timed.work == true and cancelled.work == nil)\n"
         "assert(type(closed.work) == 'function')\n"
         "local abandoned = core.spawn(true, error)\n"
         "core.leave(abandoned, 'cancelled')\n"
         "turns()\n"
         "assert(#settled == 5 and abandoned.over == 'cancelled')\n"
         "finish()\n");
}

static void what_cannot_be_called_or_nobody_would_call_is_no_task(void **state)
{
    (void)state;
    play("assert(core.spawn(true, 5) == nil and core.spawn(true, {}) == nil)\n"
         "assert(core.spawn(false, print) == nil and core.spawn(nil, print) == nil)\n"
         "assert(core.unfinished() == 0 and began == 0)\n"
         "local inner\n"
         "core.spawn(true, function() inner = core.spawn(false, function() end) end)\n"
         "turns()\n"
         "assert(inner and inner.scope == nil)\n"
         "finish()\n");
}

static void a_host_is_told_once_unless_memory_ran_out(void **state)
{
    (void)state;
    play("local told = 0\n"
         "waiter(function() told = told + 1 error('boom', 0) end)\n"
         "local after = 0\n"
         "waiter(function() after = after + 1 end)\n"
         "local done, problem = pcall(turns)\n"
         "assert(not done and problem == 'boom' and told == 1 and after == 0)\n"
         "assert(core.unfinished() == 1)\n"
         "finish()\n"
         "assert(told == 1 and after == 1)\n"
         "local full = 0\n"
         "waiter(function()\n"
         "  full = full + 1\n"
         "  if full == 1 then string.rep('x', 1 << 60) end\n" /* resulting string too large */
         "end)\n"
         "assert(not pcall(turns) and full == 1)\n"
         "finish()\n"
         "assert(full == 1)\n"
         "local again = 0\n"
         "waiter(function()\n"
         "  again = again + 1\n"
         "  if again == 1 then starve(1) end\n"
         "  local _ = {}\n"
         "end)\n"
         "done, problem = pcall(turns)\n"
         "starve(0)\n"
         "assert(not done and problem == 'not enough memory' and core.unfinished() == 1)\n"
         "finish()\n"
         "assert(again == 2)\n");
}

static void a_host_may_run_a_pass_when_told(void **state)
{
    (void)state;
    play("local order = {}\n"
         "local function note(name) order[#order + 1] = name end\n"
         "waiter(function()\n"
         "  note 'a'\n"
         "  core.turns()\n" /* which takes the others, and begins with the first place anew */
         "  core.spawn(true, note, 'd')\n"
         "  note 'c'\n"
         "end)\n"
         "core.spawn(true, note, 'b')\n"
         "turns()\n"
         "assert(table.concat(order) == 'abc')\n"
         "turns()\n"
         "assert(table.concat(order) == 'abcd')\n"
         "finish()\n");
}

static void a_spawn_that_raises_leaves_nothing_that_runs(void **state)
{
    (void)state;
    play("local scope = { tasks = {}, live = 0 }\n"
         "local errors, ran = 0, 0\n"
         "local function run() ran = ran + 1 end\n"
         "for n = 1, 1000 do\n"
         "  collectgarbage()\n"
         "  starve(n)\n"
         "  local done, problem = pcall(core.spawn, scope, run, 1, 2, 3)\n"
         "  local asked = starve(0)\n"
         "  if done and asked < n then break end\n"
         "  if not done then\n"
         "    assert(problem == 'not enough memory')\n"
         "    errors = errors + 1\n"
         "    assert(core.unfinished() == 0 and scope.live == 0 and next(tasks) == nil)\n"
         "    turns()\n"
         "    assert(ran == 0)\n"
         "  else\n"
         "    turns()\n"
         "    assert(ran == 1)\n"
         "    ran = 0\n"
         "  end\n"
         "end\n"
         "assert(errors > 5)\n"
         "finish()\n"
         "assert(ran == 1 and scope.live == 0)\n"
         "core.hand { began = function() error('no loop', 0) end }\n"
         "local done, problem = pcall(core.spawn, scope, run)\n"
         "assert(not done and problem == 'no loop' and scope.live == 0)\n"
         "assert(not pcall(core.hold, { go_on = run }))\n"
         "finish()\n"
         "assert(ran == 1)\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_takes_those_that_can_go_on_at_its_start),
        cmocka_unit_test(the_usual_end_is_booked),
        cmocka_unit_test(any_other_end_is_told),
        cmocka_unit_test(what_cannot_be_called_or_nobody_would_call_is_no_task),
        cmocka_unit_test(a_host_is_told_once_unless_memory_ran_out),
        cmocka_unit_test(a_host_may_run_a_pass_when_told),
        cmocka_unit_test(a_spawn_that_raises_leaves_nothing_that_runs),
    };
    return cmocka_run_group_tests_name("pass", tests, NULL, NULL);
}
