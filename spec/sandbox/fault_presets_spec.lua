-- SPDX-License-Identifier: MIT
-- Faults by their short names: every preset, and the recipients at sandbox.test.
local http = require "spec.support.http"

describe("faults of the sandbox", function()
  local A = "/v0/inboxes/a@agentmail.to"
  local SEND = A .. "/messages/send"
  local sandbox, api = http.sandbox({ namespace = "presets", seed = 9 }, "a")
  local send = http.sender(api)

  local function last() return http.last(sandbox) end

  local function outcome() return http.outcome(sandbox, api, A) end

  describe("by a preset:", function()
    it("rate_limit refuses requests above the rate", function()
      sandbox:fault "rate_limit=2/s"
      assert.same({ 200, 200 }, { (send "a"), (send "b") })
      local status, _, headers = send "c"
      assert.same({ 429, "1" }, { status, headers["retry-after"] })
      sandbox:advance "1s"
      assert.equal(200, (send "c"))
      assert.equal(200, (send "d"))
      for _ = 1, 5 do assert.equal(429, (send "e")) end
      assert.equal(200, (send "e")) -- it heals, even if the clock is stopped
    end)

    it("key_reuse answers 409 once per key", function()
      sandbox:fault "key_reuse"
      local status, body = send "k"
      assert.same({ 409, "conflict", "IdempotencyKeyConflictError" },
                  { status, body.code, body.name })
      assert.matches("inboxes.messages.send in a@agentmail.to", body.message, 1, true)
      assert.equal(409, (send "k"))
      assert.equal(409, (send "other")) -- once per key
      assert.equal(0, #sandbox:sent())
      sandbox:heal()
      assert.equal(200, (send "fresh"))
      sandbox:advance "25h"
      assert.equal(200, (send "k"))
    end)

    it("slow_body sends an answer slowly, stale_list makes a list lag", function()
      sandbox:fault "slow_body=10ms"
      assert.equal(200, (send "k"))
      assert.equal("body:drip", last().place)
      sandbox:faults { "stale_list" }
      assert.equal(0, select(2, api("GET", A .. "/messages")).count)
      sandbox:advance "29s"
      assert.equal(0, select(2, api("GET", A .. "/messages")).count)
      sandbox:advance "1s"
      assert.equal(1, select(2, api("GET", A .. "/messages")).count)
    end)

    it("html_502, flaky, in_progress, outage and lost_ack each do so once", function()
      sandbox:fault "html_502"
      assert.same({ 502, 200 }, { (send "a"), (send "a") })
      sandbox:faults { "flaky=1" }
      assert.same({ 503, 200 }, { (send "b"), (send "b") })
      sandbox:faults { "in_progress=10s" }
      assert.is_nil((send "c"))
      assert.equal(409, (send "c"))
      sandbox:advance "10s"
      assert.equal(200, (send "c"))
      sandbox:faults { "outage=5m" }
      assert.is_nil((send "d"))
      sandbox:advance "5m"
      assert.equal(200, (send "d"))
      sandbox:faults { "lost_ack" }
      assert.is_nil((send "e"))
      assert.equal(5, #sandbox:sent())
    end)

    it("each takes its value, and has a default", function()
      for text, check in pairs {
        ["in_progress=2m"] = function(r) return r["do"].busy == "2m" end,
        ["slow_body=3s"] = function(r) return r["do"].seconds == "3s" end,
        ["stale_list=4s"] = function(r) return r["until"].after == "4s" end,
        ["rate_limit=9/m"] = function(r) return r.when.rate == "9/m" end,
        ["flaky=4"] = function(r) return r["until"].hits == 4 end,
        in_progress = function(r) return r["do"].busy == "5s" end,
        rate_limit = function(r) return r.when.rate == "1/s" end,
        stale_list = function(r) return r["do"].seconds == "30s" end,
        key_reuse = function(r) return r["do"].kind == "taken" end,
        key_expiry = function(r) return r.at == "expired" end,
        html_502 = function(r) return r["do"].kind == "html" end,
        lost_ack = function(r) return r.at == "commit" and r.match.sends end,
        lost_ack_reused_connection = function(r) return r.match.connection == "reused" end,
      } do
        local rule = sandbox:fault(text)[1]
        assert.is_true(check(rule), text)
        sandbox:heal()
      end
    end)
  end)

  describe("by a recipient at sandbox.test:", function()
    it("bounce, complain and delivered decide the outcome of the mail", function()
      for address, kind in pairs { bounce = "bounced", complain = "complained",
                                   delivered = "delivered" } do
        sandbox:reset()
        api("POST", "/v0/inboxes", { username = "a" })
        assert.equal(200, (send("k", { "Someone <" .. address .. "@Sandbox.Test>" })))
        assert.equal(200, (send("k", { "Someone <" .. address .. "@Sandbox.Test>" })))
        assert.same({ "sent", kind }, (outcome()))
      end
    end)

    it("echo and ooo reply in the thread", function()
      assert.equal(200, (send("Hello", "echo@sandbox.test", "say this")))
      assert.equal(200, (send("Hello", "echo@sandbox.test", "say this")))
      local _, came = outcome()
      assert.equal(1, #came)
      assert.same({ "echo@sandbox.test", "Re: Hello", "say this" },
                  { came[1].from, came[1].subject, came[1].preview })
      assert.equal(sandbox:sent()[1].thread_id, came[1].thread_id)
      assert.equal(200, (send("Away", "ooo@sandbox.test")))
      local _, list = api("GET", A .. "/messages?labels=unread")
      assert.matches("out of office", list.messages[1].preview)
      assert.equal("auto-replied", list.messages[1].headers["Auto-Submitted"])
    end)

    it("reject refuses the mail, and addresses that only look similar do nothing", function()
      assert.equal(403, (send("k", "reject@sandbox.test")))
      assert.equal(200, (send("l", "not-lost-ack@sandbox.test")))
      assert.equal(200, (send("m", "lost-ack@sandbox.tests")))
    end)

    it("a preset's name acts like the preset", function()
      local first = {
        ["html-502"] = 502, ["in-progress"] = "reset", ["key-reuse"] = 409, ["rate-limit"] = 429,
        unavailable = 503, truncate = "truncated", ["lost-ack"] = "reset", flaky = 503,
      }
      for word, expected in pairs(first) do
        local status, how = send(word, word .. "@sandbox.test")
        assert.equal(expected, status or how, word)
        assert.equal(word .. "@sandbox.test", last().fault)
      end
      local status, body = send("wrong", "wrong-shape@sandbox.test")
      assert.same({ 200, nil }, { status, body.message_id })
      send("expires", "key-expiry@sandbox.test")
      send("expires", "key-expiry@sandbox.test")
      assert.equal(2, #sandbox:sent { key = "expires" })
    end)

    it("slow-body sends an answer slowly, and bad-chunk breaks it", function()
      local slow = http.connect(sandbox.url)
      slow:write("POST", SEND, '{"to":"slow-body@sandbox.test"}',
                 { "Authorization: Bearer am_test_presets" })
      slow:read()
      assert.same({ "slow-body@sandbox.test", "body:drip", "created" },
                  { last().fault, last().place, last().effect })
      slow:close()
      local broken = http.connect(sandbox.url)
      broken:write("POST", SEND, '{"to":"bad-chunk@sandbox.test","subject":"b"}',
                   { "Authorization: Bearer am_test_presets", "Idempotency-Key: b" })
      assert.matches("chunked.*\r\nzz\r\n$", (broken.sock:receive "*a"))
      broken:close()
      assert.same({ "bad-chunk@sandbox.test", "body:bad_chunk" }, { last().fault, last().place })
      local again = http.ok(api("POST", SEND, '{"to":"bad-chunk@sandbox.test","subject":"b"}',
                                { ["Idempotency-Key"] = "b" }))
      assert.equal(sandbox:sent { key = "b" }[1].message_id, again.message_id)
    end)

    it("lost-ack loses the answer, also among other recipients and in a draft", function()
      local body = '{"to":["x@example.com","Lost <lost-ack@sandbox.test>"]}'
      local key = { ["Idempotency-Key"] = "k" }
      assert.same({ nil, "reset" }, { api("POST", SEND, body, key) })
      local status = api("POST", SEND, body, key)
      assert.equal(200, status)
      assert.equal(1, #sandbox:sent())
      local _, draft = api("POST", A .. "/drafts", { to = { "lost-ack@sandbox.test" } })
      assert.is_nil((api("POST", A .. "/drafts/" .. draft.draft_id .. "/send")))
      assert.equal(404, (api("POST", A .. "/drafts/" .. draft.draft_id .. "/send")))
      assert.equal(2, #sandbox:sent())
    end)
  end)
end)
