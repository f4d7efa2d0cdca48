-- SPDX-License-Identifier: MIT
-- The only module that computes hashes.

local sha256 = require "agentmail.core".sha256

local BLOCK = 64

local function from_hex(digits) return string.char(tonumber(digits, 16)) end

--- The 32 raw bytes of the hash.
local function bytes(text)
  return (sha256(text):gsub("%x%x", from_hex))
end

local function masked(key, mask)
  return (key:gsub(".", function(c) return string.char(c:byte() ~ mask) end))
end

--- HMAC-SHA256, 32 bytes.
local function hmac(key, text)
  if #key > BLOCK then key = bytes(key) end
  key = key .. ("\0"):rep(BLOCK - #key)
  return bytes(masked(key, 0x5C) .. bytes(masked(key, 0x36) .. text))
end

return { sha256 = sha256, EMPTY = sha256(""), bytes = bytes, hmac = hmac }
