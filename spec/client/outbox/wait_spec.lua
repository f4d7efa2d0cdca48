-- SPDX-License-Identifier: MIT
-- While another process writes into the outbox, a blocking caller's hooks are called, other tasks
-- run, and a cancel or the time of `within` ends the wait; what has been sent is recorded even
-- then.

local agentmail = require "agentmail"
local begin = require "spec.support.outbox_mails"
local core = require "agentmail.core"
local sqlite = require "agentmail.sandbox.sqlite"

local run, spawn, sleep = agentmail.run, agentmail.spawn, agentmail.sleep

describe("an outbox into which another process writes", function()
  local mails, client, other

  local function open(limits)
    mails:open { limits = limits }
    client = mails.client
  end

  local function send(key, options) return mails:send(key, options) end

  local function lock(how)
    other = other or assert(sqlite.open(mails.path, { busy_timeout = 0 }))
    other:exec(how or "BEGIN IMMEDIATE")
  end

  local function unlock() other:exec "ROLLBACK" end

  local function row(key) return mails:row(key) end

  local function copies(key) return mails:copies(key) end

  -- Calls f, and `during` at each call of a count hook that no instruction would reach.
  local function hooked(f, during)
    local times, longest, last = 0, 0, core.now()
    debug.sethook(function()
      times, longest, last = times + 1, math.max(longest, core.now() - last), core.now()
      during(times)
    end, "", 1 << 30)
    local got = table.pack(pcall(f))
    debug.sethook()
    return times, longest, table.unpack(got, 1, got.n)
  end

  before_each(function() mails = begin() end)

  after_each(function()
    debug.sethook()
    if other then other:close() end
    other = nil
    mails:finish()
  end)

  -- A first send has loaded what others find loaded; then the other writes.
  local function open_locked(limits)
    open(limits)
    assert(send "warm")
    lock()
  end

  it("lets a blocking caller's hook run every 50 ms", function()
    open_locked()
    local times, longest, done, sent = hooked(function() return send "k" end, function(count)
      if count == 6 then unlock() end
    end)
    assert.is_true(done)
    assert.is_truthy(sent)
    assert.equal(6, times)
    assert.is_true(longest < 0.3, longest) -- 0.05, on a machine with nothing else to do
    assert.equal(1, copies "k")
  end)

  it("lets Ctrl-C end a send that is not recorded yet, of which nothing is left", function()
    open_locked()
    local _, _, done, problem = hooked(function() return send "k" end, function(count)
      if count == 3 then error("Ctrl-C", 0) end
    end)
    assert.same({ false, "Ctrl-C" }, { done, problem })
    unlock()
    assert.is_nil(row "k")
    assert(send "k")
    assert.equal(1, copies "k")
  end)

  -- Calls f in a task, while another one ticks and then unlocks the file; returns what f does.
  local function beside_ticks(f)
    local got
    run(function()
      local task = spawn(function() got = f() end)
      for _ = 1, 10 do sleep(0.005) end
      assert(task.state ~= "done", task.state)
      unlock()
    end)
    return got
  end

  for name, f in pairs {
    send = function(warm) return send(warm .. "k") end,
    prune = function() return client.outbox:prune { older_than = 90000 } end,
    cancel = function(warm) return row(warm):cancel() or true end,
  } do
    it("lets other tasks run beside " .. name, function()
      open()
      mails:postpone "warm"
      lock()
      assert.is_truthy(beside_ticks(function() return f "warm" end))
    end)
  end

  it("lets other tasks run beside its first use", function()
    lock "BEGIN EXCLUSIVE"
    open()
    assert.is_truthy(beside_ticks(function() return send "k" end))
    assert.equal(1, copies "k")
  end)

  it("lets a cancel end a send that is not recorded yet: nothing is sent", function()
    open_locked()
    local failure, later
    run(function()
      local task = spawn(function()
        failure = select(3, send "k")
        later = pcall(send, "k")
      end)
      sleep(0.03)
      task:cancel()
    end)
    unlock()
    assert.same({ "cancelled", "not_applied", false },
                { failure.code, failure.outcome, failure.pending })
    assert.is_false(later)
    assert.is_nil(row "k")
    assert.equal(0, copies "k")
  end)

  it("lets the time of within end it", function()
    open_locked()
    local failure = agentmail.within(0.05, function() return select(3, send "k") end)
    unlock()
    assert.same({ "timeout", "not_applied" }, { failure.code, failure.outcome })
    assert.is_nil(row "k")
  end)

  for name, mail in pairs { usual = {}, observed = { on_attempt = function() end } } do
    it("has the answer of a " .. name .. " send at last, even of a cancelled one", function()
      open()
      assert(send "warm")
      mails:delay("commit", 0.1)
      local sent, receipt
      run(function()
        local task = spawn(function() sent, receipt = send("k", mail) end)
        sleep(0.05)
        lock()
        sleep(0.25) -- it waits for the lock by then
        assert.is_nil(sent)
        task:cancel()
        sleep(0.02)
        assert.is_nil(sent)
        unlock()
      end)
      assert.is_truthy(sent)
      assert.same({ "sent", true }, { receipt.state, receipt.recorded })
      assert.same({ "sent", 1 }, { row("k").state, copies "k" })
    end)

    it("fails a " .. name .. " send after the limit outbox_wait, before it or behind it", function()
      open_locked { outbox_wait = 0.1 }
      local _, message, failure = send("k", mail)
      assert.same({ "storage", "not_applied" }, { failure.code, failure.outcome })
      assert.matches("another process has been writing into the outbox for 0.1 seconds", message)
      unlock()
      mails:delay("commit", 0.1)
      local sent, receipt
      run(function()
        spawn(function() sent, receipt = send("k", mail) end)
        sleep(0.05)
        lock()
      end)
      unlock()
      assert.is_truthy(sent)
      assert.same({ "sent", false }, { receipt.state, receipt.recorded })
      assert.equal(1, copies "k")
    end)
  end

  it("has what an error cut short, as soon as the other is done", function()
    open()
    assert(send "warm")
    mails:delay("commit", 0.2)
    local locked = false
    local _, _, done = hooked(function() return send("k", { on_attempt = function() end }) end,
      function()
        if not locked then
          lock()
          locked = true
          error("Ctrl-C", 0)
        end
        unlock()
        debug.sethook()
      end)
    assert.is_false(done)
    assert.equal("doubtful", row("k").state)
    assert(send "k")
    assert.equal(1, copies "k")
  end)
end)
