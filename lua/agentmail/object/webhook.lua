-- SPDX-License-Identifier: MIT
-- Verifies that a webhook is from the service, and decodes its event. Signatures follow Svix's
-- scheme; the core checks them in constant time.

local answers = require "agentmail.call.answer"
local core = require "agentmail.core"
local enums = require "agentmail.util.held" "agentmail.api.enums"
local failures = require "agentmail.call.failure"
local mistakes = require "agentmail.util.mistakes"
local object = require "agentmail.object.object"
local raise = require "agentmail.util.raise".raise

local format = string.format

local TOLERANCE = 300
local OPERATION = "verify_webhook"
---@class agentmail.Incoming  a webhook, as it arrived
---@field secret string  the webhook's: "whsec_…"
---@field headers table<string, string|string[]>  names in any case
---@field body string    the raw bytes
---@field now number?    seconds since 1970; default: this machine's clock
---@field tolerance number?  seconds that the webhook's time may differ; default 300
local KNOWN = { secret = "string", headers = "table", body = "string", now = "number",
                tolerance = "number" }
local REQUIRED = { "secret", "headers", "body" }

local function mistake_in(given)
  if type(given) ~= "table" then
    return "takes { secret =, headers =, body = }, not a " .. type(given)
  end
  for name, value in pairs(given) do
    local kind = KNOWN[name]
    if not kind then return select(2, mistakes.unknown(name, KNOWN, "parameter")) end
    if type(value) ~= kind then
      return format("'%s' must be a %s, not a %s", name, kind, type(value))
    end
    if kind == "number" and not (value >= 0 and value < 2 ^ 53) then
      return format("'%s' must be a number of seconds, not %s", name, value)
    end
  end
  for _, name in ipairs(REQUIRED) do
    if given[name] == nil then return format("'%s' is required", name) end
  end
end

-- The three headers, in any case and under both of their names. A repeated one may be a list.
local function signed_headers(headers)
  local lower = {}
  for name, value in pairs(headers) do
    if type(value) == "table" then value = table.concat(value, " ") end
    if type(name) == "string" then lower[name:lower()] = tostring(value) end
  end
  local function find(name) return lower["svix-" .. name] or lower["webhook-" .. name] end
  return find "id", find "timestamp", find "signature"
end

--- The advice for a webhook that anyone may have sent.
local BEWARE = "Do not act on it; answer the request with status 400"

local function refused(code, message)
  return failures.new({
    operation = OPERATION, code = code, outcome = "not_applied", message = message,
    fix = code == "bad_signature" and BEWARE or nil, retryable = false,
  }, function() return refused(code, message) end)
end

-- The oldest payloads have a list, `from_`, instead.
local function with_from(message)
  if message and message.from == nil and message.from_ ~= nil then
    local from = message.from_
    message.from = type(from) == "table" and table.concat(from, ", ") or from
  end
end

local function is_known(event_type)
  for _, word in ipairs(enums.event_type) do
    if word == event_type then return true end
  end
  return false
end

-- An event of a type that is newer than this library may have fields that no model describes. It is
-- returned unchanged.
local function decoded(scope, body)
  local event, problem = answers.decode("Event", body, scope)
  if event then return event end
  local other = answers.decode("UnknownEvent", body, scope)
  if other and not is_known(other.event_type) then return other end
  return nil, problem
end

-- An event of a calendar names its inbox beside it.
local function with_home(scope, event)
  local about, inbox_id = event.calendar_event, event.inbox_id
  if type(about) ~= "table" or type(inbox_id) ~= "string" then return end
  setmetatable(about, scope.client.inbox_scopes[inbox_id].CalendarEvent)
end

--- Verifies a webhook and returns its event; or nil, message, failure, with the code
--- "bad_signature" when it is not genuine. Raises an error for the caller's mistakes.
---@param scope table
---@param given agentmail.Incoming
---@return agentmail.Event? event, string? message, agentmail.Failure? failure
local function verify(scope, given)
  local mistake = mistake_in(given)
  if mistake then raise(OPERATION .. ": " .. mistake) end
  local id, timestamp, signatures = signed_headers(given.headers)
  if not (id and timestamp and signatures) then
    return refused("bad_signature", "it has no signature: headers svix-id, svix-timestamp and "
      .. "svix-signature")
  end
  local genuine, problem = core.verify_webhook(given.secret, id, timestamp, signatures, given.body,
    math.floor(given.now or core.time()), math.floor(given.tolerance or TOLERANCE))
  if not genuine then
    if problem:find("^secret ") then raise(OPERATION .. ": '" .. problem:gsub(" ", "' ", 1)) end
    return refused(problem == "out of memory" and "out_of_memory" or "bad_signature", problem)
  end
  local event
  event, problem = decoded(scope, given.body)
  if not event then return refused("bad_response", (problem:gsub("^the answer", "the event"))) end
  with_from(event.message)
  with_home(scope, event)
  return event
end

-- Objects of an event that is verified without a client are data. Their methods return a failure
-- with this message.
local NOBODY = {
  checks = true, on_attempt = false, key_source = false, json_depth = 100, base_url = "",
  dry = { -- which answers all requests
    answer = function()
      return nil, "this came from agentmail.verify_webhook, which has no client; "
        .. "client:verify_webhook gives objects that can call", "closed"
    end,
  },
}
NOBODY.scope = object.new_scope(NOBODY, {})
NOBODY.inbox_scopes = object.new_scopes(NOBODY, "inbox_id")

--- The same without a client.
local function verify_alone(given)
  return verify(NOBODY.scope, given)
end

return { verify = verify, verify_alone = verify_alone, known = KNOWN }
