-- SPDX-License-Identifier: MIT
-- The heap of timers against a sorted list.

local timers = require "agentmail.task.timers"

describe("the timers", function()
  local others = timers.others

  teardown(function() timers.clear(others) end)

  local function waiter() return { at = false, place = false } end

  local function earliest(all)
    local first
    for one in pairs(all) do
      if not first or one.at < first.at then first = one end
    end
    return first and first.at
  end

  it("give the earliest of those set, set again and not removed", function()
    math.randomseed(7)
    timers.clear()
    local all, list = {}, {}
    for i = 1, 50 do list[i] = waiter() end
    for _ = 1, 5000 do
      local one = list[math.random(#list)]
      if math.random(3) == 1 then
        timers.remove(one)
        all[one] = nil
        assert.is_false(one.place)
      else
        timers.set(one, math.random(1000))
        all[one] = true
      end
      local first = timers.first()
      assert.equal(earliest(all), first and first.at)
    end
    for one in pairs(all) do timers.remove(one) end
    assert.is_nil(timers.first())
  end)

  it("are made anew after an error in between", function()
    local list = {}
    timers.clear(list)
    for i = 1, 20 do
      list[i] = waiter()
      timers.set(list[i], 21 - i)
    end
    local broken = setmetatable({}, { __lt = function() error "in between" end })
    list[20].at = broken -- the earliest: a comparison with it raises
    local late = waiter()
    list[21] = late
    assert.is_false((pcall(timers.set, late, 0)))
    late.at = 21
    list[20].at = 1
    for expected = 1, 21 do
      assert.equal(expected, timers.first().at)
      timers.remove(timers.first())
    end
  end)

  it("forget all at once", function()
    local one = waiter()
    timers.set(one, 1)
    timers.clear()
    assert.is_nil(timers.first())
    timers.remove(one)
    timers.set(one, 2)
    assert.equal(one, timers.first())
    timers.remove(one)
  end)
end)
