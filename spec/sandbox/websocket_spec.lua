-- SPDX-License-Identifier: MIT
-- WebSockets at /v0: who gets one, what is asked for, which events come, and how it ends.
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"
local listener = require "agentmail.sandbox.listener"
local websocket = require "spec.support.websocket"

describe("the sandbox's WebSocket", function()
  local sandbox, api = http.sandbox({ namespace = "websocket", hosts = { "mail.test" } }, "a", "b")
  local ok = http.ok
  local open = {}

  before_each(function() open = {} end)

  after_each(function()
    for _, one in ipairs(open) do one:close() end
  end)

  local function connect(options)
    options = options or {}
    options.api_key = options.api_key or options.api_key == nil and sandbox.api_key
    local client, status, body, headers = websocket.connect(sandbox.url, options)
    open[#open + 1] = client
    return client, status, body, headers
  end

  -- One that has subscribed.
  local function subscribed(frame, options)
    local client = assert(connect(options))
    frame = frame or {}
    frame.type = "subscribe"
    assert.equal("subscribed", assert(client:ask(frame)).type)
    return client
  end

  local function write(subject, to, labels)
    return sandbox:inbound { to = (to or "a") .. "@agentmail.to", subject = subject,
                             labels = labels }
  end

  local function subject_of(client)
    local event, problem = client:next()
    return event and event.message.subject, problem
  end

  local function key(fields, path)
    return ok(api("POST", path or "/v0/api-keys", fields)).api_key
  end

  describe("handshake", function()
    it("takes the key in the header, in the query, or in both", function()
      local made = key { name = "made" }
      for _, options in ipairs {
        { api_key = sandbox.api_key }, { api_key = made },
        { api_key = false, target = "/v0?api_key=" .. sandbox.api_key },
        { api_key = false, target = "/v0/?x=1&api_key=" .. made },
        { api_key = made, target = "/v0?api_key=" .. made },
      } do
        subscribed({}, options)
      end
      write "one"
      for _, client in ipairs(open) do assert.equal("one", subject_of(client)) end
    end)

    it("is refused with 401 before the upgrade where the key is missing or wrong", function()
      for target, expected in pairs {
        ["/v0"] = "missing_authorization", ["/v0?api_key=nonsense"] = "unknown_api_key",
        ["/v0?api_key="] = "unauthorized", ["/v0?api_key=eyJx"] = "invalid_token_type",
      } do
        local client, status, body = connect { api_key = false, target = target }
        assert.is_nil(client)
        assert.same({ 401, expected }, { status, body.code }, target)
      end
      local client, status = connect { api_key = "nonsense", target = "/v0?api_key="
                                                                      .. sandbox.api_key }
      assert.same({ nil, 401 }, { client, status })
    end)

    it("must be one of RFC 6455", function()
      local function refusal(headers)
        local client, status, body, answered = connect { headers = headers }
        assert.is_nil(client)
        return status, body and body.code, answered
      end
      local status, _, headers = refusal { ["Sec-WebSocket-Version"] = "8" }
      assert.same({ 426, "13" }, { status, headers["sec-websocket-version"] })
      assert.equal(400, (refusal { ["Sec-WebSocket-Key"] = "short" }))
      assert.equal(400, (refusal { ["Sec-WebSocket-Key"] = false }))
      assert.equal(400, (refusal { Connection = "keep-alive" }))
      assert.equal(404, (refusal { Upgrade = "h2c" }))
      assert.equal(404, (refusal { Upgrade = false }))
      assert.equal(404, (select(2, connect { target = "/v0x" })))
      assert.truthy(connect { headers = { Connection = "keep-alive, Upgrade",
                                          Upgrade = "WebSocket" } })
    end)

    it("is refused to pages of other sites and under other names", function()
      for _, headers in ipairs {
        { Origin = "https://evil.example" }, { Origin = "null" }, { Host = "evil.example" },
        { Origin = "http://127.0.0.1.evil.example" }, { Origin = "http://evil.example:80" },
        { Origin = "http://localhost@evil.example" },
      } do
        local client, status, body = connect { headers = headers }
        assert.same({ nil, 403, "forbidden" }, { client, status, body.code }, json.encode(headers))
      end
      for _, headers in ipairs {
        { Origin = "http://localhost:3000" }, { Origin = sandbox.url }, { Host = "mail.test:80" },
        { Origin = "https://mail.test" },
      } do
        assert.truthy(connect { headers = headers })
      end
    end)

    it("is not served at the control address", function()
      local client, status = websocket.connect(sandbox.control_url, { api_key = sandbox.api_key })
      assert.same({ nil, 404 }, { client, status })
    end)

    it("is in the journal, which no key is", function()
      local secret = key { name = "secret" }
      connect { api_key = false, target = "/v0?api_key=" .. secret .. "&api%5Fkey=" .. secret }
      connect { api_key = false, target = "/v0?api_key=am_test_wrong%20" }
      connect { api_key = false, target = "/v0?api_key=%zz" .. secret }
      api("GET", "/v0/inboxes?api_key=" .. secret)
      local rows = sandbox:requests()
      local row = sandbox:requests { operation = "websockets.connect", status = 101 }[1]
      assert.same({ "/v0?api_key=***&api%5Fkey=***", 101, 101, "none" },
                  { row.target, row.status, row.seen, row.effect })
      local text = json.encode(rows)
      assert.is_nil(text:find(secret, 1, true))
      assert.is_nil(text:find("am_test_wrong", 1, true))
    end)

    it("meets the faults before a request, and no others", function()
      sandbox:faults {
        { at = "before", ["do"] = "503", match = { operation = "websockets.connect" } },
        { at = "commit", ["do"] = "reset" },
      }
      assert.equal(503, (select(2, connect())))
      assert.truthy(connect())
      sandbox:faults { { at = "before", ["do"] = { kind = "delay", seconds = 0.01 } } }
      assert.truthy(connect())
      sandbox:faults { { at = "before", ["do"] = "reset" } }
      assert.is_nil((connect()))
    end)
  end)

  describe("subscription", function()
    it("is answered with the active filter, and nothing flows before it", function()
      local client = connect()
      write "too early"
      assert.same({ type = "subscribed" }, client:ask { type = "subscribe" })
      assert.same({ type = "subscribed", event_types = { "message.received" },
                    inbox_ids = { "A@agentmail.to" } },
                  client:ask { type = "subscribe", event_types = { "message.received" },
                               inbox_ids = { "A@agentmail.to" }, pod_ids = json.array {} })
      assert.same({ type = "subscribed" },
                  client:ask '{"type":"subscribe","event_types":null,"inbox_ids":[]}')
      assert.is_true(client:is_quiet())
    end)

    it("without types is the standard set: no hidden mail", function()
      local all, spam = subscribed(), subscribed { event_types = { "message.received.spam" } }
      for _, label in ipairs { "spam", "blocked", "unauthenticated" } do
        write(label, "a", { label })
      end
      write "plain"
      assert.equal("plain", subject_of(all))
      assert.equal("spam", subject_of(spam))
      assert.is_true(all:is_quiet() and spam:is_quiet())
    end)

    it("filters by inbox, pod and type", function()
      local pod = ok(api("POST", "/v0/pods", {})).pod_id
      ok(api("POST", "/v0/pods/" .. pod .. "/inboxes", { username = "c" }))
      local clients = {
        a = subscribed { inbox_ids = { "a@agentmail.to" } },
        ab = subscribed { inbox_ids = { "a@agentmail.to", "b@agentmail.to" } },
        c = subscribed { pod_ids = { pod } },
        ac = subscribed { pod_ids = { pod }, inbox_ids = { "a@agentmail.to" } },
        abc = subscribed(), [""] = subscribed { event_types = { "message.sent" } },
      }
      for _, name in ipairs { "a", "b", "c" } do write(name, name) end
      for expected, client in pairs(clients) do
        for name in expected:gmatch "." do assert.equal(name, subject_of(client)) end
        assert.is_true(client:is_quiet())
      end
    end)

    it("replaces the types of the same inboxes and adds others", function()
      local client = subscribed { inbox_ids = { "a@agentmail.to" } }
      client:ask { type = "subscribe", inbox_ids = { "b@agentmail.to" } }
      client:ask { type = "subscribe", inbox_ids = { "a@agentmail.to" },
                   event_types = { "message.received.spam" } }
      write "not this"
      write("spam", "a", { "spam" })
      write("other", "b")
      assert.equal("spam", subject_of(client))
      assert.equal("other", subject_of(client))
      client:ask { type = "subscribe" } -- all of them, and each event still once
      write "all"
      write("once", "b")
      assert.equal("all", subject_of(client))
      assert.equal("once", subject_of(client))
      assert.is_true(client:is_quiet())
    end)

    it("stays within what its key may see", function()
      local pod = ok(api("POST", "/v0/pods", {})).pod_id
      ok(api("POST", "/v0/pods/" .. pod .. "/inboxes", { username = "c" }))
      local of_pod = subscribed({}, { api_key = key({ name = "p" }, "/v0/pods/" .. pod
                                                                    .. "/api-keys") })
      local of_inbox = subscribed({}, { api_key = key({ name = "i" },
                                                      "/v0/inboxes/a@agentmail.to/api-keys") })
      write("a", "a")
      write("c", "c")
      assert.equal("c", subject_of(of_pod))
      assert.equal("a", subject_of(of_inbox))
      for client, frame in pairs { [of_pod] = { inbox_ids = { "a@agentmail.to" } },
                                   [of_inbox] = { pod_ids = { pod } } } do
        frame.type = "subscribe"
        assert.equal("NotFoundError", client:ask(frame).name)
        assert.is_true(client:is_quiet())
      end
      local other = sandbox:view "websocket2"
      local stranger = subscribed({}, { api_key = other.api_key })
      write("private", "c")
      assert.is_true(stranger:is_quiet())
    end)

    it("of hidden mail needs the permission, by its name", function()
      local client = connect { api_key = key { name = "k", permissions = { message_read = true } } }
      assert.same({ type = "error", name = "ForbiddenError",
                    message = "label_spam_read is forbidden" },
        client:ask { type = "subscribe", event_types = { "message.received.spam" } })
      assert.equal("calendar_event_read is forbidden",
        client:ask({ type = "subscribe", event_types = { "calendar.event.created" } }).message)
      assert.equal("subscribed", client:ask({ type = "subscribe" }).type)
    end)

    it("that is wrong gets an error frame, and the connection stays", function()
      local client = subscribed()
      for frame, expected in pairs {
        ["{"] = "frame", ["[1]"] = "type", ["1"] = "frame: expected an object", ["null"] = "frame",
        ['{"type":"unsubscribe"}'] = 'type: expected "subscribe"', ["{}"] = "type",
        ['{"type":"subscribe","inbox_ids":["x@agentmail.to"]}'] = "Inbox not found",
        ['{"type":"subscribe","pod_ids":["x"]}'] = "Pod not found",
        ['{"type":"subscribe","inbox_ids":"a@agentmail.to"}'] = "inbox_ids: expected an array",
        ['{"type":"subscribe","event_types":["message.recieved"]}'] = "message.received",
        ['{"type":"subscribe","event_types":[1]}'] = "event_types.0",
        ['{"type":"subscribe","inbox_id":["x"]}'] = "unknown field",
      } do
        local answer = client:ask(frame)
        assert.equal("error", answer.type, frame)
        assert.truthy(answer.message:find(expected, 1, true), answer.message)
      end
      client:frame(websocket.BINARY, '{"type":"subscribe"}')
      assert.matches("binary", client:next().message)
      write "still"
      assert.equal("still", subject_of(client))
    end)

    it("has a bound", function()
      local names = {}
      for i = 1, 1001 do
        names[i] = "n" .. i .. "@agentmail.to"
        ok(api("POST", "/v0/inboxes", { username = "n" .. i }))
      end
      local client = connect()
      assert.matches("at most 1000", client:ask({ type = "subscribe", inbox_ids = names }).message)
      names[1001] = nil
      assert.equal("subscribed", client:ask({ type = "subscribe", inbox_ids = names }).type)
    end)
  end)

  it("gets the very bytes of the webhook, under the same event_id", function()
    local receiver <close> = assert(listener.start { module = "spec.support.webhook_receiver" })
    ok(api("POST", "/v0/webhooks", { url = ("http://127.0.0.1:%d/"):format(receiver:port()),
                                     event_types = { "message.received", "message.sent" } }))
    local client = subscribed { event_types = { "message.received", "message.sent" } }
    write "same"
    ok(api("POST", "/v0/inboxes/a@agentmail.to/messages/send", { to = { "b@agentmail.to" } }))
    for _, one in ipairs(sandbox:deliveries()) do
      assert.equal(one.body, (select(2, client:next())))
    end
    assert.is_true(client:is_quiet())
  end)

  it("hears nothing of what was rolled back", function()
    local client = subscribed { event_types = { "message.sent", "message.received" } }
    sandbox:fault { at = "reserved", ["do"] = "500", match = { sends = true } }
    assert.equal(500, (api("POST", "/v0/inboxes/a@agentmail.to/messages/send",
                           { to = { "b@agentmail.to" } }, { ["Idempotency-Key"] = "k" })))
    assert.is_true(client:is_quiet())
  end)

  it("reads frames split at every byte, sent with the handshake, or in fragments", function()
    local frame = websocket.frame(websocket.TEXT, '{"type":"subscribe"}')
    local split = subscribed({}, { step = 1 })
    for i = 1, #frame - 1 do
      split.sock:send(frame:sub(1, i))
      sandbox:now() -- the service has seen the first part
      split.sock:send(frame:sub(i + 1))
      assert.equal("subscribed", split:next().type)
    end
    local early = assert(connect { early = frame .. frame:sub(1, 7) })
    assert.equal("subscribed", early:next().type)
    early:send(frame:sub(8))
    assert.equal("subscribed", early:next().type)
    local parts = connect()
    parts:frame(websocket.TEXT, '{"type":', { fin = false })
    parts:frame(websocket.PING, "between")
    parts:frame(0, "", { fin = false })
    parts:frame(0, '"subscribe"}')
    assert.same({ websocket.PONG, "between" }, { parts:read() })
    assert.equal("subscribed", parts:next().type)
    write "to all"
    for _, client in ipairs { split, early, parts } do
      assert.equal("to all", subject_of(client))
    end
  end)

  it("answers pings, and a close frame with the same code", function()
    local client = subscribed()
    assert.is_true(client:is_quiet())
    client:frame(websocket.CLOSE, string.pack(">I2", 1001) .. "bye")
    assert.same({ nil, 1001 }, { client:next() })
    assert.same({ nil, "closed" }, { client:next() })
  end)

  it("is closed for what is no WebSocket", function()
    for expected, bytes in pairs {
      [1002] = websocket.frame(websocket.TEXT, "x", { unmasked = true }) .. ("x"):rep(100),
      [1007] = websocket.frame(websocket.TEXT, "\255\255"),
      [1009] = websocket.frame(websocket.TEXT, ("x"):rep(70000)),
      [0] = websocket.frame(websocket.PING, ("x"):rep(126)),
    } do
      local client = connect()
      client:send(bytes)
      assert.same({ nil, expected }, { client:next() })
      client.sock:shutdown "send"
      assert.same({ nil, "closed" }, { client:next() })
    end
  end)

  it("is closed with 1001 when the sandbox ends", function()
    local other = require "agentmail.sandbox".start { namespace = "websocket" }
    local client = assert(websocket.connect(other.url, { api_key = other.api_key }))
    client:ask { type = "subscribe" }
    other:close()
    assert.same({ nil, 1001 }, { client:next() })
    client:close()
  end)

  it("is reset by an outage of all, or of its organization alone", function()
    local client, stranger = subscribed(), subscribed({}, { api_key = "am_test_stranger" })
    sandbox:fault { outage = "5m" }
    assert.same({ nil, "reset" }, { client:next() })
    assert.is_true(stranger:is_quiet())
    assert.is_nil((connect()))
    sandbox:advance "6m"
    subscribed()
    local alone = require "agentmail.sandbox".start { namespace = "websocket" }
    client = assert(websocket.connect(alone.url, { api_key = alone.api_key }))
    assert.is_true(client:is_quiet())
    alone:fault { outage = "5m" }
    assert.same({ nil, "reset" }, { client:next() })
    client:close()
    alone:close()
  end)

  it("is cut where its client does not read", function()
    local client, other = subscribed(), subscribed()
    local text = ("x"):rep(30000)
    for i = 1, 60 do
      sandbox:inbound { to = "a@agentmail.to", subject = "s" .. i, text = text }
      assert.equal("s" .. i, subject_of(other))
    end
    local count = 0
    while client:next() do count = count + 1 end
    assert.is_true(count > 0 and count < 60)
  end)
end)
