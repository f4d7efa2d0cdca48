-- SPDX-License-Identifier: MIT
-- The switches seed_era and draft_send: past or possible behaviour of the service. Other switches
-- are tested with the feature they change.
local http = require "spec.support.http"

describe("a sandbox that is switched", function()
  local A = "/v0/inboxes/a@agentmail.to"

  local sandbox, api = http.sandbox({ namespace = "eras" }, "a")
  local ok = http.ok

  local function draft()
    local made = ok(api("POST", A .. "/drafts", { to = { "x@example.com" }, subject = "D" }))
    return A .. "/drafts/" .. made.draft_id
  end

  it("to seed_era ignores the key of every kind of send", function()
    sandbox:switch { seed_era = true }
    local first = ok(api("POST", A .. "/messages/send", { to = "x@example.com" }))
    local message = A .. "/messages/" .. http.escape(first.message_id)
    local key = { ["Idempotency-Key"] = "same" }
    for _, request in ipairs {
      { A .. "/messages/send", { to = "x@example.com" } }, { message .. "/reply", {} },
      { message .. "/reply-all", {} }, { message .. "/forward", { to = "x@example.com" } },
    } do
      local before = #sandbox:sent()
      local one = ok(api("POST", request[1], request[2], key))
      local two = ok(api("POST", request[1], request[2], key))
      assert.not_equal(one.message_id, two.message_id)
      assert.equal(before + 2, #sandbox:sent())
    end
    local path = draft()
    ok(api("POST", path .. "/send", {}, key))
    assert.equal(404, (api("POST", path .. "/send", {}, key)))
    assert.equal(200, (api("POST", A .. "/messages/send", { to = "x@example.com" },
                           { ["Idempotency-Key"] = "not a key!" })))
    sandbox:switch { seed_era = false }
    assert.equal(400, (api("POST", A .. "/messages/send", { to = "x@example.com" },
                           { ["Idempotency-Key"] = "not a key!" })))
  end)

  it("to draft_send = two_steps keeps a draft whose send was interrupted", function()
    sandbox:switch { draft_send = "two_steps" }
    local path = draft()
    sandbox:fault { at = "commit", ["do"] = "500", match = { operation = "inboxes.drafts.send" } }
    assert.equal(500, (api("POST", path .. "/send", {})))
    assert.equal("D", ok(api("GET", path)).subject)
    ok(api("POST", path .. "/send", {}))
    assert.equal(404, (api("GET", path)))
    assert.equal(1, sandbox:audit().extra_mails)
  end)

  it("to draft_send = two_steps still replays the key of an interrupted send of a draft", function()
    sandbox:switch { draft_send = "two_steps" }
    local path = draft()
    sandbox:fault { at = "commit", ["do"] = "500", match = { operation = "inboxes.drafts.send" } }
    local key = { ["Idempotency-Key"] = "k" }
    assert.equal(500, (api("POST", path .. "/send", {}, key)))
    local answer = ok(api("POST", path .. "/send", {}, key))
    assert.equal(sandbox:sent()[1].message_id, answer.message_id)
    assert.equal(0, sandbox:audit().extra_mails)
  end)

  it("to either draft_send deletes a draft with its send, even if the answer is lost", function()
    for _, switch in ipairs { "atomic", "two_steps" } do
      sandbox:switch { draft_send = switch }
      local path = draft()
      if switch == "atomic" then
        sandbox:fault { at = "commit", ["do"] = "500", match = { sends = true } }
        assert.equal(500, (api("POST", path .. "/send", {})))
      else
        ok(api("POST", path .. "/send", {}))
      end
      assert.equal(404, (api("GET", path)))
    end
    assert.equal(0, sandbox:audit().extra_mails)
  end)
end)
