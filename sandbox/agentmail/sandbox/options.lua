-- SPDX-License-Identifier: MIT
-- Checks the options of start{…} and turns them into those of the service and the listener. A
-- wrong option raises an error at the caller of start.

local hosts = require "agentmail.sandbox.http.hosts"
local json = require "agentmail.sandbox.http.json"
local listener = require "agentmail.sandbox.listener"
local option_check = require "agentmail.sandbox.option_check"
local switches = require "agentmail.sandbox.control.switches"

local DEFAULT_NAMESPACE = "local"
local CALLER = 4 -- of start, as seen from a function that read calls

local known = {
  namespace = "string", seed = "integer", path = "string", host = "string", port = "integer",
  clock = "string", switches = "table", hosts = "table", max_body = "integer",
  webhook_hosts = "table", control_port = "integer", public_url = "string", tls = "string or table",
}

local function frozen_at(clock)
  if clock == nil or clock == "real" then return nil end
  if clock == "frozen" then return os.time() * 1000 end
  local ms = require "agentmail.sandbox.store.clock".parse(clock)
  if not ms then
    error('sandbox.start: clock must be "real", "frozen" or a date and time', CALLER)
  end
  return ms
end

-- The sandbox's URL as clients use it, without a slash at its end.
local function public_url(url)
  if url == nil then return nil end
  if not hosts.authority(url) then
    error("sandbox.start: public_url must be an http or https URL", CALLER)
  end
  return (url:gsub("/+$", ""))
end

-- The names of a certificate, in OpenSSL's configuration syntax.
local function names_of(options)
  local list = { "DNS:localhost", "IP:127.0.0.1", "IP:::1" }
  local own = { options.host, table.unpack(options.hosts or {}) }
  if options.public_url then own[#own + 1] = hosts.name(hosts.authority(options.public_url)) end
  for _, name in pairs(own) do
    if name:find("^[%d.]+$") or name:find("^[%x:]+$") and name:find(":", 1, true) then
      list[#list + 1] = "IP:" .. name
    elseif name:find("^[%w._-]+$") then
      list[#list + 1] = "DNS:" .. name
    end
  end
  return table.concat(list, ",")
end

local function read_file(path)
  local file, problem = io.open(path, "rb")
  if not file then error("sandbox.start: tls: " .. problem, CALLER + 1) end
  local text = file:read "a"
  file:close()
  return text
end

-- The certificate and its key in PEM; nothing if the sandbox uses plain HTTP.
local function tls(options)
  local given = options.tls
  if given == nil then return nil end
  if given == "self" then return listener.self_signed(names_of(options)) end
  if type(given) ~= "table" or type(given.certificate) ~= "string"
    or type(given.key) ~= "string" then
    error('sandbox.start: tls must be "self" or { certificate = file, key = file }', CALLER)
  end
  return read_file(given.certificate), read_file(given.key)
end

--- Reads the options of start{…}.
---@param options table
---@return table config   for the service
---@return table settings for the listener, without its module
local function read(options)
  option_check.check("sandbox.start", options, known, CALLER)
  local certificate, key = tls(options)
  local config = {
    namespace = options.namespace or DEFAULT_NAMESPACE, seed = options.seed, path = options.path,
    host = options.host or "127.0.0.1", hosts = json.array(options.hosts),
    webhook_hosts = json.array(options.webhook_hosts), public_url = public_url(options.public_url),
    frozen_at = frozen_at(options.clock), version = require "agentmail.core".version,
    certificate = certificate,
  }
  local problem, name = switches.set(config, options.switches or {})
  if problem then error(("sandbox.start: switches.%s: %s"):format(name, problem), CALLER - 1) end
  return config, {
    config = json.encode(config), host = options.host, port = options.port,
    control_port = options.control_port, max_body = options.max_body,
    certificate = certificate, key = key,
  }
end

return { read = read }
