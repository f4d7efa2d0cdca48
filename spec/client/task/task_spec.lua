-- SPDX-License-Identifier: MIT
-- Tasks: run, spawn, join, cancel, `<close>`, and what becomes of calls and errors in them.

local agentmail = require "agentmail"
local core = require "agentmail.core"
local helper = require "spec.support.helper"
local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"

local run, spawn, sleep = agentmail.run, agentmail.spawn, agentmail.sleep

local INBOX = { bytes = raw.json(200, '{"inbox_id":"a@b.c"}') }
local STALL = { bytes = "", finish = "stall" }

-- Runs f, which must raise, as a task; returns the error.
local function problem_of(f, ...)
  local done, problem = pcall(run, f, ...)
  assert(not done, "no error was raised")
  return problem
end

-- Waits until the server has so many requests.
local function arrived(server, count)
  while #server:log() < count do sleep(0.001) end
end

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
    assert.matches("^spec/client/task/task_spec.lua:%d+: boom\nstack traceback:\n", problem)
    assert.equal("cancelled", other.state)
    assert.equal(0, agentmail.step())
    assert.is_nil(agentmail.timeout())
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
          sleep(0.001)
          count = count + 1
        end
      end)
      run(sleep, 0.05)
      ticker:cancel()
    end)
    assert.is_true(count > 5)
  end)

  it("takes a function", function()
    assert.equal("agentmail.run takes a function, not number", helper.mistake(run, 7))
    assert.matches("^spec/client/task/task_spec.lua:", select(2, pcall(function() run(7) end)))
    assert.equal(2, run(setmetatable({}, { __call = function(_, x) return x end }), 2))
  end)
end)

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

describe("a cancelled task", function()
  it("gets the failure of its call, with its true outcome; then it raises", function()
    local server <close> = raw_server.start { STALL }
    local client = server:client {}
    local seen = {}
    run(function()
      local task = spawn(function()
        seen.result = table.pack(client:inbox("a@b.c").messages:send { to = "x@y.z", text = "t" })
        seen.later = { pcall(client.inboxes.get, client.inboxes, "a@b.c") }
        seen.sleep = { pcall(sleep, 0) }
        return "returned"
      end)
      arrived(server, 1)
      task:cancel()
      assert.equal("returned", task:join())
    end)
    local failure = seen.result[3]
    assert.same({ "cancelled", "unknown", 1 }, { failure.code, failure.outcome, failure.attempts })
    assert.is_string(failure.idempotency_key)
    assert.same({ false, "this task is cancelled" },
                { seen.later[1], (seen.later[2]:gsub("^.-: ", "")) })
    assert.is_false(seen.sleep[1])
    assert.equal(1, #server:log())
    assert.same({}, client:interrupted())
  end)

  it("does not begin, if it has not", function()
    local begun = false
    run(function()
      local task = spawn(function() begun = true end)
      task:cancel()
      assert.is_false((pcall(task.join, task)))
      assert.equal("cancelled", task.state)
    end)
    assert.is_false(begun)
  end)

  it("cancels what it runs", function()
    local inner
    run(function()
      local task = spawn(function()
        run(function()
          inner = spawn(sleep, 60)
          sleep(60)
        end)
      end)
      sleep(0.01)
      task:cancel()
      pcall(task.join, task)
      assert.equal("cancelled", task.state)
    end)
    assert.equal("cancelled", inner.state)
  end)

  it("may spawn what must still be called, and the scope waits for that", function()
    local server <close> = raw_server.start { INBOX }
    local client, cleaned = server:client {}, nil
    run(function()
      local task = spawn(function()
        local _ <close> = setmetatable({}, { __close = function()
          assert.is_false((pcall(client.inboxes.get, client.inboxes, "a@b.c")))
          spawn(function() cleaned = assert(client.inboxes:get "a@b.c").inbox_id end)
        end })
        sleep(60)
      end)
      sleep(0)
      task:cancel()
    end)
    assert.equal("a@b.c", cleaned)
  end)

  it("by a failing scope leaves its failure in client:interrupted()", function()
    local server <close> = raw_server.start { STALL }
    local client = server:client {}
    problem_of(function()
      spawn(function()
        client:inbox("a@b.c").messages:send { to = "x@y.z", text = "t", idempotency_key = "k-1" }
      end)
      arrived(server, 1)
      error "boom"
    end)
    local list = client:interrupted()
    assert.equal(1, #list)
    assert.same({ "cancelled", "unknown", "k-1" },
                { list[1].code, list[1].outcome, list[1].idempotency_key })
    server:script { { bytes = raw.json(200, '{"message_id":"m","thread_id":"t"}') } }
    assert.equal("m", assert(list[1]:retry()).message_id)
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
