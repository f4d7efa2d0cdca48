-- SPDX-License-Identifier: MIT
-- Header lines: folded, non-ASCII text encoded (RFC 2047), names separated from addresses.

local addresses = require "agentmail.sandbox.mail.addresses"
local base64 = require "agentmail.sandbox.store.base64"

local WIDTH = 76       -- length of a line with encoded words; used for all lines
local FRAME = #"=?utf-8?B??="
local LEAST = 30       -- the least room for a word on the line of the name
local LONGEST = 200    -- bytes of one word, or of a quoted name, left unencoded
local ATOMS = "^[%w!#$%%&'*+/=?^_`{|}~-]+$"

-- Words in lines: a word that does not fit begins a new line.
local function folded(name, words)
  local lines, line = {}, name .. ":"
  for i, word in ipairs(words) do
    if #line + 1 + #word > WIDTH and (i > 1 or word:find("^=%?")) then
      lines[#lines + 1] = line
      line = ""
    end
    line = line .. " " .. word
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\r\n")
end

-- A character in an encoded word of either kind.
local function as_q(char)
  if char == " " then return "_" end
  if char:find("^[%w!*+/-]$") then return char end
  return (char:gsub(".", function(byte) return ("=%02X"):format(byte:byte()) end))
end

-- The encoding that takes less room: its letter, and its function.
local function encoding_of(text)
  local length = 0
  for char in text:gmatch(utf8.charpattern) do length = length + #as_q(char) end
  if length < #text * 4 / 3 then
    return "Q", function(piece) return (piece:gsub(utf8.charpattern, as_q)) end
  end
  return "B", base64.encode
end

-- Appends a text as encoded words of at most 75 characters; the first has this much room.
local function encode(words, text, room)
  local letter, encoded = encoding_of(text)
  if room < LEAST then room = WIDTH - 1 end
  local piece = ""
  local function finish()
    words[#words + 1] = ("=?utf-8?%s?%s?="):format(letter, encoded(piece))
    piece, room = "", WIDTH - 1
  end
  for char in text:gmatch(utf8.charpattern) do
    if piece ~= "" and FRAME + #encoded(piece .. char) > room then finish() end
    piece = piece .. char
  end
  if piece ~= "" then finish() end
end

local function one_line(text) return (text:gsub("[\r\n\t]+", " ")) end

-- True if a text needs no encoding: ASCII, nothing that looks like an encoded word, words that fit.
local function is_plain(text)
  if text:find("[^ -~]") or text:find("=?", 1, true) or text:find("^ ") or text:find(" $") then
    return false
  end
  for word in text:gmatch("%S+") do
    if #word > LONGEST then return false end
  end
  return true
end

--- A header with text.
---@param name string
---@param value string
---@return string
local function text(name, value)
  local words = {}
  value = one_line(value)
  if is_plain(value) then
    for word in value:gmatch("%s*%S+") do words[#words + 1] = word:gsub("^ ", "") end
  else
    encode(words, value, WIDTH - #name - 2)
  end
  return folded(name, words)
end

--- A header with ids, or other words that may be long and must not be encoded.
---@param name string
---@param list string[]
---@return string
local function ids(name, list)
  local words = {}
  for i, id in ipairs(list) do words[i] = one_line(id) end
  return folded(name, words)
end

-- Appends a name, which may be any text.
local function name_words(words, name)
  if not is_plain(name) or #name > LONGEST then
    encode(words, name, 0)
  elseif name:gsub(" ", ""):find(ATOMS) and not name:find("  ", 1, true) then
    for word in name:gmatch("%S+") do words[#words + 1] = word end
  else
    words[#words + 1] = '"' .. name:gsub('[\\"]', "\\%0") .. '"'
  end
end

--- A header with addresses, as the API writes them: "a@b", "Name <a@b>".
---@param name string
---@param list string[]
---@return string
local function mailboxes(name, list)
  local words = {}
  for i, entry in ipairs(list) do
    local whose, address = addresses.split(one_line(entry))
    if whose then
      name_words(words, whose)
      address = "<" .. address .. ">"
    elseif address == "" then
      address = "<>"
    end
    words[#words + 1] = address .. (i < #list and "," or "")
  end
  return folded(name, words)
end

return { text = text, ids = ids, mailboxes = mailboxes }
