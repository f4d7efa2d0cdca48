-- SPDX-License-Identifier: MIT
-- Groups of tasks: `map` and `all`.

local core = require "agentmail.core"
local raise = require "agentmail.util.raise".raise
local runs = require "agentmail.task.run"
local scheduler = require "agentmail.task.scheduler"
local tasks = require "agentmail.task.task"
local waits = require "agentmail.task.waits"

local group = {}

-- Stores what a function returned: its value, or its failure.
local function keep(results, failures, name, value, message, failure)
  results[name] = value
  if value == nil and message ~= nil then failures[name] = failure or message end
end

local function is_iterator(items)
  return type(items) == "function" or (getmetatable(items) or {}).__call
end

-- A function that returns the next item, and nil after the last.
local function source_of(items)
  if is_iterator(items) then return items end
  local place = 0
  return function()
    place = place + 1
    return items[place]
  end
end

-- Takes one item at a time, and only when a task can begin with it: taking one may wait for a page.
local function work(items, most, fn, results, failures)
  local draw, control, running, drawer = source_of(items), nil, 0, scheduler.here()
  local function has_room() return running < most end
  local function count(change) running = running + change end
  local function one(item, index)
    keep(results, failures, index, fn(item, index))
    core.whole(count, -1)
    local is_next = drawer.waiting == "place" and drawer.what == one
    if is_next then core.whole(scheduler.wake, drawer) end
  end
  for index = 1, math.huge do
    while running >= most do
      scheduler.wait(drawer, "place", one, nil, has_room)
      waits.check()
    end
    control = draw(nil, control)
    if control == nil then break end
    core.whole(count, 1)
    tasks.spawn(one, control, index)
  end
end

--- Calls fn(item, index) for each item, for at most `most` items at once.
---@param items any[]|fun(): any  a list, or an iterator
---@param most integer
---@param fn fun(item: any, index: integer): any, any, any
---@return table results, table failures  by the item's index
function group.map(items, most, fn)
  if type(items) ~= "table" and not is_iterator(items) then
    raise("agentmail.map takes a list or an iterator, not " .. type(items))
  end
  if math.type(most) ~= "integer" or most < 1 then
    raise("agentmail.map takes the most tasks at once, 1 or more, not " .. tostring(most))
  end
  tasks.check_function(fn, "map")
  local results, failures = {}, {}
  runs.run(work, items, most, fn, results, failures)
  return results, failures
end

--- Calls all functions of a table at once.
---@param functions table<any, fun(): any, any, any>
---@return table results, table failures  by the name of the function
function group.all(functions)
  if type(functions) ~= "table" then
    raise("agentmail.all takes a table of functions, not " .. type(functions))
  end
  for _, fn in next, functions do tasks.check_function(fn, "all") end
  local results, failures = {}, {}
  runs.run(function()
    for name, fn in next, functions do
      tasks.spawn(function() keep(results, failures, name, fn()) end)
    end
  end)
  return results, failures
end

return group
