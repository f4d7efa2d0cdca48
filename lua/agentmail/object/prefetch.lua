-- SPDX-License-Identifier: MIT
-- Items of a list with all their fields, a few at a time: the requests of one batch are on the wire
-- together, and all of them are through before its first item is handed out. So nothing is in
-- flight while the body of a loop runs: it may take an hour without a deadline passing behind its
-- back, and may break off, or never come back, without a request left open.

local call = require "agentmail.call.call"
local core = require "agentmail.core"
local interruptions = require "agentmail.call.interrupted"
local replace = require "agentmail.util.copy".replace
local requests = require "agentmail.call.request"

--- Items in a batch.
local WINDOW = 4

-- A batch that an error ends, as Ctrl-C does, leaves nothing open.
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

-- Submits the requests for the items of a page from `first` on. An item that could not even be
-- submitted has its failure at once; where the client's queue is full, the rest waits its turn.
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

-- The next of these handles that has something to say, and what, as core.wait_any() tells. What a
-- dry run answered, for an item of the list that it made up, is no handle of the core's.
local function next_of(handles)
  for i, handle in ipairs(handles) do
    if type(handle) == "table" then return i, handle:wait() end
  end
  return core.wait_any(handles)
end

-- Sees all of a batch through, whichever of them is next to say something: none waits for another.
local function finish(results, batch)
  local open, handles = {}, {}
  for i, one in ipairs(batch) do open[i], handles[i] = one, one.request.handle end
  while #open > 0 do
    local index, state, status, body = next_of(handles)
    local one = open[index]
    if one then
      local request, handle = one.request, handles[index]
      local done, value, said = call.attend(request, handle, state, status, body)
      if done then
        results[one.item] = table.pack(call.conclude(request, handle, one.value, one.said))
        table.remove(open, index)
        table.remove(handles, index)
      elseif value ~= nil or said then
        one.value, one.said = value, said
      end
    end
  end
end

--- Completes an item of a page in place, and those behind it along with it.
---@param results table<table, table>  what came already: kept from call to call
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
