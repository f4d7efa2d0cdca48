-- SPDX-License-Identifier: MIT
-- The control interface: expectations, initial states, snapshots, mail from outside, the clock.
local http = require "spec.support.http"

describe("in the sandbox's control interface,", function()
  local A = "/v0/inboxes/a@agentmail.to"
  local SEND = A .. "/messages/send"

  local sandbox, api = http.sandbox({ namespace = "control", seed = 3 }, "a")
  local send = http.sender(api)

  local function control(method, path, body, headers)
    return api(method, "/_sandbox/v1/" .. path, body, headers)
  end

  describe("deletion of mail", function()
    local function counts()
      local _, threads = api("GET", "/v0/threads")
      local _, messages = api("GET", A .. "/messages")
      return { threads.count, messages.count, #sandbox:sent() }
    end

    it("takes a mail, and the conversation with its last mail", function()
      local sent = http.ok(send "k")
      local answer = sandbox:reply(sent.message_id, { text = "Yes", attachments = {
        { filename = "f", content = "aGk=" } } })
      assert.same({ 1, 2, 1 }, counts())
      assert.same({ removed = 1 }, select(2, control("DELETE", "messages/"
        .. http.escape(answer.message_id))))
      assert.same({ 1, 1, 1 }, counts())
      assert.equal("k", select(2, api("GET", "/v0/threads/" .. sent.thread_id)).subject)
      assert.equal(200, (control("DELETE", "messages/" .. http.escape(sent.message_id)
        .. "?inbox=a@agentmail.to")))
      assert.same({ 0, 0, 1 }, counts()) -- what left has left
      assert.equal(0, #sandbox:audit().losses)
      assert.equal("404 not_found", http.code(control("DELETE", "messages/none")))
    end)

    it("takes a conversation, an inbox, all; and nothing of anybody else", function()
      http.ok(api("POST", "/v0/inboxes", { username = "b" }))
      local one = sandbox:inbound { to = { "a@agentmail.to", "b@agentmail.to" }, subject = "One" }
      sandbox:inbound { to = "a@agentmail.to", subject = "Two" }
      sandbox:inbound { to = "b@agentmail.to", subject = "Three" }
      assert.equal("404 not_found", http.code(control("DELETE", "threads/" .. one.thread_id
        .. "?namespace=other")))
      assert.equal(0, select(2, control("DELETE", "messages?namespace=other")).removed)
      assert.same({ 4, 2, 0 }, counts())
      assert.same({ removed = 1 }, select(2, control("DELETE", "threads/" .. one.thread_id)))
      assert.same({ 3, 1, 0 }, counts())
      assert.equal(2, select(2, control("DELETE", "messages?inbox=b@agentmail.to")).removed)
      assert.same({ 1, 1, 0 }, counts())
      assert.same({ removed = 1 }, select(2, control("DELETE", "messages")))
      assert.same({ 0, 0, 0 }, counts())
      assert.equal(2, select(2, api("GET", "/v0/inboxes")).count)
    end)
  end)

  describe("expect", function()
    it("returns at once if it is already met", function()
      send "k"
      assert.equal("k", sandbox:expect { match = { key = "k" }, count = 1 }[1].key)
      assert.equal(2, #sandbox:expect { what = "requests", count = 2 })
      assert.same({}, sandbox:expect { match = { key = "never" }, at_most = 0 })
    end)

    it("waits until it is met, without blocking other requests", function()
      local waiting = http.connect(sandbox.url)
      waiting:write("POST", "/_sandbox/v1/expect?namespace=control",
                    '{"match":{"key":"late"},"count":1,"within":"50s"}')
      local other = http.connect(sandbox.url)
      other:write("POST", "/_sandbox/v1/expect?namespace=control", '{"at_least":2,"within":50}')
      assert.equal(200, (send "early"))
      assert.equal(200, (send "late"))
      local status, body = waiting:read()
      assert.equal(200, status)
      assert.matches('"count":1,"sent":%[{.*"key":"late"', body)
      assert.equal(200, (other:read()))
      waiting:close()
      other:close()
    end)

    it("reports the difference on timeout, over HTTP and in Lua", function()
      send "k-1"
      local rows, message, difference = sandbox:expect { match = { key = "k-2", inbox =
        "a@agentmail.to" }, count = 1, within = "1ms" }
      assert.is_nil(rows)
      assert.matches("Expected exactly 1 of sent with .*k%-2.*there are 0", message)
      assert.same({ 0, 1, 1 }, { difference.actual, difference.at_least, difference.at_most })
      assert.same({ { field = "key", expected = "k-2", actual = "k-1" } },
                  difference.closest.differences)
      local status, body = control("POST", "expect", { at_least = 2, within = 0 })
      assert.same({ 417, "expectation_failed", 1 }, { status, body.code, body.difference.actual })
    end)

    it("does not wait if it can no longer be met", function()
      send "k"
      send "l"
      local _, message = sandbox:expect { count = 1, within = "60s" }
      assert.matches("exactly 1 of sent .*there are 2", message)
    end)

    it("survives a client that leaves while it waits", function()
      local waiting = http.connect(sandbox.url)
      waiting:write("POST", "/_sandbox/v1/expect?namespace=control", '{"within":"50s"}')
      waiting:close()
      assert.equal(200, (send "k"))
      assert.equal(200, (send "l"))
    end)

    it("names what is wrong with its parameters", function()
      local function problem(wanted)
        local _, message = pcall(sandbox.expect, sandbox, wanted)
        return message
      end
      assert.matches("what: expected requests or sent", problem { what = "mails" })
      assert.matches("match.keys: unknown field .did you mean 'key'",
                     problem { match = { keys = 1 } })
      assert.matches("at_leats: unknown field .did you mean 'at_least'", problem { at_leats = 1 })
      assert.matches("count: expected a whole number", problem { count = -1 })
      assert.matches("within: at most 60 seconds", problem { within = "61s" })
      assert.matches("within: expected seconds", problem { within = "soon" })
      assert.equal(400, (control("POST", "expect", "[")))
    end)
  end)

  it("an error links to the service's documentation only for the service's own codes", function()
    local _, missing = control("POST", "expect", { within = 0 })
    assert.same({ "expectation_failed" }, { missing.code, missing.docs })
    local _, invalid = control("POST", "expect", { what = "mails" })
    assert.matches("^https://docs%..*#validation_error$", invalid.docs)
    local errors = require "agentmail.sandbox.http.errors"
    local _, text = errors.answer(errors.refusal(501, "not_implemented", "later"))
    assert.is_nil(text:find("docs", 1, true))
  end)

  it("an initial state is created whole or not at all", function()
    local made = sandbox:plant {
      seed = 77, inboxes = { "b", { username = "c", display_name = "See" } },
      inbound = { { to = "b@agentmail.to", subject = "Hi" } }, faults = { "lost_ack" },
    }
    assert.same({ "b@agentmail.to", "c@agentmail.to" }, made.inboxes)
    assert.equal(77, made.seed)
    assert.equal("b@agentmail.to", made.inbound[1].inbox_id)
    assert.equal("lost_ack", sandbox:faults()[1].name)
    assert.is_nil((send "k"))
    assert.equal(77, sandbox:requests { key = "k" }[1].seed)
    assert.equal(3, sandbox:view("control-other"):plant({}).seed)
    local ok, message = pcall(sandbox.plant, sandbox, { inboxes = { "d", "b" } })
    assert.is_false(ok)
    assert.matches("inboxes%.1: .*exists already", message)
    assert.equal(404, (api("GET", "/v0/inboxes/d@agentmail.to")))
    assert.error_matches(function() sandbox:plant { inbox = {} } end, "did you mean 'inboxes'")
    assert.error_matches(function() sandbox:plant { seed = "x" } end, "seed: expected a whole")
    assert.error_matches(function() sandbox:plant { inbound = { { subject = "x" } } } end,
                         "inbound%.0%.to")
  end)

  it("a snapshot can be restored any number of times", function()
    send "before"
    api("POST", A .. "/drafts", { to = { "y@example.com" }, subject = "kept", labels = { "mine" } })
    sandbox:fault { name = "armed", ["do"] = "500", match = { method = "DELETE" } }
    sandbox:snapshot "start"
    local function state()
      local rows = {}
      for _, target in ipairs { "/v0/inboxes", A .. "/messages", "/v0/threads", "/v0/drafts" } do
        local json = require "agentmail.sandbox.http.json"
        rows[#rows + 1] = json.encode(select(2, api("GET", target)))
      end
      return table.concat(rows, "\n") .. #sandbox:sent() .. #sandbox:faults() .. sandbox:now()
    end
    local first = state()
    for _ = 1, 2 do
      assert.equal(200, (send "after"))
      api("POST", "/v0/inboxes", { username = "more" })
      sandbox:heal()
      sandbox:advance "3d"
      local other = http.api(sandbox:view "control-neighbour")
      other("POST", "/v0/inboxes", { username = "a" })
      assert.equal(200, (other("POST", SEND, { to = "x@example.com" })))
      assert.not_equal(first, state())
      sandbox:restore "start"
      assert.equal(first, state())
      assert.equal(2, sandbox:view("control-neighbour"):reset() or 2)
    end
    assert.equal(200, (send "before")) -- a replay: keys are state
    assert.equal(1, #sandbox:sent())
    sandbox:snapshot "start"
    local ok, message = pcall(sandbox.restore, sandbox, "nothing")
    assert.is_false(ok)
    assert.matches("No snapshot nothing", message)
    assert.error_matches(function() sandbox:snapshot "a b" end, "name: expected 1 to 64")
    assert.matches("Known: start", select(2, control("POST", "restore", { name = "x" })).fix)
  end)

  it("a snapshot can be restored while the clock runs", function()
    local view = sandbox:view "control-running" -- a separate view: snapshots survive a reset
    view:thaw()
    view:snapshot "running"
    view:advance "3d"
    assert.matches("^2030%-05%-04", view:now())
    view:restore "running"
    assert.matches("^2030%-05%-01", view:now())
    assert.equal("real", view:info().clock)
  end)

  describe("mail from outside", function()
    local MAIL = table.concat({
      "From: =?utf-8?Q?J=C3=BCrgen?= <j@example.com>", "To: <a@agentmail.to>, b@example.com",
      "Subject: =?UTF-8?B?R3LDvMOfZQ==?= =?utf-8?q?_to_you?=", "Message-ID: <1@example.com>",
      "References: <0@example.com>\r\n <00@example.com>", "X-Folded: one\r\n\ttwo",
      'Content-Type: multipart/mixed; boundary="b=1"', "", "ignored", "--b=1",
      "Content-Type: multipart/alternative; boundary=inner", "", "--inner",
      "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "",
      "Caf=C3=A9 and a long=\r\n line", "--inner", "Content-Type: text/html", "", "<p>Caf</p>",
      "--inner--", "--b=1", 'Content-Type: text/csv; name="a.csv"',
      "Content-Disposition: attachment", "Content-Transfer-Encoding: base64", "", "YSxi\r\nCg==",
      "--b=1--", "",
    }, "\r\n")

    it("comes as message/rfc822", function()
      local status, answer = control("POST", "inbound", MAIL,
                                     { ["Content-Type"] = "message/rfc822" })
      assert.equal(200, status)
      assert.equal("<1@example.com>", answer.message_id)
      local _, message = api("GET", A .. "/messages/%3C1%40example.com%3E")
      assert.equal("Jürgen <j@example.com>", message.from)
      assert.equal("Grüße to you", message.subject)
      assert.equal("Café and a long line", message.text)
      assert.equal("<p>Caf</p>", message.html)
      assert.same({ "<a@agentmail.to>", "b@example.com" }, message.to)
      assert.same({ "<0@example.com>", "<00@example.com>" }, message.references)
      assert.same({ ["X-Folded"] = "one two" }, message.headers)
      assert.same({ "a.csv", "text/csv", 4 }, { message.attachments[1].filename,
        message.attachments[1].content_type, message.attachments[1].size })
    end)

    it("comes from Lua, for an envelope recipient", function()
      api("POST", "/v0/inboxes", { username = "b" })
      local answer = sandbox:inbound("Subject: bare\n\nText\n", "b@agentmail.to")
      assert.equal("b@agentmail.to", answer.inbox_id)
      local _, message = api("GET", "/v0/inboxes/b@agentmail.to/messages/"
        .. http.escape(answer.message_id))
      assert.same({ "bare", "Text" }, { message.subject, message.text })
      assert.error_matches(function() sandbox:inbound "no recipient" end, "to: ")
    end)

    it("may be malformed in any way", function()
      for _, bytes in ipairs {
        "", "\r\n\r\n", ":\n:\n\n", "Content-Type: multipart/mixed; boundary=x\n\n--x\n--x\n--x",
        "Content-Type: multipart/mixed; boundary=x\n\n--x",
        "Content-Transfer-Encoding: base64\n\n!!!a",
        "Content-Transfer-Encoding: base64\n\n\255\0abc",
        "Content-Transfer-Encoding: quoted-printable\n\n=\n==zz=",
        "Subject: =?utf-8?B?\255?=\nFrom: nobody\n\n\255\254",
        ("Content-Type: multipart/mixed; boundary=x\n\n--x\n"):rep(100),
      } do
        local status = control("POST", "inbound?to=a@agentmail.to", bytes,
                               { ["Content-Type"] = "message/rfc822" })
        assert.is_true(status == 200 or status == 400, bytes)
      end
      assert.equal("ok", select(2, control("GET", "health")).status)
    end)

    it("can be a raw message from the API", function()
      local _, sent = send "round"
      local _, raw = api("GET", A .. "/messages/" .. http.escape(sent.message_id) .. "/raw")
      local connection = http.connect(sandbox.url)
      local _, bytes = connection:request("GET", raw.download_url:match "^http://[^/]+(.*)$")
      connection:close()
      sandbox:reset()
      api("POST", "/v0/inboxes", { username = "a" })
      sandbox:inbound(bytes, "a@agentmail.to")
      local _, list = api("GET", A .. "/messages")
      assert.same({ sent.message_id, "round" }, { list.messages[1].message_id,
                                                  list.messages[1].subject })
    end)
  end)

  it("the clock can be started, stopped and advanced", function()
    assert.equal("2030-05-01T12:00:00.000Z", sandbox:now())
    sandbox:advance "90m"
    assert.equal("2030-05-01T13:30:00.000Z", sandbox:now())
    assert.equal("real", sandbox:thaw().mode)
    assert.matches("^2030%-05%-01T13:30", sandbox:now())
    assert.equal("frozen", sandbox:freeze("2031-01-01").mode)
    assert.equal("2031-01-01T00:00:00.000Z", sandbox:now())
    assert.error_matches(function() sandbox:freeze "noon" end, "at: expected an ISO 8601")
    assert.error_matches(function() sandbox:advance "soon" end, "by: expected seconds")
  end)
end)
