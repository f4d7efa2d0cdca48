-- SPDX-License-Identifier: MIT
-- Tasks that a host runs by the descriptor, beside what blocks.

local agentmail = require "agentmail"
local core = require "agentmail.core"
local door = require "agentmail.util.door"
local host = require "agentmail.task.host"
local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"

local run, spawn, sleep, within = agentmail.run, agentmail.spawn, agentmail.sleep, agentmail.within

local INBOX, STALL = raw_server.INBOX, raw_server.STALL

-- Steps until there are no tasks.
local function finish()
  local till = core.now() + 20
  repeat assert(core.now() < till, "it hangs") until agentmail.step() == 0
end

describe("beside a host's tasks", function()
  setup(function() agentmail.pollfd() end)
  after_each(function() agentmail.on_error = false end)

  it("the time of a blocking `within` bounds what runs in it, not the others", function()
    local server <close> = raw_server.start { STALL }
    local client = server:client { attempts = 1, deadline = 30 }
    local ended
    local other = spawn(function()
      client.inboxes:get "a@b.c"
      ended = core.now()
    end)
    local began = core.now()
    pcall(within, 0.1, run, function()
      while other.state == "ready" do sleep(0) end
    end)
    assert.equal("waiting", other.state)
    while #server:log() == 0 do agentmail.step() end
    sleep(math.max(0, began + 0.2 - core.now()))
    for _ = 1, 5 do agentmail.step() end
    assert.is_nil(ended)
    other:cancel()
    finish()
    client:close()
  end)

  it("an error of a task that ran while another blocked makes the descriptor readable", function()
    spawn(function() error "boom" end)
    run(sleep, 0.001)
    assert.equal(0.0, agentmail.timeout())
    assert.error_matches(agentmail.step, "boom")
    finish()
    assert.is_nil(agentmail.timeout())
  end)

  it("an error of on_error does not hide the next", function()
    local told = {}
    function agentmail.on_error(_, message)
      told[#told + 1] = message
      error "of the handler"
    end
    for i = 1, 2 do spawn(function() error({ i }) end) end
    assert.error_matches(agentmail.step, "of the handler")
    assert.equal(0.0, agentmail.timeout())
    assert.error_matches(agentmail.step, "of the handler")
    assert.same({ { 1 }, { 2 } }, told)
    finish()
  end)

  it("an interrupted join leaves a later error to be heard", function()
    local task = spawn(function()
      sleep(0.005)
      error "boom"
    end)
    local main = coroutine.running()
    debug.sethook(main, function() error "interrupted" end, "", 200)
    local done, problem = pcall(task.join, task)
    debug.sethook(main)
    assert.is_false(done)
    assert.matches("interrupted", problem)
    local heard
    function agentmail.on_error(_, message) heard = message end
    finish()
    assert.matches("boom", heard)
  end)

  it("an interrupted join keeps the descriptor readable for an error from before", function()
    spawn(function() error "boom" end)
    local task, till = spawn(sleep, 60), core.now() + 0.02
    local main = coroutine.running()
    debug.sethook(main, function() if core.now() > till then error "interrupted" end end, "", 1000)
    local done, problem = pcall(task.join, task)
    debug.sethook(main)
    assert.is_false(done)
    assert.matches("interrupted", problem)
    assert.equal(0, agentmail.timeout())
    assert.error_matches(agentmail.step, "boom")
    task:cancel()
    finish()
  end)

  it("the descriptor is silent after a wait for a queue that was cancelled", function()
    local server <close> = raw_server.start { STALL }
    local client = server:client { attempts = 1, queue_length = 1 }
    local first = spawn(function() client.inboxes:get "a@b.c" end)
    while #server:log() == 0 do agentmail.step() end
    local second = spawn(function() client.inboxes:get "a@b.c" end)
    agentmail.step()
    agentmail.step()
    second:cancel()
    agentmail.step()
    first:cancel()
    finish()
    server:script { INBOX }
    assert(client.inboxes:get "a@b.c")
    agentmail.step()
    agentmail.step()
    assert.is_nil(agentmail.timeout())
    client:close()
  end)
end)

describe("a loop that is attached", function()
  local told, mine, woken = 0, nil, false
  local descriptor

  setup(function()
    descriptor = host.attach(function() told = told + 1 end, function(co)
      if co == mine then return coroutine.yield, function() woken = true end end
    end)
  end)

  it("watches the descriptor, and is told when there are tasks after a time without", function()
    assert.equal(agentmail.pollfd(), descriptor)
    for expected = told + 1, told + 2 do
      assert.is_false(host.is_busy())
      for _ = 1, 3 do spawn(sleep, 0) end
      assert.equal(expected, told)
      assert.is_true(host.is_busy())
      finish()
    end
  end)

  it("makes its coroutines wait in its own way, and goes on for them", function()
    mine = coroutine.create(function()
      sleep(0.001)
      return "slept"
    end)
    local before = told
    assert.is_true((coroutine.resume(mine)))
    assert.same({ "suspended", before + 1, true },
                { coroutine.status(mine), told, host.is_busy() })
    while not woken do agentmail.step() end
    assert.same({ true, "slept" }, { coroutine.resume(mine) })
    assert.is_false(host.is_busy())
    mine = nil
  end)
end)

describe("a host that runs its coroutine at once when told to go on", function()
  local direct = setmetatable({}, { __mode = "k" })
  local told = 0

  setup(function()
    host.attach(function() end, function(co)
      if direct[co] then
        return coroutine.yield, function()
          told = told + 1
          assert(coroutine.resume(co))
        end
      end
    end)
  end)

  -- Nobody but a wait holds it.
  local function go(fn)
    local co = coroutine.create(fn)
    direct[co] = true
    assert(coroutine.resume(co))
  end

  local function step_until(is_done)
    local till = core.now() + 20
    while not is_done() do
      assert(core.now() < till, "it hangs")
      agentmail.step()
    end
    assert.equal(0, agentmail.step())
    assert.is_nil(agentmail.timeout())
  end

  it("wakes it for the next news of a call, and for its next call", function()
    local server <close> = raw_server.start { { bytes = raw.json(503, "{}") }, INBOX }
    local client = server:client { attempts = 2 }
    local attempts, ended = {}, 0
    go(function()
      for _ = 1, 3 do
        assert(client.inboxes:get("a@b.c", { on_attempt = function(event)
          attempts[#attempts + 1] = event.event
        end }))
        ended = ended + 1
      end
    end)
    step_until(function() return ended == 3 end)
    assert.is_true(#attempts >= 6)
    client:close()
  end)

  it("finds a coroutine that nobody else holds", function()
    local server <close> = raw_server.start { INBOX }
    local client = server:client { attempts = 1 }
    local ended
    go(function()
      assert(client.inboxes:get "a@b.c")
      ended = true
    end)
    collectgarbage()
    collectgarbage()
    step_until(function() return ended end)
    client:close()
  end)

  it("wakes it for the next of a set of calls", function()
    local server <close> = raw_server.start { INBOX }
    local client <close> = core.client { base_url = server.url, proxy = "", api_key = "k" }
    local ended = 0
    go(function()
      local set = {}
      for _ = 1, 3 do set[assert(client:submit("GET", "/x", "safe"))] = true end
      while next(set) do
        local call = door.any(set)
        if call then
          call:news()
          if call:state() == "judging" then call:judge "whole" end
          set[call] = nil
          call:close()
          ended = ended + 1
        end
      end
    end)
    step_until(function() return ended == 3 end)
  end)

  it("wakes others while it blocks, and those after it", function()
    local server <close> = raw_server.start { INBOX }
    local client = server:client { attempts = 1 }
    local order = {}
    for i = 1, 3 do
      go(function()
        assert(client.inboxes:get "a@b.c")
        order[#order + 1] = i
        if i == 1 then -- it blocks
          coroutine.wrap(within)(20, run, function() while #order < 5 do sleep(0) end end)
        end
        order[#order + 1] = "end of " .. i
      end)
    end
    step_until(function() return #order == 6 end)
    assert.equal("end of 1", order[6])
    client:close()
  end)

  it("is told once, and what its coroutine raises is the step's", function()
    local before = told
    go(function()
      sleep(0)
      error("boom", 0)
    end)
    assert.error_matches(agentmail.step, "boom")
    assert.equal(before + 1, told)
    agentmail.step()
    assert.equal(before + 1, told)
  end)
end)
