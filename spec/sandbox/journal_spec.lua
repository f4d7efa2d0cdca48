-- SPDX-License-Identifier: MIT
-- What the control interface tells of requests and mails.
local digest = require "agentmail.sandbox.store.digest"
local http = require "spec.support.http"

describe("the journal of the sandbox", function()
  local A, B = "/v0/inboxes/a@agentmail.to", "/v0/inboxes/b@agentmail.to"
  local SEND = A .. "/messages/send"
  local sandbox, api = http.sandbox({ namespace = "journal", seed = 21 }, "a", "b")

  local function control(method, path, body, headers)
    return api(method, "/_sandbox/v1/" .. path, body, headers)
  end

  it("has a complete row for each physical request", function()
    local body = '{"to":"x@example.com","subject":"J"}'
    sandbox:fault "lost_ack"
    for _ = 1, 2 do api("POST", SEND, body, { ["Idempotency-Key"] = "j" }) end
    api("GET", B)
    local rows = sandbox:requests { after = 0 }
    local lost, replayed, read = rows[#rows - 2], rows[#rows - 1], rows[#rows]
    assert.same({ lost.seq + 1, lost.seq + 2 }, { replayed.seq, read.seq })
    for name, expected in pairs {
      at = "2030-05-01T12:00:00.000Z", operation = "inboxes.messages.send", key = "j",
      digest = digest.sha256(body), fault = "lost_ack", place = "commit:reset", effect = "created",
      status = 200, seed = 21, method = "POST", target = SEND, inbox = "a@agentmail.to",
    } do
      assert.equal(expected, lost[name], name)
    end
    assert.is_nil(lost.seen)
    assert.same({ "replayed", 200, false }, { replayed.effect, replayed.seen, replayed.reused })
    assert.same({ "none", 200, true }, { read.effect, read.seen, read.reused })
    assert.not_equal(lost.connection, replayed.connection)
    assert.equal(replayed.connection, read.connection)
  end)

  it("refuses an unknown filter", function()
    assert.error_matches(function() sandbox:sent { subjct = "x" } end, "did you mean 'subject'")
    assert.error_matches(function() sandbox:requests { kez = "x" } end, "did you mean 'key'")
    assert.equal(400, (control("GET", "requests?limit=x")))
    assert.equal(400, (control("GET", "sent?after=-1")))
    assert.equal(200, (control("GET", "sent?after=0&limit=1&namespace=journal&subject=x")))
  end)
end)
