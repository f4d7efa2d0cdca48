-- SPDX-License-Identifier: MIT
-- Which hosts are this machine, and which ones the sandbox may speak to.

local loopback = { ["localhost"] = true, ["[::1]"] = true, ["::1"] = true }

local hosts = {}

--- The URL of a numeric address.
function hosts.url(address, port)
  return ("http://%s:%d"):format(address:find(":", 1, true) and "[" .. address .. "]" or address,
                                 port)
end

--- The host of "host" or "host:port", in lower case.
function hosts.name(authority)
  return (authority:lower():gsub(":%d+$", ""))
end

function hosts.is_loopback(name)
  return loopback[name] or name:find "^127%.%d+%.%d+%.%d+$" ~= nil
end

--- The authority of an http or https URL, without user and password; nil when it is none.
function hosts.authority(url)
  local rest = url:match "^[Hh][Tt][Tt][Pp][Ss]?://([^/?#]+)"
  if not rest or url:find "[%c ]" then return nil end
  rest = rest:match "@([^@]*)$" or rest
  return rest ~= "" and rest or nil
end

--- May webhooks be delivered there? To this machine; elsewhere only if the start allowed it.
function hosts.may_call(app, url)
  local authority = hosts.authority(url)
  if not authority then return false end
  local name = hosts.name(authority)
  if hosts.is_loopback(name) then return true end
  for _, allowed in ipairs(app.config.webhook_hosts or {}) do
    if allowed:lower() == name then return true end
  end
  return false
end

return hosts
