-- SPDX-License-Identifier: MIT
-- Random schedules of tasks that spawn, join, cancel, sleep, yield, raise, call, block, map, fork,
-- share a generator and resume one another. After each, nothing is left: no task, no call, and no
-- timer; and what each call said of its outcome is what the sandbox has. AGENTMAIL_SCHEDULES: how
-- many; AGENTMAIL_SEED: the first.

local agentmail = require "agentmail"
local check_outcomes = require "spec.support.told_outcomes"
local core = require "agentmail.core"
local helper = require "spec.support.helper"
local run_in_child = require "spec.support.run_in_child"
local scheduler = require "agentmail.task.scheduler"
local timers = require "agentmail.task.timers"

local COUNT = math.tointeger(os.getenv "AGENTMAIL_SCHEDULES" or 2000)
local SEED = math.tointeger(os.getenv "AGENTMAIL_SEED" or 1)
local MOST_TASKS, MOST_ACTIONS = 12, 6

local random = math.random
local run, spawn, sleep = agentmail.run, agentmail.spawn, agentmail.sleep

-- A schedule: its client, its tasks, and what was said of its calls.
local Schedule = {}
Schedule.__index = Schedule

local function any(list) return list[random(#list)] end

function Schedule:send()
  local key = ("%d-%d"):format(self.seed, #self.said + 1)
  local entry = { key = key }
  self.said[#self.said + 1] = entry
  local sent, receipt, failure = self.inbox.messages:send {
    to = "ann@example.com", subject = key, text = "t", idempotency_key = key }
  entry.outcome = sent and receipt.outcome or failure.outcome
  entry.code = failure and failure.code
end

local actions = {}

function actions:spawn()
  if #self.tasks < MOST_TASKS then
    self.tasks[#self.tasks + 1] = spawn(function() self:act() end)
  end
end

function actions:join()
  local task = any(self.tasks)
  pcall(task.join, task)
end

function actions:cancel() any(self.tasks):cancel() end

function actions.sleep() sleep(random(0, 2) / 1000) end

function actions.yield() coroutine.yield(random(3)) end

function actions.error(schedule)
  if random(4) == 1 then error(("error %d"):format(schedule.seed), 0) end
end

actions.call, actions.call_again = Schedule.send, Schedule.send

function actions:block()
  coroutine.wrap(function()
    self:send()
    sleep(0)
  end)()
end

function actions.sort()
  table.sort({ 2, 1 }, function(a, b)
    sleep(0)
    return a < b
  end)
end

function actions:generate()
  agentmail.coroutine.wrap(function() self:send() end)()
end

-- Others may draw from it meanwhile.
function actions:share()
  self.generator = self.generator or agentmail.coroutine.wrap(function()
    while true do
      pcall(sleep, 0.001)
      agentmail.coroutine.yield(1)
    end
  end)
  local done, value = pcall(self.generator)
  assert(done and value == 1 or value:find "resumed by another task"
    or value:find "non%-suspended", value)
end

function actions:join_in_c()
  local task = any(self.tasks);
  ("x"):gsub("x", function() pcall(task.join, task) end)
end

local function items(from)
  return random(2) == 1 and { 1, 2, 3 } or function()
    sleep(0)
    from = from + 1
    return from < 3 and from or nil
  end
end

function actions:map()
  local seen = {}
  pcall(agentmail.map, items(0), random(2), function(item)
    assert(not seen[item])
    seen[item] = true
    self:act()
  end)
end

function actions:map_in_c()
  if random(4) > 1 then return end
  ("x"):gsub("x", function() actions.map(self) end)
end

-- In the child, the tasks are gone, and say so, and others run.
local function check_child(tasks, states)
  scheduler.here()
  assert(scheduler.count() == 0, "tasks are left")
  for place, task in ipairs(tasks) do
    local was_over = states[place] == "done" or states[place] == "failed"
      or states[place] == "cancelled"
    assert(task.state == (was_over and states[place] or "failed"), task.state)
    local _, problem = pcall(task.join, task)
    assert(was_over or problem:find "belongs to the process that forked", problem)
  end
  assert(7 == run(function()
    local other = spawn(sleep, 0)
    other:join()
    return 7
  end))
end

function actions:fork()
  if random(40) > 1 then return end
  local states = {}
  for place, task in ipairs(self.tasks) do states[place] = task.state end
  assert(run_in_child(function() check_child(self.tasks, states) end))
end

function actions:nest()
  pcall(run, function() self:act() end)
end

function actions:close_task()
  local _ <close> = spawn(function() self:act() end)
  sleep(0)
end

function actions:within()
  pcall(agentmail.within, random(0, 3) / 1000, function() self:act() end)
end

function actions:resume()
  local co = any(self.tasks).co
  if coroutine.status(co) == "suspended" then coroutine.resume(co, "foreign") end
end

function actions.collect() collectgarbage "step" end

function actions:close_client()
  if random(20) == 1 then self.client:close() end
end

local names = {}
for name in pairs(actions) do names[#names + 1] = name end
table.sort(names)

function Schedule:act()
  self.depth = self.depth + 1
  if self.depth < 40 then
    for _ = 1, random(MOST_ACTIONS) do actions[any(names)](self) end
  end
end

-- Nothing may be left behind.
local function check(schedule)
  assert.same({}, scheduler.tasks)
  assert.equal(0, scheduler.count())
  assert.is_nil(timers.first())
  for _, task in ipairs(schedule.tasks) do
    assert(task.state == "done" or task.state == "failed" or task.state == "cancelled",
           task.state)
  end
  assert.equal(0, agentmail.step())
  assert.equal(0, core.step())
  assert.is_nil(agentmail.timeout())
end

describe("random schedules of tasks", function()
  local function play(view, key, inbox_id, seed)
    math.randomseed(seed)
    local client = agentmail.new { base_url = view.url, api_key = key,
      limits = { backoff_base = 0.001, backoff_cap = 0.002, queue_length = random(2, 8) } }
    local schedule = setmetatable({ seed = seed, client = client, inbox = client:inbox(inbox_id),
                                    tasks = {}, said = {}, depth = 0 }, Schedule)
    local done, problem = pcall(run, function()
      schedule.tasks[1] = spawn(function() schedule:act() end)
      schedule:act()
    end)
    assert(done or type(problem) == "string")
    local known = done or problem:find("^error %d") or problem:find "this task is cancelled"
      or problem:find "agentmail.within is over" or problem:find "would wait for itself"
      or problem:find "the task was cancelled"
    assert(known, problem)
    check(schedule)
    client:close()
    return schedule.said
  end

  it("leave nothing behind, and all outcomes are true", function()
    local calls, seeds = 0, {}
    for first = SEED, SEED + COUNT - 1, 100 do
      local client, key, view = helper.client()
      local inbox_id = assert(client.inboxes:create { username = "s" .. first }).inbox_id
      local all = {}
      for seed = first, math.min(first + 99, SEED + COUNT - 1) do
        local done, said = pcall(play, view, key, inbox_id, seed)
        assert(done, ("seed %d: %s"):format(seed, tostring(said)))
        table.move(said, 1, #said, #all + 1, all)
        seeds[#seeds + 1] = seed
      end
      check_outcomes(view, all)
      calls = calls + #all
      client:close()
    end
    assert.equal(COUNT, #seeds)
    assert.is_true(calls > COUNT // 2)
  end)
end)
