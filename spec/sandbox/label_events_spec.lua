-- SPDX-License-Identifier: MIT
local http = require "spec.support.http"

describe("the history of labels in the sandbox", function()
  local A = "/v0/inboxes/a@agentmail.to"

  local sandbox, api = http.sandbox({ namespace = "label-events" }, "a")
  local ok = http.ok
  http.check_effects(sandbox)

  it("lists each change, newest first", function()
    local mail = sandbox:inbound { to = "a@agentmail.to", subject = "S" }
    local path = A .. "/messages/" .. http.escape(mail.message_id)
    ok(api("PATCH", path, { add_labels = { "x" }, remove_labels = { "unread" } }))
    sandbox:advance(1)
    ok(api("PATCH", path, { add_labels = { "x" } })) -- changes nothing
    ok(api("PATCH", "/v0/threads/" .. mail.thread_id, { add_labels = { "y" } }))
    local list = ok(api("GET", A .. "/events")).events
    local told = {}
    for i, event in ipairs(list) do
      told[i] = event.event_type .. " " .. event.label
      assert.equal(mail.message_id, event.message_id)
    end
    assert.same({ "label.added y", "label.removed unread", "label.added x" }, told)
    assert.equal("2030-05-01T12:00:01.000Z", list[1].event_at)
    assert.is_true(list[1].event_id > list[2].event_id)
    local page = ok(api("GET", A .. "/events?limit=2&ascending=true"))
    assert.equal("x", page.events[1].label)
    page = ok(api("GET", A .. "/events?limit=2&ascending=true&page_token=" .. page.next_page_token))
    assert.equal("y", page.events[1].label)
  end)
end)
