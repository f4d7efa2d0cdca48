-- SPDX-License-Identifier: MIT
-- Days, clocks that jump, and hours offline. The option `clock` is the only clock of decisions; the
-- sandbox counts the mails.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"

local HOUR = 3600

describe("a send with an outbox", function()
  local path, plain, client, inbox_id, view, key, now

  local function open(outbox, limits)
    if client then client:close() end
    local settings = { path = path, clock = function() return now end }
    for name, value in pairs(outbox or {}) do settings[name] = value end
    client = agentmail.new { base_url = view.url, api_key = key, outbox = settings,
      limits = limits or { attempts = 1, backoff_base = 0.001, backoff_cap = 0.002 } }
  end

  before_each(function()
    path, now = os.tmpname(), os.time()
    os.remove(path)
    plain, key, view = helper.client()
    inbox_id = assert(plain.inboxes:create { username = "orders" }).inbox_id
    open()
  end)

  after_each(function()
    client:close()
    plain:close()
    client = nil
    os.execute(("rm -f %s %s-*"):format(path, path))
  end)

  local function mail(options)
    local given = { deadline = 0.9 }
    for name, value in pairs(options or {}) do given[name] = value end
    local sent, _, failure = client:inbox(inbox_id).messages:send({
      to = "ann@example.com", subject = "Receipt", text = "Paid.",
      idempotency_key = "receipt-12" }, given)
    return sent and "sent" or failure.state
  end

  local function state() return client.outbox:get("receipt-12", inbox_id).state end

  -- Leaves the mail in doubt: `place` says whether it has left.
  local function lose(place)
    view:fault { at = place, ["do"] = "reset", match = { sends = true },
                 ["until"] = { total = 1000 } }
    assert.equal("doubtful", mail())
    view:faults {}
  end

  local function resume(count)
    for _ = 1, count or 1 do
      assert(client.outbox:resume())
      now = now + 61
    end
    return state()
  end

  -- The service's clock goes along, so that its key is forgotten.
  local function pass(seconds)
    now = now + seconds
    view:advance(seconds)
  end

  for _, hours in ipairs { 25, 72 } do
    it(("that has left is found after %d hours"):format(hours), function()
      lose "commit"
      pass(hours * HOUR)
      assert.same({ "sent", 1 }, { resume(), #view:sent() })
    end)

    it(("that may have left is unknown after %d hours, when it is not found"):format(hours),
       function()
      lose "before"
      pass(hours * HOUR)
      assert.same({ "unknown", 0 }, { resume(3), #view:sent() })
    end)

    it(("is sent once more after %d hours, if that was asked for"):format(hours), function()
      open { after_expiry = "resend" }
      lose "before"
      pass(hours * HOUR)
      assert.same({ "sent", 1 }, { resume(3), #view:sent() })
    end)

    it(("whose cause is %d hours old is looked for before it is sent"):format(hours), function()
      assert.equal("sent", mail { caused_at = now - hours * HOUR })
      assert.equal(1, #view:requests { operation = "inboxes.messages.list" })
      os.execute(("rm -f %s %s-*"):format(path, path)) -- another host
      open()
      pass(hours * HOUR)
      assert.equal("sent", mail { caused_at = now - 2 * hours * HOUR })
      assert.equal(1, #view:sent())
    end)
  end

  it("is sent once by two hosts with a file each, inside 23 hours", function()
    assert.equal("sent", mail())
    for _ = 1, 3 do
      os.execute(("rm -f %s %s-*"):format(path, path)) -- another host
      open()
      pass(7 * HOUR)
      assert.equal("sent", mail())
    end
    assert.equal(1, #view:sent())
  end)

  for words, jump in pairs {
    ["48 hours ahead"] = function() now = now + 48 * HOUR end,
    ["48 hours back"] = function() now = now - 48 * HOUR end,
    ["in 1970"] = function() now = 100 end,
  } do
    it("that is in doubt is never sent twice by a clock that is " .. words, function()
      lose "commit"
      jump()
      resume(4)
      assert.same({ "sent", 1 }, { state(), #view:sent() })
    end)

    it("that is in doubt and was not sent is not sent blindly by a clock that is " .. words,
       function()
      lose "before"
      jump()
      local before = #view:requests { operation = "inboxes.messages.send" }
      resume()
      assert.equal(before, #view:requests { operation = "inboxes.messages.send" })
      resume(4)
      assert.equal(state() == "sent" and 1 or 0, #view:sent())
      assert.is_true(state() ~= "refused" and state() ~= "waiting", state())
    end)

    it("that was never on the wire is sent by a clock that is " .. words, function()
      view:fault { at = "before", ["do"] = "429", ["until"] = { total = 1 } }
      assert.equal("waiting", mail())
      jump()
      now = now + 120
      resume(2)
      assert.same({ "sent", 1 }, { state(), #view:sent() })
    end)
  end

  it("is sent after 30 hours offline, and never unknown", function()
    local sandbox <close> = require("agentmail.sandbox").start { clock = "frozen" }
    view, key = sandbox, sandbox.api_key
    local other <close> = agentmail.new { base_url = view.url, api_key = key }
    inbox_id = assert(other.inboxes:create { username = "orders" }).inbox_id
    open()
    sandbox:fault { outage = "30h" }
    assert.equal("waiting", mail())
    for _ = 1, 29 do
      pass(HOUR)
      resume()
      local row = client.outbox:get("receipt-12", inbox_id)
      assert.same({ "waiting", "not_applied" }, { row.state, row.outcome })
    end
    pass(2 * HOUR)
    assert.same({ "sent", 1 }, { resume(), #view:sent() })
    client:close()
  end)
end)
