-- SPDX-License-Identifier: MIT
-- Completes the items of a list, a few at a time: the requests of one batch are sent together, and
-- all of them end before its first item is returned. So nothing is in flight while the body of a
-- loop runs: it may take an hour without a deadline expiring, and may break, or never return,
-- without leaving a request open.

local door = require "agentmail.util.door"
local replace = require "agentmail.util.copy".replace

--- Items in a batch.
local WINDOW = 4

--- A call has whole milliseconds: it ends this much before the time given to `within`, at most.
local BIT = 0.002

-- Ends all calls of a batch (call → item), also when an error such as Ctrl-C ends it.
local batch_mt = {
  __close = function(batch, problem)
    for call in next, batch do call:leave(problem) end
  end,
}

-- Begins what item:get() does; or returns what it returns, if nothing is sent.
local function begin(item, options)
  local mt = getmetatable(item)
  return mt.get_plan().encoder:begin(mt.scope, nil, options, item, replace)
end

-- Begins an item's call. If the client's queue is full, and no call of the batch is in it, a task
-- waits for a place.
local function begin_or_wait(batch, item, options)
  while true do
    local call, message, failure = begin(item, options)
    if call or failure.code ~= "queue_full" or next(batch) then return call, message, failure end
    local code = door.queue(getmetatable(item).scope.client.core, message)
    if code then return call, message, failure end
  end
end

-- Begins the calls for the items of a page from `first` on. When the client's queue is full, the
-- rest is left for later.
local function submit(batch, results, page, first, most, options)
  for i = first, math.min(#page, first + math.min(WINDOW, most) - 1) do
    local item = page[i]
    local call, message, failure = begin_or_wait(batch, item, options)
    if type(call) == "userdata" then
      batch[call] = item
    elseif failure and failure.code == "queue_full" and next(batch) then
      break
    else
      results[item] = { call, message, failure }
    end
  end
end

-- Performs all calls of a batch until they end, in the order of their events.
local function finish(batch, results)
  while next(batch) do
    local call = door.any(batch)
    if call and call:attend() then
      results[batch[call]] = table.pack(call:finish())
      batch[call] = nil
    end
  end
end

--- Whether all failed because the one who asked may wait no longer: it is cancelled, or the time
--- given to `within` is over.
---@return boolean
local function is_cut() return door.cancelled() or door.bounded(1) <= BIT end

-- What one who is cut was told is nothing for the next who asks.
local function forget_failures(results)
  for item, result in next, results do
    if not result[1] then results[item] = nil end
  end
end

--- Completes an item of a page in place, together with those that follow it.
---@param results table<table, table>  earlier results, kept from call to call
---@param page agentmail.Page
---@param index integer
---@param most number      items wanted, this one included
---@param options agentmail.CallOptions?
---@return table? item, string? message, agentmail.Failure? failure
local function complete(results, page, index, most, options)
  local item = page[index]
  if not results[item] then
    local batch <close> = setmetatable({}, batch_mt)
    submit(batch, results, page, index, most, options)
    finish(batch, results)
  end
  local result = results[item]
  results[item] = nil
  if is_cut() then forget_failures(results) end
  if result[1] then return result[1] end
  return nil, result[2], result[3]
end

return { complete = complete, is_cut = is_cut }
