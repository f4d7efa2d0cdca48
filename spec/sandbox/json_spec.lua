-- SPDX-License-Identifier: MIT
local json = require "agentmail.sandbox.http.json"

describe("the sandbox's JSON", function()
  it("is encoded canonically", function()
    assert.equal('{"a":[],"b":{},"c":[1,2.5,"x/y\\u0000"],"d":true}', json.encode {
      d = true, c = { 1, 2.5, "x/y\0" }, b = {}, a = json.array {} })
    assert.equal('"\\\\/\\"\\n"', json.string '\\/"\n')
    assert.equal("9007199254740993", json.encode(9007199254740993))
    assert.has_error(function() json.shape("missing")({}) end, "the row has no missing")
  end)
end)
