-- SPDX-License-Identifier: MIT
-- What waits for tasks: agentmail.run, join, `<close>`, and agentmail.step.

local agentmail = require "agentmail"
local core = require "agentmail.core"
local helper = require "spec.support.helper"
local raw_server = require "spec.support.raw_server"

local run, spawn, sleep = agentmail.run, agentmail.spawn, agentmail.sleep
local problem_of = helper.problem_of

describe("agentmail.run", function()
  it("passes arguments and results, nil included", function()
    assert.same({ 1, nil, 3, nil, n = 4 }, table.pack(run(function(...)
      sleep(0)
      return ...
    end, 1, nil, 3, nil)))
    assert.same({ n = 0 }, table.pack(run(function() end)))
  end)

  it("ends when all its tasks have", function()
    local order = {}
    run(function()
      spawn(function()
        sleep(0.02)
        spawn(function()
          sleep(0.01)
          order[#order + 1] = "grandchild"
        end)
        order[#order + 1] = "child"
      end)
      order[#order + 1] = "main"
    end)
    assert.same({ "main", "child", "grandchild" }, order)
  end)

  it("begins a task after the spawner's turn, in order", function()
    local order = {}
    run(function()
      for i = 1, 3 do spawn(function() order[#order + 1] = i end) end
      order[#order + 1] = 0
    end)
    assert.same({ 0, 1, 2, 3 }, order)
  end)

  it("raises the error of a task that nobody joins, with its traceback, and cancels the rest",
     function()
    local other
    local problem = problem_of(function()
      other = spawn(sleep, 60)
      spawn(function() error "boom" end)
      sleep(60)
    end)
    assert.matches("^spec/client/task/run_spec.lua:%d+: boom\nstack traceback:\n", problem)
    assert.equal("cancelled", other.state)
    assert.equal(0, agentmail.step())
    assert.is_nil(agentmail.timeout())
  end)

  it("raises it at once, not after a turn of a wait #timing", function()
    local began = core.now()
    problem_of(function()
      spawn(function() error "boom" end)
      sleep(60)
    end)
    assert.is_true(core.now() - began < 0.4)
  end)

  it("passes errors that are no strings as they are", function()
    local problem = {}
    assert.equal(problem, problem_of(function() error(problem) end))
    assert.is_nil((select(2, pcall(run, function() error(nil) end))))
  end)

  it("is raised into the task that called it, where pcall handles it", function()
    assert.same({ false, "inner" }, run(function()
      local done, problem = pcall(run, function() error("inner", 0) end)
      return { done, problem:match "^[^\n]*" }
    end))
  end)

  it("runs tasks of an outer one meanwhile", function()
    local count = 0
    run(function()
      local ticker = spawn(function()
        while true do
          sleep(0)
          count = count + 1
        end
      end)
      run(function()
        for _ = 1, 10 do sleep(0) end
      end)
      ticker:cancel()
    end)
    assert.is_true(count > 5)
  end)

  it("rests while all its tasks wait #timing", function()
    local server <close> = raw_server.start { raw_server.STALL }
    local client = server:client { attempts = 1 }
    local before = os.clock()
    run(function()
      spawn(sleep, 0.3)
      agentmail.within(0.3, client.inboxes.get, client.inboxes, "a@b.c")
    end)
    assert.is_true(os.clock() - before < 0.1)
    client:close()
  end)

  it("takes a function", function()
    assert.equal("agentmail.run takes a function, not number", helper.mistake(run, 7))
    assert.matches("^spec/client/task/run_spec.lua:", select(2, pcall(function() run(7) end)))
    assert.equal(2, run(setmetatable({}, { __call = function(_, x) return x end }), 2))
  end)
end)

describe("task:join", function()
  it("returns the results, as often as it is called", function()
    run(function()
      local task = spawn(function() return 1, nil end)
      for _ = 1, 2 do assert.same({ 1, nil, n = 2 }, table.pack(task:join())) end
      assert.equal("agentmail.Task (done)", tostring(task))
    end)
  end)

  it("raises the task's error, or that it was cancelled", function()
    run(function()
      local task = spawn(sleep, 60)
      sleep(0)
      task:cancel()
      assert.matches("the task was cancelled: .*this task is cancelled$",
                     helper.mistake(task.join, task))
    end)
    local problem = problem_of(function()
      local task = spawn(function() error("boom", 0) end)
      assert.same({ false, "boom" }, { pcall(task.join, task) })
      sleep(60) -- its scope fails nevertheless
    end)
    assert.matches("^boom\n", problem)
  end)

  it("refuses to wait for itself, also by way of others", function()
    local problem = problem_of(function()
      local first, second
      first = spawn(function() second:join() end)
      second = spawn(function()
        sleep(0)
        first:join()
      end)
    end)
    assert.matches("this task would wait for itself", problem)
    assert.matches("this task would wait for itself", problem_of(function()
      local own
      own = spawn(function() own:join() end)
    end))
  end)

  -- Each f(first, second) gives two tasks functions that wait for one another; `blocked` calls one
  -- where it cannot yield.
  local function blocked(f) return coroutine.wrap(f)() end
  local function in_c(f) ("x"):gsub("x", function() f() end) end
  for name, functions in pairs {
    ["one blocks first"] = function(tasks)
      return function() blocked(function() tasks[2]:join() end) end,
             function()
               sleep(0)
               tasks[1]:join()
             end
    end,
    ["one blocks last"] = function(tasks)
      return function()
               sleep(0)
               in_c(function() tasks[2]:join() end)
             end,
             function() tasks[1]:join() end
    end,
    ["both block"] = function(tasks)
      return function() in_c(function() tasks[2]:join() end) end,
             function() in_c(function() tasks[1]:join() end) end
    end,
    ["the other blocks for a third, above"] = function(tasks)
      local third = spawn(function()
        sleep(0)
        tasks[1]:join()
      end)
      return function() in_c(function() tasks[2]:join() end) end,
             function() in_c(function() third:join() end) end
    end,
    ["a scope that blocks"] = function(tasks)
      return function()
               in_c(function()
                 run(function()
                   sleep(0)
                   tasks[2]:join()
                 end)
               end)
             end,
             function() tasks[1]:join() end
    end,
    ["one blocks above the other, which resumed it"] = function(tasks)
      local go, third
      local function first()
        while not go do coroutine.yield() end
        in_c(function() third:join() end)
      end
      third = spawn(function() tasks[2]:join() end)
      return first, function()
        go = true
        coroutine.resume(tasks[1].co)
      end
    end,
    ["a scope blocks above the other, which resumed it"] = function(tasks)
      local go
      local function first()
        while not go do coroutine.yield() end
        in_c(function() run(function() tasks[2]:join() end) end)
      end
      return first, function()
        go = true
        assert(coroutine.resume(tasks[1].co))
      end
    end,
    ["map"] = function(tasks)
      return function()
               in_c(function() agentmail.map({ 1, 2 }, 1, function() tasks[2]:join() end) end)
             end,
             function() tasks[1]:join() end
    end,
    ["within"] = function(tasks)
      return function()
               in_c(function() agentmail.within(60, tasks[2].join, tasks[2]) end)
             end,
             function()
               sleep(0)
               agentmail.within(60, tasks[1].join, tasks[1])
             end
    end,
  } do
    it("refuses to wait for itself where " .. name, function()
      local began = core.now()
      local problem = problem_of(function()
        local tasks = {}
        local first, second = functions(tasks)
        tasks[1], tasks[2] = spawn(first), spawn(second)
      end)
      assert.matches("would wait for itself", problem)
      assert.is_true(core.now() - began < 30)
    end)
  end

  it("gives a task its turn that blocked where another had resumed it", function()
    local ended
    run(function()
      local own
      local other = spawn(sleep, 0.01)
      local task = spawn(function()
        own = coroutine.running()
        coroutine.yield()
        in_c(function() other:join() end)
        ended = true
      end)
      while not own do sleep(0) end
      coroutine.resume(own)
      task:join()
    end)
    assert.is_true(ended)
  end)

  it("refuses to wait for itself where both are closed", function()
    local first, second, problem
    run(function()
      first = spawn(function()
        sleep(0)
        in_c(function() local _ <close> = second end)
      end)
      second = spawn(function()
        problem = select(2, pcall(function()
          local _ <close> = first
          sleep(60)
        end))
      end)
    end)
    assert.matches("would wait for itself", problem)
  end)

  it("that blocks ends with a cancel", function()
    run(function()
      local other = spawn(sleep, 60)
      local told
      local join = spawn(function()
        in_c(function() told = select(2, pcall(other.join, other)) end)
      end)
      local nested = spawn(function() in_c(function() run(sleep, 60) end) end)
      spawn(function()
        sleep(0.01)
        nested:cancel()
        join:cancel()
      end):join()
      assert.is_false((pcall(nested.join, nested)))
      assert.is_false((pcall(join.join, join)) and told == nil)
      assert.matches("this task is cancelled", told)
      assert.equal("waiting", other.state)
      other:cancel()
    end)
  end)

  it("blocks outside of tasks, and runs them all", function()
    agentmail.pollfd()
    local other = spawn(function()
      sleep(0.01)
      return "other"
    end)
    local task = spawn(function() return other:join() end)
    assert.equal("other", task:join())
    assert.equal(0, agentmail.step())
  end)
end)

describe("a task in a <close> variable", function()
  it("is cancelled, and waited for, even by a cancelled one", function()
    local ended = false
    run(function()
      do
        local _ <close> = spawn(function()
          local _ <close> = setmetatable({}, { __close = function() ended = true end })
          sleep(60)
        end)
        sleep(0)
      end
      assert.is_true(ended)
      local outer = spawn(function()
        local _ <close> = spawn(sleep, 60)
        sleep(60)
      end)
      sleep(0)
      outer:cancel()
    end)
  end)
end)

describe("agentmail.step", function()
  before_each(function() agentmail.pollfd() end)

  it("runs what was ready at its start, and leaves the descriptor readable for the rest", function()
    local turns = 0
    local task = spawn(function()
      for _ = 1, 3 do
        turns = turns + 1
        coroutine.yield() -- a pause
      end
    end)
    for i = 1, 3 do
      assert.equal(1, agentmail.step())
      assert.same({ i, 0 }, { turns, agentmail.timeout() })
    end
    assert.equal(0, agentmail.step())
    assert.equal("done", task.state)
  end)

  it("stops after the seconds it is given", function()
    local turns = 0
    for _ = 1, 100 do
      spawn(function()
        turns = turns + 1
        local till = core.now() + 0.002
        while core.now() < till do end
      end)
    end
    local left = agentmail.step(0.005)
    assert.is_true(turns >= 1 and turns < 100)
    assert.equal(100 - turns, left)
    assert.equal(0, agentmail.timeout())
    while agentmail.step() > 0 do end
    assert.equal(100, turns)
  end)

  it("is refused in a task", function()
    assert.matches("agentmail.step cannot be called in a task: use agentmail.sleep%(0%)",
                   problem_of(function() agentmail.step() end))
  end)
end)
