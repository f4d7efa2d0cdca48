-- SPDX-License-Identifier: MIT
-- When waiters are woken at the latest: a binary heap. A waiter keeps its time as `at`, and its
-- place in the heap as `place`; false: none. Only `set` allocates, before it changes anything.

local timers = {}

---@type agentmail.Waiter[]
local heap = {}
local count = 0

local function put(waiter, place)
  heap[place], waiter.place = waiter, place
end

local function up(waiter, place)
  while place > 1 and heap[place // 2].at > waiter.at do
    put(heap[place // 2], place)
    place = place // 2
  end
  put(waiter, place)
end

local function down(waiter, place)
  while true do
    local child = 2 * place
    if child > count then break end
    if child < count and heap[child + 1].at < heap[child].at then child = child + 1 end
    if heap[child].at >= waiter.at then break end
    put(heap[child], place)
    place = child
  end
  put(waiter, place)
end

--- The waiter with the earliest time; nil: none.
---@return agentmail.Waiter?
function timers.first() return heap[1] end

---@param waiter agentmail.Waiter
function timers.remove(waiter)
  local place = waiter.place
  if not place or heap[place] ~= waiter then return end
  local last = heap[count]
  heap[count], waiter.place = nil, false
  count = count - 1
  if last == waiter then return end
  up(last, place)
  down(last, last.place)
end

--- Sets the time of a waiter, or replaces it.
---@param waiter agentmail.Waiter
---@param at number
function timers.set(waiter, at)
  timers.remove(waiter)
  heap[count + 1] = waiter
  count = count + 1
  waiter.at = at
  up(waiter, count)
end

--- Forgets all of them.
function timers.clear() heap, count = {}, 0 end

return timers
