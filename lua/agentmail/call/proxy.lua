-- SPDX-License-Identifier: MIT
-- Which proxy a client uses: the one in its options, or that of the process's environment, which
-- libcurl reads (http_proxy, https_proxy, all_proxy, no_proxy). For loopback there is none.

--- Whether the host of a URL is loopback.
---@param url string
---@return boolean
local function is_loopback(url)
  url = url:lower()
  local host = url:match("^https?://(%[[^%]]*%])") or url:match("^https?://([^/:]*)")
  return host == "localhost" or host == "[::1]"
    or host ~= nil and host:find("^127%.%d+%.%d+%.%d+$") ~= nil
end

--- The proxy of a client, as in am_client_options.
---@param options agentmail.Options
---@param base_url string
---@return string? proxy  "": none; nil: the environment's
local function proxy_of(options, base_url)
  return options.proxy or is_loopback(base_url) and "" or nil
end

return { proxy_of = proxy_of, is_loopback = is_loopback }
