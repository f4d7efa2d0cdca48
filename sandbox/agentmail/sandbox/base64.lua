-- SPDX-License-Identifier: MIT
-- base64, for the contents of attachments.

local base64 = {}

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local values = {}
for i = 1, 64 do values[ALPHABET:byte(i)] = i - 1 end

--- Decodes text that was checked to be base64.
---@param text string
---@return string
function base64.decode(text)
  local parts = {}
  for a, b, c, d in text:gmatch "(.)(.)(.)(.)" do
    local bits = values[a:byte()] << 18 | values[b:byte()] << 12
               | (values[c:byte()] or 0) << 6 | (values[d:byte()] or 0)
    local bytes = string.char(bits >> 16, bits >> 8 & 255, bits & 255)
    parts[#parts + 1] = d == "=" and bytes:sub(1, c == "=" and 1 or 2) or bytes
  end
  return table.concat(parts)
end

return base64
