-- SPDX-License-Identifier: MIT
local core = require "agentmail.core"
local integers = require "agentmail.util.integers"
local json = require "agentmail.util.json"

local NUMBERS = '{"n":1}' -- some JSON that has numbers

local function decode(bytes) return json.decode(bytes, 100) end

-- Shapes a value as the second item of a list whose first item has no undeclared numbers, so that
-- only the numeric fields of the model are converted.
local function shaped_like_the_first(value, names)
  local fields = {}
  for i, name in ipairs(names) do fields[i] = { name = name, numeric = true } end
  local list = core.shape { { name = "list", list = true, shape = core.shape(fields) } }
  assert.is_nil(list:apply({ list = { {}, value } }, { ids = {}, client = {} }, NUMBERS))
end

describe("whole numbers of an answer", function()
  it("become Lua integers at every depth", function()
    local value = decode '{"n":3,"deep":{"n":4,"list":[5,1.5]},"skip":{"n":6},"big":1e300}'
    assert.is_nil(core.shape { { name = "skip" } }:apply(value, { ids = {}, client = {} }, NUMBERS))
    assert.equal("integer", math.type(value.n))
    assert.equal("integer", math.type(value.deep.n))
    assert.equal("integer", math.type(value.deep.list[1]))
    assert.equal(1.5, value.deep.list[2])
    assert.equal(1e300, value.big)
    assert.equal("float", math.type(value.skip.n))
    integers.make(value)
    assert.equal("integer", math.type(value.skip.n))
  end)
end)

describe("whole numbers at some names of an answer", function()
  it("stay floats if the decoder may have rounded them", function()
    for text, number in pairs {
      ["9007199254740992"] = 2.0 ^ 53, ["-9007199254740992"] = -2.0 ^ 53,
      ["9007199254740993"] = 2.0 ^ 53, ["1e300"] = 1e300, ["-9223372036854775808"] = -2.0 ^ 63,
    } do
      local value = decode('{"a":' .. text .. ',"b":[' .. text .. "]}")
      integers.make(value)
      assert.same({ number, "float", "float" },
                  { value.a, math.type(value.a), math.type(value.b[1]) })
      value = decode('{"a":' .. text .. "}")
      shaped_like_the_first(value, { "a" })
      assert.equal("float", math.type(value.a))
    end
    for _, text in ipairs { "9007199254740991", "-9007199254740991", "0", "1e2" } do
      local value = decode('{"a":' .. text .. "}")
      integers.make(value)
      assert.same({ math.tointeger(tonumber(text)), "integer" }, { value.a, math.type(value.a) })
    end
  end)

  it("become Lua integers, and others are unchanged", function()
    local value = decode '{"n":3,"m":{"n":4},"other":5,"text":"6"}'
    shaped_like_the_first(value, { "n", "m", "text", "absent" })
    assert.equal("integer", math.type(value.n))
    assert.equal("integer", math.type(value.m.n))
    assert.equal("6", value.text)
    assert.equal(5, value.other)
    assert.equal("float", math.type(value.other))
  end)
end)
