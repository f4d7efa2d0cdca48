-- SPDX-License-Identifier: MIT
-- Webhooks: registered, signed, delivered, retried, given up.
local clock = require "agentmail.sandbox.store.clock"
local core = require "agentmail.core"
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"
local listener = require "agentmail.sandbox.listener"
local sandboxes = require "agentmail.sandbox"

describe("the sandbox's webhooks", function()
  local receiver, target
  local A = "/v0/inboxes/a@agentmail.to"

  setup(function()
    receiver = assert(listener.start { module = "spec.support.webhook_receiver" })
    target = "http://127.0.0.1:" .. receiver:port()
  end)

  teardown(function() receiver:close() end)

  local sandbox, api = http.sandbox({ namespace = "webhooks" }, "a")
  local ok, code = http.ok, http.code
  http.check_effects(sandbox)

  before_each(function()
    receiver:call "forget"
    receiver:call("answer", 200)
  end)

  local function hook(more, path)
    local body = { url = target .. "/hook", event_types = { "message.received" } }
    for name, value in pairs(more or {}) do body[name] = value end
    return ok(api("POST", path or "/v0/webhooks", body))
  end

  local function wait(condition)
    local patience = core.now() + 20
    repeat
      local value = condition()
      if value then return value end
    until core.now() > patience
    error("timed out", 2)
  end

  -- The log, once no delivery is due any more: pending ones wait for the clock.
  local function settled(filters)
    return wait(function()
      local now, busy = sandbox:now(), false
      local list = sandbox:deliveries(filters)
      for _, one in ipairs(list) do
        busy = busy or one.state == "pending" and one.due_at <= now
      end
      return not busy and list
    end)
  end

  local function write(subject, labels)
    return sandbox:inbound { to = "a@agentmail.to", subject = subject, text = "T", labels = labels }
  end

  it("report received mail, signed like Svix", function()
    sandbox:switch { signature_clock = "virtual" }
    local webhook = hook { headers = { ["X-Own"] = "mine" } }
    local mail = write "S"
    local log = settled()
    assert.same({ 1, "delivered", 200 }, { #log, log[1].state, log[1].attempts[1].status })
    local path, body, id, timestamp, signature, own = receiver:call("seen", 1, "x-own")
    assert.same({ "/hook", "mine" }, { path, own })
    assert.equal("application/json", (select(6, receiver:call("seen", 1))))
    local now = math.tointeger(tonumber(timestamp))
    assert.equal("2030-05-01T12:00:00.000Z", clock.text(now * 1000))
    assert.is_true(core.verify_webhook(webhook.secret, id, timestamp, signature, body, now, 300))
    assert.is_nil((core.verify_webhook(webhook.secret, id, timestamp, signature, body .. " ", now,
                                       300)))
    local event = json.decode(body)
    assert.same({ "event", "message.received", mail.message_id, mail.thread_id },
                { event.type, event.event_type, event.message.message_id, event.thread.thread_id })
    assert.equal(ok(api("GET", A .. "/messages/" .. http.escape(mail.message_id))).text,
                 event.message.text)
    assert.matches("^evt_", event.event_id)
    assert.equal(event.event_id, log[1].event_id)
    assert.equal(id, log[1].svix_id)
  end)

  it("report only the events they were created for, in their scope", function()
    local pod = ok(api("POST", "/v0/pods", {}))
    ok(api("POST", "/v0/pods/" .. pod.pod_id .. "/inboxes", { username = "b" }))
    local hooks = {
      [hook().webhook_id] = "ab", [hook({}, A .. "/webhooks").webhook_id] = "a",
      [hook({}, "/v0/pods/" .. pod.pod_id .. "/webhooks").webhook_id] = "b",
      [hook({ inbox_ids = { "b@agentmail.to" } }).webhook_id] = "b",
      [hook({ pod_ids = { pod.pod_id } }).webhook_id] = "b",
      [hook({ event_types = { "message.sent" } }).webhook_id] = "",
      [hook({ event_types = { "message.received.spam" } }).webhook_id] = "s",
    }
    sandbox:inbound { to = "a@agentmail.to", subject = "a" }
    sandbox:inbound { to = "b@agentmail.to", subject = "b" }
    sandbox:inbound { to = "b@agentmail.to", subject = "s", labels = { "spam" } }
    settled()
    for id, expected in pairs(hooks) do
      local subjects = ""
      for _, one in ipairs(sandbox:deliveries { webhook_id = id }) do
        assert.equal("delivered", one.state)
        subjects = subjects .. json.decode(one.body).message.subject
      end
      assert.equal(expected, subjects)
    end
  end)

  it("report each step of a sent mail", function()
    hook { event_types = { "message.sent", "message.delivered", "message.bounced",
                           "message.complained", "message.received" } }
    local sent = ok(api("POST", A .. "/messages/send",
                        { to = { "a@agentmail.to", "x@example.com" } }))
    ok(api("POST", A .. "/messages/send", { to = { "bounce@sandbox.test" } }))
    local events, order = {}, {}
    for i, one in ipairs(settled()) do
      events[i] = json.decode(one.body)
      order[i] = one.event_type:match "%w+$"
    end
    assert.equal("sent delivered received sent bounced", table.concat(order, " "))
    assert.same({ sent.message_id, sent.thread_id, "a@agentmail.to",
                  { "a@agentmail.to", "x@example.com" } },
                { events[1].send.message_id, events[1].send.thread_id, events[1].send.inbox_id,
                  events[1].send.recipients })
    assert.same({ "a@agentmail.to", "x@example.com" }, events[2].delivery.recipients)
    assert.same({ { address = "bounce@sandbox.test", status = "failed" } },
                events[5].bounce.recipients)
  end)

  it("are lost, repeated, late or out of order if faults say so", function()
    hook()
    local function fault(does) sandbox:fault { at = "events", ["do"] = does } end
    local function subjects()
      local list = {}
      settled()
      for i = 1, receiver:call "count" do
        list[i] = json.decode((select(2, receiver:call("seen", i)))).message.subject
      end
      receiver:call "forget"
      return table.concat(list, " ")
    end
    fault "drop"
    write "lost"
    write "heard"
    assert.equal("heard", subjects())
    sandbox:heal()
    fault { kind = "repeat", times = 3 }
    write "again"
    assert.equal("again again again", subjects())
    sandbox:heal()
    fault { kind = "delay", seconds = "1h" }
    write "late"
    write "soon"
    assert.equal("soon", subjects())
    sandbox:advance "59m"
    assert.equal("", subjects())
    sandbox:advance "1m"
    assert.equal("late", subjects())
    sandbox:heal()
    fault "reorder"
    write "first"
    write "second"
    sandbox:advance "1m"
    assert.equal("second first", subjects())
  end)

  it("are retried on a real clock", function()
    local real = assert(sandboxes.start {})
    local call = http.api(real)
    call("POST", "/v0/inboxes", { username = "a" })
    call("POST", "/v0/webhooks", { url = target, event_types = { "message.received" } })
    receiver:call("answer", 500)
    real:inbound { to = "a@agentmail.to", subject = "S" }
    local function tries() return #real:deliveries()[1].attempts end
    wait(function() return tries() == 1 end)
    real:advance(4)
    assert.equal(1, tries())
    real:advance(1)
    wait(function() return tries() == 2 end)
    real:close()
  end)

  it("report only once that a mail was opened", function()
    hook { event_types = { "message.opened" } }
    local sent = ok(api("POST", A .. "/messages/send", { to = "x@example.com" }))
    assert.is_true(sandbox:open(sent.message_id))
    assert.is_false(sandbox:open(sent.message_id))
    local log = settled()
    assert.equal(1, #log)
    assert.same({ sent.message_id, sent.thread_id, "a@agentmail.to" }, (function(open)
      return { open.message_id, open.thread_id, open.inbox_id }
    end)(json.decode(log[1].body).open))
    local message = ok(api("GET", A .. "/messages/" .. http.escape(sent.message_id)))
    assert.same({ "sent", "delivered", "opened" }, message.labels)
    assert.is_nil(message.opened_at) -- only the event has the time
    assert.equal("2030-05-01T12:00:00.000Z", json.decode(log[1].body).open.timestamp)
    assert.equal(1, ok(api("GET", A .. "/threads?labels=opened")).count)
    assert.equal(1, ok(api("GET", A .. "/messages?labels=opened")).count)
    assert.error_matches(function() sandbox:open "<nothing>" end, "not found")
  end)

  it("omit the bodies of a mail above 1 MB", function()
    hook()
    sandbox:inbound { to = "a@agentmail.to", subject = "small", text = ("x"):rep(300000) }
    sandbox:inbound { to = "a@agentmail.to", subject = "large", text = ("x"):rep(1000000) }
    local log = settled()
    local small, large = json.decode(log[1].body).message, json.decode(log[2].body).message
    assert.equal(300000, #small.text)
    assert.same({ nil, "large", 1000005 }, { large.text, large.subject, large.size })
    assert.same({ "delivered", "delivered" }, { log[1].state, log[2].state })
  end)

  it("are deleted with their inbox, like its lists and API keys", function()
    hook({}, A .. "/webhooks")
    ok(api("POST", A .. "/lists/receive/block", { entry = "x.example" }))
    local key = ok(api("POST", A .. "/api-keys", {}))
    receiver:call("answer", 500)
    write "unheard"
    assert.equal("pending", settled()[1].state)
    ok(api("DELETE", A))
    assert.equal("dropped", sandbox:deliveries()[1].state)
    assert.equal(0, ok(api("GET", "/v0/webhooks")).count)
    assert.equal(401, (http.api { url = sandbox.url, api_key = key.api_key }("GET", "/v0/inboxes")))
    ok(api("POST", "/v0/inboxes", { username = "a" }))
    assert.equal(0, ok(api("GET", A .. "/lists/receive/block")).count)
    write "S"
    assert.equal(1, #sandbox:deliveries())
  end)

  it("are restored by a snapshot", function()
    hook()
    sandbox:snapshot "with"
    sandbox:reset()
    api("POST", "/v0/inboxes", { username = "a" })
    write "unheard"
    sandbox:restore "with"
    write "heard"
    local log = settled()
    assert.same({ 1, "heard" }, { #log, json.decode(log[1].body).message.subject })
  end)

  it("are retried on the documented schedule, with the same id, and then given up", function()
    sandbox:switch { signature_clock = "virtual" }
    local webhook = hook()
    receiver:call("answer", 500)
    write "S"
    local pauses = { 0, 5, 300, 1800, 7200, 18000, 36000, 36000 }
    for i, pause in ipairs(pauses) do
      if pause > 0 then
        sandbox:advance(pause - 0.001)
        assert.equal(i - 1, #settled()[1].attempts)
        sandbox:advance(0.001)
      end
      assert.equal(i, #settled()[1].attempts)
    end
    sandbox:advance "48h"
    local log = settled()
    assert.same({ "failed", 8, 500 }, { log[1].state, #log[1].attempts, log[1].attempts[8].status })
    assert.equal(8, receiver:call "count")
    local at, first_id = 0, select(3, receiver:call("seen", 1))
    for i, pause in ipairs(pauses) do
      local _, body, id, timestamp, signature = receiver:call("seen", i)
      at = at + pause
      assert.equal(first_id, id)
      assert.equal(("%d"):format(1903867200 + at), timestamp)
      assert.is_true(core.verify_webhook(webhook.secret, id, timestamp, signature, body,
                                         1903867200 + at, 1))
    end
  end)

  it("run their whole schedule in order when the clock jumps over it", function()
    hook()
    receiver:call("answer", 503)
    write "S"
    settled()
    sandbox:advance "30h"
    local attempts = settled()[1].attempts
    assert.same({ 8, "2030-05-01T12:00:05.000Z", "2030-05-02T15:35:05.000Z" },
                { #attempts, attempts[2].at, attempts[8].at })
  end)

  it("stop if the receiver says so, and do not follow redirects", function()
    hook()
    receiver:call("answer", 302, "Location", target .. "/elsewhere")
    write "redirected"
    assert.same({ "pending", 302 }, { settled()[1].state, settled()[1].attempts[1].status })
    receiver:call("answer", 400, "webhook-delivery", "abort-message")
    write "aborted"
    assert.same({ "aborted", 1 }, { settled()[2].state, #settled()[2].attempts })
    assert.equal(2, receiver:call "count")
  end)

  it("to many receivers are sent in parallel, and none is forgotten", function()
    receiver:call "hang"
    for i = 1, 100 do hook { client_id = "w" .. i } end
    write "S"
    wait(function() return receiver:call "count" == 64 end)
    sandbox:reset()
    receiver:call("answer", 200)
    receiver:call "forget"
    api("POST", "/v0/inboxes", { username = "a" })
    for i = 1, 100 do hook { client_id = "w" .. i } end
    write "S"
    assert.equal(100, #settled())
    assert.equal(100, #sandbox:deliveries { state = "delivered" })
    assert.equal(100, receiver:call "count")
  end)

  it("log the reason if there was no answer", function()
    local closed = assert(listener.start { module = "spec.support.webhook_receiver" })
    local port = closed:port()
    closed:close()
    hook { url = "http://127.0.0.1:" .. port .. "/" }
    write "S"
    local attempt = settled()[1].attempts[1]
    assert.is_nil(attempt.status)
    assert.matches("onnect", attempt.problem)
  end)

  it("are redelivered on request", function()
    hook()
    write "S"
    local id = settled()[1].id
    sandbox:redeliver(id)
    local log = settled()
    assert.same({ 1, 2, "delivered" }, { #log, #log[1].attempts, log[1].state })
    assert.equal(select(3, receiver:call("seen", 1)), (select(3, receiver:call("seen", 2))))
    assert.error_matches(function() sandbox:redeliver(id + 1) end, "not found")
  end)

  it("are disabled after five days of failures, not before, and not over a success", function()
    local webhook = hook()
    local path = "/v0/webhooks/" .. webhook.webhook_id
    local function day(subject)
      write(subject)
      settled()
      sandbox:advance "24h"
      settled()
    end
    receiver:call("answer", 500)
    for i = 1, 4 do day("bad " .. i) end
    receiver:call("answer", 200)
    write "good"
    settled()
    receiver:call("answer", 500)
    for i = 1, 5 do
      day("bad again " .. i)
      assert.is_true(ok(api("GET", path)).enabled)
    end
    day "the last"
    assert.is_false(ok(api("GET", path)).enabled)
    local count = #sandbox:deliveries()
    write "unheard"
    assert.equal(count, #sandbox:deliveries())
    assert.equal(0, #sandbox:deliveries { state = "pending" })
  end)

  it("do not block the service while a receiver is silent", function()
    hook()
    receiver:call "hang"
    write "S"
    wait(function() return receiver:call "count" == 1 end)
    for i = 1, 100 do assert.equal(200, (api("GET", "/v0/inboxes?limit=" .. i))) end
    assert.equal(0, #sandbox:deliveries()[1].attempts)
    assert.equal("pending", sandbox:deliveries()[1].state)
  end)

  it("stay on this machine unless the start options say otherwise", function()
    hook { url = "https://hooks.example.com/x" }
    hook { url = "http://127.0.0.1.example.com/x" }
    hook { url = "http://127.0.0.1@example.com/x" }
    hook { url = "http://localhost:" .. receiver:port() .. "/local" }
    write "S"
    local states = {}
    for i, one in ipairs(settled()) do states[i] = one.state end
    assert.equal("withheld withheld withheld delivered", table.concat(states, " "))
    assert.equal(1, receiver:call "count")
    local hosts = require "agentmail.sandbox.http.hosts"
    local app = { config = { webhook_hosts = { "Hooks.example.com" } } }
    assert.is_true(hosts.may_call(app, "https://hooks.example.com/x"))
    assert.is_false(hosts.may_call(app, "https://example.com/x"))
    assert.is_false(hosts.may_call(app, "ftp://127.0.0.1/x"))
  end)

  it("survive a service that is stopped before they are sent", function()
    local path = os.tmpname()
    local first = assert(sandboxes.start { path = path, namespace = "webhooks",
                                           clock = "2030-05-01T12:00:00Z" })
    local call = http.api(first)
    call("POST", "/v0/inboxes", { username = "a" })
    call("POST", "/v0/webhooks", { url = target, event_types = { "message.received" } })
    receiver:call "hang"
    first:inbound { to = "a@agentmail.to", subject = "S" }
    wait(function() return receiver:call "count" == 1 end)
    first:close()
    receiver:call("answer", 200)
    local second = assert(sandboxes.start { path = path, namespace = "webhooks" })
    local log = wait(function()
      local list = second:deliveries { state = "delivered" }
      return #list == 1 and list
    end)
    assert.equal(1, #log[1].attempts)
    second:close()
    for _, ending in ipairs { "", "-wal", "-shm" } do os.remove(path .. ending) end
    assert.equal(select(3, receiver:call("seen", 1)), (select(3, receiver:call("seen", 2))))
  end)

  it("are sent on a real clock too", function()
    local real = assert(sandboxes.start {})
    local call = http.api(real)
    call("POST", "/v0/inboxes", { username = "a" })
    call("POST", "/v0/webhooks", { url = target, event_types = { "message.received" } })
    real:inbound { to = "a@agentmail.to", subject = "S" }
    wait(function() return receiver:call "count" == 1 end)
    local _, _, _, timestamp = receiver:call("seen", 1)
    assert.is_true(math.abs(tonumber(timestamp) - os.time()) < 60)
    real:close()
  end)

  describe("as resources", function()
    it("are created once per client_id, read, listed, changed and deleted", function()
      local one = hook { client_id = "w1" }
      assert.same(one, hook { client_id = "w1", event_types = { "message.sent" } })
      assert.matches("^whsec_", one.secret)
      assert.is_true(one.enabled)
      local path = "/v0/webhooks/" .. one.webhook_id
      assert.same(one, ok(api("GET", path)))
      assert.same({ one }, ok(api("GET", "/v0/webhooks")).webhooks)
      assert.same({}, ok(api("GET", A .. "/webhooks")).webhooks)
      assert.equal(404, (api("GET", A .. "/webhooks/" .. one.webhook_id)))
      assert.same({ "message.sent" }, ok(api("PATCH", path, { event_types = { "message.sent" } }))
        .event_types)
      assert.same({ "message.sent" }, ok(api("PATCH", path, '{"event_types":[]}')).event_types)
      local changed = ok(api("PATCH", path, { add_inbox_ids = { "a@agentmail.to" } }))
      assert.same({ "a@agentmail.to" }, changed.inbox_ids)
      assert.equal(400, (api("PATCH", path, { remove_inbox_ids = { "a@agentmail.to" } })))
      assert.equal(400, (api("PATCH", path, { add_inbox_ids = { "nobody@agentmail.to" } })))
      assert.equal(204, (api("DELETE", path)))
      assert.equal(404, (api("GET", path)))
      assert.not_equal(one.webhook_id, hook({ client_id = "w1" }).webhook_id)
    end)

    it("of an inbox or a pod say which", function()
      local own = hook({}, A .. "/webhooks")
      assert.same({ "a@agentmail.to" }, own.inbox_ids)
      assert.same({ own }, ok(api("GET", A .. "/webhooks")).webhooks)
      api("POST", "/v0/inboxes", { username = "b" })
      local others = "/v0/inboxes/b@agentmail.to/webhooks"
      assert.equal(404, (api("GET", others .. "/" .. own.webhook_id)))
      assert.equal(404, (api("DELETE", others .. "/" .. own.webhook_id)))
      assert.equal(0, ok(api("GET", others)).count)
      local pod_id = ok(api("GET", A)).pod_id
      assert.same({ pod_id }, hook({}, "/v0/pods/" .. pod_id .. "/webhooks").pod_ids)
      assert.equal(400, (api("POST", A .. "/webhooks", { url = target,
        event_types = { "message.sent" }, inbox_ids = { "a@agentmail.to" } })))
    end)

    it("do not show the values of their headers", function()
      local webhook = hook { headers = { ["X-One"] = "1" } }
      local path = "/v0/webhooks/" .. webhook.webhook_id .. "/headers"
      assert.equal(204, (api("PATCH", path, { headers = { ["X-Two"] = "2", ["x-one"] = "3" } })))
      assert.same({ "X-Two", "x-one" }, ok(api("GET", path)).header_names)
      assert.equal(204, (api("PATCH", path, { remove_headers = { "X-ONE" } })))
      assert.same({ "X-Two" }, ok(api("GET", path)).header_names)
      assert.equal(400, (api("PATCH", path, { headers = { A = "1" }, remove_headers = { "a" } })))
      assert.equal(400, (api("PATCH", path, {})))
      assert.equal(400, (api("PATCH", path, { headers = { ["a b"] = "1" } })))
      assert.equal(400, (api("PATCH", path, { headers = { ["Svix-Id"] = "1" } })))
      assert.equal(400, (api("PATCH", path, { headers = { ["HOST"] = "1" } })))
      assert.equal(204, (api("PATCH", path, { headers = { Authorization = "Bearer own" } })))
      write "S"
      assert.equal("delivered", settled()[1].state)
      assert.equal("Bearer own", (select(6, receiver:call("seen", 1, "authorization"))))
      assert.equal("2", (select(6, receiver:call("seen", 1, "x-two"))))
    end)

    it("refuse invalid parameters", function()
      for _, bad in ipairs {
        { url = "ftp://x" }, { url = "nonsense" }, { event_types = json.array {} },
        { event_types = { "message.lost" } }, { headers = { ["bad name"] = "x" } },
        { inbox_ids = { "nobody@agentmail.to" } }, { pod_ids = { "nothing" } },
        { client_id = "a b" },
      } do
        local body = { url = target, event_types = { "message.sent" } }
        for name, value in pairs(bad) do body[name] = value end
        assert.equal("400 validation_error", code(api("POST", "/v0/webhooks", body)))
      end
      local key = ok(api("POST", "/v0/api-keys", { permissions = { webhook_create = true } }))
      local use = http.api { url = sandbox.url, api_key = key.api_key }
      assert.equal("403 missing_permission", code(use("POST", "/v0/webhooks",
        { url = target, event_types = { "message.received.spam" } })))
      assert.equal(200, (use("POST", "/v0/webhooks",
        { url = target, event_types = { "message.received" } })))
    end)
  end)
end)
