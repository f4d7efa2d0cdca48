-- SPDX-License-Identifier: MIT
local integers = require "agentmail.util.integers"
local json = require "agentmail.util.json"

local function decode(bytes) return json.decode(bytes, 100) end

describe("whole numbers of an answer", function()
  it("become Lua integers at every depth", function()
    local value = decode '{"n":3,"deep":{"n":4,"list":[5,1.5]},"skip":{"n":6},"big":1e300}'
    integers.below(value, { skip = true })
    assert.equal("integer", math.type(value.n))
    assert.equal("integer", math.type(value.deep.n))
    assert.equal("integer", math.type(value.deep.list[1]))
    assert.equal(1.5, value.deep.list[2])
    assert.equal(1e300, value.big)
  end)
end)

describe("whole numbers at some names of an answer", function()
  it("become Lua integers, and the others stay as they are", function()
    local value = decode '{"n":3,"m":{"n":4},"other":5,"text":"6"}'
    integers.at(value, { "n", "m", "text", "absent" })
    assert.equal("integer", math.type(value.n))
    assert.equal("integer", math.type(value.m.n))
    assert.equal("6", value.text)
    assert.equal(5, value.other)
  end)
end)
