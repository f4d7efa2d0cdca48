-- SPDX-License-Identifier: MIT
local digest = require "agentmail.sandbox.store.digest"
local http = require "spec.support.http"

describe("a client_id in the sandbox", function()
  local A = "/v0/inboxes/a@agentmail.to"
  local sandbox, api = http.sandbox({ namespace = "client-ids" }, "a")
  local ok = http.ok

  local function last() return http.last(sandbox) end

  it("makes each of the seven creates return what it created first", function()
    local pod = "/v0/pods/" .. ok(api("GET", "/v0/pods")).pods[1].pod_id
    local hook = { url = "http://127.0.0.1:1/", event_types = { "message.sent" } }
    for path, row in pairs {
      ["/v0/inboxes"] = { "inbox_id", {} }, [pod .. "/inboxes"] = { "inbox_id", {} },
      ["/v0/pods"] = { "pod_id", {} }, [A .. "/drafts"] = { "draft_id", {} },
      ["/v0/webhooks"] = { "webhook_id", hook }, [pod .. "/webhooks"] = { "webhook_id", hook },
      [A .. "/webhooks"] = { "webhook_id", hook },
    } do
      row[2].client_id = "made-" .. digest.sha256(path):sub(1, 8)
      local first = ok(api("POST", path, row[2]))
      assert.equal("created", last().effect)
      local again = ok(api("POST", path, row[2]))
      assert.equal("replayed", last().effect)
      assert.equal(first[row[1]], again[row[1]], path)
    end
  end)
end)
