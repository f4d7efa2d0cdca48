-- SPDX-License-Identifier: MIT
-- What follows the clock of an organization, what follows the machine's, and the return to it.
local core = require "agentmail.core"
local http = require "spec.support.http"
local listener = require "agentmail.sandbox.listener"
local sandboxes = require "agentmail.sandbox"

describe("time in the sandbox", function()
  local sandbox, api = http.sandbox({ namespace = "time" }, "a")
  local ok, code = http.ok, http.code
  local A = "/v0/inboxes/a@agentmail.to"
  local START = 1903867200 -- 2030-05-01T12:00:00Z

  local function date(...) return (select(3, api(...))).date end

  local function set_clock(body) return ok(api("PUT", "/_sandbox/v1/clock", body)) end

  -- True if a time in seconds is the machine's, allowing for a slow machine.
  local function is_now(seconds) return math.abs(seconds - os.time()) < 60 end

  it("is also reported in seconds, by the handle and by the control interface", function()
    assert.equal(START, sandbox:time())
    assert.equal("integer", math.type(sandbox:time()))
    sandbox:advance(1.999)
    assert.equal(START + 1, sandbox:time())
    assert.equal(START + 1, ok(api("GET", "/_sandbox/v1/clock")).time)
    assert.equal(START, sandbox:view("time-other"):time())
  end)

  it("is the Date of every answer", function()
    local text = "Wed, 01 May 2030 12:00:00 GMT"
    assert.equal(text, date("GET", A))
    assert.equal(text, date("GET", "/v0/inboxes/nothing@agentmail.to"))
    assert.equal(text, date("POST", A .. "/messages/send", {}))
    assert.equal(text, date("GET", "/v0/nothing"))
    assert.equal(text, date("DELETE", A))
    assert.equal(text, date("GET", "/_sandbox/v1/sent"))
    sandbox:fault { at = "before", ["do"] = { kind = "429", retry_after = 1 } }
    local status, _, headers = api("GET", "/v0/inboxes")
    assert.same({ 429, "1", text }, { status, headers["retry-after"], headers.date })
    sandbox:heal()
    sandbox:advance "25h"
    assert.equal("Thu, 02 May 2030 13:00:00 GMT", date("GET", "/v0/inboxes"))
    local other = http.api(sandbox:view "time-other")
    assert.equal(text, (select(3, other("GET", "/v0/inboxes"))).date)
    assert.equal("Thu, 02 May 2030 13:00:00 GMT", date("GET", "/v0/inboxes"))
  end)

  it("is the Date of a download", function()
    local sent = ok(api("POST", A .. "/messages/send", { to = "x@example.com", text = "T" }))
    local raw = ok(api("GET", A .. "/messages/" .. http.escape(sent.message_id) .. "/raw"))
    sandbox:advance "30m"
    local connection = http.connect(sandbox.url)
    local status, _, headers =
      connection:request("GET", raw.download_url:match "^http://[^/]+(.*)$")
    connection:close()
    assert.same({ 200, "Wed, 01 May 2030 12:30:00 GMT" }, { status, headers.date })
  end)

  it("is the machine's for unauthenticated requests", function()
    local connection = http.connect(sandbox.url)
    local status, _, headers = connection:request("GET", "/v0/inboxes")
    connection:close()
    assert.equal(401, status)
    assert.not_matches("2030", headers.date)
  end)

  it("really returns to now", function()
    for _, away in ipairs {
      function() sandbox:advance "25h" end,
      function() sandbox:freeze "2001-01-01" end,
      function() sandbox:thaw() end,
    } do
      away()
      assert.is_false(is_now(sandbox:time()))
      assert.is_true(is_now(set_clock({ mode = "real" }).time))
      assert.equal("real", sandbox:info().clock)
      sandbox:freeze "2030-05-01T12:00:00Z"
      assert.is_true(is_now(sandbox:real_time().time))
      sandbox:freeze "2030-05-01T12:00:00Z"
    end
    sandbox:real_time()
    local last = sandbox:now()
    assert.is_true(last <= sandbox:thaw().now) -- it is already running
    assert.is_true(is_now(sandbox:time()))
  end)

  it("runs from where it stopped, or from a given time", function()
    assert.matches("^2030%-05%-01T12:00:0", sandbox:thaw().now)
    assert.matches("^2040%-01%-01T00:00:0",
                   set_clock({ mode = "real", at = "2040-01-01T00:00:00Z" }).now)
    assert.equal("400 validation_error", code(api("PUT", "/_sandbox/v1/clock", { mode = "moon" })))
  end)

  it("goes back without losing what was due", function()
    local receiver <close> = assert(listener.start { module = "spec.support.webhook_receiver" })
    ok(api("POST", "/v0/webhooks", { url = "http://127.0.0.1:" .. receiver:port() .. "/",
                                     event_types = { "message.sent" } }))
    ok(api("POST", A .. "/drafts", { to = { "x@y.zz" }, send_at = "2030-05-01T13:00:00Z" }))
    sandbox:freeze "2030-05-01T14:00:00Z"
    sandbox:freeze "2001-01-01T00:00:00Z"
    assert.same({ 1, "2030-05-01T14:00:00.000Z" }, { #sandbox:sent(), sandbox:sent()[1].at })
    local patience = core.now() + 20
    repeat
      local log = sandbox:deliveries()
    until log[1].state == "delivered" or core.now() > patience
    assert.equal("delivered", sandbox:deliveries()[1].state)
  end)

  describe("for a draft scheduled for a time in the past:", function()
    local past = { to = { "x@y.zz" }, send_at = "2030-05-01T12:00:00Z" }

    it("it is sent at once", function()
      assert.equal("scheduled", ok(api("POST", A .. "/drafts", past)).send_status)
      assert.equal(1, #sandbox:sent())
      local draft = ok(api("POST", A .. "/drafts", { to = { "x@y.zz" } }))
      ok(api("PATCH", A .. "/drafts/" .. draft.draft_id, { send_at = "2029-12-31T23:59:59Z" }))
      assert.equal(2, #sandbox:sent())
      assert.equal("2030-05-01T12:00:00.000Z", sandbox:sent()[2].at)
    end)

    it("it is refused if a switch says so, and nothing is created", function()
      sandbox:switch { past_send_at = "refuse" }
      local status, problem = api("POST", A .. "/drafts", past)
      assert.same({ 400, { "send_at" } }, { status, problem.errors[1].path })
      assert.equal(0, ok(api("GET", A .. "/drafts")).count)
      local draft = ok(api("POST", A .. "/drafts", { to = { "x@y.zz" },
                                                     send_at = "2030-05-01T12:00:00.001Z" }))
      local path = A .. "/drafts/" .. draft.draft_id
      assert.equal("400 validation_error", code(api("PATCH", path, { send_at = past.send_at })))
      assert.equal("2030-05-01T12:00:00.001Z", ok(api("GET", path)).send_at)
      ok(api("PATCH", path, '{"send_at":null}'))
      assert.equal(0, #sandbox:sent())
    end)

    it("it is found again by its client_id even so", function()
      sandbox:switch { past_send_at = "refuse" }
      local wanted = { to = { "x@y.zz" }, send_at = "2030-05-01T13:00:00Z", client_id = "d" }
      local draft = ok(api("POST", A .. "/drafts", wanted))
      sandbox:advance "2h"
      assert.same(draft, ok(api("POST", A .. "/drafts", wanted)))
      assert.equal(1, #sandbox:sent())
    end)
  end)

  it("does not affect the signature of a webhook, unless a switch says so", function()
    local receiver <close> = assert(listener.start { module = "spec.support.webhook_receiver" })
    local real = assert(sandboxes.start { clock = "2030-05-01T12:00:00Z" })
    local call = http.api(real)
    ok(call("POST", "/v0/inboxes", { username = "a" }))
    local hook = ok(call("POST", "/v0/webhooks", { event_types = { "message.received" },
      url = "http://127.0.0.1:" .. receiver:port() .. "/" }))
    local count = 0

    -- The timestamp of the next delivery, which its signature covers.
    local function stamp(provoke)
      count = count + 1
      provoke()
      local patience = core.now() + 20
      repeat until receiver:call "count" >= count or core.now() > patience
      local _, body, id, timestamp, signature = receiver:call("seen", count)
      local seconds = math.tointeger(tonumber(timestamp))
      assert.is_true(core.verify_webhook(hook.secret, id, timestamp, signature, body, seconds, 300))
      return seconds
    end

    local function write() real:inbound { to = "a@agentmail.to", subject = "S" } end
    receiver:call("answer", 500)
    assert.is_true(is_now(stamp(write)))
    assert.is_true(is_now(stamp(function() real:advance "5s" end))) -- the retry of the first
    receiver:call("answer", 200)
    assert.is_true(is_now(stamp(function() real:advance "25h" end)))
    real:freeze "2001-01-01"
    assert.is_true(is_now(stamp(write)))
    real:switch { signature_clock = "virtual" }
    assert.equal(978307200, stamp(write))
    real:advance "1h"
    assert.equal(978310800, stamp(write))
    real:close()
  end)
end)
