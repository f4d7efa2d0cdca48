-- SPDX-License-Identifier: MIT
-- The examples do what they say.

local helper = require "spec.support.helper"

local function run(name, ...)
  local quoted = {}
  for i, argument in ipairs { ... } do quoted[i] = ("%q"):format(argument) end
  return helper.run(("arg = { %s } dofile 'examples/%s.lua'"):format(table.concat(quoted, ", "),
                                                                     name))
end

describe("the example", function()
  it("one_time_code.lua finds the code", function()
    assert.equal("the code is 493027\n", run "one_time_code")
  end)

  it("progress.lua fills its bar while sending and saving", function()
    local output = run("progress", "spec/docs/examples_spec.lua")
    for _, what in ipairs { "sending", "saving" } do
      assert.is_truthy(output:find("\r" .. what .. "%s+%[" .. ("#"):rep(40) .. "%]"), output)
    end
    local file <close> = assert(io.open "spec/docs/examples_spec.lua")
    assert.is_truthy(output:find(file:seek "end" .. " bytes\n", 1, true), output)
  end)

  it("lost_ack.lua sends one mail", function()
    local output = run "lost_ack"
    assert.is_truthy(output:find("duplicates 0, losses 0", 1, true), output)
  end)
end)
