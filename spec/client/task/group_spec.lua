-- SPDX-License-Identifier: MIT
-- agentmail.map and agentmail.all.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"

local map, sleep = agentmail.map, agentmail.sleep

describe("agentmail.map", function()
  it("calls the function once an item, for at most so many at once", function()
    local under_way, most, calls = 0, 0, {}
    local results, failures = map({ "a", "b", "c", "d", "e" }, 2, function(item, index)
      under_way = under_way + 1
      most = math.max(most, under_way)
      calls[#calls + 1] = index
      sleep(0.001)
      under_way = under_way - 1
      if item == "c" then return nil, "no c", { code = "c" } end
      if item == "d" then return nil, "no d" end
      return item .. index
    end)
    assert.same({ "a1", "b2", [5] = "e5" }, results)
    assert.same({ [3] = { code = "c" }, [4] = "no d" }, failures)
    assert.same({ 1, 2, 3, 4, 5 }, calls)
    assert.equal(2, most)
    assert.same({}, (map({}, 1, error)))
  end)

  it("draws from an iterator one at a time, although drawing waits", function()
    local client = helper.client()
    local inbox = assert(client.inboxes:create { username = "map" })
    for i = 1, 9 do
      assert(inbox.messages:send { to = "x@example.com", subject = "s" .. i, text = "t" })
    end
    local seen = {}
    local results = map(inbox.messages:each { limit = 2 }, 4, function(item)
      seen[item.message_id] = (seen[item.message_id] or 0) + 1
      return assert(item:get()).subject
    end)
    assert.equal(9, #results)
    for _, times in pairs(seen) do assert.equal(1, times) end
    client:close()
  end)

  it("draws no more than it can begin with", function()
    local drawn, begun = 0, 0
    map(function()
      assert.is_true(drawn - begun < 2)
      drawn = drawn + 1
      return drawn <= 10 and drawn or nil
    end, 2, function()
      begun = begun + 1
      sleep(0)
    end)
    assert.equal(10, begun)
  end)

  it("cancels the others at an error, and raises it", function()
    local ended = 0
    local done, problem = pcall(map, { 1, 2, 3 }, 3, function(item)
      if item == 2 then error "boom" end
      local _ <close> = setmetatable({}, { __close = function() ended = ended + 1 end })
      sleep(60)
    end)
    assert.is_false(done)
    assert.matches(": boom\n", problem)
    assert.equal(2, ended)
  end)

  it("is cancelled with the task that it is in", function()
    agentmail.run(function()
      local task = agentmail.spawn(map, { 1, 2, 3 }, 1, function() sleep(60) end)
      sleep(0.01)
      task:cancel()
    end)
  end)

  it("refuses what is no list, count or function", function()
    for _, bad in ipairs { { 7, 1, print }, { {}, 0, print }, { {}, 1.5, print }, { {}, 1 } } do
      assert.matches("^agentmail.map takes ", helper.mistake(map, table.unpack(bad, 1, 3)))
    end
  end)
end)

describe("agentmail.all", function()
  it("calls all at once, and returns results and failures by name", function()
    local order = {}
    local results, failures = agentmail.all {
      slow = function()
        sleep(0.02)
        order[#order + 1] = "slow"
        return 1
      end,
      quick = function()
        order[#order + 1] = "quick"
        return 2
      end,
      wrong = function() return nil, "words", "failure" end,
    }
    assert.same({ slow = 1, quick = 2 }, results)
    assert.same({ wrong = "failure" }, failures)
    assert.same({ "quick", "slow" }, order)
  end)

  it("refuses what is no table of functions", function()
    assert.equal("agentmail.all takes a table of functions, not function",
                 helper.mistake(agentmail.all, print))
    assert.equal("agentmail.all takes a function, not number",
                 helper.mistake(agentmail.all, { a = 1 }))
  end)
end)
