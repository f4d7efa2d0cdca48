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

describe("the function of a task", function()
  before_each(function() agentmail.pollfd() end)
  after_each(function() agentmail.on_error = false end)

  it("gets its arguments, however many, and nil among them", function()
    local many = {}
    for i = 1, 1000 do many[i] = i end
    assert.same({ n = 1000, table.unpack(many) },
                spawn(table.pack, table.unpack(many)):join())
    assert.same({ n = 3, nil, 2, nil }, spawn(table.pack, nil, 2, nil):join())
    assert.same({ n = 1, nil }, table.pack(spawn(function() return nil end):join()))
    assert.same({ n = 0 }, table.pack(spawn(function() end):join()))
  end)

  it("may be anything that can be called", function()
    local callable = setmetatable({}, { __call = function(self, x) return self, x end })
    assert.same({ callable, 7 }, { spawn(callable, 7):join() })
  end)

  it("gets no other arguments from a host that resumes it first", function()
    local task = spawn(table.pack, "mine")
    assert.is_true(coroutine.resume(task.co, "foreign", 2, 3))
    assert.same({ n = 1, "mine" }, task:join())
    assert.equal("done", task.state)
  end)

  it("alone holds its arguments once it has begun", function()
    local held = setmetatable({}, { __mode = "k" })
    local task = spawn(function(given)
      held[given] = true
      given = nil -- luacheck: ignore 311
      sleep(60)
    end, { "given" })
    agentmail.step()
    collectgarbage()
    assert.is_nil(next(held))
    task:cancel()
    agentmail.step()
    assert.equal("cancelled", task.state)
  end)

  it("has its variables closed when it raises, in its coroutine", function()
    local closed
    local task
    task = spawn(function()
      local _ <close> = setmetatable({}, { __close = function()
        closed = coroutine.running() == task.co and coroutine.isyieldable()
      end })
      error({ "kept" })
    end)
    assert.same({ false, { "kept" } }, { pcall(task.join, task) })
    assert.is_true(closed)
  end)

  it("that another has closed has failed, whether or not it had begun", function()
    local told = {}
    function agentmail.on_error(_, message) told[#told + 1] = message end
    local first, second = spawn(print), spawn(coroutine.yield)
    coroutine.close(first.co)
    agentmail.step()
    coroutine.close(second.co)
    while agentmail.step() > 0 do end
    assert.same({ "failed", "failed" }, { first.state, second.state })
    assert.same({ "another has ended this task", "another has ended this task" }, told)
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
