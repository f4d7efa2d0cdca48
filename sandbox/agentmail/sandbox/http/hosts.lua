-- SPDX-License-Identifier: MIT
-- Which hosts are this machine, and which hosts the sandbox may connect to.

local loopback = { ["localhost"] = true, ["[::1]"] = true, ["::1"] = true }

--- The URL of a numeric address.
---@param scheme "http"|"https"?
local function url_of(address, port, scheme)
  local host = address:find(":", 1, true) and "[" .. address .. "]" or address
  return ("%s://%s:%d"):format(scheme or "http", host, port)
end

--- The host of "host" or "host:port", in lower case.
local function name_of(authority)
  return (authority:lower():gsub(":%d+$", ""))
end

--- Whether a host is this machine.
---@param name string
---@return boolean
local function is_loopback(name)
  return loopback[name] ~= nil or name:find("^127%.%d+%.%d+%.%d+$") ~= nil
end

--- The authority of an http or https URL, without user and password; nil for any other text.
local function authority_of(url)
  local rest = url:match("^[Hh][Tt][Tt][Pp][Ss]?://([^/?#]+)")
  if not rest or url:find("[%c ]") then return nil end
  rest = rest:match("@([^@]*)$") or rest
  return rest ~= "" and rest or nil
end

--- Whether webhooks may go there: to this machine, and elsewhere only if the options allow it.
local function may_call(app, url)
  local authority = authority_of(url)
  if not authority then return false end
  local name = name_of(authority)
  if is_loopback(name) then return true end
  for _, allowed in ipairs(app.config.webhook_hosts or {}) do
    if allowed:lower() == name then return true end
  end
  return false
end

--- Where the client of a request reaches the service, for URLs in its answer: as it is told to
--- the world, or as this client called it, which was checked; without a request at its own URL.
---@param request { headers: table<string, string> }
---@return string
local function base_of(app, request)
  local host = request.headers.host
  return app.config.public_url or host and app.scheme .. "://" .. host or app.url
end

return {
  base = base_of, url = url_of, name = name_of, is_loopback = is_loopback, authority = authority_of,
  may_call = may_call,
}
