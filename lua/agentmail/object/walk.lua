-- SPDX-License-Identifier: MIT
-- Walks from one page of an answer to the next. A walk never ends silently and never goes on
-- forever: a repeated page token and an endless list are failures.

local copy = require "agentmail.util.copy".copy
local failures = require "agentmail.call.failure"
local percent = require "agentmail.core".percent

local format = string.format

---@class agentmail.Walk  the way to a page
---@field request agentmail.Request  returned the first page
---@field tokens table<string, integer>  token → the number of the page that had it, up to here
---@field pages integer      the number of this page
---@field followed boolean   a later page was requested from here

--- A walk that begins with the answer to a request.
---@param request agentmail.Request
---@return agentmail.Walk
local function new(request)
  return { request = request, tokens = {}, pages = 1, followed = false }
end

-- The same request with another token. It is made from the bytes, not from the arguments, so the
-- filters stay even if the caller has changed the table since.
local function with_token(request, token)
  local path, query = request.target:match("^([^?]*)%??(.*)$")
  query = ("&" .. query):gsub("&page_token=[^&]*", "") .. "&page_token=" .. percent(token)
  local following = copy(request)
  following.target = path .. "?" .. query:gsub("^&+", "")
  return following
end

-- The tokens on the way to a page. Pages are data: a caller can continue from the same page twice,
-- and the two walks are independent.
local function tokens_before(walk)
  if not walk.followed then return walk.tokens end
  local tokens = {}
  for token, number in next, walk.tokens do
    if number < walk.pages then tokens[token] = number end
  end
  return tokens
end

local function endless(walk, why)
  return failures.new({
    operation = walk.request.plan.name, code = "bad_response", outcome = "not_applied",
    message = why, retryable = false,
  }, function() return endless(walk, why) end)
end

--- The request for the page of a token, with the way to it as `request.walk`; or nil, message,
--- failure when the walk must not continue.
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

return { new = new, follow = follow }
