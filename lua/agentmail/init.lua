-- SPDX-License-Identifier: MIT
-- The AgentMail email API for Lua.
--
--   local agentmail = require "agentmail"
--   local client = agentmail.new { api_key = "am_…" }

local core = require "agentmail.core"
local collection = require "agentmail.collection"
local json = require "agentmail.json"
local lazy = require "agentmail.lazy"
local object = require "agentmail.object"
local option = require "agentmail.options"
local schema = require "agentmail.schema"

local explanation = lazy "agentmail.explain"
local names = lazy "agentmail.names"

local BASE_URL = "https://api.agentmail.to"
local EU_BASE_URL = "https://api.agentmail.eu"

---@class agentmail.Client
local methods = {}

local mt = { __name = "agentmail.Client" }

function mt.__index(client, key)
  local method = methods[key]
  if method then return method end
  local node = collection.root.children[key]
  if not node then
    local known = {}
    for name in pairs(methods) do known[name] = true end
    for name in pairs(collection.root.children) do known[name] = true end
    error(("a client has no '%s'%s"):format(tostring(key), names.suggestion(key, known)), 2)
  end
  local made = collection.new(node, client.scope)
  rawset(client, key, made)
  return made
end

function mt.__tostring(client)
  return tostring(client.core)
end

--- Ends what is in flight and forgets the credentials. Closing twice is fine.
function methods:close()
  self.core:close()
end

mt.__close = methods.close

---@return boolean
function methods:closed()
  return self.core:closed()
end

local function handle(class, field, scopes)
  return function(self, id)
    local _, problem = schema.segment(field, id)
    if problem then error(("%s %s"):format(field, problem), 2) end
    return setmetatable({ [field] = id }, self[scopes][id][class])
  end
end

--- An inbox to call methods on, without a request.
methods.inbox = handle("Inbox", "inbox_id", "inbox_scopes")

--- A pod to call methods on, without a request.
methods.pod = handle("Pod", "pod_id", "pod_scopes")

local function environment(name)
  local value = os.getenv(name)
  return value ~= "" and value or nil
end

-- The environment's proxy is for the way out; nobody means it for this very machine.
local function is_loopback(base_url)
  base_url = base_url:lower()
  local host = base_url:match("^https?://(%[[^%]]*%])") or base_url:match("^https?://([^/:]*)")
  return host == "localhost" or host == "[::1]" or host ~= nil and host:find("^127%.") ~= nil
end

--- Makes a client. No request is made, and no API key is needed before the first call.
---@param options agentmail.Options?
---@return agentmail.Client
local function new(options)
  options = options or {}
  if type(options) ~= "table" then
    error("agentmail.new takes a table of options, not a " .. type(options), 2)
  end
  local ok, mistake = option.check_client(options)
  if not ok then error("agentmail.new: " .. mistake, 2) end
  local settings = {}
  for name, value in pairs(options) do settings[name] = value end
  settings.on_attempt = nil
  settings.api_key = options.api_key or environment "AGENTMAIL_API_KEY"
  local european = settings.api_key and settings.api_key:find("^am_eu_")
  settings.base_url = options.base_url or environment "AGENTMAIL_BASE_URL"
    or european and EU_BASE_URL or BASE_URL
  if is_loopback(settings.base_url) then settings.proxy = settings.proxy or "" end
  local made, handle_or_problem = pcall(core.client, settings)
  if not made then error("agentmail.new: " .. handle_or_problem, 2) end
  local client = { core = handle_or_problem, on_attempt = options.on_attempt or false }
  client.max_pages = option.limit_of(options, "pages")
  client.json_depth = option.limit_of(options, "json_depth")
  client.scope = object.new_scope(client, {})
  client.inbox_scopes = object.new_scopes(client, "inbox_id")
  client.pod_scopes = object.new_scopes(client, "pod_id")
  return setmetatable(client, mt)
end

--- Sleeps; Ctrl-C and a host's hooks still work.
---@param seconds number
local function sleep(seconds)
  local till = core.now() + seconds
  while not core.sleep(math.max(0, till - core.now())) do end
end

--- A failure as a paragraph for a person: what was tried, what is known, what to do next.
---@param failure agentmail.Failure
---@return string
local function explain(failure)
  return explanation.explain(failure)
end

return {
  new = new,
  explain = explain,
  sleep = sleep,
  uuid = core.uuid,
  key = core.key,
  null = json.null,
  limits = core.limits,
  methods = methods,
  mt = mt,
  _VERSION = "agentmail " .. core.version,
}
