-- SPDX-License-Identifier: MIT
local query = require "agentmail.sandbox.http.query"

describe("the sandbox's query parser", function()
  it("decodes percent-encoding strictly", function()
    assert.equal("<a/b@c>", query.decode "%3Ca%2Fb%40c%3e")
    assert.equal("ü", query.decode "%C3%BC")
    assert.equal("plain", query.decode "plain")
    for _, bad in ipairs { "%", "a%2", "%g0", "%00", "%7F", "%80", "\255", "%2%30" } do
      assert.is_nil(query.decode(bad), bad)
    end
  end)
end)
