-- SPDX-License-Identifier: MIT
-- Bytes that a server sends on an idle connection are not the answer to the next request: that is
-- sent on another connection, once, and gets its own answer.

local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"

local MINE = raw.json(200, '{"message_id":"<mine@x>","thread_id":"t1"}')
local OTHER = raw.json(200, '{"message_id":"<other@x>","thread_id":"t2"}')

-- Late bytes: name, the bytes, how they end.
local LATE = {
  { "a second complete answer", OTHER, "keep" },
  { "a second complete answer, and the end", OTHER, "close" },
  { "two more answers", OTHER .. OTHER, "keep" },
  { "a 204", raw.NO_CONTENT, "keep" },
  { "half of an answer", OTHER:sub(1, 60), "keep" },
  { "a header block, of which the body would be ours", raw.head(200, "Connection: close") .. "\r\n",
    "keep" },
  { "100 Continue", "HTTP/1.1 100 Continue\r\n\r\n", "keep" },
  { "408 Request Timeout, and the end", raw.html(408, "<h1>408</h1>", "Connection: close"),
    "close" },
  { "408 Request Timeout, and a reset", raw.html(408, "<h1>408</h1>", "Connection: close"),
    "reset" },
  { "400 Bad Request, and the end", raw.plain(400, "", "Connection: close"), "close" },
  { "503, and the end", raw.html(503, "<h1>Draining</h1>", "Connection: close"), "close" },
  { "a byte", "\0", "keep" },
  { "a blank line", "\r\n", "keep" },
  { "an alert of TLS, and the end", "\x15\3\3\0\2\1\0", "close" },
  { "more than a buffer holds", OTHER:rep(2000), "keep" },
  { "its end", "", "close" },
  { "a reset", "", "reset" },
}

local CALLS = {
  { "a send", "keyed", function(client)
    return client:inbox("a@b.c").messages:send { to = "x@y.z", text = "t" }
  end },
  { "a read", "read", function(client) return client:inbox("a@b.c").messages:get "<mine@x>" end },
  { "an unprotected request", "none", function(client)
    return client:inbox("a@b.c").messages:send { to = "x@y.z", text = "t",
                                                 idempotency_key = false }
  end },
}

describe("text sent on an idle connection", function()
  local server

  -- One for each test: connections outlive a client, and the budget belongs to a host.
  before_each(function() server = raw_server.start() end)
  after_each(function() server:close() end)

  -- Limits a wait for the rest of an answer.
  local PATIENCE = { attempt_timeout = 5 }

  -- Makes a call, sends bytes on its idle connection, and makes a call that must ignore them.
  local function play(late, call, client)
    server:script { { bytes = MINE, late = { bytes = late[2], finish = late[3] } },
                    { bytes = MINE } }
    assert(CALLS[1][3](client))
    assert.equal(1, server:speak())
    local value, receipt = call[3](client)
    assert.is_truthy(value, receipt)
    assert.equal("<mine@x>", value.message_id)
    assert.same({ "applied", 1 }, { receipt.outcome, receipt.attempts })
    local log = server:log()
    assert.equal(2, #log)
    assert.same({ 2, 1 }, { log[2].connection, log[2].number })
    assert.equal(0, log.incomplete)
  end

  for _, call in ipairs(CALLS) do
    for _, late in ipairs(LATE) do
      it("is not an answer to " .. call[1] .. ": " .. late[1], function()
        local client <close> = server:client(PATIENCE)
        play(late, call, client)
      end)
    end
  end

  it("costs neither an attempt nor the budget", function()
    local client <close> = server:client { attempts = 1, budget_tokens = 0, budget_cost = 10 }
    for _, late in ipairs { LATE[1], LATE[8], LATE[12], LATE[16] } do
      play(late, CALLS[1], client)
    end
  end)

  it("is not reported to on_attempt", function()
    for _, late in ipairs { LATE[1], LATE[8], LATE[16] } do
      local seen = {}
      local client <close> = server:client(nil, { on_attempt = function(event)
        seen[#seen + 1] = event.event
      end })
      play(late, CALLS[1], client)
      assert.equal("attempt answer done attempt answer done", table.concat(seen, " "))
    end
  end)

  it("is not an answer on any of several connections", function()
    local late = { bytes = OTHER }
    local page = raw.json(200, '{"count":1,"messages":[{"message_id":"<mine@x>"}]}')
    server:script { { to = "^GET .*messages%?", bytes = page, late = late },
                    { to = "^GET", bytes = MINE, late = late },
                    { to = "^GET", bytes = MINE, late = late }, { bytes = MINE } }
    local client <close> = server:client()
    local inbox = client:inbox "a@b.c"
    for message in inbox.messages:each { limit = 1, full = true } do
      assert.equal("<mine@x>", message.message_id)
    end
    assert.is_true(server:speak() >= 1)
    for _ = 1, 3 do assert.equal("<mine@x>", assert(CALLS[1][3](client)).message_id) end
    assert.equal(3, server:executed "send$")
  end)

  it("is not an answer, time after time", function()
    local list = {}
    for i = 1, 20 do
      list[i] = { bytes = MINE, late = { bytes = OTHER, finish = i % 3 == 0 and "close" or nil } }
    end
    server:script(list)
    local client <close> = server:client { attempts = 1 }
    for i = 1, 20 do
      local message, receipt = CALLS[1][3](client)
      assert.equal("<mine@x>", assert(message, receipt).message_id)
      assert.equal(1, receipt.attempts)
      assert.equal(1, server:speak(), i)
    end
    assert.equal(20, server:log().connections)
  end)

  it("does not affect a silent connection, which is reused", function()
    server:script { { bytes = MINE } }
    local client <close> = server:client()
    for _ = 1, 5 do assert(CALLS[1][3](client)) end
    assert.equal(1, server:log().connections)
  end)

  it("is not an answer, even if it came while no call was running", function()
    server:script { { bytes = MINE, late = { bytes = OTHER, after = 0.05 } }, { bytes = MINE } }
    local client <close> = server:client()
    assert(CALLS[1][3](client))
    repeat until server:log().spoken == 1
    local message, receipt = CALLS[1][3](client)
    assert.equal("<mine@x>", assert(message, receipt).message_id)
    assert.same({ 1, 2, 2 }, { receipt.attempts, #server:log(), server:log().connections })
  end)
end)
