-- SPDX-License-Identifier: MIT
-- Makes foreign text safe to print: nothing in it moves a terminal's cursor, hides or reverses
-- text, or breaks a log's line, and it holds no API key.

local concat, find, format = table.concat, string.find, string.format

-- Characters that control a terminal, or that hide or reverse text: first, last.
local UNPRINTABLE = {
  { 0x00, 0x1F }, { 0x7F, 0x9F }, { 0xAD, 0xAD }, { 0x61C, 0x61C }, { 0x180E, 0x180E },
  { 0x200B, 0x200F }, { 0x2028, 0x202E }, { 0x2060, 0x206F }, { 0xFEFF, 0xFEFF },
  { 0xFFF9, 0xFFFB }, { 0xE0000, 0xE007F },
}

local function is_printable(character)
  for _, range in ipairs(UNPRINTABLE) do
    if character >= range[1] and character <= range[2] then return false end
  end
  return true
end

local printable = {}

--- The same text without API keys and bearer tokens, which a quoted request may contain.
---@param text string
---@return string
function printable.without_keys(text)
  return (text:gsub("([Bb][Ee][Aa][Rr][Ee][Rr]%s+)[%w%-._~+/]+=*", "%1…")
    :gsub("%f[%w_]am_[%w_%-]+", "am_…"))
end

--- Escapes control characters, bidirectional marks and bytes that are not UTF-8.
---@param text string
---@param most number?  characters, escapes included; a longer text ends in one more: "…"
---@param also table<string, string>?  replacements for further ASCII characters
---@return string escaped  the text itself when nothing is escaped or cut
---@return integer characters
function printable.escape(text, most, also)
  most = most or math.huge
  if not also and #text <= most and not find(text, "[%c\x7F-\xFF]") then return text, #text end
  local parts, length, at = {}, 0, 1
  while at <= #text do
    local shown, next_at = text:sub(at, at), at + 1
    local width = 1
    if not utf8.len(text, at, at) then
      shown = format("\\x%02X", shown:byte())
      width = #shown
    else
      local character = utf8.codepoint(text, at)
      shown = utf8.char(character)
      next_at = at + #shown
      local other = also and also[shown]
        or not is_printable(character) and format("\\u{%X}", character)
      if other then shown, width = other, #other end
    end
    if length + width > most then
      parts[#parts + 1], length = "…", length + 1
      break
    end
    parts[#parts + 1], length, at = shown, length + width, next_at
  end
  return concat(parts), length
end

--- Foreign text, made printable: without keys, and escaped.
---@param text string
---@param most number?
---@param also table<string, string>?
---@return string shown
---@return integer characters
function printable.shown(text, most, also)
  return printable.escape(printable.without_keys(text), most, also)
end

return printable
