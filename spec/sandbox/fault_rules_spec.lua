-- SPDX-License-Identifier: MIT
-- Fault rules: when they fire, for whom, until when, and how they read back.
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"
local sandboxes = require "agentmail.sandbox"

describe("fault rules of the sandbox", function()
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

  local function control(method, path, body, headers)
    return api(method, "/_sandbox/v1/" .. path, body, headers)
  end

  it("end by themselves, for each key", function()
    sandbox:fault { flaky = 2 }
    for _, key in ipairs { "a", "b" } do
      assert.equal(503, (send(key)))
      assert.equal(503, (send(key)))
      assert.equal(200, (send(key)))
    end
    assert.equal(503, (send())) -- without a key: operation and inbox
    assert.equal(503, (send()))
    assert.equal(200, (send()))
  end)

  it("end after a total, at a time, after a time", function()
    sandbox:fault { ["do"] = "500", ["until"] = { total = 2 } }
    assert.same({ 500, 500, 200 }, { (send "a"), (send "b"), (send "c") })
    sandbox:faults { { ["do"] = "500", until_ = { time = "2030-05-01T12:10:00Z" } },
                     { ["do"] = "503", until_ = { after = "20m" } } }
    assert.equal(500, (send "d"))
    sandbox:advance "10m"
    assert.equal(503, (send "d"))
    sandbox:advance "10m"
    assert.equal(200, (send "d"))
    sandbox:fault "outage=5m"
    assert.is_nil((send "e"))
    assert.is_nil((api("GET", A)))
    sandbox:advance "5m"
    assert.equal(200, (send "e"))
  end)

  it("match by operation, key, inbox, recipient, client_id and method", function()
    local function arms(match, matching, other)
      sandbox:faults { { match = match, ["do"] = "500", ["until"] = { hits = 100 } } }
      assert.equal(500, (matching()))
      assert.is_true((other()) < 300)
    end
    local function read() return api("GET", A) end
    local function draft()
      return api("POST", A .. "/drafts", { to = { "y@example.com" }, client_id = "d-7" })
    end
    arms({ operation = "inboxes.messages.send" }, send, read)
    arms({ operation = { "inboxes.*", "drafts.list" } }, read, function()
      return api("GET", "/v0/drafts?x", nil, nil) and 200
    end)
    arms({ operation = "inboxes.drafts.*" }, draft, send)
    arms({ sends = true }, send, draft)
    arms({ sends = false }, draft, send)
    arms({ method = "GET" }, read, send)
    arms({ key = "this" }, function() return send "this" end, function() return send "that" end)
    arms({ inbox = "a@agentmail.to" }, read, function() return api("GET", "/v0/inboxes") end)
    arms({ client_id = "d-7" }, draft, send)
    arms({ recipient = "X@example.com" }, send, draft)
    sandbox:heal()
    local _, made = draft()
    arms({ recipient = "y@example.com" }, function()
      return api("POST", A .. "/drafts/" .. made.draft_id .. "/send")
    end, send)
  end)

  it("can match a reused connection", function()
    sandbox:fault "lost_ack_reused_connection"
    local fresh = http.api(sandbox)
    local function keyed(call)
      return (call("POST", SEND, '{"to":"x@example.com"}', { ["Idempotency-Key"] = "k" }))
    end
    assert.equal(200, keyed(fresh))
    assert.is_nil(keyed(fresh))
    local rows = sandbox:requests { key = "k" }
    assert.same({ false, true }, { rows[1].reused, rows[2].reused })
    assert.equal(rows[1].connection, rows[2].connection)
    assert.equal(1, #sandbox:sent())
  end)

  it("count every matching request, each for itself", function()
    sandbox:faults { { name = "second", when = { nth = 2 }, ["do"] = "500" },
                     { name = "third", when = { from = 3 }, ["do"] = "502",
                       ["until"] = { hits = 2 } },
                     { name = "sixth", when = { every = 6 }, ["do"] = "503" } }
    local seen = {}
    for i = 1, 7 do seen[i] = (send "k") end
    assert.same({ 200, 500, 502, 502, 200, 503, 200 }, seen)
  end)

  it("draw by seed, rule, scope and count only", function()
    local function run(rules, keys)
      sandbox:reset()
      api("POST", "/v0/inboxes", { username = "a" })
      sandbox:faults(rules)
      local drawn = {}
      for _, key in ipairs(keys) do
        drawn[key] = (drawn[key] or "") .. ((send(key)) == 500 and "x" or ".")
      end
      return drawn
    end
    local half = { name = "half", when = { probability = 0.5 }, ["do"] = "500",
                   ["until"] = { hits = 1000 } }
    local idle = { name = "idle", when = { probability = 0 }, ["do"] = "reset" }
    local in_order, mixed = {}, {}
    for i = 0, 79 do
      in_order[i + 1] = "k" .. i // 40
      mixed[i + 1] = "k" .. (i * 7 % 80) % 2
    end
    local one = run({ half }, in_order)
    assert.same(one, run({ idle, half }, mixed))
    assert.not_equal(one.k0, one.k1)
    local _, hits = (one.k0 .. one.k1):gsub("x", "")
    assert.is_true(hits > 25 and hits < 55)
    local other = assert(sandboxes.start { seed = 8 })
    local call = http.api(other)
    call("POST", "/v0/inboxes", { username = "a" })
    other:fault(half)
    local drawn = ""
    for _ = 1, 40 do
      local status = call("POST", SEND, '{"to":"x@y.zz"}', { ["Idempotency-Key"] = "k0" })
      drawn = drawn .. (status == 500 and "x" or ".")
    end
    other:close()
    assert.not_equal(one.k0, drawn)
  end)

  it("read back as written", function()
    local put = {
      { name = "one", at = "commit", ["do"] = { kind = "truncate", keep = 3 },
        match = { operation = { "inboxes.messages.send" }, connection = "fresh" },
        when = { nth = 2 }, ["until"] = { after = "5m", hits = 3 } },
      { name = "two", at = "reserved", ["do"] = { kind = "503", retry_after = 1, busy = "1h" },
        match = {}, when = {}, ["until"] = { time = "2031-01-01T00:00:00Z" } },
    }
    local armed = sandbox:faults(put)
    put.seed = 7
    assert.same(put, armed)
    send "k"
    send "k"
    assert.same(put, sandbox:faults())
    assert.same(put, sandbox:faults(sandbox:faults()))
  end)

  it("can be restored with their seed, read from Lua or over HTTP", function()
    sandbox:fault { name = "one", when = { probability = 0.5 }, ["do"] = "500" }
    local saved = sandbox:faults()
    local _, written = api("GET", "/_sandbox/v1/faults")
    assert.same({ 7, 7 }, { saved.seed, written.seed })
    for _, kept in ipairs { saved, written } do
      sandbox:plant { seed = 99 }
      sandbox:heal()
      assert.equal(99, sandbox:faults().seed)
      assert.same(saved, sandbox:faults(kept))
      assert.same({ 7, "one" }, { sandbox:faults().seed, sandbox:faults()[1].name })
    end
    assert.equal(7, sandbox:faults({}).seed)
  end)

  it("that are wrong are refused with the field and its allowed values", function()
    local function problem(rule)
      local _, message = pcall(sandbox.fault, sandbox, rule)
      assert.equal(0, #sandbox:faults())
      return message
    end
    assert.matches("at: expected one of before, body, commit", problem { at = "after" })
    assert.matches("do.kind: at 'before' a rule can do: .*reset",
                   problem { at = "before", ["do"] = "truncate" })
    assert.matches("do.kind: at 'commit' a rule can do", problem { at = "commit" })
    assert.matches("at 'view' a rule can do: lag, lost_token",
                   problem { at = "view", ["do"] = "reset" })
    assert.matches('when.rate: expected a rate like "1/s"',
                   problem { ["do"] = "429", when = { rate = "0/s" } })
    assert.matches("when.nth: expected a whole number", problem { ["do"] = "500",
                                                                  when = { nth = "x" } })
    assert.matches("when.probability", problem { ["do"] = "500", when = { probability = 2 } })
    assert.matches("did you mean 'hits'", problem { ["do"] = "500", ["until"] = { hit = 1 } })
    assert.matches("unknown field", problem { ["do"] = "500", colour = "red" })
    assert.matches("did you mean 'inboxes.list'",
                   problem { ["do"] = "500", match = { operation = "inbox.list" } })
    assert.matches("no operation 'nothing.%*'", problem { ["do"] = "500",
                                                          match = { operation = "nothing.*" } })
    assert.matches("expected reused or fresh", problem { ["do"] = "500",
                                                         match = { connection = "old" } })
    assert.matches("no preset 'lost_akc'; known: flaky", problem "lost_akc")
    assert.matches("flaky: this preset needs a value", problem "flaky")
    assert.matches("expected an object", problem { ["do"] = "500", match = "x" })
    sandbox:fault { name = "twice", ["do"] = "500" }
    assert.error_matches(function() sandbox:fault { name = "twice", ["do"] = "500" } end,
                         "named twice is armed already")
  end)

  it("are armed for one organization", function()
    sandbox:fault { ["do"] = "500", ["until"] = { hits = 1000 } }
    local other = http.api(sandbox:view "faults-other")
    assert.equal(200, (other("GET", "/v0/inboxes")))
    assert.equal(500, (api("GET", "/v0/inboxes")))
  end)

  it("do not exist at the start, nor after a reset", function()
    local fresh <close> = assert(sandboxes.start {})
    assert.equal(0, #fresh:faults())
    sandbox:fault { ["do"] = "500", ["until"] = { hits = 9 } }
    sandbox:reset()
    assert.equal(0, #sandbox:faults())
    assert.equal(200, (api("GET", "/v0/inboxes")))
  end)

  it("that match the same request fire one at a time, in their order", function()
    sandbox:faults { { name = "later", when = { nth = 2 }, ["do"] = "500" },
                     { name = "one", ["do"] = "502" }, { name = "two", ["do"] = "503" } }
    assert.same({ 502, "one" }, { (send "k"), last().fault })
    assert.same({ 500, "later" }, { (send "k"), last().fault })
    assert.same({ 503, "two" }, { (send "k"), last().fault })
    assert.equal(200, (send "k"))
    assert.is_nil(last().fault)
  end)

  it("that are read back over HTTP can be put again", function()
    control("PUT", "faults", { rules = { "lost_ack", { flaky = 2 }, {
      name = "odd", match = { operation = { "inboxes.*" }, key = "k" }, when = { every = 3 },
      at = "commit", ["do"] = { kind = "truncate", keep = 7 }, ["until"] = { after = "5m" } } } })
    local _, first = control("GET", "faults")
    assert.equal(3, #first.rules)
    local status, second = control("PUT", "faults", json.encode(first))
    assert.same({ 200, first }, { status, second })
  end)

  it("that are put into another sandbox reproduce the run", function()
    local RULE = { name = "r", match = { sends = true }, when = { probability = 0.5 },
                   ["do"] = "503", ["until"] = { hits = 9 } }
    local function run(call)
      local seen = {}
      for i = 1, 30 do
        seen[i] = call("POST", SEND, { to = "x@example.com" }, { ["Idempotency-Key"] = "k" .. i })
      end
      return seen
    end
    sandbox:plant { seed = 77, faults = { RULE } }
    local _, kept = control("GET", "faults")
    assert.same({ 77, 77, 77 }, { kept.seed, sandbox:info().seed, sandbox:audit().seed })
    local expected = run(api)
    assert.equal(77, last().seed)
    local other <close> = assert(sandboxes.start { namespace = "faults", seed = 5 })
    local call = http.api(other)
    http.ok(call("POST", "/v0/inboxes", { username = "a" }))
    http.ok(call("PUT", "/_sandbox/v1/faults", kept))
    assert.same(expected, run(call))
    other:reset()
    http.ok(call("POST", "/v0/inboxes", { username = "a" }))
    other:fault(RULE)
    assert.not_same(expected, run(call))
    assert.equal(400, (control("PUT", "faults", { rules = {}, seed = "x" })))
  end)
end)
