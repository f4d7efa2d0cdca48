-- SPDX-License-Identifier: MIT
-- Waiters on record: woken by what they wait for, and by nothing else.

local agentmail = require "agentmail"
local core = require "agentmail.core"
local helper = require "spec.support.helper"
local raw_server = require "spec.support.raw_server"
local scheduler = require "agentmail.task.scheduler"

local spawn, sleep = agentmail.spawn, agentmail.sleep

local INBOX = raw_server.INBOX

describe("the coroutine of a task that a host resumes itself", function()
  before_each(function() agentmail.pollfd() end)

  it("waits again", function()
    local server <close> = raw_server.start { INBOX }
    local client = server:client {}
    local co
    local task = spawn(function()
      co = coroutine.running()
      sleep(0.02)
      return assert(client.inboxes:get "a@b.c").inbox_id
    end)
    agentmail.step()
    local began = core.now()
    for _ = 1, 3 do assert.is_true((coroutine.resume(co, "an answer"))) end
    while task.state == "waiting" and core.now() < began + 0.02 do agentmail.step() end
    for _ = 1, 3 do coroutine.resume(co, nil) end
    assert.equal("a@b.c", task:join())
  end)

  it("goes on only when it is woken", function()
    local server <close> = raw_server.start { INBOX }
    local client = server:client {}
    local state
    local task
    task = spawn(function()
      sleep(0.005)
      state = task.state
      assert(client.inboxes:get "a@b.c")
      state = task.state .. " again"
    end)
    agentmail.step()
    local till = core.now() + 0.01
    while core.now() < till do end
    coroutine.resume(task.co)
    assert.is_nil(state)
    agentmail.step()
    assert.equal("ready", state)
    while task.what:state() ~= "judging" do core.step() end
    coroutine.resume(task.co)
    assert.equal("ready", state)
    agentmail.step()
    assert.equal("ready again", state)
  end)

  it("may even end, and its results stay", function()
    local co
    local task = spawn(function()
      co = coroutine.running()
      coroutine.yield()
      return "kept"
    end)
    agentmail.step()
    assert.is_true(coroutine.resume(co))
    assert.equal("kept", task:join())
    task = spawn(function()
      co = coroutine.running()
      coroutine.yield()
      error("kept", 0)
    end)
    agentmail.step()
    coroutine.resume(co)
    assert.equal("kept", helper.mistake(task.join, task))
  end)
end)
describe("the seconds of a step", function()
  before_each(function() agentmail.pollfd() end)

  -- The CPU time of the longest step, until all tasks have ended.
  local function longest()
    local most = 0
    repeat
      local before = os.clock()
      local left = agentmail.step(0.005)
      most = math.max(most, os.clock() - before)
    until left == 0
    return most
  end

  local kinds = {
    ["that are ready"] = function()
      for _ = 1, 5 do coroutine.yield() end
    end,
    ["whose time has come"] = function()
      for _ = 1, 5 do sleep(0) end
    end,
  }
  for what, body in pairs(kinds) do
    it("bound it with 5,000 tasks " .. what .. " #timing", function()
      local most
      for _ = 1, 3 do -- chances
        for _ = 1, 5000 do spawn(body) end
        most = longest()
        if most < 0.025 then break end
      end
      assert.is_true(most < 0.025, ("%.1f ms"):format(most * 1000))
      assert.is_nil(agentmail.timeout())
    end)
  end

  it("leave calls with news to the next step, and the descriptor readable", function()
    local server <close> = raw_server.start { INBOX }
    local client = server:client { connections = 8 }
    local ended = 0
    for _ = 1, 8 do
      spawn(function()
        assert(client.inboxes:get "a@b.c")
        ended = ended + 1
      end)
    end
    agentmail.step()
    local calls = {}
    for _, task in pairs(scheduler.tasks) do calls[#calls + 1] = task.what end
    for _, call in ipairs(calls) do
      while call:state() ~= "judging" do core.step() end
    end
    for expected = 1, 8 do
      agentmail.step(0) -- not even time for two
      assert.equal(expected, ended)
      assert.equal(expected < 8 and 0 or nil, agentmail.timeout())
    end
    client:close()
  end)

  it("leave calls for later also after one that nobody waits for", function()
    local server <close> = raw_server.start { INBOX }
    local client = server:client {}
    local alone <close> = core.client { base_url = server.url, proxy = "", api_key = "k" }
    local call = assert(alone:submit("GET", "/x", "safe"))
    while call:state() ~= "judging" do core.step() end
    local task = spawn(function() return assert(client.inboxes:get "a@b.c").inbox_id end)
    repeat agentmail.step() until task.waiting == "call"
    call:judge "whole" -- so it wants its owner again
    while task.what:state() ~= "judging" do core.step() end
    agentmail.step(0)
    assert.equal(0, agentmail.timeout())
    agentmail.step(0)
    assert.equal("a@b.c", task:join())
    call:close()
    client:close()
  end)
end)
