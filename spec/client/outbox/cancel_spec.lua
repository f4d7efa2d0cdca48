-- SPDX-License-Identifier: MIT
-- Cancelling sends of a client with an outbox, in each of their states: what the caller is told is
-- true, by the sandbox's count, and the record goes on from there. AGENTMAIL_CANCELS: how many;
-- AGENTMAIL_SEED: of their moments.

local agentmail = require "agentmail"
local begin_mails = require "spec.support.outbox_mails"
local core = require "agentmail.core"

local run, spawn, sleep = agentmail.run, agentmail.spawn, agentmail.sleep

local QUICK = { attempts = 4, backoff_base = 0.005, backoff_cap = 0.01, budget_cost = 0,
                budget_timeout_cost = 0 }

describe("a send with an outbox", function()
  local mails, client, view

  local function begin(outbox, limits)
    mails = begin_mails()
    mails:open({ limits = limits or QUICK }, outbox)
    client, view = mails.client, mails.view
    if outbox and outbox.keyed == false then view:switch { seed_era = true } end
  end

  after_each(function() mails:finish() end)

  local function send(key, options) return mails:send(key, options) end

  local function delay(...) mails:delay(...) end

  local function row(key) return mails:row(key) end

  local function copies(key) return mails:copies(key) end

  local SEND, LIST = "inboxes.messages.send", "inboxes.messages.list"

  local function asked(operation) return #view:requests { operation = operation } end

  -- Waits some seconds, or until another request of an operation arrives.
  local function wait_for(when, before)
    if type(when) == "number" then return sleep(when) end
    repeat sleep(0.005) until asked(when) > before
  end

  -- What f returns, or raises, in a task that is cancelled after some seconds, or at a request.
  local function cancelled(when, f, ...)
    local got
    local before = type(when) == "string" and asked(when)
    local given = table.pack(...)
    run(function()
      local task = spawn(function() got = table.pack(pcall(f, table.unpack(given, 1, given.n))) end)
      wait_for(when, before)
      task:cancel()
    end)
    return table.unpack(got, 1, got.n)
  end

  -- What a send that is cancelled says.
  local function failure_of(when, key, options)
    local done, _, _, failure = cancelled(when, send, key, options)
    assert.is_true(done)
    return failure
  end

  describe("that may not begin", function()
    it("raises in a cancelled task, and leaves no record", function()
      begin()
      local done, problem = cancelled(0.01, function()
        pcall(sleep, 60)
        send "k"
      end)
      assert.is_false(done)
      assert.matches("this task is cancelled$", problem)
      assert.is_nil(row "k")
      assert.equal(0, assert(client.outbox:resume()).sent)
      assert.equal(0, copies "k")
    end)

    it("raises in failure:retry() and client:request, too", function()
      begin()
      local failure = mails:postpone "k"
      local before = row "k"
      for _, f in ipairs { function() failure:retry() end, function()
        local inbox_id = mails.inbox.inbox_id
        client:request({ method = "POST", inbox_id = inbox_id, idempotency_key = "r",
          path = "/v0/inboxes/" .. inbox_id .. "/messages/send",
          body = { to = "ann@example.com", text = "x" } })
      end } do
        assert.is_false(cancelled(0.01, function()
          pcall(sleep, 60)
          f()
        end))
      end
      assert.same(before, row "k")
      assert.is_nil(row "r")
    end)

    it("raises from inside an observer, and leaves no record; so does a resume", function()
      begin()
      local seen = {}
      assert(send("k", { on_attempt = function(event)
        if event.event ~= "attempt" then return end
        seen[1] = { pcall(send, "inner") }
        seen[2] = { pcall(send, "k") }
        seen[3] = { pcall(client.outbox.resume, client.outbox) }
      end }))
      for i = 1, 3 do
        assert.is_false(seen[i][1])
        assert.matches("nothing can be called from inside on_attempt", seen[i][2])
      end
      assert.is_nil(row "inner")
      assert.same({ "sent", 1 }, { row("k").state, copies "k" })
    end)
  end)

  describe("of a resume that is cancelled", function()
    local function due(keys)
      begin()
      for i = 1, keys do mails:postpone("k" .. i) end
      sleep(1.01)
    end

    it("is told in its report, and the rows after it stay as they were", function()
      due(3)
      delay("commit", 1)
      local before = row "k2"
      local done, report = cancelled(SEND, client.outbox.resume, client.outbox)
      assert.is_true(done)
      assert.same({ 1, 0 }, { report.doubtful, report.sent })
      assert.equal("doubtful", row("k1").state)
      assert.same(before, row "k2")
      assert.equal("waiting", row("k3").state)
    end)

    it("raises if it has not begun", function()
      due(1)
      local before = row "k1"
      assert.is_false(cancelled(0.01, function()
        pcall(sleep, 60)
        client.outbox:resume()
      end))
      assert.same(before, row "k1")
    end)
  end)

  describe("that is cancelled", function()
    it("on the wire is told as it is, and goes out no more", function()
      begin()
      delay("commit", 1)
      local failure = failure_of(SEND, "k")
      assert.same({ "cancelled", "unknown", "doubtful", true, true, 1 },
                  { failure.code, failure.outcome, failure.state, failure.pending,
                    failure.retryable, failure.attempts })
      assert.same({ "doubtful", 1 }, { row("k").state, row("k").tries })
      assert.same({}, client:interrupted())
      assert(send "k")
      assert.equal(1, copies "k")
    end)

    it("between two attempts is told with the failure of the first", function()
      begin(nil, { attempts = 1 })
      view:fault { at = "before", ["do"] = "503", ["until"] = { total = 1 } }
      view:fault { at = "commit", ["do"] = { kind = "reset" }, match = { sends = true },
                   ["until"] = { total = 1 } }
      local failure = failure_of(0.3, "k", { caused_at = false })
      assert.equal("cancelled", failure.code)
      assert.equal(row("k").outcome, failure.outcome)
      assert.is_true(failure.pending)
    end)

    it("while it looks is told that nothing was sent", function()
      begin()
      delay("before", 1, { operation = LIST })
      local failure = failure_of(LIST, "k", { caused_at = false })
      assert.same({ "cancelled", "not_applied", "waiting", true },
                  { failure.code, failure.outcome, failure.state, failure.pending })
      assert.same({ 0, 0 }, { row("k").tries, copies "k" })
    end)

    it("while it waits for another's row leaves that alone", function()
      begin()
      delay("commit", 1)
      local first, failure
      run(function()
        spawn(function() first = send "k" end)
        sleep(0.05)
        local task = spawn(function() failure = select(3, send "k") end)
        sleep(0.05)
        task:cancel()
      end)
      assert.same({ "cancelled", "unknown", "sending", true },
                  { failure.code, failure.outcome, failure.state, failure.pending })
      assert.is_truthy(first)
      assert.same({ "sent", 1 }, { row("k").state, copies "k" })
    end)

    it("in its draft's creation, or in the send of it, says which", function()
      for operation, state in pairs { ["inboxes.drafts.create"] = "waiting",
                                      ["inboxes.drafts.send"] = "doubtful" } do
        begin { keyed = false }
        delay("commit", 1, { operation = operation })
        local failure = failure_of(operation, "k")
        assert.same({ "cancelled", state, row("k").outcome, true },
                    { failure.code, failure.state, failure.outcome, failure.pending })
        assert.not_matches("withdrawn", tostring(failure))
        assert.matches(state == "doubtful" and "under the same key, which cannot do it twice$"
          or "repeats it safely$", tostring(failure))
        assert.not_matches("nothing protects", agentmail.explain(failure))
        assert.equal("idempotency_key", failure.protection)
        assert.equal(state, row("k").state)
        mails:finish()
      end
    end)

    it("by a failing scope is in client:interrupted(), once, with its state", function()
      for _, key in ipairs { "wire", "look" } do
        begin()
        delay("commit", 1)
        delay("before", 1, { operation = LIST })
        assert.is_false(pcall(run, function()
          spawn(send, key, key == "look" and { caused_at = false } or nil)
          wait_for(key == "look" and LIST or SEND, 0)
          error("boom", 0)
        end))
        local list = client:interrupted()
        assert.equal(1, #list)
        local now = row(key)
        assert.same({ "cancelled", now.state, now.outcome, true, "inboxes.messages.send" },
                    { list[1].code, list[1].state, list[1].outcome, list[1].pending,
                      list[1].operation })
        assert(list[1]:retry())
        assert.equal(1, copies(key))
        mails:finish()
      end
    end)
  end)

  it("whose time by agentmail.within is over tells of the attempt that was made", function()
    begin()
    view:fault { at = "commit", ["do"] = "hang", match = { sends = true },
                 ["until"] = { total = 1 } }
    local failure = agentmail.within(1, function() return select(3, send "k") end)
    assert.same({ "timeout", "unknown", "doubtful", 1 },
                { failure.code, failure.outcome, failure.state, failure.attempts })
    assert.is_true(failure.elapsed > 0.1, failure.elapsed)
    assert.not_matches("not sent", tostring(failure))
    assert.equal(1, row("k").tries)
  end)

  describe("cancelled at any moment", function()
    local COUNT = math.tointeger(os.getenv "AGENTMAIL_CANCELS" or 300)
    local SEED = math.tointeger(os.getenv "AGENTMAIL_SEED" or 1)

    local function often(at, what, match, probability)
      return { at = at, ["do"] = what, match = match, when = { probability = probability },
               ["until"] = { total = 100 * COUNT } }
    end

    -- In which state it is when it is cancelled.
    local function state_of(task, key)
      local now = row(key)
      return (now and now.state or "none") .. " " .. (task.waiting or "ready")
    end

    local function play(count, outbox, seen)
      begin(outbox)
      local messages, list = { sends = true }, { operation = LIST }
      view:faults {
        often("before", { kind = "delay", seconds = 0.003 }, messages, 0.4),
        often("before", { kind = "delay", seconds = 0.003 }, list, 0.5),
        often("before", "503", messages, 0.2),
        often("before", "429", messages, 0.1),
        often("commit", { kind = "reset" }, messages, 0.15),
        often("commit", { kind = "delay", seconds = 0.003 }, messages, 0.3),
      }
      local said = {}
      run(function()
        for i = 1, count do
          local key, got = ("cancel-%d"):format(i), {}
          local options = { caused_at = math.random(3) > 1 and nil, deadline = 5 }
          local function work() got[1] = table.pack(send(key, options)) end
          local other = math.random(4) == 1 and spawn(function()
            got[2] = table.pack(send(key, options))
          end)
          local task = spawn(work)
          local till = core.now() + math.random(0, 12) / 1000
          while core.now() < till and task.state ~= "done" do sleep(0) end
          local state = state_of(task, key)
          seen[state] = (seen[state] or 0) + 1
          task:cancel()
          pcall(task.join, task)
          if other then
            other:cancel()
            pcall(other.join, other)
          end
          local after = row(key)
          assert(not after or after.state ~= "sending", key .. " is still held")
          said[key] = { row = after and after.outcome, table.unpack(got, 1, 2) }
        end
      end)
      view:heal()
      for key, what in pairs(said) do
        local count_now = copies(key)
        local outcomes = { what.row or "not_applied" }
        for i = 1, 2 do
          if what[i] then
            outcomes[#outcomes + 1] = what[i][1] and "applied" or what[i][3].outcome
          end
        end
        assert(count_now <= 1, key .. " was sent twice")
        -- What was told first may have been overtaken by another call; the record is last.
        if outcomes[1] == "applied" then assert(count_now == 1, key .. " was not sent") end
        if outcomes[1] == "not_applied" then assert(count_now == 0, key .. " was sent") end
        for i = 2, #outcomes do
          assert(outcomes[i] ~= "applied" or count_now == 1, key .. " was not sent")
          assert(outcomes[i] ~= "not_applied" or count_now == 0 or what[1] and what[2],
                 key .. " was sent")
        end
      end
      -- The next call goes on at once, and makes no second copy.
      for i = 1, count, 10 do
        local key = ("cancel-%d"):format(i)
        local _, _, failure = send(key, { deadline = 2 })
        assert(not failure or failure.state == "doubtful", tostring(failure))
        assert(copies(key) <= 1, key .. " was sent twice")
      end
      mails:finish()
    end

    it("never says not_applied of what was sent, and is free for the next", function()
      math.randomseed(SEED)
      local seen = {}
      for first = 1, COUNT, 100 do
        local count = math.min(100, COUNT - first + 1)
        play(count, { keyed = first % 300 ~= 201 }, seen)
      end
      for _, state in ipairs { "none ready", "sending call", "waiting call", "sending time" } do
        assert(seen[state], "none was cancelled while " .. state)
      end
    end)
  end)
end)
