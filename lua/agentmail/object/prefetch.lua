-- SPDX-License-Identifier: MIT
-- Completes the items of a list, a few at a time: the requests of one batch are sent together, and
-- all of them end before its first item is returned. So nothing is in flight while the body of a
-- loop runs: it may take an hour without a deadline expiring, and may break, or never return,
-- without leaving a request open.

local call = require "agentmail.call.call"
local core = require "agentmail.core"
local interruptions = require "agentmail.call.interrupted"
local replace = require "agentmail.util.copy".replace
local requests = require "agentmail.call.request"

--- Items in a batch.
local WINDOW = 4

-- Closes all requests of a batch, also when an error such as Ctrl-C ends it.
local batch_mt = {
  __close = function(batch, problem)
    for i = 1, #batch do
      local request = batch[i].request
      if request.open then interruptions.note(request, problem) end
      if request.handle then request.handle:close() end
      request.handle = false
    end
  end,
}

-- The request that item:get() makes.
local function get_request(item, options)
  local mt = getmetatable(item)
  local request = assert(requests.build(mt.get_plan(), mt.scope, nil, options, item))
  request.receiver = replace
  return request
end

-- Submits the requests for the items of a page from `first` on. An item that could not be submitted
-- gets its failure immediately; when the client's queue is full, the rest is left for later.
local function submit(batch, results, page, first, most, options)
  for i = first, math.min(#page, first + math.min(WINDOW, most) - 1) do
    local item = page[i]
    local request = get_request(item, options)
    request.open, batch[#batch + 1] = true, { item = item, request = request }
    local handle, message, failure = call.submit(request)
    if not handle then
      batch[#batch] = nil
      if failure.code == "queue_full" and #batch > 0 then break end
      results[item] = { nil, message, failure }
    end
  end
end

-- The next handle with news, and the news, as core.wait_any() returns them. A dry run's answer for
-- an item that it made up is not a handle of the core.
local function next_of(open, made_up)
  local handle = made_up[#made_up]
  if handle then return handle, handle:wait() end
  return core.wait_any(open)
end

-- Drives all requests of a batch to their ends, in the order of their events.
local function finish(results, batch)
  local open, made_up = {}, {}
  for _, one in ipairs(batch) do
    local handle = one.request.handle
    open[handle] = one
    if type(handle) == "table" then made_up[#made_up + 1] = handle end
  end
  while next(open) do
    local handle, state, status, body = next_of(open, made_up)
    local one = open[handle]
    if one then
      local request = one.request
      local done, value, said = call.attend(request, handle, state, status, body)
      if done then
        results[one.item] = table.pack(call.conclude(request, handle, one.value, one.said))
        open[handle] = nil
        if handle == made_up[#made_up] then made_up[#made_up] = nil end
      elseif value ~= nil or said then
        one.value, one.said = value, said
      end
    end
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
    finish(results, batch)
  end
  local result = results[item]
  results[item] = nil
  if result[1] then return result[1] end
  return nil, result[2], result[3]
end

return { complete = complete }
