-- SPDX-License-Identifier: MIT
-- Faults: what the client sees, and what the service did in the meantime.
local http = require "spec.support.http"
local socket = require "socket"

describe("faults of the sandbox", function()
  local count
  local A = "/v0/inboxes/a@agentmail.to"
  local SEND = A .. "/messages/send"

  local sandbox, api = http.sandbox({ namespace = "faults", seed = 7 }, "a")

  before_each(function() count = 0 end)

  -- Sends a separate mail under a key; returns what the client sees.
  local function send(key, body)
    count = count + 1
    local headers = key and { ["Idempotency-Key"] = key } or nil
    return api("POST", SEND, body or ('{"to":"x@example.com","subject":"%s"}'):format(key or count),
               headers)
  end

  local function last() return http.last(sandbox) end

  it("before the commit write nothing", function()
    local seen = { reset = { nil, "reset" }, close = { nil, "closed" },
                   garbage = { nil, "garbage" },
                   ["401"] = { 401 }, ["409"] = { 409 }, ["429"] = { 429 }, ["500"] = { 500 },
                   ["502"] = { 502 }, ["503"] = { 503 }, ["504"] = { 504 } }
    for kind, expected in pairs(seen) do
      assert.equal(1, #sandbox:faults { { name = kind, at = "before", ["do"] = kind } })
      local status, what = send("k" .. kind)
      assert.equal(expected[1], status, kind)
      if not status then assert.equal(expected[2], what) end
      assert.equal(0, #sandbox:sent())
      local row = last()
      assert.same({ kind, "before:" .. kind, "none" }, { row.fault, row.place, row.effect })
      assert.equal(expected[1], row.seen)
    end
    assert.equal(1, sandbox:heal())
    assert.equal(200, (send "kreset"))
    assert.equal(1, #sandbox:sent())
  end)

  it("at the commit send the mail, although the client sees a failure", function()
    local seen = { reset = "reset", close = "closed", garbage = "garbage", truncate = "truncated",
                   wrong_shape = 200, html = 502, ["429"] = 429, ["500"] = 500, ["502"] = 502,
                   ["503"] = 503, ["504"] = 504 }
    local mails = 0
    for kind, expected in pairs(seen) do
      sandbox:fault { name = kind, at = "commit", ["do"] = kind }
      local status, what, partial = send("k" .. kind)
      assert.equal(expected, status or what, kind)
      if kind == "truncate" then assert.matches('^{"message_id":', partial) end
      if kind == "wrong_shape" then assert.is_nil(what.message_id) end
      mails = mails + 1
      assert.equal(mails, #sandbox:sent())
      local row = last()
      assert.same({ "commit:" .. kind, "created", 200 }, { row.place, row.effect, row.status })
      local answered = kind == "truncate" and 200 or type(expected) == "number" and expected or nil
      assert.equal(answered, row.seen)
      local again, answer = send("k" .. kind)
      assert.equal(200, again)
      assert.equal(sandbox:sent { key = "k" .. kind }[1].message_id, answer.message_id)
      assert.equal(mails, #sandbox:sent())
      sandbox:heal(kind)
    end
    local audit = sandbox:audit()
    assert.same({ 11, 0, 0 }, { audit.sent, #audit.duplicates, #audit.losses })
  end)

  it("at the commit can cut an answer at a byte, and then reset", function()
    sandbox:fault { at = "commit", ["do"] = { kind = "truncate", keep = 5 } }
    assert.equal('{"mes', select(3, send "a"))
    sandbox:faults { { at = "commit", ["do"] = { kind = "truncate", keep = 5, kill = "reset" } } }
    local status, how = send "b"
    assert.is_nil(status)
    assert.is_true(how == "truncated" or how == "reset")
  end)

  it("that lose an answer do not lose a refusal", function()
    sandbox:fault "lost_ack"
    assert.equal(422, (send("k", "{}")))
    assert.same({ nil, "reset" }, { send "k" })
    assert.equal(200, (send "k"))
  end)

  it("at the commit can answer late, or never", function()
    sandbox:fault { at = "commit", ["do"] = { kind = "delay", seconds = 0.01 } }
    assert.equal(200, (send "k"))
    assert.equal(0.01, sandbox:faults()[1]["do"].seconds)
    sandbox:faults { { at = "commit", ["do"] = { kind = "hang", seconds = 0.01 } } }
    assert.same({ nil, "closed" }, { send "h" })
    assert.equal(2, #sandbox:sent())
  end)

  it("with retry_after say when to come back", function()
    sandbox:fault { ["do"] = { kind = "503", retry_after = 7 } }
    local status, body, headers = send "k"
    assert.equal(503, status)
    assert.equal("7", headers["retry-after"])
    assert.equal("service_unavailable", body.code)
  end)

  it("at expired delete a key", function()
    local _, first = send "k"
    sandbox:fault "key_expiry"
    local status, second = send "k"
    assert.equal(200, status)
    assert.not_equal(first.message_id, second.message_id)
    assert.equal(1, sandbox:audit().extra_mails)
  end)

  it("before the commit can hang, delay, or answer with HTML", function()
    sandbox:fault { name = "h", ["do"] = { kind = "hang", seconds = "10ms" } }
    assert.same({ nil, "closed" }, { send "h" })
    sandbox:faults { { ["do"] = { kind = "delay", seconds = "1ms" } } }
    assert.equal(200, (send "d"))
    sandbox:faults { { ["do"] = "html" } }
    assert.equal(502, (send "p"))
    assert.equal(1, #sandbox:sent())
  end)

  it("at reserved send nothing and hold the key", function()
    for kind, seen in pairs { reset = "reset", close = "closed", ["500"] = 500, ["502"] = 502,
                              ["503"] = 503, ["504"] = 504 } do
      sandbox:faults { { at = "reserved", ["do"] = kind } }
      local status, how = send(kind)
      assert.equal(seen, status or how, kind)
      assert.same({ "reserved:" .. kind, "none" }, { last().place, last().effect })
      assert.equal(409, (send(kind)), kind)
      assert.equal(0, #sandbox:sent { key = kind })
      sandbox:advance "5s"
      assert.equal(200, (send(kind)))
      assert.equal(1, #sandbox:sent { key = kind })
    end
  end)

  it("at reserved answer 409 to a second request while the first one hangs", function()
    sandbox:fault { at = "reserved", ["do"] = { kind = "hang", seconds = "50ms", busy = "1m" } }
    local first = http.connect(sandbox.url)
    first:write("POST", SEND, '{"to":"x@example.com","subject":"twins"}',
                { "Authorization: Bearer am_test_faults", "Idempotency-Key: twins" })
    while #sandbox:requests { key = "twins" } == 0 do socket.sleep(0.001) end
    local status, body = send "twins"
    assert.same({ 409, "conflict" }, { status, body.code })
    assert.same({ nil, "closed" }, { first:read() })
    assert.equal(0, #sandbox:sent())
    first:close()
  end)

  it("at expired delete a key even if the connection ends", function()
    for kind, seen in pairs { reset = "reset", close = "closed" } do
      http.ok(send(kind))
      sandbox:fault { at = "expired", ["do"] = kind }
      assert.same({ nil, seen }, { send(kind) })
      assert.equal(2, #sandbox:sent { key = kind })
      sandbox:heal()
    end
  end)
end)
