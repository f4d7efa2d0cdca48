-- SPDX-License-Identifier: MIT
local chance = require "agentmail.sandbox.store.chance"

describe("the sandbox's random numbers", function()
  it("are uniform, and the same for the same seed", function()
    local sum = 0
    for i = 1, 10000 do
      local drawn = chance.fraction(42, "x", i)
      assert.is_true(drawn >= 0 and drawn < 1)
      sum = sum + drawn
    end
    assert.is_true(math.abs(sum / 10000 - 0.5) < 0.02)
    assert.equal(chance.draw(42, "ab", "c"), chance.draw(42, "ab", "c"))
    assert.not_equal(chance.draw(42, "ab", "c"), chance.draw(42, "a", "bc"))
    assert.not_equal(chance.draw(42, "a"), chance.draw(43, "a"))
    local ids, all = chance.ids(1, 1), {}
    for _ = 1, 10000 do
      local id = ids:uuid()
      assert.matches("^%x+%-%x+%-4%x+%-[89ab]%x+%-%x+$", id)
      assert.is_nil(all[id])
      all[id] = true
    end
    assert.not_equal(chance.ids(1, 1):token(), chance.ids(1, 2):token())
  end)
end)
