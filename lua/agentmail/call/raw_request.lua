-- SPDX-License-Identifier: MIT
-- Requests that operations.lua does not define, repeated by the same rules as those it defines.
--
--   client:request { method = "POST", path = "/v0/widgets", body = { name = "x" },
--                    idempotency_key = agentmail.key("widget", 7) }

local call = require "agentmail.call.call"
local copies = require "agentmail.util.copy"
local core = require "agentmail.core"
local json = require "agentmail.util.json"
local mistakes = require "agentmail.util.mistakes"
local models = require "agentmail.api.plan".models
local option = require "agentmail.call.options"
local raise = require "agentmail.util.raise".raise
local reader_of = require "agentmail.call.raw_answer".reader_of

local format = string.format

---@class agentmail.GenericRequest
---@field method "GET"|"POST"|"PUT"|"PATCH"|"DELETE"|nil  default: GET
---@field path string          "/v0/widgets/7", percent-encoded
---@field query table<string, any>?  a list is sent as one JSON array
---@field body string|table|nil  a table is sent as JSON
---@field protection string?    whether it may be repeated; default: by the method
---@field idempotency_key string?  protects it; generated when the protection needs one
---@field inbox_id string?      with a key and an outbox: the POST is recorded as a mail of it
---@field headers table<string, string>?
---@field content_type string?   of the body; default: application/json
---@field returns string?        a model's name: the answer becomes its object
local KNOWN = {
  method = "string", path = "string", query = "table", body = "string or table",
  protection = "string", idempotency_key = "string", headers = "table", content_type = "string",
  inbox_id = "string", returns = "string",
}

--- The protection that a method itself provides.
local METHODS = { GET = "safe", PUT = "idempotent", DELETE = "idempotent", POST = "none",
                  PATCH = "none" }
local PROTECTIONS = { safe = true, idempotent = true, client_id = true, idempotency_key = true,
                      natural_key = true, none = true }

local function target_of(given)
  local path = given.path
  if not path then return nil, "'path' is required" end
  if not path:find("^/[!-~]*$") or path:find("#", 1, true) or path:find("/%.%.?%f[/?\0]") then
    return nil, format("'path' must begin with / and be percent-encoded, not %q", path)
  end
  if not given.query or next(given.query) == nil then return path end
  local query, problem = json.query(given.query)
  if not query then return nil, "'query' " .. problem end
  return path .. (path:find("?", 1, true) and "&" .. query:sub(2) or query)
end

local function body_of(given, client_id)
  local value = given.body
  if client_id then value = copies.merge({ client_id = client_id }, given.body or {}) end
  if type(value) ~= "table" then return value end
  local body, problem = json.encode(value)
  if not body then return nil, "'body' " .. problem end
  return body
end

-- A new client_id if the protection needs one and the body has none; or nil and the mistake, if
-- any.
local function client_id_of(given, protection)
  if protection ~= "client_id" then return nil end
  if type(given.body) == "string" then
    return nil, "'body' must be a table when the protection is client_id, to hold the id"
  end
  local id = given.body and given.body.client_id
  if id == nil then return core.uuid() end
  if type(id) ~= "string" then return nil, "'body' has a client_id that is not a string" end
  local ok, problem = core.check_key(id)
  if not ok then return nil, "'body' has a client_id that " .. problem end
end

-- Protection and key: a given key selects its protection, and that protection gets a missing key.
local function protection_of(given, method)
  local protection = given.protection or given.idempotency_key and "idempotency_key"
    or METHODS[method]
  if not PROTECTIONS[protection] then
    return nil, format("'protection' must be one of client_id, idempotency_key, idempotent, "
      .. "natural_key, none, safe, not %q", protection)
  end
  local key = given.idempotency_key
  if key then
    local ok, problem = core.check_key(key)
    if not ok then return nil, "'idempotency_key' " .. problem end
  elseif protection == "idempotency_key" then
    key = core.uuid()
  end
  return protection, key
end

local function check(given)
  if type(given) ~= "table" then
    return nil, "takes { method =, path =, … }, not a " .. type(given)
  end
  for name, value in pairs(given) do
    local kind = KNOWN[name]
    if not kind then return mistakes.unknown(name, KNOWN, "parameter") end
    if not kind:find(type(value), 1, true) then
      return nil, format("'%s' must be a %s, not a %s", name, kind, type(value))
    end
  end
  if given.returns and not models[given.returns] then
    return mistakes.unknown(given.returns, models, "model")
  end
  return true
end

local function build(client, given, options, receiver_of)
  local ok, problem = check(given)
  if not ok then return nil, problem end
  local method = (given.method or "GET"):upper()
  if not METHODS[method] then
    return nil, format("'method' must be GET, POST, PUT, PATCH or DELETE, not %q", given.method)
  end
  local target, body, protection, key, client_id, settings
  target, problem = target_of(given)
  if not target then return nil, problem end
  protection, key = protection_of(given, method)
  if not protection then return nil, key end
  client_id, problem = client_id_of(given, protection)
  if problem then return nil, problem end
  body, problem = body_of(given, client_id)
  if problem then return nil, problem end
  local name = method .. " " .. target:match("^[^?]*")
  local plan = { name = name, method = method, protection = protection, returns = given.returns,
                 known = {}, options = {}, receive = receiver_of(given.returns) }
  if options ~= nil and type(options) ~= "table" then
    return nil, "options must be a table, not a " .. type(options)
  end
  local merged = copies.copy(options or {})
  merged.headers = given.headers or merged.headers
  settings, problem = option.for_call(plan, client.on_attempt, merged)
  if not settings then return nil, problem end
  settings.content_type = given.content_type
  if not given.returns then
    plan.read, settings.identity = reader_of(method, protection == "safe", merged.headers)
  end
  return {
    plan = plan, scope = given.inbox_id and client.inbox_scopes[given.inbox_id] or client.scope,
    target = target, body = body, protection = protection,
    key = key, client_id = client_id, options = settings,
    observer = merged.on_attempt or client.on_attempt,
    on_progress = merged.on_progress, raw = true,
  }
end

-- Whether an outbox can record a request: a POST with a key and an inbox.
local function is_recorded(given)
  return type(given) == "table" and given.inbox_id ~= nil and given.idempotency_key ~= nil
    and type(given.method) == "string" and given.method:upper() == "POST"
    and (given.protection or "idempotency_key") == "idempotency_key"
end

--- Makes any request to the service. The answer is plain data (decoded JSON, or its bytes; an
--- object if `returns` names a model); the receipt and a failure have `response`.
---@param client agentmail.Client
---@param given agentmail.GenericRequest
---@param options agentmail.CallOptions?
---@param receiver_of fun(model: string?): function?  converts an answer, see collection.lua
---@param sends table  outbox/send.lua
---@return any value, agentmail.Receipt|string receipt_or_message, agentmail.Failure? failure
local function request(client, given, options, receiver_of, sends)
  local function made(rest)
    local built, mistake = build(client, given, rest, receiver_of)
    if not built then raise("request: " .. mistake) end
    return built
  end
  if client.outbox and not client.dry and is_recorded(given) then
    return sends.request(client, "request", options, made)
  end
  return call.perform(made(options))
end

return { request = request, known = KNOWN }
