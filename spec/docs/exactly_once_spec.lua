-- SPDX-License-Identifier: MIT
-- docs/exactly-once.md does what it says: its samples run as one program, twice.

local outside = require "spec.support.outside"
local samples = require "spec.support.samples"

local page = samples.page "docs/exactly-once.md"

local BEFORE = [==[
local sandbox = require "agentmail.sandbox".start {}
local getenv = os.getenv
function os.getenv(name)
  return name == "AGENTMAIL_API_KEY" and sandbox.api_key
    or name == "AGENTMAIL_BASE_URL" and sandbox.url or getenv(name)
end
local function program()
]==]

local AFTER = [==[
  client:close()
  return order
end
program()
program()
print("mails", #sandbox:sent())
]==]

describe("docs/exactly-once.md", function()
  it("has samples that send each mail once, in two runs", function()
    local text = {}
    for _, block in ipairs(samples.blocks(page, "lua")) do text[#text + 1] = block.text end
    local output = outside.run(BEFORE .. table.concat(text) .. AFTER)
    assert.equal("sent\t1\n0\t0\t0\nsent\t0\n0\t0\t0\nmails\t2\n", output)
  end)

  it("has each state of a row, with the outcome that it has", function()
    local words = samples.page "csrc/outbox/outbox_rows.c"
    for state in words:gmatch '%[AM_OUTBOX_%u+%w*_?%u*%] = "([%l_]+)"' do
      if state ~= "none" and state ~= "drafted" then
        assert.is_truthy(page:find("\n| `" .. state .. "` |", 1, true), state)
      end
    end
  end)

  it("names the limits as they are", function()
    for _, limit in ipairs(require "agentmail".limits) do
      local short = limit.name:match "^outbox_(%l+)$"
      if short and short ~= "wait" then
        local number = ("%.14g"):format(limit.default)
        assert.is_truthy(page:find(number .. " s[^\n]*\n?[^\n]*`" .. limit.name .. "`"), limit.name)
      end
    end
  end)
end)
