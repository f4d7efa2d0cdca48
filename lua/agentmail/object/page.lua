-- SPDX-License-Identifier: MIT
-- Pages of a list, and the way from one to the next. Nothing ends silently: a page that cannot be
-- had, a token that comes back, a list without end are all failures.

local call = require "agentmail.call.call"
local failures = require "agentmail.call.failure"
local lazy = require "agentmail.util.lazy"
local percent = require "agentmail.core".percent
local loops = lazy "agentmail.object.loop"

local format = string.format

---@class agentmail.Page  an array of the list's items
---@field count integer?            items on this page, as the service counts them
---@field limit integer?            items that a page can have
---@field next_page_token string?   nil on the last page
local methods = {}

local mt = { __name = "agentmail.Page", __index = methods }

-- `for message in messages:list() do` would go wrong otherwise, too, and say less.
function mt.__call()
  error("a page is an array: loop over ipairs(page), page:each(), or a collection's each { … }", 2)
end

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
  local walk = walks[self or walks] or error("page:next() is for pages that a list returned", 2)
  local token = self.next_page_token
  if not token then return nil end
  local request, message, failure = follow(walk, token)
  if not request then return nil, message, failure end
  return call.perform(request)
end

--- A loop over this page and all after it: `for message in page:each() do … end`. Raises the
--- failure's message when a page cannot be had.
---@param settings agentmail.Loop?
function methods:each(settings)
  local walk = walks[self or walks] or error("page:each() is for pages that a list returned", 2)
  local made, mistake = loops.settings_of_page(walk.request.plan, settings)
  if not made then error("page:each: " .. mistake, 2) end
  made.options = walk.request.given
  return loops.iterate(function() return self end, made)
end

return { new = new, new_walk = new_walk, follow = follow, methods = methods, mt = mt }
