-- SPDX-License-Identifier: MIT
-- The connections that the sandbox opens by itself.
local http = require "spec.support.http"

describe("the sandbox", function()
  local sandbox, api = http.sandbox({ namespace = "outgoing" }, "a")
  local ok, send = http.ok, http.sender(api)

  it("sends no mail off the machine, and calls only webhooks and attachment URLs", function()
    local users = { core = {}, outgoing = {} }
    local pipe <close> = assert(io.popen 'find sandbox/agentmail/sandbox -name "*.lua"')
    for path in pipe:lines() do
      local file <close> = assert(io.open(path))
      local text, name = file:read "a", path:match "([%w_]+)%.lua$"
      assert.is_nil(text:find('require "socket', 1, true), path)
      for module, list in pairs(users) do
        local uses = name ~= module and text:find(module .. ".client", 1, true)
        if uses then list[#list + 1] = name end
      end
    end
    table.sort(users.outgoing)
    assert.same({ core = { "outgoing" }, outgoing = { "deliveries", "fetches" } }, users)
    ok(send("out", "somebody@example.com"))
    assert.equal(1, #sandbox:sent())
    assert.equal(0, #sandbox:deliveries())
  end)
end)
