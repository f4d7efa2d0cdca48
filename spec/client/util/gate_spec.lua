-- SPDX-License-Identifier: MIT
-- One at a time is inside a gate; the others wait.

local agentmail = require "agentmail"
local gates = require "agentmail.util.gate"
local helper = require "spec.support.helper"

local run, spawn, sleep = agentmail.run, agentmail.spawn, agentmail.sleep

local BUSY = "the next item is being fetched"

local function enter(gate, inside)
  local turn <close> = gates.turn(gate)
  gates.enter(turn)
  inside()
end

describe("a gate", function()
  it("lets tasks in one by one", function()
    local gate, order, inside = gates.new(), {}, 0
    run(function()
      for i = 1, 5 do
        spawn(enter, gate, function()
          inside = inside + 1
          order[#order + 1] = i
          sleep(0.001)
          assert.equal(1, inside)
          inside = inside - 1
        end)
      end
    end)
    table.sort(order)
    assert.same({ 1, 2, 3, 4, 5 }, order)
  end)

  it("is free after an error, and after the end of a coroutine within it", function()
    local gate = gates.new()
    assert.is_false((pcall(enter, gate, error)))
    enter(gate, function() end)
    local co = coroutine.wrap(function() gates.enter(gates.turn(gate)) end)
    co()
    enter(gate, function() end)
    assert.is_false(gate.owner)
  end)

  it("is left by the one inside alone, although a turn from before ends late", function()
    local gate, late = gates.new(), nil
    run(function()
      spawn(function()
        late = coroutine.create(function()
          local turn <close> = gates.turn(gate)
          gates.enter(turn)
          coroutine.yield()
        end)
        coroutine.resume(late)
      end):join()
      enter(gate, function()
        assert(coroutine.close(late))
        local entered = false
        local other = spawn(enter, gate, function() entered = true end)
        sleep(0)
        assert.is_false(entered)
        other:cancel()
      end)
    end)
  end)

  it("raises where nothing can be waited for", function()
    local gate = gates.new()
    enter(gate, function()
      assert.matches(BUSY, helper.mistake(enter, gate, error))
    end)
    run(function()
      enter(gate, function()
        assert.matches(BUSY, helper.mistake(enter, gate, error))
      end)
    end)
  end)
end)
