-- SPDX-License-Identifier: MIT
-- The places of faults other than before, reserved, commit and expired.
local event_faults = require "agentmail.sandbox.faults.event_faults"
local http = require "spec.support.http"
local orgs = require "agentmail.sandbox.store.orgs"

describe("faults of the sandbox", function()
  local A = "/v0/inboxes/a@agentmail.to"
  local SEND = A .. "/messages/send"
  local sandbox, api = http.sandbox({ namespace = "places", seed = 9 }, "a")
  local send = http.sender(api)

  local function last() return http.last(sandbox) end

  local function outcome() return http.outcome(sandbox, api, A) end

  describe("in the body", function()
    it("make an answer trickle", function()
      sandbox:fault { at = "body", ["do"] = { kind = "drip", seconds = 0.02, step = 7 } }
      local status, body = send "k"
      assert.equal(200, status)
      assert.equal(sandbox:sent()[1].message_id, body.message_id)
      assert.same({ "body:drip", "created", 200 }, { last().place, last().effect, last().seen })
    end)

    it("stop an answer in the middle", function()
      sandbox:fault { at = "body", ["do"] = { kind = "stall", keep = 9, seconds = "1ms" } }
      assert.same({ nil, "truncated", '{"message', 200 }, { send "k" })
      assert.equal(1, #sandbox:sent())
      assert.equal(200, (send "k"))
      assert.equal(1, #sandbox:sent())
    end)

    it("hold back the rest of an answer for the given time", function()
      sandbox:fault { at = "body", ["do"] = { kind = "stall", keep = 9, seconds = "5m" },
                      match = { sends = true } }
      local connection = http.connect(sandbox.url)
      connection:write("POST", SEND, '{"to":"x@example.com"}',
        { "Authorization: Bearer " .. sandbox.api_key })
      repeat local line = assert(connection.sock:receive "*l") until line == ""
      assert.equal('{"message', (connection.sock:receive(9)))
      assert.equal(200, (api("GET", A))) -- the service has run its loop since
      connection.sock:settimeout(0)
      assert.equal("timeout", select(2, connection.sock:receive(1)))
      connection:close()
    end)

    it("break a chunk of an answer", function()
      sandbox:fault { at = "body", ["do"] = "bad_chunk" }
      local connection = http.connect(sandbox.url)
      connection:write("POST", SEND, '{"to":"x@example.com"}',
        { "Authorization: Bearer " .. sandbox.api_key })
      local all, _, part = connection.sock:receive "*a"
      all = all or part
      assert.matches("^HTTP/1.1 200 OK\r\n.*Transfer%-Encoding: chunked\r\n\r\n%x+\r\n", all)
      assert.matches('{"message_id":.*\r\nzz\r\n$', all)
      assert.equal(1, #sandbox:sent())
      connection:close()
    end)

    it("leave a refusal unchanged", function()
      sandbox:fault { at = "body", ["do"] = "stall" }
      assert.equal(422, (api("POST", SEND, "{}")))
      assert.equal(0, #sandbox:requests { fault = "rule-1" })
    end)
  end)

  describe("in the view", function()
    it("make lists and searches lag", function()
      send "old"
      sandbox:advance "1m"
      send "new"
      sandbox:fault { name = "stale", at = "view", ["do"] = { kind = "lag", seconds = "30s" },
                      ["until"] = { hits = 1 } }
      assert.equal(200, (api("GET", A))) -- not a list: not affected
      local function subjects(target, list)
        local _, body = api("GET", target)
        local all = {}
        for i, item in ipairs(body[list]) do all[i] = item.subject or item.inbox_id end
        return table.concat(all, " ")
      end
      assert.equal("old", subjects(A .. "/messages", "messages"))
      assert.same({ "stale", "view:lag" }, { last().fault, last().place })
      assert.equal("new old", subjects(A .. "/messages", "messages"))
      assert.equal("old", subjects("/v0/threads", "threads"))
      assert.equal("new old", subjects("/v0/threads", "threads"))
      assert.equal("old", subjects(A .. "/messages/search?q=x@example.com", "messages"))
      assert.equal("new old", subjects(A .. "/messages/search?q=x@example.com", "messages"))
    end)

    it("forget a page token", function()
      send "one"
      send "two"
      sandbox:fault { at = "view", ["do"] = "lost_token" }
      local _, first = api("GET", A .. "/messages?limit=1")
      local next_page = A .. "/messages?limit=1&page_token=" .. first.next_page_token
      local status, body = api("GET", next_page)
      assert.equal(400, status)
      assert.same({ "page_token" }, body.errors[1].path)
      assert.equal("one", select(2, api("GET", next_page)).messages[1].subject)
    end)
  end)

  it("decide the outcome of a mail", function()
    for _, kind in ipairs { "delivered", "bounced", "complained", "rejected" } do
      sandbox:reset()
      api("POST", "/v0/inboxes", { username = "a" })
      sandbox:fault { at = "outcome", ["do"] = kind }
      assert.equal(422, (api("POST", SEND, "{}", { ["Idempotency-Key"] = "k" })))
      assert.equal(200, (send "k"))
      assert.same({ "sent", kind }, (outcome()))
      assert.equal("outcome:" .. kind, sandbox:requests { key = "k" }[2].place)
      local _, thread = api("GET", "/v0/threads?labels=" .. kind)
      assert.equal(1, thread.count)
    end
  end)

  describe("in the events", function()
    local function plans(rule, times)
      local opened = http.service()
      local app = opened.app
      local org = orgs.of(app, "n")
      local ctx = { app = app, db = app.db, org = org, now = orgs.now(app, org) }
      assert(require "agentmail.sandbox.faults.armed".add(app, org, { rule }, ctx.now))
      local seen = {}
      for i = 1, times or 2 do
        seen[i] = event_faults.plan(ctx, "message.sent", i % 2 == 0 and "b@x" or "a@x")
      end
      opened.close()
      return seen
    end

    it("drop, repeat, delay and reorder events, counted by type and inbox", function()
      assert.same({ {}, {}, { 0 }, { 0 } }, plans({ at = "events", ["do"] = "drop" }, 4))
      assert.same({ { 0, 0 }, { 0, 0 }, { 0 } }, plans({ at = "events", ["do"] = "repeat" }, 3))
      assert.same({ { 0, 0, 0 } }, plans({ at = "events",
                                           ["do"] = { kind = "repeat", times = 3 } }, 1))
      assert.same({ { 60000 } }, plans({ at = "events",
                                         ["do"] = { kind = "delay", seconds = "1m" } }, 1))
      assert.same({ { 5000 }, { 5000 }, { 0 } }, plans({ at = "events", ["do"] = "reorder" }, 3))
    end)

    it("do not affect requests", function()
      sandbox:fault { at = "events", ["do"] = "drop" }
      assert.equal(200, (send "k"))
      assert.is_nil(last().fault)
    end)

    it("may be limited to an inbox or a type of event", function()
      assert.same({ { 0 }, {} }, plans { at = "events", ["do"] = "drop",
                                           match = { inbox = "b@x" } })
      assert.same({ { 0 }, { 0 } }, plans { at = "events", ["do"] = "drop",
                                            match = { event = "message.received" } })
      assert.same({ {}, {} }, plans { at = "events", ["do"] = "drop",
                                      match = { event = { "x", "message.*" } } })
    end)
  end)

  it("are in the journal with the seed that drew them", function()
    send "k"
    assert.equal(9, last().seed)
  end)
end)
