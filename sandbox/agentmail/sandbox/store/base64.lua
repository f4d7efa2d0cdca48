-- SPDX-License-Identifier: MIT
-- base64, for the contents of attachments and the signatures of webhooks.

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local values, codes = {}, {}
for i = 1, 64 do
  codes[i - 1] = ALPHABET:byte(i)
  values[codes[i - 1]] = i - 1
end

--- Decodes text already known to be base64.
---@param text string
---@return string
local function decode(text)
  local parts = {}
  for a, b, c, d in text:gmatch("(.)(.)(.)(.)") do
    local bits = values[a:byte()] << 18 | values[b:byte()] << 12
               | (values[c:byte()] or 0) << 6 | (values[d:byte()] or 0)
    local bytes = string.char(bits >> 16, bits >> 8 & 255, bits & 255)
    parts[#parts + 1] = d == "=" and bytes:sub(1, c == "=" and 1 or 2) or bytes
  end
  return table.concat(parts)
end

local function encode_group(group)
  local a, b, c = group:byte(1, 3)
  local bits = a << 16 | (b or 0) << 8 | (c or 0)
  local text = string.char(codes[bits >> 18], codes[bits >> 12 & 63], codes[bits >> 6 & 63],
                           codes[bits & 63])
  if c then return text end
  return text:sub(1, #group + 1) .. ("="):rep(3 - #group)
end

--- Encodes, with padding.
---@param bytes string
---@return string
local function encode(bytes)
  return (bytes:gsub("..?.?", encode_group))
end

--- The same in the URL alphabet (RFC 4648, section 5), without padding.
---@param bytes string
---@return string
local function encode_url(bytes)
  return (encode(bytes):gsub("[+/=]", { ["+"] = "-", ["/"] = "_", ["="] = "" }))
end

return { decode = decode, encode = encode, encode_url = encode_url }
