-- SPDX-License-Identifier: MIT
-- Faults of events on their way to a WebSocket, and that a client which connects again gets on.
local http = require "spec.support.http"
local websocket = require "spec.support.websocket"

describe("faults of a WebSocket's events:", function()
  local sandbox, api = http.sandbox({ namespace = "websocket-faults" }, "a", "b")
  local ok, code = http.ok, http.code
  local open

  before_each(function() open = {} end)

  after_each(function()
    for _, one in ipairs(open) do one:close() end
  end)

  local function subscribed(frame)
    local client = assert(websocket.connect(sandbox.url, { api_key = sandbox.api_key }))
    open[#open + 1] = client
    frame = frame or {}
    frame.type = "subscribe"
    assert.equal("subscribed", client:ask(frame).type)
    return client
  end

  local function fault(kind, more)
    local rule = { at = "events", ["do"] = kind }
    for name, value in pairs(more or {}) do rule[name] = value end
    sandbox:fault(rule)
  end

  local function write(...)
    for _, subject in ipairs { ... } do
      sandbox:inbound { to = "a@agentmail.to", subject = subject }
    end
  end

  local function expect(client, ...)
    for _, subject in ipairs { ... } do
      local event, problem = client:next()
      assert.equal(subject, event and event.message.subject, problem)
    end
  end

  it("dropped", function()
    local client = subscribed()
    fault("drop", { when = { nth = 2 } })
    write("one", "two", "three")
    expect(client, "one", "three")
    assert.is_true(client:is_quiet())
  end)

  it("repeated, with the same event_id", function()
    local client = subscribed()
    fault { kind = "repeat", times = 3 }
    write("one", "two")
    local first = client:next()
    assert.same({ first, first }, { (client:next()), (client:next()) })
    expect(client, "two")
    assert.is_true(client:is_quiet())
  end)

  it("delayed, by a clock that stands", function()
    local client = subscribed()
    fault { kind = "delay", seconds = "1h" }
    write "late"
    assert.is_true(client:is_quiet())
    sandbox:advance "59m"
    assert.is_true(client:is_quiet())
    sandbox:advance "1m"
    expect(client, "late")
    assert.is_true(client:is_quiet())
  end)

  it("delayed, by a clock that runs", function()
    sandbox:real_time()
    local client = subscribed()
    fault { kind = "delay", seconds = 0.05 }
    write("late", "early")
    expect(client, "early", "late")
  end)

  it("reordered: the next overtakes it", function()
    local client = subscribed()
    fault("reorder", { when = { nth = 2 } })
    write("one", "two", "three")
    expect(client, "one", "three")
    sandbox:advance "5s"
    expect(client, "two")
  end)

  it("forgotten by a reset, as everything is", function()
    local client = subscribed()
    fault { kind = "delay", seconds = "1h" }
    write "gone"
    sandbox:reset()
    sandbox:advance "2h"
    assert.is_true(client:is_quiet())
  end)

  for _, given in ipairs {
    { "closed with 1000 after n events", { kind = "close", status = 1000 }, 1000 },
    { "closed with 1001 after n events", { kind = "close", status = 1001 }, 1001 },
    { "closed, with 1000 where nothing is said", "close", 1000 },
    { "dropped without a close frame after n events", "cut", "closed" },
  } do
    it(given[1] .. ", then connected again", function()
      local client = subscribed()
      fault(given[2], { when = { nth = 3 } })
      write("one", "two", "three", "lost")
      expect(client, "one", "two", "three")
      assert.same({ nil, given[3] }, { client:next() })
      if type(given[3]) == "number" then
        client:frame(websocket.CLOSE, string.pack(">I2", given[3]))
        assert.same({ nil, "closed" }, { client:next() })
      end
      local again = subscribed()
      write("four", "five", "six", "seven")
      expect(again, "four", "five", "six", "seven")
      assert.is_true(again:is_quiet())
    end)
  end

  it("closed only after events that the kernel does not take at once", function()
    local client, text = subscribed(), ("x"):rep(110000)
    fault("close", { when = { nth = 8 } })
    local subjects = {}
    for i = 1, 8 do
      subjects[i] = "long " .. i
      sandbox:inbound { to = "a@agentmail.to", subject = subjects[i], text = i < 5 and text or "" }
    end
    expect(client, table.unpack(subjects))
    assert.same({ nil, 1000 }, { client:next() })
  end)

  it("silent after n events: open, and nothing comes, not even a pong", function()
    local client = subscribed()
    fault("silence", { when = { nth = 2 } })
    write("one", "two", "three")
    expect(client, "one", "two")
    client:frame(websocket.PING, "there?")
    client:frame(websocket.TEXT, '{"type":"subscribe"}')
    local again = subscribed() -- which is answered after all of that was read
    write "four"
    expect(again, "four")
    client.sock:settimeout(0)
    assert.same({ nil, "timeout", "" }, { client.sock:receive(1) })
  end)

  it("count all events that go to sockets, where they end one", function()
    local client = subscribed()
    fault("cut", { when = { nth = 3 } })
    write "one"
    sandbox:inbound { to = "b@agentmail.to", subject = "two" }
    ok(api("POST", "/v0/inboxes/a@agentmail.to/messages/send", { to = { "x@example.com" } }))
    expect(client, "one", "two")
    assert.equal("message.sent", client:next().event_type)
    assert.same({ nil, "closed" }, { client:next() })
  end)

  it("are for one of two receivers, or for each", function()
    ok(api("POST", "/v0/webhooks", { url = "http://127.0.0.1:9/",
                                     event_types = { "message.received" } }))
    local client = subscribed()
    fault("drop", { match = { receiver = "websocket" } })
    write("one", "two")
    expect(client, "two")
    assert.equal(2, #sandbox:deliveries())
    sandbox:heal()
    fault("drop", { match = { receiver = "webhook" } })
    write "three"
    expect(client, "three")
    assert.equal(2, #sandbox:deliveries())
    assert.is_true(client:is_quiet())
    sandbox:heal()
    fault "cut" -- which a webhook does not use up
    write "four"
    expect(client, "four")
    assert.same({ nil, "closed" }, { client:next() })
  end)

  it("are refused where they make no sense", function()
    for _, rule in ipairs {
      { at = "events", ["do"] = { kind = "close", status = 1006 } },
      { at = "events", ["do"] = { kind = "close", status = 99 } },
      { at = "events", ["do"] = "drop", match = { receiver = "post" } },
      { at = "commit", ["do"] = "silence" },
    } do
      assert.equal("400 validation_error", code(api("POST", "/_sandbox/v1/faults", rule)))
    end
  end)
end)
