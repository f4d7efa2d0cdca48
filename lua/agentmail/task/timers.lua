-- SPDX-License-Identifier: MIT
-- The latest times at which waiters are woken: a binary heap. A waiter has its time as `at`, and
-- its place in the heap as `place`; false: none. If an error interrupts a change, for lack of
-- memory or by a hook, the heap is rebuilt.

local timers = {
  count = 0, -- or more, after an error
  ---@type table<any, agentmail.Waiter>
  others = {}, -- that may have a time, and be missing in the heap after an error
}

---@type agentmail.Waiter[]
local heap, is_changing = {}, false

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
    if child > timers.count then break end
    if child < timers.count and heap[child + 1].at < heap[child].at then child = child + 1 end
    if heap[child].at >= waiter.at then break end
    put(heap[child], place)
    place = child
  end
  put(waiter, place)
end

local function add(waiter)
  local count = timers.count + 1
  timers.count = count
  heap[count] = waiter
  up(waiter, count)
end

-- Rebuilds the heap, after an error has interrupted a change.
local function remake()
  local all = {}
  for _, waiter in next, heap do all[waiter] = true end
  for _, waiter in next, timers.others do all[waiter] = true end
  heap, timers.count = {}, 0
  for waiter in next, all do
    waiter.place = false
    if waiter.at then add(waiter) end
  end
  is_changing = false
end

--- The waiter with the earliest time; nil: none.
---@return agentmail.Waiter?
function timers.first()
  if is_changing then remake() end
  return heap[1]
end

---@param waiter agentmail.Waiter
function timers.remove(waiter)
  if is_changing then remake() end
  local place = waiter.place
  if not place or heap[place] ~= waiter then
    waiter.place = false
    return
  end
  is_changing = true
  waiter.at = false
  local count = timers.count
  local last = heap[count]
  heap[count], waiter.place = nil, false
  timers.count = count - 1
  if last ~= waiter then
    up(last, place)
    down(last, last.place)
  end
  is_changing = false
end

--- Sets the time of a waiter, or replaces it.
---@param waiter agentmail.Waiter
---@param at number
function timers.set(waiter, at)
  timers.remove(waiter)
  is_changing = true
  waiter.at = at
  add(waiter)
  is_changing = false
end

--- Forgets all of them.
---@param others table<any, agentmail.Waiter>?
function timers.clear(others)
  heap, timers.count, is_changing, timers.others = {}, 0, false, others or {}
end

return timers
