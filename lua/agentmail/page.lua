-- SPDX-License-Identifier: MIT
-- Pages of a list, and the loop over all of them. Nothing ends silently: a page that cannot be
-- had, a token that comes back, a list without end are all failures.

local failures = require "agentmail.failure"
local percent = require "agentmail.core".percent

local format = string.format

---@class agentmail.Page  an array of the list's items
---@field count integer?            items on this page, as the service counts them
---@field limit integer?
---@field next_page_token string?   nil on the last page
local methods = {}

local mt = { __name = "agentmail.Page", __index = methods }

-- page → where its walk stands. Beside the page, which is plain data.
local walks = setmetatable({}, { __mode = "k" })

--- Makes a page of a list's answer, in place: the list itself, with the envelope's fields on it.
---@param answer table
---@param field string      the answer's list
---@param request agentmail.Request
---@param perform function  request → page, receipt | nil, message, failure
---@return agentmail.Page
local function new(answer, field, request, perform)
  local page = answer[field]
  for name, value in next, answer do
    if name ~= field then page[name] = value end
  end
  if page.next_page_token then
    local walk = request.walk or { seen = {}, pages = 0, perform = perform, request = request }
    walk.pages = walk.pages + 1
    walks[page] = walk
  end
  return setmetatable(page, mt)
end

-- The same request with another token. Made from the bytes, not from the arguments: whatever the
-- caller did to his table since, the filters stay.
local function with_token(request, token, walk)
  local path, query = request.target:match("^([^?]*)%??(.*)$")
  query = ("&" .. query):gsub("&page_token=[^&]*", "") .. "&page_token=" .. percent(token)
  local following = {}
  for name, value in next, request do following[name] = value end
  following.target, following.walk = path .. "?" .. query:gsub("^&+", ""), walk
  return following
end

local function endless(walk, why)
  local request = walk.request
  return failures.new({
    operation = request.plan.name, code = "bad_response", outcome = "not_applied", message = why,
    attempts = 0, elapsed = 0, retryable = false,
  }, true, function() return endless(walk, why) end)
end

--- The next page: nil alone after the last one, `nil, message, failure` when it cannot be had.
---@return agentmail.Page? page, table|string|nil receipt_or_message, agentmail.Failure? failure
function methods:next()
  local token = self.next_page_token
  if not token then return nil end
  local walk = walks[self] or error("page:next() is for pages that a list returned", 2)
  if walk.seen[token] then
    return endless(walk, format("the service repeated the page token %q", token))
  end
  local most = walk.request.scope.client.max_pages
  if walk.pages >= most then
    return endless(walk, format("the list has more than %d pages (limit 'pages')", most))
  end
  walk.seen[token] = true
  return walk.perform(with_token(walk.request, token, walk))
end

-- A loop over what `first` and its successors hold. The fourth value closes the loop: after a
-- break, nothing more is fetched.
local function iterate(first)
  local page, index, over = nil, 0, false
  local function step()
    if over then return nil end
    local message
    if not page then
      page, message = first()
      if not page then
        over = true
        error(message, 2)
      end
    end
    index = index + 1
    while page[index] == nil do
      page, message = page:next()
      if not page then
        over = true
        if message then error(message, 2) end
        return nil
      end
      index = 1
    end
    return page[index]
  end
  local closing = setmetatable({}, { __close = function() over = true end })
  return step, nil, nil, closing
end

--- A loop over this page and all after it: `for message in page:each() do … end`. Raises the
--- failure's message when a page cannot be had.
function methods:each()
  return iterate(function() return self end)
end

return { new = new, iterate = iterate, methods = methods, mt = mt }
