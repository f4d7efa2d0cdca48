-- SPDX-License-Identifier: MIT
-- Authentication-Results (RFC 8601): did the mail pass DMARC at the receiving server?

--- True if one of these values says that DMARC failed. Comments and quotes do not count: anyone can
--- write there.
---@param values string[]
---@return boolean
local function fails(values)
  for _, value in ipairs(values) do
    local plain = value:gsub("\\.", ""):gsub('"[^"]*"', ""):gsub("%b()", " "):lower()
    for result in plain:gmatch(";%s*dmarc%s*/?%s*%d*%s*=%s*(%a+)") do
      if result == "fail" then return true end
    end
  end
  return false
end

return { fails = fails }
