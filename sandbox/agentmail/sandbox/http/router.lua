-- SPDX-License-Identifier: MIT
-- Maps a method and a path to an operation of operations.lua and its path parameters.

local fields = require "agentmail.sandbox.http.fields"
local operations = require "agentmail.api.operations"
local paths = require "agentmail.sandbox.http.paths"
local query = require "agentmail.sandbox.http.query"

local gmatch = string.gmatch

---@class agentmail.sandbox.Route
---@field name string
---@field method string
---@field path string
---@field protection string
---@field sends boolean
---@field params string[]
---@field read_query function
---@field read_body function?
---@field body_optional boolean

local root = paths.new()
local routes = {} ---@type table<string, agentmail.sandbox.Route>

-- What the service still takes and its definition no longer has. Threads have no other deletion.
local OLD_QUERY = {}
for _, scope in ipairs { "", "pods.", "inboxes." } do
  OLD_QUERY[scope .. "threads.delete"] = " permanent:boolean"
end

local function compile(name, row)
  local route = {
    name = name, method = row[1], path = row[2], protection = row[3],
    sends = row[3] == "idempotency_key", body_optional = row.body_optional or false,
  }
  route.read_query = query.reader((row.query or "") .. (OLD_QUERY[name] or ""))
  if row[1] == "POST" or row[1] == "PATCH" or row[1] == "PUT" then
    route.read_body = fields.record(row.body or "", fields.checks)
    route.body_optional = route.body_optional or not row.body
  end
  route.params = paths.add(root, route.method, route.path, route)
  routes[name] = route
end

for name, row in pairs(operations) do compile(name, row) end

for _, scope in ipairs { "", "/pods/{pod_id}", "/inboxes/{inbox_id}" } do
  local path = "/v0" .. scope .. "/metrics" -- before it had two kinds of them
  paths.add(root, "GET", path, paths.find(root, "GET", path .. "/events"))
end

--- The route and its parameters; or nil, and true when the path's percent-encoding is broken.
---@return agentmail.sandbox.Route? route, table<string, string>|boolean|nil params_or_broken
local function find(method, path) return paths.find(root, method, path) end

-- From 0 for equal words to 2 for words that neither begin nor end alike.
local function unlike(a, b)
  local shorter, head, tail = math.min(#a, #b), 0, 0
  while head < shorter and a:byte(head + 1) == b:byte(head + 1) do head = head + 1 end
  while tail < shorter - head and a:byte(-1 - tail) == b:byte(-1 - tail) do tail = tail + 1 end
  return 2 * (1 - (head + tail) / math.max(#a, #b))
end

-- How far a path is from a route; parameters fit anything.
local function difference(segments, route)
  local cost, i = 0, 0
  for wanted in gmatch(route.path, "[^/]+") do
    i = i + 1
    local given = segments[i]
    if not given then
      cost = cost + 2
    elseif wanted:find("^{") then
      cost = cost + 0.3
    elseif wanted ~= given then
      cost = cost + unlike(wanted, given)
    end
  end
  return cost + 2 * math.max(0, #segments - i)
end

--- "METHOD /path" of the known route most similar to this one.
---@param method string
---@param path string
---@return string
local function nearest(method, path)
  local segments = {}
  for segment in gmatch(path, "[^/]+") do
    segments[#segments + 1] = segment
    if #segments > 16 then break end
  end
  local best, least
  for _, route in pairs(routes) do
    local cost = difference(segments, route) + (route.method == method and 0 or 0.5)
    local text = route.method .. " " .. route.path
    if not least or cost < least or (cost == least and text < best) then
      best, least = text, cost
    end
  end
  return best
end

return { routes = routes, find = find, nearest = nearest }
