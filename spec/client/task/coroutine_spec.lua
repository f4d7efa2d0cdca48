-- SPDX-License-Identifier: MIT
-- agentmail.coroutine: Lua's library, whose coroutines pass the waits of this library on.

local agentmail = require "agentmail"

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
        sleep(0.002)
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
