-- SPDX-License-Identifier: MIT
-- The service dies after it handed a mail over, keeps its key for a while, and forgets it then. A
-- program with an outbox must not send again. Time is the organization's: it stands, and is
-- advanced to when the outbox says that more is due.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"
local outbox_file = require "spec.support.outbox_file"
local outside = require "spec.support.outside"

local SECONDS = 60

--- Sends one mail, and says nothing.
local PROGRAM = [[
  local agentmail = require "agentmail"
  local client = agentmail.new { outbox = os.getenv "OUTBOX", limits = { attempts = 1 } }
  client:inbox(os.getenv "INBOX").messages:send { to = "ann@example.com", subject = "Receipt",
    text = "Paid.", idempotency_key = "receipt-12" }]]

describe("a service that dies at the handoff", function()
  local path, program, plain, client, key, view, inbox_id, now

  local function open(limits)
    local settings = { attempts = 1, backoff_base = 0.001, backoff_cap = 0.002 }
    for name, value in pairs(limits or {}) do settings[name] = value end
    client = agentmail.new { base_url = view.url, api_key = key, limits = settings,
                             outbox = { path = path, clock = function() return now end } }
  end

  before_each(function()
    path, program, now = outbox_file.path(), os.tmpname(), os.time()
    outside.write(program, PROGRAM)
    plain, key, view = helper.client()
    view:freeze()
    inbox_id = assert(plain.inboxes:create { username = "orders" }).inbox_id
  end)

  after_each(function()
    if client then client:close() end
    plain:close()
    client = nil
    os.remove(program)
    outbox_file.remove(path)
  end)

  -- A client that lives on: its call ends at once, since its clock stands.
  local function send_alive()
    local sent, _, failure = client:inbox(inbox_id).messages:send({
      to = "ann@example.com", subject = "Receipt", text = "Paid.",
      idempotency_key = "receipt-12" }, { deadline = 0.9 })
    return sent and "sent" or failure.state
  end

  -- A process that is killed when the mail has left, or its key is taken.
  local function send_killed()
    local pid = outside.shell(("%s exec %s %s >/dev/null 2>&1 & echo $!"):format(
      outbox_file.environment(path, view, key, inbox_id), outside.lua, program)):match "%d+"
    local till = os.time() + SECONDS
    while #view:requests { operation = "inboxes.messages.send" } == 0 do
      assert.is_true(os.time() < till, "nothing was sent")
    end
    os.execute("kill -9 " .. pid)
  end

  local function state() return client.outbox:get("receipt-12", inbox_id).state end

  -- Comes again when the outbox says so, until it has nothing more to do. How long that took.
  local function finish()
    local begun = now
    for _ = 1, 200 do
      local report = assert(client.outbox:resume())
      if not report.next_due then return now - begun end
      local by = math.max(report.next_due, 0.05) + 0.001
      now = now + by
      view:advance(by)
    end
    error "it never ends"
  end

  local function die(busy, more)
    local does = { kind = "reset", busy = busy }
    for name, value in pairs(more or {}) do does[name] = value end
    view:fault { at = "handoff", ["do"] = does, ["until"] = { total = 1 } }
  end

  local function lag(seconds)
    view:fault { at = "view", ["do"] = { kind = "lag", seconds = seconds },
                 ["until"] = { total = 1000 } }
  end

  -- The key is trusted for less than the service keeps it.
  local WINDOWS = { { 0.1, 0.05 }, { 1, 0.5 }, { 5, 2 }, { 11, 10 }, { 60, 10 } }

  for _, lagging in ipairs { false, 59 } do
    local words = lagging and (", and the list is %d seconds old"):format(lagging) or ""

    it("sends no copy when its client lives on" .. words, function()
      for i, window in ipairs(WINDOWS) do
        open { outbox_blind = window[2] }
        if lagging then lag(lagging) end
        die(window[1])
        if send_alive() ~= "sent" then finish() end
        assert.same({ 1, "sent" }, { #view:sent(), state() }, window[1])
        assert.same(view:sent()[1].message_id,
                    client.outbox:get("receipt-12", inbox_id).message_id)
        client:close()
        if i < #WINDOWS then
          outbox_file.remove(path)
          view:reset()
          view:freeze()
          inbox_id = assert(plain.inboxes:create { username = "orders" }).inbox_id
        end
      end
    end)

    it("sends no copy when its client was killed" .. words, function()
      if lagging then lag(lagging) end
      die(60, { kind = "hang" })
      send_killed()
      now = os.time() + 11
      view:advance(11)
      open()
      finish()
      assert.same({ 1, "sent" }, { #view:sent(), state() })
    end)
  end

  it("is asked once more at once, and not again after its 409", function()
    open { outbox_blind = 10 }
    die(1)
    send_alive()
    assert.equal(2, #view:requests { operation = "inboxes.messages.send" })
    view:advance(2) -- the key is free
    now = now + 2
    client.outbox:resume()
    assert.equal(1, #view:sent())
  end)

  it("is waited for while it says for minutes that the key is at work", function()
    open()
    view:fault { at = "reserved", ["do"] = { kind = "reset", busy = "5m" },
                 ["until"] = { total = 1 } }
    send_alive()
    local took = finish()
    assert.is_true(took >= 300, took)
    assert.same({ 1, "sent" }, { #view:sent(), state() })
  end)

  it("may be sent a copy of a mail that it did not store: the guide's first residual", function()
    open()
    die(60, { stored = false })
    send_alive()
    finish()
    assert.same({ 2, "sent" }, { #view:sent(), state() })
  end)

  it("never sends again what it stored and did not send", function()
    open()
    die(60, { left = false })
    send_alive()
    finish()
    assert.same({ 0, "unknown" }, { #view:sent(), state() })
  end)
end)
