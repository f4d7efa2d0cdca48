-- SPDX-License-Identifier: MIT
-- Pages of a list: arrays of its items, linked to the next page (walk.lua).

local loops = require "agentmail.object.loop"
local models = require "agentmail.api.plan".models
local perform = require "agentmail.call.call".perform
local printed = require "agentmail.object.printed"
local raise = require "agentmail.util.raise".raise
local walk = require "agentmail.object.walk"

---@class agentmail.Page  an array of the list's items
---@field count integer?            items on this page, as the service counts them
---@field limit integer?            items that a page can have
---@field next_page_token string?   nil on the last page
local methods = {}

local mt = { __name = "agentmail.Page", __index = methods }
mt.__tostring = printed.of_array(mt.__name,
  { "count:integer limit:integer? next_page_token:string?" })

local BY_HAND = "while page do … page, message, failure = page:next() end "
  .. "if failure then error(message) end"

-- The message of assert(page:next()) at the end.
local END = "there is no page after this one; to loop over all pages: page:each(), or " .. BY_HAND

-- Without this, `for message in messages:list() do` would fail with a less helpful error.
function mt.__call()
  raise("a page is an array: loop over ipairs(page), page:each(), or a collection's each { … }; "
    .. "page by page: " .. BY_HAND)
end

-- page → its walk; not a field, as a page is plain data.
local walks = setmetatable({}, { __mode = "k" })

-- The walk to the page whose method was called.
local function walk_to(page, name)
  return walks[page] or raise("page:" .. name .. "() is for pages that a list returned")
end

--- Turns a list's answer into a page, in place: the array itself with the other fields added to it.
---@param request agentmail.Request
---@param answer table
---@return agentmail.Page
local function receive(request, answer)
  local field = models[request.plan.returns].page
  local page = answer[field]
  for name, value in next, answer do
    if name ~= field then page[name] = value end
  end
  walks[page] = request.walk or walk.new(request)
  return setmetatable(page, mt)
end

--- The next page. On failure it returns `nil, message, failure`; after the last page, nil and a
--- message, but no failure.
---@return agentmail.Page? page, table|string receipt_or_message, agentmail.Failure? failure
function methods:next()
  local here, token = walk_to(self, "next"), self.next_page_token
  if not token then return nil, END end
  local request, message, failure = walk.follow(here, token)
  if not request then return nil, message, failure end
  return perform(request)
end

--- A loop over this page and all after it: `for message in page:each() do … end`. On failure, it
--- raises the failure's message.
---@param settings agentmail.Loop?
function methods:each(settings)
  local request = walk_to(self, "each").request
  local made, mistake = loops.settings_of_page(request, settings)
  if not made then raise("page:each: " .. mistake) end
  return loops.iterate(function() return self end, made)
end

return { receive = receive, methods = methods, mt = mt }
