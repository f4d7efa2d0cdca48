-- SPDX-License-Identifier: MIT
-- A host limits its scripts by a count hook that yields, and by an allocator: neither may lose a
-- task or a wake-up. The hook is in C, as one in Lua cannot yield; so this compiles it.

local agentmail = require "agentmail"
local core = require "agentmail.core"
local helper = require "spec.support.helper"
local outside = require "spec.support.outside"
local raw_server = require "spec.support.raw_server"
local scarce = require "spec.support.scarce"

local run, spawn, sleep, within = agentmail.run, agentmail.spawn, agentmail.sleep, agentmail.within

local SOURCE = [[
#include <lauxlib.h>
#include <lua.h>
#include <stddef.h>

static void yielding(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    if (lua_isyieldable(L))
        lua_yield(L, 0);
}

static int hook(lua_State *L)
{
    int count = (int)luaL_checkinteger(L, 1);
    lua_sethook(L, count ? yielding : NULL, count ? LUA_MASKCOUNT : 0, count);
    return 0;
}

static lua_Integer ran, stop_at;

static void interrupting(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    if (++ran == stop_at)
        luaL_error(L, "interrupted");
}

/* In this coroutine, and in those that it makes. */
static int interrupt(lua_State *L)
{
    ran = 0, stop_at = luaL_checkinteger(L, 1);
    lua_sethook(L, interrupting, LUA_MASKCOUNT, 1);
    return 0;
}

static int instructions(lua_State *L)
{
    lua_sethook(L, NULL, 0, 0);
    lua_pushinteger(L, ran);
    return 1;
}

int luaopen_hooks(lua_State *L)
{
    luaL_Reg functions[] = {{"hook", hook}, {"interrupt", interrupt}, {"ran", instructions},
                            {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
]]

local INBOX = raw_server.INBOX

describe("tasks under a host's limits #hooks", function()
  local hooks

  setup(function()
    hooks = outside.compiled(SOURCE, "luaopen_hooks")()
    agentmail.pollfd()
  end)

  after_each(function() hooks.hook(0) end)

  -- What every primitive of tasks is used for once.
  local function many(client, ended)
    local list = {}
    for i = 1, 12 do
      list[i] = spawn(function()
        for k = 1, 3 do sleep(0.0005 * ((i * 7 + k) % 5)) end
        if i % 3 == 0 then assert(client.inboxes:get "a@b.c") end
        local inner = spawn(function()
          sleep(0)
          return i
        end)
        assert(inner:join() == i)
        if i % 4 == 0 then list[i - 1]:join() end
        ended[i] = true
      end)
    end
    for _, task in ipairs(list) do task:join() end
    agentmail.map({ 1, 2, 3, 4, 5 }, 2, function() sleep(0) end)
    local sleeper = spawn(sleep, 3600)
    sleep(0)
    sleeper:cancel()
  end

  it("a hook may yield after any instruction", function()
    local server <close> = raw_server.start { INBOX }
    local client = server:client { attempts = 1, queue_length = 2 }
    for _, count in ipairs { 1000, 101, 31, 17, 7, 3, 2, 1 } do
      local ended = {}
      hooks.hook(count)
      local done, problem = pcall(within, 20, run, many, client, ended)
      hooks.hook(0)
      assert.is_true(done, ("every %d: %s"):format(count, problem))
      assert.equal(12, #ended)
      assert.equal(0, agentmail.step())
    end
    client:close()
  end)

  it("tasks that share a loop get each item once, wherever a hook yields", function()
    local client = helper.client { limits = { poll_base = 0.001, poll_cap = 0.002 } }
    local inbox = assert(client.inboxes:create { username = "shared" })
    for n = 1, 6 do
      assert(inbox.messages:send { to = "ann@example.com", text = "hello " .. n })
    end
    local all = {}
    for i, message in ipairs(assert(inbox.messages:all())) do all[i] = message.message_id end
    table.sort(all)
    local loops = {
      each = function() return (inbox.messages:each { limit = 2 }) end,
      full = function() return (inbox.messages:each { limit = 4, full = true }) end,
      watch = function() return (inbox.messages:watch { after = 0, sent = true }) end,
    }
    for name, loop in pairs(loops) do
      for _, count in ipairs { 7, 3, 2, 1 } do
        local drawn, next_item = {}, loop()
        local function draw(tasks)
          for item in next_item do
            drawn[#drawn + 1] = item.message_id
            if name == "watch" and #drawn == 6 then -- it would go on
              for _, task in ipairs(tasks) do task:cancel() end
            end
          end
        end
        hooks.hook(count)
        local done, problem = pcall(run, function()
          local tasks = {}
          for i = 1, 3 do tasks[i] = spawn(draw, tasks) end
        end)
        hooks.hook(0)
        assert.is_true(done, ("%s, every %d: %s"):format(name, count, problem))
        table.sort(drawn)
        assert.same(all, drawn, ("%s, every %d"):format(name, count))
      end
    end
    client:close()
  end)

  it("memory may run out at any allocation", function()
    local function scenario()
      return run(function()
        local one = spawn(function()
          sleep(0)
          sleep(0.0005)
          return 1
        end)
        local two = spawn(function() return one:join() end)
        local _ <close> = spawn(sleep, 3600)
        local five = run(function()
          for _ = 1, 5 do spawn(sleep, 0) end
          return 5
        end)
        local sleeper = spawn(sleep, 0.05) -- not cancelled if this task already is
        sleep(0.0002)
        sleeper:cancel()
        pcall(spawn, sleep, 0.0001)
        pcall(agentmail.map, { 1, 2, 3 }, 2, function() sleep(0) end)
        return two:join() + five
      end)
    end
    assert.equal(6, scenario())
    local refused, seen = 0
    repeat
      refused = refused + 1
      local till = core.now() + 20
      local function attempt()
        debug.sethook(function()
          if core.now() > till then error "it hangs" end
        end, "", 1000)
        scarce.refuse(refused)
        return scenario()
      end
      collectgarbage "stop"
      local done, result = pcall(attempt)
      seen = scarce.allow()
      collectgarbage "restart"
      debug.sethook()
      local where = "at allocation " .. refused
      if done then
        assert.equal(6, result, where)
      else
        assert.matches("not enough memory", result, 1, true, where)
      end
      assert.equal(0, agentmail.step(), where)
      agentmail.step()
      assert.is_nil(agentmail.timeout(), where)
    until seen < refused
    assert.is_true(refused > 50)
  end)

  it("memory may run out for good, and nothing stays cancelled once there is some", function()
    local function scenario()
      run(function()
        for i = 1, 3 do
          spawn(function()
            sleep(0)
            spawn(sleep, i / 10000):join()
          end)
        end
      end)
    end
    scenario()
    local refused, seen = 0
    repeat
      refused = refused + 1
      collectgarbage "stop"
      local done = pcall(function()
        scarce.refuse(refused, true)
        scenario()
      end)
      seen = scarce.allow()
      collectgarbage "restart"
      local where = "at allocation " .. refused
      assert.is_true(done == (seen < refused), where)
      assert.is_false(core.here(), where)
      sleep(0)
      assert.equal(7, run(function() return spawn(function() return 7 end):join() end), where)
    until done
    assert.is_true(refused > 20)
  end)

  it("Ctrl-C may come at any instruction", function()
    local function work()
      return run(function()
        local one = spawn(function()
          sleep(0)
          return 1
        end)
        local two = spawn(function() return one:join() end)
        local _ <close> = spawn(sleep, 0.02)
        local five = run(function()
          spawn(sleep, 0)
          return 5
        end)
        return two:join() + five
      end)
    end
    local at, seen = 0
    repeat
      at = at + 1
      local done, result = pcall(function()
        hooks.interrupt(at)
        local result = work()
        hooks.ran()
        return result
      end)
      seen = hooks.ran()
      if done then assert.equal(6, result) else assert.matches("interrupted", result) end
      assert.equal(0, agentmail.step(), "at instruction " .. at)
    until seen < at
    assert.is_true(at > 500)
  end)

  it("a cancel may come at any instruction", function()
    local at, reached, cleaned = 0
    local function work()
      local _ <close> = setmetatable({}, { __close = function() cleaned = true end })
      local inner <close> = spawn(sleep, 100)
      run(function()
        spawn(sleep, 100)
        pcall(sleep, 100)
      end)
      inner:join()
    end
    repeat
      at, reached, cleaned = at + 1, false, nil
      local began = core.now()
      local state = run(function()
        local task
        task = spawn(function()
          local left = at
          debug.sethook(function()
            left = left - 1
            if left > 0 then return end
            debug.sethook()
            reached = true
            task:cancel()
          end, "", 1)
          pcall(work)
          debug.sethook()
        end)
        sleep(0)
        if not reached then task:cancel() end
        pcall(task.join, task)
        return task.state
      end)
      assert.is_true(cleaned or reached, "at instruction " .. at)
      assert.is_true(core.now() - began < 60, "at instruction " .. at)
      assert.is_true(state == "done", "at instruction " .. at)
      assert.equal(0, agentmail.step())
    until not reached
    assert.is_true(at > 100)
  end)
end)
