-- SPDX-License-Identifier: MIT
-- The one rule of waiting: which waits yield, which block, and what bounds them.

local agentmail = require "agentmail"
local core = require "agentmail.core"
local helper = require "spec.support.helper"
local raw_server = require "spec.support.raw_server"

local run, spawn, sleep, within = agentmail.run, agentmail.spawn, agentmail.sleep, agentmail.within

local INBOX, STALL = raw_server.INBOX, raw_server.STALL
local BYTES = ("any\0bytes\255\n"):rep(20000)

-- Runs f as a task beside another that counts its turns; returns what f returns, and the count. The
-- other has a turn in each step: at least one between the ends of two waits that yield.
local function beside_a_counter(f)
  local turns = 0
  local result = run(function()
    local counter <close> = spawn(function()
      while true do
        sleep(0)
        turns = turns + 1
      end
    end)
    while turns == 0 do sleep(0) end
    turns = 0
    return f(counter)
  end)
  return result, turns
end

describe("in a task", function()
  it("calls are under way at the same time #timing", function()
    local client, _, view = helper.client()
    view:fault { at = "before", ["do"] = { kind = "delay", seconds = 0.2 },
                 ["until"] = { total = 8 } }
    local began, made = core.now(), 0
    run(function()
      for i = 1, 8 do
        spawn(function()
          local inbox = assert(client.inboxes:create { username = "many" .. i })
          assert.equal(("many%d@agentmail.to"):format(i), inbox.inbox_id)
          made = made + 1
        end)
      end
    end)
    assert.equal(8, made)
    assert.is_true(core.now() - began < 1.2) -- not 8 times 0.2
    client:close()
  end)

  it("every wait of the library yields", function()
    local client, _, view = helper.client()
    local inbox = assert(client.inboxes:create { username = "waits" })
    view:fault { at = "before", ["do"] = { kind = "delay", seconds = 0.005 },
                 ["until"] = { total = 1000 } }
    for _ = 1, 5 do assert(inbox.messages:send { to = inbox.inbox_id, text = "hello" }) end
    assert(inbox.messages:send { to = inbox.inbox_id, text = "hello",
                                 attachments = { { data = BYTES, filename = "a.bin" } } })
    local item = assert(assert(inbox.messages:list { limit = 1, labels = "received" })[1]:get())
    for name, f in pairs {
      each = function()
        local count = 0
        for one in inbox.messages:each { limit = 2 } do count = count + #one.message_id end
        return count
      end,
      full = function()
        local count = 0
        for one in inbox.messages:each { full = true, labels = "received" } do
          count = count + #one.text
        end
        return count
      end,
      wait = function()
        spawn(function() assert(inbox.messages:send { to = inbox.inbox_id, subject = "code",
                                                      text = "1" }) end)
        return assert(inbox.messages:wait { subject = "code", after = 0, interval = 0.001,
                                            sent = true })
      end,
      watch = function()
        local count = 0
        for _ in inbox.messages:watch { after = 0, sent = true } do
          count = count + 1
          if count == 6 then return count end
        end
      end,
      download = function()
        local told = 0
        local content = item:attachment(item.attachments[1].attachment_id):read {
          on_progress = function() told = told + 1 end }
        return content == BYTES and told > 0
      end,
      save = function()
        local path, told = os.tmpname(), 0
        local saved = item:attachment(item.attachments[1]):save(path, { on_progress = function()
          told = told + 1
          sleep(0)
        end })
        os.remove(path)
        return saved and told > 0
      end,
      retry = function()
        local _, _, failure = client.inboxes:get "nobody@agentmail.to"
        return failure and select(3, failure:retry())
      end,
    } do
      local result, turns = beside_a_counter(f)
      assert.is_truthy(result, name)
      assert.is_true(turns > 0, name)
    end
    client:close()
  end)

  it("observers are told while the call is under way", function()
    local server <close> = raw_server.start { STALL }
    local told = {}
    local client = server:client({ attempts = 1 }, { on_attempt = function(event)
      told[#told + 1] = event.event
    end })
    run(function()
      local task = spawn(function() client.inboxes:get "a@b.c" end)
      while #server:log() == 0 do sleep(0.001) end
      assert.same({ "attempt" }, told)
      task:cancel()
    end)
    assert.same({ "attempt", "done" }, told)
  end)

  it("a wait blocks across a C function, and in a coroutine of the program's own", function()
    local server <close> = raw_server.start { INBOX }
    local client = server:client {}
    local function call() return assert(client.inboxes:get "a@b.c").inbox_id end
    run(function()
      local other = spawn(sleep, 0)
      assert.equal("a@b.c a@b.c", (("x x"):gsub("x", call)))
      local list = { 3, 1, 2 }
      table.sort(list, function(a, b)
        sleep(0)
        call()
        return a < b
      end)
      assert.same({ 1, 2, 3 }, list)
      assert.equal("ready", other.state) -- nobody else had a turn
      local generator = coroutine.wrap(function()
        for i = 1, 3 do
          call()
          sleep(0)
          coroutine.yield(i)
        end
      end)
      assert.same({ 1, 2, 3 }, { generator(), generator(), generator() })
      assert.equal("ready", other.state)
      setmetatable({}, { __gc = function() call() end })
      collectgarbage()
      assert.equal("ready", other.state)
    end)
  end)

  it("a call that blocks swallows no wake-up of others", function()
    local server <close> = raw_server.start {
      { to = "/stall", bytes = "", finish = "stall" }, { to = "/a", bytes = INBOX.bytes } }
    local client = server:client { attempts = 1 }
    run(function()
      local other = spawn(function() return assert(client.inboxes:get "a@b.c").inbox_id end)
      sleep(0)
      local wrapped = coroutine.wrap(function()
        return select(3, client.inboxes:get("stall@b.c", { deadline = 0.2 })).code
      end)
      assert.equal("timeout", wrapped())
      assert.equal("a@b.c", other:join())
    end)
  end)

  it("a full queue makes a call wait for a place", function()
    local client = helper.client { limits = { queue_length = 2, connections = 1 } }
    local made = 0
    run(function()
      for i = 1, 20 do
        spawn(function()
          assert(client.inboxes:create { username = "place" .. i })
          made = made + 1
        end)
      end
    end)
    assert.equal(20, made)
    client:close()
  end)

  it("a wait for a place ends with a cancel, a deadline, or the client", function()
    local server <close> = raw_server.start { STALL }
    local client = server:client { queue_length = 1 }
    local function get() return select(3, client.inboxes:get "a@b.c").code end
    run(function()
      local first = spawn(get)
      local cancelled, late, closed = spawn(get), spawn(within, 0.02, get), spawn(get)
      sleep(0)
      cancelled:cancel()
      assert.same({ "cancelled", "timeout" }, { cancelled:join(), late:join() })
      client:close()
      assert.same({ "closed", "closed" }, { first:join(), closed:join() })
    end)
  end)

  it("a wait for a place that is given up leaves nothing behind", function()
    local server <close> = raw_server.start { STALL }
    local client = server:client { queue_length = 1 }
    local function get() return select(3, client.inboxes:get "a@b.c").code end
    run(function()
      spawn(get)
      sleep(0)
      local function try(times)
        for _ = 1, times do
          if spawn(within, 0.001, get):join() ~= "timeout" then error "a place" end
        end
        collectgarbage()
        collectgarbage()
        return collectgarbage "count"
      end
      try(100)
      local before = try(100)
      local more = try(100) - before
      assert.is_true(more < 4, more)
      client:close()
    end)
  end)

  it("2,000 tasks with default limits have no failure", function()
    local server <close> = raw_server.start { INBOX }
    local client, answered = server:client {}, 0
    run(function()
      for _ = 1, 2000 do
        spawn(function()
          assert(client.inboxes:get "a@b.c")
          answered = answered + 1
        end)
      end
    end)
    assert.equal(2000, answered)
  end)
end)

describe("agentmail.within", function()
  it("returns and raises what its function does", function()
    assert.same({ 1, nil, n = 2 }, table.pack(within(9, function(...) return ... end, 1, nil)))
    assert.same({ false, "boom" }, { pcall(within, 9, error, "boom", 0) })
    for _, bad in ipairs { -1, 0 / 0, "x", "1", math.huge, 1e300 } do
      assert.equal("agentmail.within takes seconds, from 0 to 1e9, not " .. tostring(bad),
                   helper.mistake(within, bad, print))
    end
  end)

  -- Where: in a task, in a coroutine within one, outside of both.
  for where, run_there in pairs {
    ["a task"] = run,
    ["a coroutine in a task"] = function(f)
      return run(function() return coroutine.wrap(f)() end)
    end,
    ["no task"] = function(f) return f() end,
  } do
    it("gives calls and sleeps one deadline, in " .. where, function()
      local server <close> = raw_server.start { STALL }
      local client = server:client {}
      run_there(function()
        local began = core.now()
        local failure = within(0.5, function() -- enough to send it
          return select(3, client:inbox("a@b.c").messages:send { to = "x@y.z", text = "t" })
        end)
        assert.same({ "timeout", "unknown", 1 },
                    { failure.code, failure.outcome, failure.attempts })
        assert.is_true(core.now() - began > 0.4999)
        local done, problem = pcall(within, 0.02, sleep, 60)
        assert.is_false(done)
        assert.matches("the time given to agentmail.within is over", problem)
        failure = within(0, function() return select(3, client.inboxes:get "a@b.c") end)
        assert.same({ "timeout", "not_applied", 0, true },
                    { failure.code, failure.outcome, failure.attempts, failure.retryable })
        sleep(0.001) -- and later nothing is bounded
      end)
      assert.equal(1, #server:log())
    end)
  end

  it("holds the nearest of several, and in tasks spawned inside", function()
    run(function()
      local began = core.now()
      local inner = within(0.05, function()
        within(60, function() assert.is_false((pcall(sleep, 60))) end)
        return spawn(function() return pcall(sleep, 60) end)
      end)
      assert.is_false((inner:join()))
      local outside = spawn(sleep, 0.01)
      outside:join()
      assert.is_true(core.now() - began < 10)
    end)
  end)

  it("goes on after one inside of it, and without tasks", function()
    local began = core.now()
    within(0.3, function()
      within(60, sleep, 0)
      assert.is_false((pcall(sleep, 5)))
    end)
    assert.is_true(core.now() - began < 4)
    sleep(0.4) -- and later nothing is bounded
  end)

  it("does not leak out of a coroutine that yields inside of it", function()
    local paused = coroutine.wrap(function()
      within(0.001, function() coroutine.yield() end)
    end)
    paused()
    local till = core.now() + 0.01
    while core.now() < till do end
    sleep(0.001)
  end)

  it("bounds a wait for mail, which returns its failure", function()
    local client = helper.client()
    local inbox = assert(client.inboxes:create { username = "bounded" })
    local failure = within(0.2, function()
      return select(3, inbox.messages:wait { interval = 0.01 })
    end)
    assert.equal("timeout", failure.code)
    client:close()
  end)

  it("ends a join", function()
    run(function()
      local task <close> = spawn(sleep, 60)
      local done, problem = pcall(within, 0.01, task.join, task)
      assert.is_false(done)
      assert.matches("agentmail.within is over", problem)
      assert.equal("waiting", task.state)
    end)
  end)
end)
