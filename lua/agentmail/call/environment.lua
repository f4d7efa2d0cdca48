-- SPDX-License-Identifier: MIT
-- Which service a client talks to, and with which credentials. Options take precedence over
-- environment variables, and those over the region that the API key names.

local mistakes = require "agentmail.util.held" "agentmail.util.mistakes"
local proxy_of = require "agentmail.call.proxy".proxy_of

--- The known services, by name.
local ENVIRONMENTS = {
  production = "https://api.agentmail.to",
  eu = "https://api.agentmail.eu",
  x402 = "https://x402.api.agentmail.to",
  mpp = "https://mpp.api.agentmail.to",
}

-- A host may withhold the environment from its scripts, with the library os.
local function variable(name)
  local getenv = os and os.getenv
  local value = getenv and getenv(name)
  return value ~= "" and value or nil
end

local function base_url_of(options, api_key)
  local name = options.environment
  if name and options.base_url then
    return nil, "'environment' and 'base_url' both say where the service is; give one of them"
  end
  if name and not ENVIRONMENTS[name] then
    return mistakes.unknown(name, ENVIRONMENTS, "environment")
  end
  local european = type(api_key) == "string" and api_key:find("^am_eu_")
  local base_url = options.base_url or ENVIRONMENTS[name] or variable "AGENTMAIL_BASE_URL"
    or ENVIRONMENTS[european and "eu" or "production"]
  if base_url:find("/v0/*$") then
    return nil, "base_url must not end in /v0: every request adds that"
  end
  return base_url
end

-- The certificates to trust: file, directory, and whether the system's defaults replace a missing
-- one. As in curl's tool_operate.c, options take precedence over the environment, and there
-- CURL_CA_BUNDLE over the other two, which replace one default each; an empty variable is ignored.
local function authorities(options)
  if options.ca_file or options.ca_dir then return options.ca_file, options.ca_dir, false end
  local bundle = variable "CURL_CA_BUNDLE"
  if bundle then return bundle, nil, true end
  return variable "SSL_CERT_FILE", variable "SSL_CERT_DIR", true
end

-- The mistake with the name of the variable, when the value came from the environment.
local function named(mistake, options)
  return (mistake:gsub("^[%w_]+", {
    base_url = not options.base_url and "$AGENTMAIL_BASE_URL" or nil,
    api_key = not options.api_key and "$AGENTMAIL_API_KEY" or nil,
  }))
end

---@class agentmail.Place
---@field base_url string
---@field api_key string?             nil: there is none, or a function returns it
---@field key_source function|false   returns the key for each call
---@field proxy string?
---@field ca_file string?
---@field ca_dir string?
---@field ca_system boolean           the system's default replaces the one that is nil

--- The service and credentials that these options select; or nil and the caller's mistake.
---@param options agentmail.Options
---@return agentmail.Place? place, string? mistake
local function place(options)
  local api_key = options.api_key or variable "AGENTMAIL_API_KEY"
  local base_url, mistake = base_url_of(options, api_key)
  if not base_url then return nil, named(mistake, options) end
  local asked = type(api_key) == "function"
  local ca_file, ca_dir, ca_system = authorities(options)
  return {
    base_url = base_url, api_key = not asked and api_key or nil, key_source = asked and api_key,
    proxy = proxy_of(options, base_url),
    ca_file = ca_file, ca_dir = ca_dir, ca_system = ca_system,
  }
end

return { place = place, named = named, ENVIRONMENTS = ENVIRONMENTS }
