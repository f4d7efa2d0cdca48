-- SPDX-License-Identifier: MIT
local helper = require "spec.support.helper"
local lazy = require "agentmail.util.lazy"

describe("lazy loading", function()
  it("loads a module once, on first use", function()
    local loads = 0
    package.preload["spec.lazy_example"] = function()
      loads = loads + 1
      return { answer = 42 }
    end
    local example = lazy "spec.lazy_example"
    assert.equal(0, loads)
    assert.equal(42, example.answer)
    assert.equal(42, example.answer)
    assert.is_nil(example.nothing)
    assert.equal(1, loads)
    package.preload["spec.lazy_example"], package.loaded["spec.lazy_example"] = nil, nil
  end)

  it("keeps a client from loading modules not needed yet", function()
    local loaded = helper.run [[
      local client = require "agentmail".new { api_key = "k", base_url = "http://127.0.0.1:9" }
      print(client.inboxes.get)
      local rest = { "util.suggest", "api.content_type", "object.page", "call.explain",
                     "call.dry_answer" }
      for _, name in ipairs(rest) do
        if package.loaded["agentmail." .. name] then print(name) end
      end
      for _, name in ipairs(rest) do require("agentmail." .. name) end -- they exist]]
    assert.is_truthy(loaded:find("^function: [^\n]*\n$"), loaded)
  end)
end)
