-- SPDX-License-Identifier: MIT
-- Checks the options of a client and of a single call. A misspelt option would silently have no
-- effect, so every name is checked.

local copy = require "agentmail.util.copy".copy
local core = require "agentmail.core"
local mistakes = require "agentmail.util.held" "agentmail.util.mistakes"

local format = string.format

---@class agentmail.Options
---@field api_key string|fun():string|nil  default: $AGENTMAIL_API_KEY; a function is asked per call
---@field environment "production"|"eu"|"x402"|"mpp"|nil  a service by name, instead of base_url
---@field base_url string?    default: $AGENTMAIL_BASE_URL, else the region of the key
---@field checks boolean?     false: no checks before the network, unknown fields pass as they are
---@field limits table<string, number>?  see the guide's table; each has a default
---@field on_attempt fun(event: agentmail.AttemptEvent)?  sees every attempt, wait and decision
---@field headers table<string, string>? sent with every request
---@field user_agent string?  default: agentmail-lua and its version
---@field ca_file string?     certificates to trust, in one file; default: those that curl trusts
---@field ca_dir string?      the same, as a directory of hashed names; either replaces the default
---@field proxy string?       "" for none; default: the environment's, but not for loopback
---@field http2 boolean?      HTTP/2 over TLS if offered; default: HTTP/1.1
---@field outbox string|agentmail.OutboxOptions|nil  a file that records each mail before it is sent
---@field dry boolean|fun(request: agentmail.DryRequest)|nil  sends reads, only reports writes
local OF_CLIENT = {
  api_key = "string or function", base_url = "string", limits = "table", on_attempt = "function",
  headers = "table", user_agent = "string", ca_file = "string", ca_dir = "string",
  proxy = "string", http2 = "boolean", checks = "boolean", environment = "string",
  dry = "boolean or function", outbox = "string or table",
}

---@class agentmail.CallOptions  these, and limits by name
---@field headers table<string, string>?  sent with this request, in addition to the client's
---@field on_attempt fun(event: agentmail.AttemptEvent)?  instead of the client's
---@field on_progress fun(done: integer, total: integer?)?  bytes sent; without a body, received
---@field raw boolean?  the receipt, or the failure, gets the `response`
---@field idempotency_key string|false|nil  of a send: your own key, or false for none
---@field caused_at number|false|nil  with an outbox: time of the mail's cause; false: unknown
---@field on_conflict "error"|"first"|nil  with an outbox: instead of the client's

---@class agentmail.AttemptEvent  the argument of on_attempt; holds neither body nor credential
---@field event "attempt"|"resend"|"answer"|"wait"|"done"|"recorded"|"look"|"settled"
---@field operation string   "inboxes.messages.send"
---@field at number          seconds since the call began
---@field attempt integer    how often the request was sent so far; a resend is by libcurl itself
---@field try integer        how often the library began to send it
---@field status integer?    of an answer
---@field code string?       why an answer, or the call, is not a success
---@field delay number?      the length of a wait in seconds
---@field reason string?     of a wait, and of the end
---@field outcome "applied"|"not_applied"|"unknown"|nil  of the end
---@field state agentmail.OutboxState?  of the outbox, in its events

---@class agentmail.Response  the service's answer, with the option raw and of client:request
---@field status integer
---@field headers table<string, string>  by name in lower case
---@field body string

--- Limits of a client as a whole, without meaning for a single call.
local OF_CLIENT_ONLY = { connections = true, queue_length = true, json_depth = true,
                         outbox_blind = true, outbox_horizon = true, outbox_grace = true,
                         outbox_wait = true }

--- Options of a call, in addition to its arguments: these, and every other limit by name.
local OF_CALL = {
  headers = "table", on_attempt = "function", on_progress = "function", idempotency_key = "string",
  raw = "boolean", caused_at = "number or boolean", on_conflict = "string",
}

--- Options of a call that the core does not use.
local OURS = { "on_attempt", "on_progress", "idempotency_key", "raw" }

for _, name in ipairs(core.limits()) do
  if not OF_CLIENT_ONLY[name] then OF_CALL[name] = "number" end
end

local function check_limit(name, value)
  local _, least, most, unit = core.limit(name)
  if type(value) ~= "number" then
    return nil, format("limit '%s' must be a number, not a %s", name, type(value))
  end
  if not (value >= least and value <= most) then
    return nil, format("limit '%s' is %s; it must be %.14g to %.14g %s", name, value, least, most,
                       unit == "count" and "" or unit):gsub(" $", "")
  end
  return true
end

local function check_headers(headers)
  for name, value in pairs(headers) do
    if type(name) ~= "string" or type(value) ~= "string" then
      return nil, format("header '%s' must map a name to a string, not a %s to a %s",
                         tostring(name), type(name), type(value))
    end
    if (name .. value):find("\0", 1, true) then
      return nil, format("header %q holds a NUL character", name)
    end
  end
  return core.check_headers(headers)
end

-- `parameters`: the names that an operation takes, which are not options.
local function check_types(options, kinds, parameters)
  for name, value in pairs(options) do
    local kind = kinds[name]
    if not kind and OF_CLIENT_ONLY[name] then
      return nil, format("limit '%s' is one of a client: agentmail.new { limits = { %s = … } }",
                         name, name)
    end
    if not kind and parameters and parameters[name] then
      return nil, format("'%s' is a parameter: pass it in the first table, the options are for "
        .. "how the call is made", name)
    end
    if not kind then return mistakes.unknown(name, kinds, "option") end
    if not kind:find(type(value), 1, true) then
      return nil, format("option '%s' must be a %s, not a %s", name, kind, type(value))
    end
  end
  if options.headers then return check_headers(options.headers) end
  return true
end

--- Whether the options are valid for agentmail.new; nil and the mistake if not.
---@param options agentmail.Options
---@return true?, string? mistake
local function check_client(options)
  for name in pairs(options) do
    local limit = not OF_CLIENT[name] and (core.limit(name) and name or mistakes.own_name(name))
    if core.limit(limit) then
      return nil, format("%s'%s' is a limit: pass limits = { %s = … }",
                         limit ~= name and "unknown option '" .. name .. "'; " or "", limit, limit)
    end
  end
  local dry = options.dry
  if dry ~= nil and type(dry) ~= "boolean" and type(dry) ~= "function" then
    local _, problem = mistakes.must("true or a function", dry)
    return nil, "option 'dry' " .. problem
  end
  local ok, mistake = check_types(options, OF_CLIENT)
  if not ok then return nil, mistake end
  for name, value in pairs(options.limits or {}) do
    if not core.limit(name) then
      local known = {}
      for _, limit in ipairs(core.limits()) do known[limit] = true end
      return mistakes.unknown(name, known, "limit")
    end
    ok, mistake = check_limit(name, value)
    if not ok then return nil, mistake end
  end
  return true
end

--- The core's options for a call; or nil and the caller's mistake.
---@param plan agentmail.Plan
---@param observer function|false  the client's
---@param options table  the caller's
---@return table? settings, string? mistake
local function for_call(plan, observer, options)
  if type(options) ~= "table" then
    return nil, "options must be a table, not a " .. type(options)
  end
  local settings, key = copy(options), options.idempotency_key
  if key ~= nil and not plan.known.idempotency_key then
    return nil, "option 'idempotency_key' is for the five sends; this operation has no use for it"
  end
  for _, name in ipairs { "caused_at", "on_conflict" } do -- which the outbox has taken out
    if options[name] ~= nil then
      return nil, format("option '%s' is for the five sends of a client with an outbox", name)
    end
  end
  settings.idempotency_key = key or nil -- false: without one
  local ok, mistake = check_types(settings, OF_CALL, plan.known)
  if not ok then return nil, mistake end
  for name, value in pairs(settings) do
    if core.limit(name) then
      ok, mistake = check_limit(name, value)
      if not ok then return nil, mistake end
    end
  end
  for _, name in ipairs(OURS) do settings[name] = nil end
  settings.anonymous = plan.options.anonymous
  settings.events = (options.on_attempt or observer) and true or nil
  settings.progress = options.on_progress and true or nil
  return settings
end

--- The value of a limit for a client.
---@param options agentmail.Options
---@param name string
---@return number
local function limit_of(options, name)
  return options.limits and options.limits[name] or (core.limit(name))
end

-- Fills the list of the limits.
local function filled(list)
  setmetatable(list, nil)
  for i, name in ipairs(core.limits()) do
    local default, least, most, unit, about = core.limit(name)
    list[i] = { name = name, default = default, least = least, most = most, unit = unit,
                about = about }
  end
  return list
end

--- All limits. The list is filled on its first use, as few programs use it.
---@type agentmail.Limit[]
local limits = setmetatable({}, {
  __index = function(list, key) return filled(list)[key] end,
  __len = function(list) return #filled(list) end,
  __pairs = function(list) return next, filled(list) end,
})

return {
  limits = limits, check_client = check_client, for_call = for_call, limit_of = limit_of,
  of_client = OF_CLIENT, of_call = OF_CALL, of_client_only = OF_CLIENT_ONLY,
}
