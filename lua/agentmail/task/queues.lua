-- SPDX-License-Identifier: MIT
-- Who waits for a place: in the queue of a client of the core, or inside a gate. Who came first is
-- woken first. A waiter that gives up leaves nothing behind.

local core = require "agentmail.core"
local scheduler = require "agentmail.task.scheduler"

local whole = core.whole

local queues = {}

---@class agentmail.Queue  also its waiters, by number, and the number of each waiter
---@field first integer  no waiter has a lower number
---@field last integer   nor a higher one
---@field count integer  of waiters; numbers of those that left are unused

--- Clients of the core, and gates → the queue of each.
---@type table<any, agentmail.Queue>
local lists = {}

-- Memory may run out in each of the two assignments of waiters: then the last number is free.
local function stand(at, waiter)
  local queue = lists[at] or { first = 1, last = 0, count = 0 }
  lists[at], scheduler.has_chores = queue, true
  local number = queue.last + 1
  queue[number] = waiter
  queue[waiter] = number
  queue.last, queue.count = number, queue.count + 1
end

local function remove(queue, number)
  local waiter = queue[number]
  queue[number], queue.count = nil, queue.count - 1
  if queue[waiter] == number then queue[waiter] = nil end
end

local function leave(at, waiter)
  local queue = lists[at]
  local number = queue and queue[waiter]
  if number and queue[number] == waiter then remove(queue, number) end
end

--- Waits until there may be a place.
---@param at any        client of the core, or gate
---@param waiter agentmail.Waiter
---@param till number?  a time of core.now(): at the latest then
function queues.wait(at, waiter, till)
  scheduler.wait(waiter, "place", at, till, stand)
  whole(leave, at, waiter)
end

-- Wakes the first waiters, as many as there are places.
local function give(at, queue)
  local room = at:room(true)
  if at:closed() then room = math.huge end -- the waiters will be told
  while room > 0 and queue.first <= queue.last do
    local waiter = queue[queue.first]
    if waiter then
      if waiter.what == at then
        scheduler.wake(waiter)
        room = room - 1
      end
      remove(queue, queue.first)
    end
    queue.first = queue.first + 1
  end
  if queue.count == 0 then lists[at] = nil end
end

--- Gives free places to the waiters for them; returns whether some still wait.
---@return boolean
function queues.give_places()
  for at, queue in next, lists do give(at, queue) end
  return next(lists) ~= nil
end

return queues
