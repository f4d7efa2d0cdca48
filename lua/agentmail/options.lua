-- SPDX-License-Identifier: MIT
-- The options of a client and of a single call, and what is wrong with them. A misspelt option
-- would be silently without effect, so every name is checked.

local core = require "agentmail.core"
local lazy = require "agentmail.lazy"
local names = lazy "agentmail.names"

local format = string.format

---@class agentmail.Options
---@field api_key string|fun():string|nil  default: $AGENTMAIL_API_KEY; a function is asked per call
---@field environment "production"|"eu"|"x402"|"mpp"|nil
---@field base_url string?    default: $AGENTMAIL_BASE_URL, else the region of the key
---@field checks boolean?     false: no checks before the network, unknown fields pass as they are
---@field limits table<string, number>?  see the README's table; each has a default
---@field on_attempt fun(event: table)?  sees every attempt, wait and decision
---@field headers table<string, string>? sent with every request
---@field user_agent string?
---@field ca_file string?
---@field ca_dir string?
---@field proxy string?       "" for none; default: the environment's
---@field http2 boolean?
local OF_CLIENT = {
  api_key = "string or function", base_url = "string", limits = "table", on_attempt = "function",
  headers = "table", user_agent = "string", ca_file = "string", ca_dir = "string",
  proxy = "string", http2 = "boolean", checks = "boolean", environment = "string",
}

---@class agentmail.CallOptions  limits by name, and these
---@field headers table<string, string>?
---@field on_attempt fun(event: table)?
---@field on_progress fun(done: integer, total: integer?)?  bytes of the body sent, or else received
---@field raw boolean?  the receipt, or the failure, gets `response` = { status, headers, body }
---@field idempotency_key string|false|nil  of a send

--- Options of a call, beside its arguments: every limit by name, and these.
local OF_CALL = {
  headers = "table", on_attempt = "function", on_progress = "function", idempotency_key = "string",
  raw = "boolean",
}

--- Options of a call that the core has no use for.
local OURS = { "on_attempt", "on_progress", "idempotency_key", "raw" }

local limits = {}
for _, limit in ipairs(core.limits) do
  limits[limit.name] = limit
  OF_CALL[limit.name] = "number"
end

local function check_limit(name, value)
  local limit = limits[name]
  if type(value) ~= "number" then
    return nil, format("limit '%s' must be a number, not a %s", name, type(value))
  end
  if not (value >= limit.least and value <= limit.most) then
    return nil, format("limit '%s' is %s; it must be %s to %s %s", name, value, limit.least,
                       limit.most, limit.unit == "count" and "" or limit.unit):gsub(" $", "")
  end
  return true
end

local function check_headers(headers)
  for name, value in pairs(headers) do
    if type(name) ~= "string" or not name:find("^[A-Za-z0-9!#$%%&'*+.^_`|~-]+$") then
      return nil, format("header name %q: use letters, digits and -", tostring(name))
    end
    if type(value) ~= "string" then
      return nil, format("header '%s' must be a string, not a %s", name, type(value))
    end
    if value:find("[%z\1-\8\10-\31\127]") then
      return nil, format("header '%s' must not contain a line break or another control character",
                         name)
    end
  end
  return true
end

local function check_types(options, kinds)
  for name, value in pairs(options) do
    local kind = kinds[name]
    if not kind then return names.unknown(name, kinds, "option") end
    if not kind:find(type(value), 1, true) then
      return nil, format("option '%s' must be a %s, not a %s", name, kind, type(value))
    end
  end
  if options.headers then return check_headers(options.headers) end
  return true
end

--- Whether agentmail.new can take these; nil and the mistake if not.
---@param options agentmail.Options
---@return true?, string? mistake
local function check_client(options)
  for name in pairs(options) do
    if not OF_CLIENT[name] and limits[name] then
      return nil, format("'%s' is a limit: pass limits = { %s = … }", name, name)
    end
  end
  local ok, mistake = check_types(options, OF_CLIENT)
  if not ok then return nil, mistake end
  for name, value in pairs(options.limits or {}) do
    if not limits[name] then return names.unknown(name, limits, "limit") end
    ok, mistake = check_limit(name, value)
    if not ok then return nil, mistake end
  end
  return true
end

--- What the core is told about a call, or nil and the mistake.
---@param plan agentmail.Plan
---@param observer function|false  the client's
---@param options table  the caller's
---@return table? settings, string? mistake
local function for_call(plan, observer, options)
  if type(options) ~= "table" then
    return nil, "options must be a table, not a " .. type(options)
  end
  local settings, key = {}, options.idempotency_key
  for name, value in pairs(options) do settings[name] = value end
  if key ~= nil and not plan.known.idempotency_key then
    return nil, "option 'idempotency_key' is for the five sends; this operation has no use for it"
  end
  settings.idempotency_key = key or nil -- false: without one
  local ok, mistake = check_types(settings, OF_CALL)
  if not ok then return nil, mistake end
  for name, value in pairs(settings) do
    if limits[name] then
      ok, mistake = check_limit(name, value)
      if not ok then return nil, mistake end
    end
  end
  for _, name in ipairs(OURS) do settings[name] = nil end
  settings.label, settings.anonymous = plan.options.label, plan.options.anonymous
  settings.events = (options.on_attempt or observer) and true or nil
  settings.progress = options.on_progress and true or nil
  return settings
end

--- The value of a limit for a client.
---@param options agentmail.Options
---@param name string
---@return number
local function limit_of(options, name)
  return options.limits and options.limits[name] or limits[name].default
end

return { check_client = check_client, for_call = for_call, limit_of = limit_of }
