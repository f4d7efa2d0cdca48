-- SPDX-License-Identifier: MIT
-- Attachments given by url: fetched before their request is served, because nothing may wait inside
-- its transaction, and only from hosts that webhooks may go to. attachments.lua refuses those that
-- could not be fetched, once it is clear that they are needed: a replayed request needs none.

local hosts = require "agentmail.sandbox.http.hosts"
local json = require "agentmail.sandbox.http.json"
local outgoing = require "agentmail.sandbox.http.outgoing"

local LIMITS = { seconds = 10, bytes = 10 * 1024 * 1024, connections = 16 }
local MOST_URLS = 20

--- The URLs of a request's attachments, if it has any.
---@return string[]? urls
local function wanted(request)
  if request.too_large or not request.body:find('"url"', 1, true) then return nil end
  local body, urls, seen = json.decode(request.body), {}, {}
  if type(body) ~= "table" then return nil end
  for _, name in ipairs { "attachments", "add_attachments" } do
    for _, item in ipairs(type(body[name]) == "table" and body[name] or {}) do
      local url = type(item) == "table" and item.url
      if type(url) == "string" and not seen[url] then
        seen[url] = true
        urls[#urls + 1] = url
      end
    end
  end
  return #urls > 0 and urls or nil
end

local function why_not(app, url, number)
  if number > MOST_URLS then return ("more than %d are not fetched"):format(MOST_URLS) end
  if not hosts.may_call(app, url) then
    return "the sandbox fetches from this machine only, or from hosts it was started with"
  end
end

--- Starts to fetch. land() calls `done(found)` when the last fetch has ended, with
--- url → { bytes, content_type } or { problem }.
local function begin(app, urls, done)
  app.fetch_client = app.fetch_client or outgoing.client(app, "attachments", LIMITS)
  local group = { found = {}, left = #urls, done = done }
  for i, url in ipairs(urls) do
    local problem = why_not(app, url, i)
    local flight = problem and { problem = problem }
      or outgoing.begin(app.fetch_client, "GET", url, nil, {})
    flight.url, flight.group = url, group
    app.fetches[flight] = true
  end
end

local function keep(result, call, body)
  if result.status < 200 or result.status > 299 then
    result.problem = ("it answered %d"):format(result.status)
  end
  result.bytes, result.content_type = body or "", call:header("content-type")
end

--- Collects the fetches that have ended; true when there were any.
local function land(app)
  local complete, some = {}, false
  for flight in pairs(app.fetches) do
    local result = outgoing.ended(flight, keep)
    if result then
      local group = flight.group
      app.fetches[flight], some = nil, true
      group.found[flight.url], group.left = result, group.left - 1
      if group.left == 0 then complete[#complete + 1] = group end
    end
  end
  for _, group in ipairs(complete) do group.done(group.found) end
  return some
end

--- Cancels the fetches in progress.
local function close(app)
  for flight in pairs(app.fetches) do
    if flight.call then flight.call:close() end
  end
  if app.fetch_client then app.fetch_client:close() end
end

return { wanted = wanted, begin = begin, land = land, close = close }
