-- SPDX-License-Identifier: MIT
-- The handle's way to a sandbox that already runs: its control interface over HTTP. It takes the
-- place of the listener that start{} creates.

local agentmail = require "agentmail"
local hosts = require "agentmail.sandbox.http.hosts"
local json = require "agentmail.sandbox.http.json"
local option_check = require "agentmail.sandbox.option_check"
local query = require "agentmail.sandbox.http.query"

local CALLER = 4 -- of sandbox.connect, for error() in a function that connect() here calls
local KEY = "^am_test_(.+)$"
local CALL = { attempts = 1, deadline = 90 } -- `expect` may wait for a minute
local LOOK = { attempts = 1, deadline = 5 }  -- for a request that shows whether it is there

local options_known = { url = "string", namespace = "string", api_key = "string" }

-- A mistake of the caller, found in connect() here or in a function that it calls.
local function mistake(message) error("sandbox.connect: " .. message, CALLER) end
local function inner_mistake(message) error("sandbox.connect: " .. message, CALLER + 1) end

local function variable(name)
  local value = os.getenv(name)
  return value ~= "" and value or nil
end

-- Whose data the handle is to show: namespace and API key, each nil if nothing says so. The
-- environment's key belongs to the environment's URL.
local function organization(options)
  local key, named = options.api_key, "api_key"
  if not key and not options.url and not options.namespace then
    key, named = variable "AGENTMAIL_API_KEY", "$AGENTMAIL_API_KEY"
  end
  local of_key = key and key:match(KEY)
  if key and not of_key and not options.namespace then
    inner_mistake(named .. " is not am_test_ and a namespace, so give namespace, too")
  end
  if of_key and options.namespace and of_key ~= options.namespace then
    inner_mistake(("api_key is of the namespace '%s', not of '%s'; give one of the two"):format(
      of_key, options.namespace))
  end
  local namespace = options.namespace or of_key
  if namespace and not namespace:find("^[%w._~-]+$") then
    inner_mistake(("a namespace has the characters A-Z a-z 0-9 - . _ ~ only, unlike '%s'"):format(
      namespace))
  end
  return namespace, key
end

---@class agentmail.sandbox.Remote  has the methods of the listener that a handle uses
local remote = {}
remote.__index = remote

-- Makes a request of the control interface. nil: there was no answer.
local function ask(client, method, target, bytes, media_type, options)
  local has_body = bytes ~= "" or media_type ~= nil
  local _, answer, failure = client:request({
    method = method, path = "/_sandbox/v1/" .. target, protection = "none",
    body = has_body and bytes or nil,
    content_type = has_body and (media_type or "application/json") or nil,
  }, options)
  local response = (failure or answer).response
  if not response then return nil, failure and failure.message or answer end
  return response.status, response.body
end

--- Like the listener's: runs a control action, and returns its status and body.
function remote:call(method, path, query_text, bytes, namespace, media_type)
  local target = path .. "?namespace=" .. query.escape(namespace)
  if query_text ~= "" then target = target .. "&" .. query_text end
  local status, body = ask(self.client, method, target, bytes, media_type, CALL)
  if not status then error(("sandbox at %s: %s"):format(self.url, body), 0) end
  return status, body
end

--- Ends the connection; the sandbox goes on.
function remote:close() self.client:close() end

function remote:closed() return self.client:closed() end

function remote:wait()
  error(("the sandbox at %s runs elsewhere: only its own program can wait"):format(self.url), 2)
end

-- No request here has a credential: the control interface goes by the namespace.
local function client_at(url)
  return agentmail.new { base_url = url, api_key = "control" }
end

-- What the sandbox tells of itself; nil and why there is none.
local function look(url, namespace)
  local client <close> = client_at(url)
  local target = namespace and "info?namespace=" .. query.escape(namespace) or "info"
  local status, body = ask(client, "GET", target, "", nil, LOOK)
  local info = status and json.decode(body)
  if type(info) == "table" and status == 400 then return nil, info.message end
  if type(info) ~= "table" or status ~= 200 or not info.control_url then
    return nil, ("no sandbox at %s: %s"):format(url, status and "HTTP " .. status or body)
  end
  return info
end

-- The URL with the port of another one: what the sandbox calls itself need not be its name here.
local function with_port(url, other)
  local scheme, authority = url:match("^(%a+://)([^/?#]+)$")
  local port = other:match(":(%d+)$")
  return authority and port and scheme .. hosts.name(authority) .. ":" .. port or url
end

local function is_same(info, other)
  return info ~= nil and info.seed == other.seed and info.control_url == other.control_url
end

local function connect(options)
  option_check.check("sandbox.connect", options, options_known, CALLER)
  local url = options.url or variable "AGENTMAIL_BASE_URL"
  if not url then mistake "give url, or set $AGENTMAIL_BASE_URL to that of a sandbox" end
  if not hosts.authority(url) then
    mistake(("%s must be an http or https URL, not '%s'"):format(
      options.url and "url" or "$AGENTMAIL_BASE_URL", url))
  end
  url = url:gsub("/+$", "")
  local namespace, api_key = organization(options)
  local info, message = look(url, namespace)
  if not info then return nil, message end
  local control = with_port(url, info.control_url)
  if control == url then
    url = with_port(url, info.url)
  elseif not is_same(look(control, namespace), info) then
    control = url -- a container may show one of its ports only, or another sandbox has that port
  end
  namespace = namespace or info.namespace
  return {
    url = url, control_url = control, certificate = info.certificate, seed = info.seed,
    namespace = namespace, api_key = api_key or "am_test_" .. namespace,
    _listener = setmetatable({ client = client_at(control), url = control }, remote),
  }
end

return { connect = connect }
