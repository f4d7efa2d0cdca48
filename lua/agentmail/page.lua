-- SPDX-License-Identifier: MIT
-- Pages of a list, and the loop over all of them. Nothing ends silently: a page that cannot be
-- had, a token that comes back, a list without end are all failures.

local call = require "agentmail.call"
local failures = require "agentmail.failure"
local lazy = require "agentmail.lazy"
local models = require "agentmail.models".models
local percent = require "agentmail.core".percent
local requests = require "agentmail.request"
local ahead = lazy "agentmail.ahead"

local format = string.format

---@class agentmail.Page  an array of the list's items
---@field count integer?            items on this page, as the service counts them
---@field limit integer?            items that a page can have
---@field next_page_token string?   nil on the last page
local methods = {}

local mt = { __name = "agentmail.Page", __index = methods }

---@class agentmail.Walk  how one came to a page
---@field request agentmail.Request  which gave the first page
---@field tokens table<string, integer>  token → the number of the page that gave it, up to here
---@field pages integer      the number of this page
---@field followed boolean   someone went on from here

-- page → its walk. Beside the page, which is plain data.
local walks = setmetatable({}, { __mode = "k" })

--- A walk that begins with the answer to a request.
---@param request agentmail.Request
---@return agentmail.Walk
local function new_walk(request)
  return { request = request, tokens = {}, pages = 1, followed = false }
end

--- Makes a page of a list's answer, in place: the list itself, with the envelope's fields on it.
---@param answer table
---@param field string      the answer's list
---@param request agentmail.Request
---@return agentmail.Page
local function new(answer, field, request)
  local page = answer[field]
  for name, value in next, answer do
    if name ~= field then page[name] = value end
  end
  walks[page] = request.walk or new_walk(request)
  return setmetatable(page, mt)
end

-- The same request with another token. Made from the bytes, not from the arguments: whatever the
-- caller did to his table since, the filters stay.
local function with_token(request, token)
  local path, query = request.target:match("^([^?]*)%??(.*)$")
  query = ("&" .. query):gsub("&page_token=[^&]*", "") .. "&page_token=" .. percent(token)
  local following = {}
  for name, value in next, request do following[name] = value end
  following.target = path .. "?" .. query:gsub("^&+", "")
  return following
end

-- The tokens on the way to a page. Pages are data: one can go on from the same page twice, and the
-- two ways are none of each other's business.
local function tokens_before(walk)
  if not walk.followed then return walk.tokens end
  local tokens = {}
  for token, number in next, walk.tokens do
    if number < walk.pages then tokens[token] = number end
  end
  return tokens
end

local function endless(walk, why)
  local request = walk.request
  return failures.new({
    operation = request.plan.name, code = "bad_response", outcome = "not_applied", message = why,
    retryable = false,
  }, function() return endless(walk, why) end)
end

--- The request for the page after a token, `request.walk` being the way to that; or nil, message,
--- failure when the walk must not go on.
---@param walk agentmail.Walk
---@param token string
---@return agentmail.Request? request, string? message, agentmail.Failure? failure
local function follow(walk, token)
  local tokens = tokens_before(walk)
  if tokens[token] then
    return endless(walk, format("the service repeated the page token %q", token))
  end
  local most = walk.request.options.pages or walk.request.scope.client.max_pages
  if walk.pages >= most then
    return endless(walk, format("the list has more than %d pages (limit 'pages')", most))
  end
  walk.followed, tokens[token] = true, walk.pages
  local following = with_token(walk.request, token)
  following.walk = { request = walk.request, tokens = tokens, pages = walk.pages + 1,
                     followed = false }
  return following
end

--- The next page: nil alone after the last one, `nil, message, failure` when it cannot be had.
---@return agentmail.Page? page, table|string|nil receipt_or_message, agentmail.Failure? failure
function methods:next()
  local token = self.next_page_token
  if not token then return nil end
  local walk = walks[self] or error("page:next() is for pages that a list returned", 2)
  local request, message, failure = follow(walk, token)
  if not request then return nil, message, failure end
  return call.perform(request)
end

---@class agentmail.Loop  how a loop over a list goes
---@field max integer?   items in all
---@field full boolean?  fetches the complete state of each item, a few at once

-- What a loop is told besides the list's own parameters; or nil and the mistake.
local function loop_settings(plan, arguments)
  local max, full = arguments.max, arguments.full
  if max ~= nil and (math.type(max) ~= "integer" or max < 0) then
    return nil, format("'max' must be a whole number of items, not %s", tostring(max))
  end
  if full ~= nil and type(full) ~= "boolean" then
    return nil, format("'full' must be true or false, not a %s", type(full))
  end
  local model = models[plan.returns]
  local item = model and model[1]:match(model.page .. "!:(%w+)%[%]")
  if full and not (item and models[item].object) then
    return nil, "'full' is for lists of messages, threads, drafts, inboxes and pods: what this "
      .. "one lists is complete"
  end
  return { max = max or math.huge, full = full or false }
end

-- A loop over what `first` and its successors hold. The fourth value closes the loop: after a
-- break, nothing more is fetched.
local function iterate(first, settings)
  local page, index, count, over = nil, 0, 0, settings.max == 0
  local results = {}

  -- The next item: nil where there is none here; or nil and why it cannot be had.
  local function advance()
    local message, failure
    if page == nil or index >= #page then
      if page then page, message = page:next() else page, message = first() end
      index, over = 0, page == nil
      if over then return nil, message end
    end
    index = index + 1
    if not settings.full or not page[index] then return page[index] end
    local item
    item, message, failure = ahead.complete(results, page, index, settings.max - count,
                                            settings.options)
    if failure and failure.status == 404 then return nil end -- gone since it was listed
    return item, message
  end

  local function step()
    local item, message
    while not item and not over do
      item, message = advance()
      if not item and message then error(message, 2) end
    end
    if item == nil then return nil end
    count = count + 1
    over = count >= settings.max
    return item
  end
  local closing = setmetatable({}, { __close = function() over = true end })
  return step, nil, nil, closing
end

local function without_settings(arguments)
  local rest = {}
  for name, value in pairs(arguments) do rest[name] = value end
  rest.max, rest.full = nil, nil
  return rest
end

--- A loop over this page and all after it: `for message in page:each() do … end`. Raises the
--- failure's message when a page cannot be had.
---@param settings agentmail.Loop?
function methods:each(settings)
  local walk = walks[self] or error("page:each() is for pages that a list returned", 2)
  local made, mistake = loop_settings(walk.request.plan, settings or {})
  if not made then error("page:each: " .. mistake, 2) end
  return iterate(function() return self end, made)
end

--- A loop over all items of a list, or of its search where `q` is given. Beside the parameters of
--- the list, whose `limit` is the size of a page: `max` items in all; `full = true` fetches each
--- item's complete state, one request an item and a few of them at once, because lists carry no
--- bodies. An item that is gone by then is left out; one that cannot be had raises in its place.
---@param list agentmail.Plan
---@param search agentmail.Plan?
---@param scope table
---@param arguments table|string|nil
---@param options table?
local function each(list, search, scope, arguments, options)
  local plan, settings = list, { max = math.huge, full = false }
  local request, mistake
  if type(arguments) == "table" then
    if search and arguments.q ~= nil then plan = search end
    settings, mistake = loop_settings(plan, arguments)
    if not settings then error(plan.name .. ": " .. mistake, 2) end
    arguments = without_settings(arguments)
  end
  request, mistake = requests.build(plan, scope, arguments, options)
  if not request then error(mistake, 2) end
  settings.options = options
  return iterate(function() return call.perform(request) end, settings)
end

return { new = new, new_walk = new_walk, follow = follow, each = each, methods = methods, mt = mt }
