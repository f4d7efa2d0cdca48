-- SPDX-License-Identifier: MIT
-- What the control interface reports about requests and mails.
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

  it("and the record of mails are reported from either end", function()
    local function subjects(filters)
      local list = {}
      for i, row in ipairs(sandbox:sent(filters)) do list[i] = row.subject end
      return table.concat(list, " ")
    end
    for i = 1, 5 do
      api("POST", SEND, { to = "x@example.com", subject = "s" .. i, text = i % 2 == 0 and "even" or
                          nil }, { ["Idempotency-Key"] = i % 2 == 0 and "k" .. i or nil })
    end
    assert.equal("s1 s2", subjects { limit = 2 })
    assert.equal("s4 s5", subjects { last = 2 })
    assert.equal("s3 s4 s5", subjects { last = 3 })
    assert.equal("s1 s2 s3 s4 s5", subjects { last = 9 })
    assert.equal("", subjects { last = 0 })
    local first = sandbox:sent()[1].id
    assert.equal("s4 s5", subjects { after = first, last = 2 })
    assert.equal("s5", subjects { after = first + 3, last = 2 })
    assert.equal("s2", subjects { subject = "s2", last = 2 })
    local rows = sandbox:requests { last = 2 }
    assert.same({ 2, rows[1].seq + 1 }, { #rows, rows[2].seq })
    assert.equal("s5", sandbox:sent { message_id = rows[2].message_id }[1].subject)
    assert.equal(400, (control("GET", "sent?last=x")))
    local status, problem = control("GET", "sent?last=1&limit=1")
    assert.same({ 400, { "last" } }, { status, problem.errors[1].path })
  end)

  it("names the attempts of each mail, with a key and without one", function()
    local body = { to = "x@example.com", subject = "same" }
    for _ = 1, 2 do api("POST", SEND, body) end
    for _ = 1, 2 do api("POST", SEND, body, { ["Idempotency-Key"] = "k" }) end
    api("POST", "/v0/inboxes/b@agentmail.to/messages/send", body)
    api("POST", A .. "/drafts", { to = { "x@example.com" }, send_at = "2001-01-01T00:00:00Z" })
    local base, attempts = sandbox:requests()[1].seq - 1, {}
    for i, row in ipairs(sandbox:sent()) do
      for j, seq in ipairs(row.attempts) do row.attempts[j] = seq - base - 2 end -- two inboxes
      attempts[i] = table.concat(row.attempts, " ")
    end
    assert.same({ "1 2", "1 2", "3 4", "5", "" }, attempts)
  end)

  it("refuses an unknown filter", function()
    assert.error_matches(function() sandbox:sent { subjct = "x" } end, "did you mean 'subject'")
    assert.error_matches(function() sandbox:requests { kez = "x" } end, "did you mean 'key'")
    assert.equal(400, (control("GET", "requests?limit=x")))
    assert.equal(400, (control("GET", "sent?after=-1")))
    assert.equal(200, (control("GET", "sent?after=0&limit=1&namespace=journal&subject=x")))
  end)
end)
