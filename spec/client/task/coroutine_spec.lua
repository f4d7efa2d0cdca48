-- SPDX-License-Identifier: MIT
-- agentmail.coroutine: Lua's library, whose coroutines pass the waits of this library on.

local agentmail = require "agentmail"
local core = require "agentmail.core"
local helper = require "spec.support.helper"

local library = agentmail.coroutine
local run, spawn, sleep = agentmail.run, agentmail.spawn, agentmail.sleep

describe("a coroutine of agentmail.coroutine", function()
  it("does not block the other tasks when it waits, and yields its own values", function()
    run(function()
      local turns = 0
      local _ <close> = spawn(function()
        while true do
          sleep(0)
          turns = turns + 1
        end
      end)
      local generator = library.wrap(function(...)
        local given = { ... }
        for i = 1, 3 do
          sleep(0.002)
          given[#given + 1] = library.yield(i, nil)
        end
        return table.concat(given, " ")
      end)
      assert.same({ 1, nil, n = 2 }, table.pack(generator("a", "b")))
      assert.equal(2, (generator "c"))
      local before = turns
      assert.equal(3, (generator "d"))
      assert.is_true(turns > before)
      assert.equal("a b c d e", generator "e")
      assert.is_true(turns > 1)
    end)
  end)

  it("may resume another", function()
    run(function()
      local other = spawn(sleep, 0)
      local inner = library.wrap(function()
        for _ = 1, 5 do -- turns: where a wait blocks, the other task has none
          if other.state ~= "done" then sleep(0) end
        end
        library.yield "inner"
      end)
      local outer = library.create(function() return inner() end)
      assert.same({ true, "inner" }, { library.resume(outer) })
      assert.equal("done", other.state)
      assert.equal("dead", library.status(outer))
    end)
  end)

  it("blocks where its resumer cannot yield, or is no task", function()
    run(function()
      local other = spawn(sleep, 0)
      local text = ("x"):gsub("x", library.wrap(function()
        sleep(0.002)
        return "y"
      end))
      assert.same({ "y", "ready" }, { text, other.state })
      local plain = coroutine.wrap(library.wrap(function()
        sleep(0.002)
        return "plain"
      end))
      assert.same({ "plain", "ready" }, { plain(), other.state })
    end)
    assert.equal(1, library.wrap(function()
      sleep(0.001)
      return 1
    end)())
  end)

  -- For a sleep, a call, and a wait passed on by another coroutine.
  for name, wait in pairs {
    ["a sleep"] = function() sleep(0.03) end,
    ["a call"] = function(client) assert(client.inboxes:list { limit = 1 }) end,
    ["another"] = function() library.wrap(sleep)(0.03) end,
  } do
    it("that waits is resumed by its task alone, in " .. name, function()
      local client, _, view = helper.client()
      view:fault { at = "before", ["do"] = { kind = "delay", seconds = 0.05 },
                   ["until"] = { total = 100 } }
      run(function()
        local co = library.create(function(...)
          wait(client)
          library.yield(...)
          wait(client)
          return "end"
        end)
        local first = spawn(library.resume, co, "own", nil)
        while first.state ~= "waiting" do sleep(0) end
        local problem = "cannot resume this coroutine: it waits, resumed by another task"
        local told = "this coroutine waits: another task has resumed it"
        assert.same({ false, problem }, { library.resume(co) })
        assert.same({ true, nil, told }, { coroutine.resume(co, "foreign") })
        assert.equal("x", (("x"):gsub("x", function()
          assert.same({ false, problem }, { library.resume(co) })
          assert.same({ true, nil, told }, { coroutine.resume(co) })
        end)))
        assert.same({ true, "own", nil, n = 3 }, table.pack(first:join()))
        local second = spawn(library.resume, co) -- any task may go on with it now
        assert.same({ true, "end" }, { second:join() })
      end)
      client:close()
    end)
  end

  it("may be drawn from by several tasks, which are told that it waits", function()
    local drawn, told = {}, 0
    local generator = library.wrap(function()
      for i = 1, 6 do
        sleep(0.001)
        library.yield(i)
      end
    end)
    run(function()
      for _ = 1, 3 do
        spawn(function()
          repeat
            local fine, value = pcall(generator)
            if fine then
              drawn[#drawn + 1] = value
            else
              assert.matches("it waits, resumed by another task", value)
              told = told + 1
              sleep(0.0005)
            end
          until #drawn == 6
        end)
      end
    end)
    assert.same({ 1, 2, 3, 4, 5, 6 }, drawn)
    assert.is_true(told > 0)
  end)

  it("is gone on with by a task whose wait an error has ended", function()
    run(function()
      local till
      local co = library.create(function()
        till = core.now() + 0.001
        sleep(0.005)
        library.yield "there"
      end)
      local task = coroutine.running()
      debug.sethook(task, function()
        if till and core.now() > till then
          debug.sethook(task)
          error("interrupted", 0)
        end
      end, "", 1)
      assert.is_false((pcall(library.resume, co)))
      debug.sethook(task)
      assert.same({ true, "there" }, { library.resume(co) })
    end)
  end)

  it("of a task that others make go on does not take that for its own", function()
    run(function()
      local own
      local task = spawn(function()
        own = coroutine.running()
        return library.wrap(function()
          sleep(0.01)
          return "value"
        end)()
      end)
      while not own do sleep(0) end
      assert.same({ true, nil, "this coroutine waits: another task has resumed it" },
                  { coroutine.resume(own, "foreign") })
      assert.equal("value", task:join())
    end)
  end)

  it("is bounded by a within in the task", function()
    run(function()
      local wait = library.wrap(function() return pcall(sleep, 60) end)
      assert.is_false((agentmail.within(0.01, wait)))
    end)
  end)

  it("otherwise does what Lua's does", function()
    for name, fn in pairs(coroutine) do
      assert.is_function(library[name])
      if name ~= "resume" and name ~= "wrap" then assert.equal(fn, library[name]) end
    end
    local co = library.create(function(...)
      assert.same({ 1, 2 }, { ... })
      error { code = 1 }
    end)
    assert.same({ false, { code = 1 } }, { library.resume(co, 1, 2) })
    assert.same({ coroutine.resume(co) }, { library.resume(co) })
    assert.is_false((pcall(library.resume, 7)))
    local closed = false
    local wrapped = library.wrap(function()
      local _ <close> = setmetatable({}, { __close = function() closed = true end })
      error("boom", 0)
    end)
    local done, problem = pcall(function() wrapped() end)
    assert.same({ false, true }, { done, closed })
    assert.matches("^spec/client/task/coroutine_spec.lua:%d+: boom$", problem)
  end)
end)
