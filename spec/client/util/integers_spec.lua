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
  it("stay floats where the decoder may have rounded them", function()
    for text, number in pairs {
      ["9007199254740992"] = 2.0 ^ 53, ["-9007199254740992"] = -2.0 ^ 53,
      ["9007199254740993"] = 2.0 ^ 53, ["1e300"] = 1e300, ["-9223372036854775808"] = -2.0 ^ 63,
    } do
      local value = decode('{"a":' .. text .. ',"b":[' .. text .. "]}")
      integers.below(value, {})
      assert.same({ number, "float", "float" },
                  { value.a, math.type(value.a), math.type(value.b[1]) })
      value = decode('{"a":' .. text .. "}")
      integers.at(value, { "a" })
      assert.equal("float", math.type(value.a))
    end
    for _, text in ipairs { "9007199254740991", "-9007199254740991", "0", "1e2" } do
      local value = decode('{"a":' .. text .. "}")
      integers.below(value, {})
      assert.same({ math.tointeger(tonumber(text)), "integer" }, { value.a, math.type(value.a) })
    end
  end)

  it("become Lua integers, and the others stay as they are", function()
    local value = decode '{"n":3,"m":{"n":4},"other":5,"text":"6"}'
    integers.at(value, { "n", "m", "text", "absent" })
    assert.equal("integer", math.type(value.n))
    assert.equal("integer", math.type(value.m.n))
    assert.equal("6", value.text)
    assert.equal(5, value.other)
  end)
end)
