-- SPDX-License-Identifier: MIT
-- Tasks: spawning, and what becomes of their errors outside of `run`.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"

local spawn, sleep = agentmail.spawn, agentmail.sleep

describe("agentmail.spawn", function()
  it("raises where nobody would run the task", function()
    local output = helper.run [[print(pcall(require "agentmail".spawn, print))]]
    assert.matches("^false\tagentmail.spawn: nobody would run the task; .*agentmail.run", output)
  end)

  it("works anywhere once a host watches the descriptor", function()
    local output = helper.run [[
      local agentmail = require "agentmail"
      agentmail.pollfd()
      local task = agentmail.spawn(function(x) agentmail.sleep(0.01) return x end, "x")
      print(task.state, agentmail.timeout())
      print(agentmail.step(), task.state, agentmail.timeout() <= 0.011)
      while agentmail.step() > 0 do end
      print(task.state, task:join())
      print(agentmail.timeout())]]
    assert.equal("ready\t0.0\n1\twaiting\ttrue\ndone\tx\nnil\n", output)
  end)
end)

describe("an error outside of run", function()
  before_each(function() agentmail.pollfd() end)
  after_each(function() agentmail.on_error = false end)

  it("that nobody joins is raised once, after all other work", function()
    local worked = 0
    spawn(function() error "first" end)
    spawn(function() error "second" end)
    spawn(function() worked = worked + 1 end)
    local done, problem = pcall(agentmail.step)
    assert.same({ false, 1 }, { done, worked })
    assert.matches(": first\nstack traceback:", problem)
    assert.equal(0, agentmail.timeout()) -- there is more to tell
    done, problem = pcall(agentmail.step)
    assert.is_false(done)
    assert.matches(": second\n", problem)
    assert.equal(0, agentmail.step())
  end)

  it("goes to on_error", function()
    local told
    agentmail.on_error = function(task, message) told = { task, message } end
    local task = spawn(function() error("boom", 0) end)
    assert.equal(0, agentmail.step())
    assert.same({ task, "boom" }, told)
  end)

  it("that is joined goes to who joins", function()
    local task = spawn(function()
      sleep(0)
      error("boom", 0)
    end)
    local joined = spawn(function() return pcall(task.join, task) end)
    assert.same({ false, "boom" }, { joined:join() })
    assert.equal(0, agentmail.step())
  end)
end)
