-- SPDX-License-Identifier: MIT
-- What the sandbox promises and no other spec has as its subject: creates and their client_ids, the
-- order of rules, each kind of fault where it may stand, the whole control interface over HTTP.
local digest = require "agentmail.sandbox.store.digest"
local http = require "spec.support.sandbox_http"
local json = require "agentmail.sandbox.http.json"
local sandboxes = require "agentmail.sandbox"
local socket = require "socket"

describe("the sandbox promises that", function()
  local A, B = "/v0/inboxes/a@agentmail.to", "/v0/inboxes/b@agentmail.to"
  local SEND = A .. "/messages/send"
  local sandbox, api = http.sandbox({ namespace = "promises", seed = 21 }, "a", "b")
  local ok, send = http.ok, http.sender(api)

  local function last() return http.last(sandbox) end

  local function control(method, path, body, headers)
    return api(method, "/_sandbox/v1/" .. path, body, headers)
  end

  it("each of the seven creates answers a client_id with what it made first", function()
    local pod = "/v0/pods/" .. ok(api("GET", "/v0/pods")).pods[1].pod_id
    local hook = { url = "http://127.0.0.1:1/", event_types = { "message.sent" } }
    for path, row in pairs {
      ["/v0/inboxes"] = { "inbox_id", {} }, [pod .. "/inboxes"] = { "inbox_id", {} },
      ["/v0/pods"] = { "pod_id", {} }, [A .. "/drafts"] = { "draft_id", {} },
      ["/v0/webhooks"] = { "webhook_id", hook }, [pod .. "/webhooks"] = { "webhook_id", hook },
      [A .. "/webhooks"] = { "webhook_id", hook },
    } do
      row[2].client_id = "made-" .. digest.sha256(path):sub(1, 8)
      local first = ok(api("POST", path, row[2]))
      assert.equal("created", last().effect)
      local again = ok(api("POST", path, row[2]))
      assert.equal("replayed", last().effect)
      assert.equal(first[row[1]], again[row[1]], path)
    end
  end)

  it("mail finds its thread by References alone", function()
    local first = ok(send "Question")
    local answer = sandbox:inbound { to = "a@agentmail.to", subject = "unlike",
                                     references = { "<lost@x.zz>", first.message_id } }
    assert.equal(first.thread_id, answer.thread_id)
    local cold = sandbox:inbound { to = "a@agentmail.to", subject = "Re: Question" }
    assert.not_equal(first.thread_id, cold.thread_id)
  end)

  it("it is heard on loopback alone, unless it is told otherwise", function()
    local function heard(on)
      local sock = socket.connect("127.0.0.2", tonumber(on.url:match ":(%d+)$"))
      if sock then sock:close() end
      return sock ~= nil
    end
    assert.is_false(heard(sandbox))
    local open <close> = assert(sandboxes.start { host = "0.0.0.0" })
    assert.is_true(heard(open))
  end)

  it("mail never leaves the machine: but for webhooks and attachments, nobody is called", function()
    local users = { core = {}, outgoing = {} }
    for path in io.popen('find sandbox/agentmail/sandbox -name "*.lua" | sort'):lines() do
      local file <close> = assert(io.open(path))
      local text, name = file:read "a", path:match "([%w_]+)%.lua$"
      assert.is_nil(text:find('require "socket', 1, true), path)
      for module, list in pairs(users) do
        local uses = name ~= module and text:find(module .. ".client", 1, true)
        if uses then list[#list + 1] = name end
      end
    end
    assert.same({ core = { "outgoing" }, outgoing = { "deliveries", "fetches" } }, users)
    ok(send("out", "somebody@example.com"))
    assert.equal(1, #sandbox:sent())
    assert.equal(0, #sandbox:deliveries())
  end)

  it("nothing is armed at the start, nor after a reset", function()
    local fresh <close> = assert(sandboxes.start {})
    assert.equal(0, #fresh:faults())
    sandbox:fault { ["do"] = "500", ["until"] = { hits = 9 } }
    sandbox:reset()
    assert.equal(0, #sandbox:faults())
    assert.equal(200, (api("GET", "/v0/inboxes")))
  end)

  it("of the rules that are eligible the first fires, and no other", function()
    sandbox:faults { { name = "later", when = { nth = 2 }, ["do"] = "500" },
                     { name = "one", ["do"] = "502" }, { name = "two", ["do"] = "503" } }
    assert.same({ 502, "one" }, { (send "k"), last().fault })
    assert.same({ 500, "later" }, { (send "k"), last().fault })
    assert.same({ 503, "two" }, { (send "k"), last().fault })
    assert.equal(200, (send "k"))
    assert.is_nil(last().fault)
  end)

  it("rules read back over HTTP arm the same again", function()
    control("PUT", "faults", { rules = { "lost_ack", { flaky = 2 }, {
      name = "odd", match = { operation = { "inboxes.*" }, key = "k" }, when = { every = 3 },
      at = "commit", ["do"] = { kind = "truncate", keep = 7 }, ["until"] = { after = "5m" } } } })
    local _, first = control("GET", "faults")
    assert.equal(3, #first.rules)
    local status, second = control("PUT", "faults", json.encode(first))
    assert.same({ 200, first }, { status, second })
  end)

  it("a failing run is what GET faults answers: put elsewhere, it is the same run", function()
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
    local other <close> = assert(sandboxes.start { namespace = "promises", seed = 5 })
    local call = http.api(other)
    ok(call("POST", "/v0/inboxes", { username = "a" }))
    ok(call("PUT", "/_sandbox/v1/faults", kept))
    assert.same(expected, run(call))
    other:reset()
    ok(call("POST", "/v0/inboxes", { username = "a" }))
    other:fault(RULE)
    assert.not_same(expected, run(call))
    assert.equal(400, (control("PUT", "faults", { rules = {}, seed = "x" })))
  end)

  it("a filter that there is not is refused, not ignored", function()
    assert.error_matches(function() sandbox:sent { subjct = "x" } end, "did you mean 'subject'")
    assert.error_matches(function() sandbox:requests { kez = "x" } end, "did you mean 'key'")
    assert.equal(400, (control("GET", "requests?limit=x")))
    assert.equal(400, (control("GET", "sent?after=-1")))
    assert.equal(200, (control("GET", "sent?after=0&limit=1&namespace=promises&subject=x")))
  end)

  it("before the commit there may be silence, delay, or another's page", function()
    sandbox:fault { name = "h", ["do"] = { kind = "hang", seconds = "10ms" } }
    assert.same({ nil, "closed" }, { send "h" })
    sandbox:faults { { ["do"] = { kind = "delay", seconds = "1ms" } } }
    assert.equal(200, (send "d"))
    sandbox:faults { { ["do"] = "html" } }
    assert.equal(502, (send "p"))
    assert.equal(1, #sandbox:sent())
  end)

  it("with the key reserved nothing is sent, whatever the client sees", function()
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

  it("a twin gets 409 while the first is still on the line", function()
    sandbox:fault { at = "reserved", ["do"] = { kind = "hang", seconds = "50ms", busy = "1m" } }
    local first = http.connect(sandbox.url)
    first:write("POST", SEND, '{"to":"x@example.com","subject":"twins"}',
                { "Authorization: Bearer am_test_promises", "Idempotency-Key: twins" })
    while #sandbox:requests { key = "twins" } == 0 do socket.sleep(0.001) end
    local status, body = send "twins"
    assert.same({ 409, "conflict" }, { status, body.code })
    assert.same({ nil, "closed" }, { first:read() })
    assert.equal(0, #sandbox:sent())
    first:close()
  end)

  it("a key that is forgotten is forgotten though the connection ends", function()
    for kind, seen in pairs { reset = "reset", close = "closed" } do
      ok(send(kind))
      sandbox:fault { at = "expired", ["do"] = kind }
      assert.same({ nil, seen }, { send(kind) })
      assert.equal(2, #sandbox:sent { key = kind })
      sandbox:heal()
    end
  end)

  it("each preset that takes a value takes it, and is bare otherwise", function()
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

  it("recipients at sandbox.test make a body slow, or break its chunks", function()
    local slow = http.connect(sandbox.url)
    slow:write("POST", SEND, '{"to":"slow-body@sandbox.test"}',
               { "Authorization: Bearer am_test_promises" })
    slow:read()
    assert.same({ "slow-body@sandbox.test", "body:drip", "created" },
                { last().fault, last().place, last().effect })
    slow:close()
    local broken = http.connect(sandbox.url)
    broken:write("POST", SEND, '{"to":"bad-chunk@sandbox.test","subject":"b"}',
                 { "Authorization: Bearer am_test_promises", "Idempotency-Key: b" })
    assert.matches("chunked.*\r\nzz\r\n$", (broken.sock:receive "*a"))
    broken:close()
    assert.same({ "bad-chunk@sandbox.test", "body:bad_chunk" }, { last().fault, last().place })
    local again = ok(api("POST", SEND, '{"to":"bad-chunk@sandbox.test","subject":"b"}',
                         { ["Idempotency-Key"] = "b" }))
    assert.equal(sandbox:sent { key = "b" }[1].message_id, again.message_id)
  end)

  it("the journal has a row for each physical request, with all of it", function()
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

  describe("over HTTP", function()
    -- Each action: method, path, body, and what must be true of its answer.
    local function actions(mail, delivery)
      return {
        { "GET", "health", nil, function(b) return b.status == "ok" end },
        { "GET", "info", nil, function(b) return b.seed == 21 and b.switches.strict end },
        { "GET", "coverage", nil, function(b) return b.counts.full > 100 end },
        { "POST", "faults", '"lost_ack"', function(b) return #b.rules == 1 end },
        { "GET", "faults", nil, function(b) return b.rules[1].name == "lost_ack" end },
        { "PUT", "faults", { { flaky = 2 } }, function(b) return b.rules[1].name == "flaky" end },
        { "DELETE", "faults", nil, function(b) return b.removed == 1 end },
        { "GET", "clock", nil, function(b) return b.mode == "frozen" end },
        { "PUT", "clock", { mode = "frozen", at = "2030-06-01" },
          function(b) return b.now == "2030-06-01T00:00:00.000Z" end },
        { "POST", "clock/advance", { by = "25h" },
          function(b) return b.now == "2030-06-02T01:00:00.000Z" and b.sent == 0 end },
        { "POST", "inbound", { to = "a@agentmail.to", subject = "In" },
          function(b) return b.inbox_id == "a@agentmail.to" end },
        { "POST", "messages/" .. http.escape(mail) .. "/reply", { text = "Yes" },
          function(b) return b.thread_id ~= nil end },
        { "POST", "messages/" .. http.escape(mail) .. "/open", nil,
          function(b) return b.first == true end },
        { "GET", "requests?limit=1", nil, function(b) return b.count == 1 end },
        { "GET", "sent", nil, function(b) return b.sent[1].message_id == mail end },
        { "GET", "audit", nil, function(b) return b.sent == 1 and #b.duplicates == 0 end },
        { "POST", "expect", { count = 1, within = 0 }, function(b) return b.sent ~= nil end },
        { "GET", "deliveries", nil, function(b) return b.deliveries[1].id == delivery end },
        { "POST", ("deliveries/%d/redeliver"):format(delivery), nil,
          function(b) return b.svix_id ~= nil end },
        { "PUT", "domains/d.example", { status = "VERIFIED" },
          function(b) return b.status == "VERIFIED" end },
        { "POST", "providers", { provider_id = "p" },
          function(b) return b.provider_id == "p" end },
        { "POST", "accounts", { provider_id = "p", inbox_id = "a@agentmail.to" },
          function(b) return b.sign_in_count == 1 end },
        { "GET", "agents", nil, function(b) return b.count == 0 end },
        { "POST", "seed", { seed = 4, inboxes = { "planted" } },
          function(b) return b.seed == 4 and b.inboxes[1] == "planted@agentmail.to" end },
        { "PUT", "switches", { page_tokens = "offset" },
          function(b) return b.page_tokens == "offset" end },
        { "POST", "snapshot", { name = "s" }, function(b) return b.name == "s" end },
        { "POST", "restore", { name = "s" }, function(b) return b.name == "s" end },
        { "POST", "reset", nil, function(b) return b.status == "ok" end },
      }
    end

    -- "METHOD path" with {} for what names one.
    local function shape(method, path)
      path = path:gsub("%?.*", ""):gsub("^messages/[^/]+", "messages/{}")
        :gsub("^deliveries/[^/]+", "deliveries/{}"):gsub("^domains/[^/]+", "domains/{}")
      return method .. " " .. path
    end

    local function delivery_of_a_closed_port()
      ok(api("POST", "/v0/domains", { domain = "d.example" }))
      ok(api("POST", "/v0/webhooks", { url = "http://127.0.0.1:1/", event_types = {
        "message.sent" } }))
      local mail = ok(send "Mail").message_id
      for _, row in ipairs(sandbox:deliveries()) do
        while sandbox:deliveries { svix_id = row.svix_id }[1].state == "pending" do
          sandbox:advance "1h"
        end
      end
      sandbox:freeze "2030-05-01T12:00:00Z"
      return mail, sandbox:deliveries()[1].id
    end

    it("every control action answers, and none is forgotten here", function()
      local tried = {}
      for _, action in ipairs(actions(delivery_of_a_closed_port())) do
        local method, path, body, check = table.unpack(action, 1, 4)
        local status, answer = control(method, path, body)
        assert.equal(200, status, path .. " " .. json.encode(answer or {}))
        assert.is_true(check(answer), path .. " " .. json.encode(answer))
        tried[shape(method, path)] = true
      end
      local _, unknown = control("GET", "nothing")
      for name in unknown.fix:match "Known: (.*)$":gmatch "[^,]+" do
        assert.is_true(tried[name:match "^%s*(.*)$"], name)
      end
    end)

    it("the guide tells of every control action, and of every switch", function()
      local file <close> = assert(io.open "docs/sandbox.md")
      local guide = file:read("a"):match "\n## Control\n(.*)$"
      local _, unknown = control("GET", "nothing")
      for name in unknown.fix:match "Known: (.*)$":gmatch "[^,]+" do
        local method, path = name:match "(%u+) (.*)$"
        local word = ("%s %s"):format(method, path:gsub("{}", "{id}"))
        assert.is_truthy(guide:find("`" .. word .. "`", 1, true), word)
      end
      for name, value in pairs(sandbox:info().switches) do
        assert.is_truthy(guide:find(("`%s` | `%s`"):format(name, tostring(value)), 1, true), name)
      end
    end)
  end)
end)
