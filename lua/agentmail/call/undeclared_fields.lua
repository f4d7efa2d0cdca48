-- SPDX-License-Identifier: MIT
-- Fields newer than this library, for clients made with `checks = false`: they are sent as plain
-- JSON, sorted by name, after the declared ones; in the body, or in the query of a GET.

local json = require "agentmail.util.json"
local percent = require "agentmail.core".percent

local encode = json.encode
local format = string.format

local function collect(plan, arguments)
  local more
  for name, value in next, arguments do
    if not plan.known[name] then
      more = more or {}
      more[name] = value
    end
  end
  return more
end

--- Fields as a query, sorted by name: a list as one JSON array, a string as bare text.
---@param fields table<string, any>
---@return string? query without its "?", string? mistake
local function query(fields)
  local names, parts = {}, {}
  for name in pairs(fields) do
    if type(name) ~= "string" then return nil, "its names must be strings" end
    names[#names + 1] = name
  end
  table.sort(names)
  for i, name in ipairs(names) do
    local text, problem = encode.any(fields[name])
    if not text then return nil, format("'%s' %s", name, problem) end
    if type(fields[name]) == "string" then text = fields[name] end
    parts[i] = percent(name) .. "=" .. percent(text)
  end
  return table.concat(parts, "&")
end

-- Inserts members before the closing brace of a body, which is text or the last of its pieces.
local function insert(body, members)
  if type(body) == "table" then
    body[#body] = insert(body[#body], members)
    return body
  end
  if body == nil or body == "{}" then return "{" .. members .. "}" end
  return body:sub(1, -2) .. "," .. members .. "}"
end

--- Adds the fields that its plan does not know to a request.
---@param plan agentmail.Plan
---@param arguments table
---@param target string
---@param body string|table|nil
---@return string? target, string|table|nil body_or_mistake
local function add(plan, arguments, target, body)
  local more = collect(plan, arguments)
  if not more then return target, body end
  if plan.method == "GET" then
    local text, problem = query(more)
    if not text then return nil, problem end
    return target .. (target:find("?", 1, true) and "&" or "?") .. text, body
  end
  local text, problem = encode.map(more, encode.any)
  if not text then return nil, "unknown field " .. problem end
  return target, insert(body, text:sub(2, -2))
end

return { add = add, query = query }
