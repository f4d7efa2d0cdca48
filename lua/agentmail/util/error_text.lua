-- SPDX-License-Identifier: MIT
-- The text of a foreign error object: its __tostring may raise, or return something other than a
-- string.

---@param problem any
---@return string
local function error_text(problem)
  local ok, text = pcall(tostring, problem)
  return ok and text or "a " .. type(problem) .. " that tostring() cannot convert"
end

return error_text
