-- SPDX-License-Identifier: MIT
-- docs/sandbox.md does what it says: each scenario runs, in a process of its own, against the
-- sandbox that its first lines start.
local helper = require "spec.helper"
local presets = require "agentmail.sandbox.presets"
local rules = require "agentmail.sandbox.rules"

local file <close> = assert(io.open "docs/sandbox.md")
local guide = file:read "a"

local function blocks(text)
  local found = {}
  for block in text:gmatch "\n```lua\n(.-)```" do found[#found + 1] = block end
  return table.concat(found, "\n")
end

describe("the guide to the sandbox", function()
  local beginning = blocks(guide:match "^(.-)\n## ")

  for title, text in guide:gsub("\n## ", "\0"):gmatch "%z(%d%. [^\n]*)([^%z]*)" do
    it(title, function()
      local snippet = blocks(text)
      assert.matches("assert%(", snippet)
      assert.equal("done\n", helper.run(beginning .. snippet .. "\nprint 'done'"))
    end)
  end

  it("begins, goes back and waits as it says", function()
    local snippet = blocks(guide:match "\n## Control\n(.*)$")
    assert.equal("done\n", helper.run(beginning .. snippet .. "\nprint 'done'"))
  end)

  it("has five scenarios", function()
    local count = select(2, guide:gsub("\n## %d%. ", ""))
    assert.equal(5, count)
  end)

  it("names presets and faults that there are", function()
    local list = guide:match "\nPresets: (.-)%.\n"
    for preset in list:gmatch "`([^`]+)`" do
      local rule, refusal = presets.expand(preset)
      assert.is_nil(refusal)
      assert(rules.read(rule, 1))
    end
    local count = 0
    for place, deeds in guide:gmatch "\n| `(%l+)` |[^|]*| ([^\n]*) |" do
      for words in deeds:gmatch "`([^`]+)`" do
        for kind in words:gmatch "%S+" do
          local rule, refusal = rules.read({ at = place, ["do"] = kind }, 1)
          assert(rule, refusal and refusal.message)
          count = count + 1
        end
      end
    end
    assert.equal(50, count)
  end)
end)
