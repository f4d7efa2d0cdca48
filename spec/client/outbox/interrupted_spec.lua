-- SPDX-License-Identifier: MIT
-- Sends with an outbox that an error interrupts, in each of their requests: client:interrupted()
-- has the mail once, and says what the record says when it is asked.

local agentmail = require "agentmail"
local begin = require "spec.support.outbox_rig"

describe("an error during a send with an outbox #hooks", function()
  local rig

  before_each(function() rig = begin() end)

  after_each(function()
    debug.sethook()
    rig:finish()
  end)

  -- Calls f, which hangs in an operation that commits, until a hook raises an error.
  local function interrupt(operation, f)
    rig.view:fault { at = "commit", ["do"] = "hang", match = { operation = operation } }
    local function count() return #rig.view:requests { operation = operation } end
    local before = count()
    debug.sethook(function()
      if count() == before then return end
      debug.sethook()
      error("Ctrl-C", 0)
    end, "", 1 << 30)
    local done, problem = pcall(f)
    debug.sethook()
    rig.view:faults {}
    assert.same({ false, "Ctrl-C" }, { done, problem })
  end

  -- Repeats it until its looks count: the outbox' clock moves here only.
  local function go_on(failure)
    for _ = 1, 5 do
      rig.now = rig.now + 70
      local sent, _, next_failure = failure:retry()
      if sent then return end
      failure = next_failure
    end
    error("it did not go on: " .. tostring(failure))
  end

  local LIMITS = { limits = { attempts = 1, deadline = 0.5 } }

  local function facts(failure)
    return { failure.operation, failure.code, failure.outcome, failure.state, failure.pending,
             failure.idempotency_key, failure.protection, failure.attempts }
  end

  local function expected(attempts)
    local row = rig:row()
    return { "inboxes.messages.send", "cancelled", row.outcome, row.state, true, "receipt-12",
             "idempotency_key", attempts }
  end

  local SEND, LIST = "inboxes.messages.send", "inboxes.messages.list"
  for name, case in pairs {
    ["its send"] = { SEND, state = "doubtful" },
    ["its send, with an observer"] = { SEND, { on_attempt = function() end }, state = "doubtful" },
    ["its look"] = { LIST, { caused_at = false }, state = "waiting", attempts = 0 },
    ["its draft"] = { "inboxes.drafts.create", is_draft = true, state = "waiting" },
    ["the send of its draft"] = { "inboxes.drafts.send", is_draft = true, state = "doubtful" },
  } do
    it("is told of the mail, in " .. name, function()
      if case.is_draft then rig.view:switch { seed_era = true } end
      rig:open({ keyed = not case.is_draft }, LIMITS)
      interrupt(case[1], function() rig:send(nil, case[2]) end)
      local list = rig.client:interrupted()
      assert.equal(1, #list)
      assert.same(expected(case.attempts or 1), facts(list[1]))
      assert.equal(case.state, list[1].state)
      assert.not_matches("nothing protects", agentmail.explain(list[1]))
      assert.matches(case.state == "doubtful" and "; it may have been done" or "; nothing was ",
                     tostring(list[1]))
      go_on(list[1])
      assert.equal(1, #rig.view:sent())
      assert.same({}, rig.client:interrupted())
    end)
  end

  for operation, state in pairs { [SEND] = "doubtful", [LIST] = "waiting" } do
    it("is told of the mail that a resume has in hand, in " .. operation, function()
      rig:open(nil, LIMITS)
      rig:postpone()
      rig.now = rig.now + (operation == LIST and 90000 or 3600)
      interrupt(operation, function() rig.client.outbox:resume() end)
      local list = rig.client:interrupted()
      assert.equal(1, #list)
      assert.same(expected(state == "doubtful" and 1 or 0), facts(list[1]))
      assert.equal(state, list[1].state)
      go_on(list[1])
      assert.same({ "sent", 1 }, { rig:row().state, #rig.view:sent() })
    end)
  end

  it("does not lose what it has just recorded", function()
    local left, is_armed
    local function interrupting()
      left = left - 1
      if left == 0 then error("Ctrl-C", 0) end
    end
    rig:open({ clock = function()
      local was_armed = is_armed
      is_armed = false
      if was_armed then debug.sethook(interrupting, "", 1) end -- right before it is recorded
      return rig.now
    end })
    assert(rig:send())
    collectgarbage "stop"
    local states = {}
    for n = 1, 60 do
      left, is_armed = n, true
      local key = "key-" .. n
      pcall(rig.send, rig, { idempotency_key = key }, { on_attempt = function() end })
      debug.sethook()
      local row = rig.client.outbox:get(key, rig.inbox_id)
      states[n] = row and row.state or "none"
    end
    collectgarbage "restart"
    local said = table.concat(states, " ")
    assert.matches("^none .*waiting", said)
    assert.not_matches("sending", said)
  end)

  it("is told with what the record says at last, also in words", function()
    rig:open()
    interrupt(SEND, function() rig:send() end)
    rig.now = rig.now + 5
    assert.equal(1, assert(rig.client.outbox:resume()).sent)
    local failure = rig.client:interrupted()[1]
    assert.same({ "applied", "sent", false }, { failure.outcome, failure.state, failure.pending })
    assert.matches("the service did it, but its answer was lost", tostring(failure), 1, true)
    assert.truthy((failure:retry()))
    assert.equal(1, #rig.view:sent())
  end)

  it("does not take another mail under the key for that of a resume", function()
    rig:open()
    rig:postpone()
    rig.now = rig.now + 90000
    interrupt(LIST, function() rig.client.outbox:resume() end)
    local failure = rig.client:interrupted()[1]
    assert(rig:row():cancel())
    rig.now = rig.now + 1
    assert(rig:send { text = "Another." })
    local _, _, other = failure:retry()
    assert.same({ "key_reused", "not_applied" }, { other.code, other.outcome })
    assert.equal(1, #rig.view:sent())
  end)
end)
