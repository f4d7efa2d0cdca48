-- SPDX-License-Identifier: MIT
-- All items of a list, page after page: as a loop, which raises on failure, or as an array.

local copy = require "agentmail.util.copy".copy
local core = require "agentmail.core"
local failures = require "agentmail.call.failure"
local gates = require "agentmail.util.gate"
local mistakes = require "agentmail.util.mistakes"
local models = require "agentmail.api.plan".models
local perform = require "agentmail.call.call".perform
local prefetch = require "agentmail.object.prefetch"
local raise = require "agentmail.util.raise".raise
local requests = require "agentmail.call.request"

local format, whole = string.format, core.whole

---@class agentmail.Loop  settings of a loop over a list
---@field max integer?   the most items in total
---@field full boolean?  fetches the complete state of each item, a few at once

local LOOP = { max = true, full = true }

-- The settings of a loop, without the list's own parameters; or nil and the mistake.
local function loop_settings(plan, scope, arguments)
  local max, full = arguments.max, arguments.full
  if max ~= nil and (type(max) ~= "number" or not math.tointeger(max) or max < 0) then
    return nil, format("'max' must be a whole number of items, not %s", tostring(max))
  end
  if full ~= nil and type(full) ~= "boolean" then
    return nil, format("'full' must be true or false, not a %s", type(full))
  end
  local model = models[plan.returns]
  local item = model and model[1]:match(model.page .. "!:(%w+)%[%]")
  local class = item and models[item].object
  if full and not class then
    return nil, "'full' is for lists of messages, threads, drafts, inboxes and pods: the items of "
      .. "this list are complete"
  end
  if full then scope[class].get_plan() end -- loads its modules before the list is requested
  return { max = max or math.huge, full = full or false }
end

-- Iterates over the items of `first` and the pages after it: a function that returns the next item,
-- nil after the last, or `nil, message, failure`; and a function that ends the iteration. Several
-- tasks may take items from it: each item goes to one of them. If a page fails, the next taker
-- requests it again, as it does an item whose fetch an error or the end of its taker cut short.
local function items_of(first, settings)
  local page, index, count, over = nil, 0, 0, settings.max == 0
  local results, gate, is_stopped = {}, gates.new(), false

  -- The next item; nil when there is none here; or nil, message, failure.
  local function advance()
    local message, failure
    if page == nil or index >= #page then
      local following
      if page then
        following, message, failure = page:next()
      else
        following, message, failure = first()
      end
      if failure then return nil, message, failure end
      page, index, over = following, 0, following == nil
      if over then return nil end
    end
    local item
    local place = index + 1
    if settings.full and page[place] then
      item, message, failure = prefetch.complete(results, page, place, settings.max - count,
                                                 settings.options)
      if failure and prefetch.is_cut() then return nil, message, failure end
    else
      item = page[place]
    end
    index = place
    if failure and failure.status == 404 then return nil end -- gone since it was listed
    return item, message, failure
  end

  local function counted(item)
    count = count + 1
    over = count >= settings.max
    return item
  end

  local function take()
    local item, message, failure
    while not item and not over and not is_stopped do
      item, message, failure = advance()
      if failure then return nil, message, failure end
    end
    return item and counted(item)
  end

  -- The next item of the current page, if no task fetches another page. Nothing may yield.
  local function take_at_hand()
    if gate.owner or is_stopped or over or settings.full or not page then return nil end
    while index < #page do
      index = index + 1
      if page[index] then return counted(page[index]) end
    end
  end

  local function take_in_turn()
    local item = whole(take_at_hand)
    if item then return item end
    local turn <close> = gates.turn(gate)
    gates.enter(turn)
    return take()
  end
  return take_in_turn, function() is_stopped = true end
end

-- The same as a loop that raises. The fourth value closes it: nothing more is fetched after a
-- break.
local function iterate(first, settings)
  local take, stop = items_of(first, settings)
  local function step()
    local item, message = take()
    if item == nil and message then raise(message) end
    return item
  end
  return step, nil, nil, setmetatable({}, { __close = stop })
end

local function without_settings(arguments)
  local rest = copy(arguments)
  rest.max, rest.full = nil, nil
  return rest
end

--- The settings of a loop from a page on, which already has its list's parameters; or nil and the
--- mistake.
---@param request agentmail.Request  of the list
---@param given agentmail.Loop?
---@return table? settings, string? mistake
local function settings_of_page(request, given)
  given = given == nil and {} or given
  if type(given) ~= "table" then
    return nil, "takes { max = …, full = … }, not a " .. type(given)
  end
  for name in pairs(given) do
    if not LOOP[name] then return mistakes.unknown(name, LOOP, "parameter") end
  end
  local settings, mistake = loop_settings(request.plan, request.scope, given)
  if not settings then return nil, mistake end
  settings.options = request.given
  return settings
end

-- A function that requests the first page, and the settings; or nil and the mistake.
local function beginning(list, search, scope, arguments, options)
  local plan, settings = list, { max = math.huge, full = false }
  local request, mistake
  if type(arguments) == "table" then
    if search and arguments.q ~= nil then plan = search end
    settings, mistake = loop_settings(plan, scope, arguments)
    if not settings then return nil, plan.name .. ": " .. mistake end
    arguments = without_settings(arguments)
  end
  request, mistake = requests.build(plan, scope, arguments, options)
  if not request then return nil, mistake end
  settings.options = options
  return function() return perform(request) end, settings
end

--- A loop over all items of a list, or of its search if `q` is given. It takes the list's
--- parameters, whose `limit` is the page size, and `max`, the most items in total. As lists carry
--- no bodies, `full = true` fetches each item's complete state, with one request per item, a few at
--- a time. An item deleted meanwhile is left out; one that cannot be fetched raises an error.
---@param list agentmail.Plan
---@param search agentmail.Plan?
---@param scope table
---@param arguments table|string|nil
---@param options table?
local function each(list, search, scope, arguments, options)
  local first, settings = beginning(list, search, scope, arguments, options)
  if not first then raise(settings) end
  return iterate(first, settings)
end

local function collect(first, settings)
  local array, take = {}, items_of(first, settings)
  local item, _, failure = take()
  while item do
    array[#array + 1] = item
    item, _, failure = take()
  end
  if not failure then return array end
  return failures.of_more(failure, function() return collect(first, settings) end)
end

--- The same as an array, for a caller that changes the items while looping.
---@param list agentmail.Plan
---@param search agentmail.Plan?
---@param scope table
---@param arguments table|string|nil
---@param options table?
---@return table[]? items, string? message, agentmail.Failure? failure
local function all(list, search, scope, arguments, options)
  local first, settings = beginning(list, search, scope, arguments, options)
  if not first then raise(settings) end
  return collect(first, settings)
end

return { each = each, all = all, iterate = iterate, settings_of_page = settings_of_page }
