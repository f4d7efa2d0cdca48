-- SPDX-License-Identifier: MIT
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"
local sandboxes = require "agentmail.sandbox"

describe("an Idempotency-Key in the sandbox", function()
  local A = "/v0/inboxes/a@agentmail.to"
  local SEND = A .. "/messages/send"
  local BODY = '{"to":"x@example.com","subject":"Once"}'

  local sandbox, api = http.sandbox({ namespace = "keys" }, "a", "b")

  local function keyed(key, target, body)
    local status, answer = api("POST", target or SEND, body or BODY, { ["Idempotency-Key"] = key })
    return status, answer
  end

  it("replays the same request: one mail, the same bytes", function()
    local status, first = keyed "k"
    assert.equal(200, status)
    for _ = 1, 3 do assert.same({ 200, first }, { keyed "k" }) end
    local sent = sandbox:sent()
    assert.equal(1, #sent)
    assert.equal("k", sent[1].key)
    assert.equal(4, #sent[1].attempts)
    local effects = {}
    for i, row in ipairs(sandbox:requests { key = "k" }) do
      effects[i] = row.effect
      assert.equal(first.message_id, row.message_id)
    end
    assert.same({ "created", "replayed", "replayed", "replayed" }, effects)
  end)

  it("serves each of the five sends", function()
    local mail = sandbox:inbound { to = "a@agentmail.to", subject = "Q" }
    local message = A .. "/messages/" .. http.escape(mail.message_id)
    local _, draft = api("POST", A .. "/drafts", { to = { "x@y.zz" } })
    for key, target in pairs {
      send = SEND, reply = message .. "/reply", all = message .. "/reply-all",
      forward = message .. "/forward", draft = A .. "/drafts/" .. draft.draft_id .. "/send",
    } do
      local body = (key == "send" or key == "forward") and BODY or "{}"
      local status, first = keyed(key, target, body)
      assert.equal(200, status, key)
      assert.same({ 200, first }, { keyed(key, target, body) })
    end
    assert.equal(5, #sandbox:sent())
    assert.same({}, sandbox:audit().duplicates)
  end)

  it("conflicts with other content, another inbox, another endpoint", function()
    keyed "k"
    local mail = sandbox:inbound { to = "a@agentmail.to", subject = "Q" }
    local message = A .. "/messages/" .. http.escape(mail.message_id)
    assert.equal(200, (keyed("r", message .. "/reply", "{}")))
    assert.equal(409, (keyed("r", message .. "/reply-all", "{}")))
    for _, other in ipairs {
      { SEND, '{"to":"x@example.com","subject":"Twice"}' },
      { SEND, '{"subject":"Once","to":"x@example.com"}' },
      { "/v0/inboxes/b@agentmail.to/messages/send", BODY },
      { A .. "/messages/" .. http.escape(mail.message_id) .. "/forward", BODY },
    } do
      local status, body = keyed("k", other[1], other[2])
      assert.equal(409, status)
      assert.equal("conflict", body.code)
      assert.equal("IdempotencyKeyConflictError", body.name)
      assert.matches(": inboxes.messages.send in a@agentmail.to.", body.message, 1, true)
    end
    local _, body = keyed("r", SEND, BODY)
    assert.matches(": inboxes.messages.reply in a@agentmail.to.", body.message, 1, true)
    assert.equal(1, #sandbox:sent { key = "k" })
  end)

  it("treats equal JSON as the same request if a switch says so", function()
    sandbox:switch { same_request = "json" }
    local _, first = keyed "k"
    assert.same({ 200, first }, { keyed("k", SEND, ' {"subject": "Once", "to": "x@example.com"}') })
    assert.equal(409, (keyed("k", SEND, '{"subject":"once","to":"x@example.com"}')))
  end)

  it("is the same for any encoding of the path", function()
    local _, first = keyed "k"
    assert.same({ 200, first }, { keyed("k", "/v0/inboxes/a%40agentmail.to/messages/send") })
  end)

  it("that is empty or malformed is refused", function()
    for _, bad in ipairs { "", "a b", "a@b", "a/b", "ä", ("x"):rep(257), "a, b" } do
      local status, body = keyed(bad)
      assert.equal(400, status, bad)
      assert.equal("validation_error", body.code)
      assert.same({ "Idempotency-Key" }, body.errors[1].path)
    end
    assert.equal(200, (keyed(("x"):rep(256))))
    assert.equal(200, (keyed "AZaz09-._~"))
  end)

  it("belongs to one organization", function()
    keyed "k"
    local other = http.api(sandbox:view "keys-other")
    other("POST", "/v0/inboxes", { username = "a" })
    local status, body = other("POST", SEND, BODY, { ["Idempotency-Key"] = "k" })
    assert.equal(200, status)
    assert.not_equal(sandbox:sent()[1].message_id, body.message_id)
    sandbox:view("keys-other"):reset()
  end)

  it("expires 24 hours after the send completed, not earlier", function()
    local _, first = keyed "k"
    sandbox:advance "23h59m59s"
    assert.same({ 200, first }, { keyed "k" })
    sandbox:advance "1s" -- a replay does not extend it
    local status, second = keyed "k"
    assert.equal(200, status)
    assert.not_equal(first.message_id, second.message_id)
    local audit = sandbox:audit()
    assert.equal(1, audit.extra_mails)
    assert.same({ "key k" }, audit.duplicates[1].names)
    assert.equal(200, (keyed("k", SEND, '{"to":"x@example.com","subject":"Once"}')))
    sandbox:advance "24h"
    assert.equal(200, (keyed("k", SEND, '{"to":"y@example.com"}')))
  end)

  it("is free after a refusal, unless refusals are recorded", function()
    local bad = '{"to":"reject@sandbox.test"}'
    assert.equal(403, (keyed("k", SEND, bad)))
    assert.equal(200, (keyed "k"))
    sandbox:switch { record_rejections = true }
    assert.equal(403, (keyed("r", SEND, bad)))
    assert.equal(403, (keyed("r", SEND, bad)))
    assert.equal(409, (keyed "r"))
    assert.equal(1, #sandbox:sent())
  end)

  it("answers 409 while the first request is in progress, then is free", function()
    sandbox:fault { preset = "in_progress", value = "10s" }
    assert.same({ nil, "reset" }, { keyed "k" })
    local status, body = keyed "k"
    assert.equal(409, status)
    assert.equal("conflict", body.code)
    assert.matches("in progress: inboxes.messages.send in a@agentmail.to.", body.message, 1, true)
    assert.equal(409, (keyed("k", SEND, '{"to":"other@example.com"}')))
    assert.equal(0, #sandbox:sent())
    sandbox:advance "10s"
    assert.equal(200, (keyed "k"))
    assert.equal(1, #sandbox:sent())
  end)

  it("is ignored by seed_era, and on anything but a send", function()
    sandbox:switch { seed_era = true }
    assert.equal(200, (keyed "k"))
    assert.equal(200, (keyed "k"))
    assert.equal(200, (keyed "not a key"))
    assert.equal(3, #sandbox:sent())
    assert.equal(1, sandbox:audit().extra_mails)
    local one = json.encode { username = "one" }
    assert.equal(200, (keyed("k", "/v0/inboxes", one)))
    assert.equal(403, (keyed("k", "/v0/inboxes", one)))
  end)

  it("survives a restart of the service if its state is in a file", function()
    local path = os.tmpname()
    os.remove(path)
    local function with(work)
      local other = assert(sandboxes.start { path = path, seed = 5, clock = "2030-01-01" })
      local result = work(http.api(other), other)
      other:close()
      return result
    end
    local function send(call)
      return select(2, call("POST", SEND, BODY, { ["Idempotency-Key"] = "k" }))
    end
    local first = with(function(call)
      call("POST", "/v0/inboxes", { username = "a" })
      return send(call)
    end)
    with(function(call, other)
      assert.same(first, send(call))
      assert.equal(1, #other:sent())
      assert.same({ 1, 2, 3 }, { other:requests()[1].seq, other:requests()[2].seq,
                                 other:requests()[3].seq })
    end)
    local seen = {}
    for _ = 1, 3 do -- the same seed, and no id twice
      with(function(call)
        for _ = 1, 5 do
          local status, fresh = call("POST", SEND, BODY)
          assert.equal(200, status)
          assert.is_nil(seen[fresh.message_id] or seen[fresh.thread_id])
          seen[fresh.message_id], seen[fresh.thread_id] = true, true
        end
      end)
    end
    os.remove(path)
  end)
end)
