-- SPDX-License-Identifier: MIT
-- The Date header of answers. It follows the clock of the organization, like the times in the body,
-- so a client can compare the two.

local clock = require "agentmail.sandbox.store.clock"

local kept, kept_second, kept_headers -- the last ones: most answers share them

--- Headers with the Date of a time. The caller must not change them.
---@param headers table<string, string>?  left unchanged
---@param ms integer
---@return table<string, string>
local function add(headers, ms)
  local second = ms // 1000
  if headers and headers == kept and second == kept_second then return kept_headers end
  local dated = { Date = clock.http(ms) }
  for name, value in pairs(headers or {}) do dated[name] = value end
  kept, kept_second, kept_headers = headers, second, dated
  return dated
end

return { add = add }
