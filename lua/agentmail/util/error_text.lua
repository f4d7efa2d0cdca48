-- SPDX-License-Identifier: MIT
-- The text of an error object that is somebody else's: its __tostring may raise, or answer no
-- string.

---@param problem any
---@return string
local function error_text(problem)
  local ok, text = pcall(tostring, problem)
  return ok and text or "a " .. type(problem) .. " that tostring() cannot convert"
end

return error_text
