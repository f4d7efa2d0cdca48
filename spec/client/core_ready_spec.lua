-- SPDX-License-Identifier: MIT
-- The calls of agentmail.core that want their owner: told by identity, without waiting, and never
-- swallowed while another call blocks.

local core = require "agentmail.core"
local raw_server = require "spec.support.raw_server"

local ANSWER = { bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" }

local function open(server, limits)
  return core.client { base_url = server.url, proxy = "", api_key = "k", limits = limits }
end

local function submit(client, target, options)
  return (assert(client:submit("GET", target or "/x", "safe", nil, nil, options)))
end

-- Steps until the call is in a state; judges nothing.
local function step_until(call, state)
  while call:state() ~= state do core.step() end
end

-- The next call, which is told.
local function take()
  local call = core.next()
  if call then core.next(call) end
  core.alarm(nil)
  return call
end

local function none_left()
  while take() do end
end

describe("a call's news", function()
  before_each(none_left)

  it("is had without waiting, and once", function()
    local server <close> = raw_server.start { ANSWER }
    local client <close> = open(server)
    local call = submit(client)
    assert.is_nil(call:news())
    step_until(call, "judging")
    assert.same({ "judging", 200, "{}", n = 3 }, table.pack(call:news()))
    assert.is_nil(take())
    call:judge "whole"
    assert.equal("done", call:news())
    call:close()
  end)

  it("holds events, the first of them at once", function()
    local server <close> = raw_server.start { ANSWER }
    local client <close> = open(server)
    local call = submit(client, "/x", { events = true })
    assert.equal(0, core.timeout())
    assert.equal(call, take())
    assert.equal("sending", call:news())
    assert.equal("attempt", call:events()[1].event)
    assert.is_nil(call:news())
    call:close()
  end)
end)

describe("the next call", function()
  before_each(none_left)

  it("is the very handle, in the order of the news", function()
    local server <close> = raw_server.start { ANSWER, ANSWER, ANSWER }
    local client <close> = open(server)
    local calls = { submit(client), submit(client), submit(client) }
    assert.is_nil(take())
    for _, i in ipairs { 2, 3, 1 } do calls[i]:cancel() end
    for _, i in ipairs { 2, 3, 1 } do assert.equal(calls[i], take()) end
    assert.is_nil(take())
    assert.is_nil(core.timeout())
  end)

  it("stays until it is told, and rings the alarm", function()
    local server <close> = raw_server.start { ANSWER, ANSWER }
    local client <close> = open(server)
    local first, second = submit(client), submit(client)
    first:cancel()
    second:cancel()
    core.step()
    assert.equal(first, core.next())
    assert.equal(0, core.timeout())
    core.alarm(nil)
    assert.equal(first, core.next())
    assert.equal(second, core.next(first))
    assert.equal(second, core.next(first))
    second:close()
    assert.is_nil(core.next(second))
    assert.equal(0, core.timeout())
    core.alarm(nil)
    assert.is_nil(core.next())
    assert.is_nil(core.timeout())
  end)

  it("is none that was closed or collected", function()
    local server <close> = raw_server.start { ANSWER, ANSWER }
    local client <close> = open(server)
    local closed = submit(client)
    closed:cancel()
    submit(client):cancel()
    closed:close()
    collectgarbage()
    assert.is_nil(take())
    assert.is_nil(core.timeout())
  end)
end)

describe("a call that blocks", function()
  before_each(none_left)

  it("swallows no wake-up, although it ends in a timeout", function()
    local server <close> = raw_server.start { ANSWER }
    local client <close> = open(server, { deadline = 0.3, attempts = 1 })
    for _, way in ipairs { "wait", "wait_any" } do
      server:script { { bytes = "", finish = "stall" }, ANSWER }
      local mine = submit(client)
      while #server:log() == 0 do core.step() end
      local others = submit(client, "/others", { deadline = 60 })
      local state
      repeat
        if way == "wait" then state = mine:wait() else
          local call, seen = core.wait_any { [mine] = true }
          assert(call == mine or call == nil)
          state = call and seen
        end
      until state == "done"
      assert.equal("timeout", (select(2, mine:result())))
      mine:close()
      step_until(others, "judging")
      assert.equal(0, core.timeout())
      assert.equal(others, take())
      others:close()
    end
  end)

  it("is not ended by the news of others, nor by the alarm", function()
    local server <close> = raw_server.start { ANSWER, { bytes = "", finish = "stall" } }
    local client <close> = open(server)
    local others = submit(client)
    step_until(others, "judging")
    local mine = submit(client)
    core.alarm(0)
    local began, turns = core.now(), 0
    while turns < 2 do
      local call, state = core.wait_any { [mine] = true }
      assert.same({ nil, "waiting" }, { call, state })
      turns = turns + 1
    end
    assert.is_true(core.now() - began >= 0.9) -- two turns of half a second
    assert.equal(0, core.timeout())
    core.alarm(nil)
    assert.equal(others, take())
    for _, call in ipairs { mine, others } do call:close() end
  end)

  it("is told what core.next() gave from it", function()
    local server <close> = raw_server.start { ANSWER }
    local client <close> = open(server)
    local call = submit(client)
    step_until(call, "judging")
    assert.equal(call, take())
    assert.equal(call, (core.wait_any { [call] = true }))
    call:close()
  end)

  it("fails when another has closed a call of its set", function()
    local server <close> = raw_server.start { { bytes = "", finish = "stall" } }
    local client <close> = open(server)
    local first, second = submit(client), submit(client)
    local set = { [first] = true, [second] = true }
    first:close()
    second:close()
    local ok, problem = pcall(core.wait_any, set)
    assert.is_false(ok)
    assert.matches("a call in the set is closed", problem, 1, true)
  end)
end)

describe("the alarm", function()
  it("is in the timeout, until it is set anew", function()
    none_left()
    assert.is_nil(core.timeout())
    core.alarm(1000)
    assert.is_true(core.timeout() > 900 and core.timeout() <= 1000)
    core.alarm(0)
    core.step()
    assert.equal(0, core.timeout())
    core.alarm(0.0001) -- never early
    assert.is_true(core.timeout() <= 0.001)
    core.alarm()
    assert.is_nil(core.timeout())
    for _, wrong in ipairs { -1, 2e9, 0 / 0, "x" } do
      assert.is_false((pcall(core.alarm, wrong)))
    end
  end)
end)
