-- SPDX-License-Identifier: MIT
-- Days, clocks that jump, and hours offline. The option `clock` is the only clock of decisions; the
-- sandbox counts the mails.

local agentmail = require "agentmail"
local begin = require "spec.support.outbox_rig"

local HOUR = 3600

describe("a send with an outbox", function()
  local rig

  before_each(function()
    rig = begin()
    rig:open()
  end)

  after_each(function() rig:finish() end)

  local function mail(options)
    local given = { deadline = 0.9 }
    for name, value in pairs(options or {}) do given[name] = value end
    local sent, _, failure = rig:send(nil, given)
    return sent and "sent" or failure.state
  end

  local function state() return rig:row().state end

  local function resume(count)
    for _ = 1, count or 1 do
      assert(rig.client.outbox:resume())
      rig.now = rig.now + 61
    end
    return state()
  end

  -- The service's clock goes along, so that its key is forgotten.
  local function pass(seconds)
    rig.now = rig.now + seconds
    rig.view:advance(seconds)
  end

  for _, hours in ipairs { 25, 72 } do
    it(("that has left is found after %d hours"):format(hours), function()
      rig:lose "commit"
      pass(hours * HOUR)
      assert.same({ "sent", 1 }, { resume(), #rig.view:sent() })
    end)

    it(("that may have left is unknown after %d hours, when it is not found"):format(hours),
       function()
      rig:lose "before"
      pass(hours * HOUR)
      assert.same({ "unknown", 0 }, { resume(3), #rig.view:sent() })
    end)

    it(("is sent once more after %d hours, if that was asked for"):format(hours), function()
      rig:open { after_expiry = "resend" }
      rig:lose "before"
      pass(hours * HOUR)
      assert.same({ "sent", 1 }, { resume(3), #rig.view:sent() })
    end)

    it(("whose cause is %d hours old is looked for before it is sent"):format(hours), function()
      assert.equal("sent", mail { caused_at = rig.now - hours * HOUR })
      assert.equal(1, #rig.view:requests { operation = "inboxes.messages.list" })
      rig:remove() -- another host
      rig:open()
      pass(hours * HOUR)
      assert.equal("sent", mail { caused_at = rig.now - 2 * hours * HOUR })
      assert.equal(1, #rig.view:sent())
    end)
  end

  it("is sent once by two hosts with a file each, inside 23 hours", function()
    assert.equal("sent", mail())
    for _ = 1, 3 do
      rig:remove() -- another host
      rig:open()
      pass(7 * HOUR)
      assert.equal("sent", mail())
    end
    assert.equal(1, #rig.view:sent())
  end)

  for words, reply in pairs {
    ["by id"] = function(message)
      return rig.inbox.messages:reply { message_id = message.message_id, text = "A." }
    end,
    ["by the message"] = function(message) return message:reply { text = "A." } end,
  } do
    it("is sent once by two hosts 25 hours apart when it is a reply " .. words, function()
      rig.view:inbound { to = rig.inbox_id, from = "bea@example.com", subject = "Q", text = "?" }
      local id = assert(rig.inbox.messages:list())[1].message_id
      assert(reply(assert(rig.inbox.messages:get(id))))
      rig:remove() -- another host
      rig:open()
      pass(25 * HOUR)
      local _, receipt = assert(reply(assert(rig.inbox.messages:get(id))))
      assert.same({ 1, "sent" }, { #rig.view:sent(), receipt.state })
    end)
  end

  for hours, expected in pairs { [0] = "key_reused", [25] = "sent" } do
    it(("is sent once when its inbox is written in other cases, %d hours later"):format(hours),
       function()
      rig.view:inbound { to = rig.inbox_id, from = "bea@example.com", subject = "Q", text = "?" }
      local id = assert(rig.inbox.messages:list())[1].message_id
      assert(rig.inbox.messages:reply { message_id = id, text = "A." })
      pass(hours * HOUR)
      local sent, receipt, failure = rig.client:inbox(rig.inbox_id:upper()).messages:reply {
        message_id = id, text = "A." }
      assert.same({ 1, expected }, { #rig.view:sent(), sent and receipt.state or failure.code })
    end)
  end

  it("is looked for first when it is a reply by id, unless its cause is told", function()
    rig.view:inbound { to = rig.inbox_id, from = "bea@example.com", subject = "Q", text = "?" }
    local got
    for message in rig.inbox.messages:each() do got = message end
    local function looks() return #rig.view:requests { operation = "inboxes.messages.list" } end
    local before = looks()
    assert(rig.inbox.messages:reply({ message_id = got.message_id, text = "A." },
                                    { caused_at = rig.now }))
    assert.equal(before, looks())
    assert(rig.inbox.messages:reply { message_id = got.message_id, text = "A.",
                                      idempotency_key = "another" })
    assert.equal(before + 1, looks())
  end)

  for words, jump in pairs {
    ["48 hours ahead"] = function() rig.now = rig.now + 48 * HOUR end,
    ["48 hours back"] = function() rig.now = rig.now - 48 * HOUR end,
    ["in 1970"] = function() rig.now = 100 end,
  } do
    it("that is in doubt is never sent twice by a clock that is " .. words, function()
      rig:lose "commit"
      jump()
      resume(4)
      assert.same({ "sent", 1 }, { state(), #rig.view:sent() })
    end)

    it("that is in doubt and was not sent is not sent blindly by a clock that is " .. words,
       function()
      rig:lose "before"
      jump()
      local before = #rig.view:requests { operation = "inboxes.messages.send" }
      resume()
      assert.equal(before, #rig.view:requests { operation = "inboxes.messages.send" })
      resume(4)
      assert.equal(state() == "sent" and 1 or 0, #rig.view:sent())
      assert.is_true(state() ~= "refused" and state() ~= "waiting", state())
    end)

    it("that was never on the wire is sent by a clock that is " .. words, function()
      rig:postpone()
      jump()
      rig.now = rig.now + 120
      resume(2)
      assert.same({ "sent", 1 }, { state(), #rig.view:sent() })
    end)
  end

  it("is sent after 30 hours offline, and never unknown", function()
    local sandbox <close> = require("agentmail.sandbox").start { clock = "frozen" }
    rig.view, rig.key = sandbox, sandbox.api_key
    local other <close> = agentmail.new { base_url = sandbox.url, api_key = rig.key }
    rig.inbox_id = assert(other.inboxes:create { username = "orders" }).inbox_id
    rig:open()
    sandbox:fault { outage = "30h" }
    assert.equal("waiting", mail())
    for _ = 1, 29 do
      pass(HOUR)
      resume()
      local row = rig:row()
      assert.same({ "waiting", "not_applied" }, { row.state, row.outcome })
    end
    pass(2 * HOUR)
    assert.same({ "sent", 1 }, { resume(), #rig.view:sent() })
    rig.client:close()
  end)
end)
