-- SPDX-License-Identifier: MIT
-- Makes a safe file name from an untrusted one: it stays in its folder, is visible, cannot disguise
-- itself, and is valid on other systems, too.

local extension_of = require "agentmail.api.content_type".extension_of

--- The longest name, in bytes, unless the file system reports another limit.
local LONGEST = 255

--- The longest extension, in bytes, including its dot.
local LONGEST_EXTENSION = 32

-- Control characters, and those that are invisible or change the direction of the text: "exe.jpg"
-- may be "gpj.exe" in disguise. The joiners U+200C and U+200D stay, as scripts and emoji need them.
local HIDDEN = {
  { 0x00, 0x1F }, { 0x7F, 0x9F }, { 0xAD, 0xAD }, { 0x61C, 0x61C }, { 0x180E, 0x180E },
  { 0x200B, 0x200B }, { 0x200E, 0x200F }, { 0x2028, 0x202E }, { 0x2060, 0x206F },
  { 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB },
}

-- Device names of Windows, reserved with any extension.
local RESERVED = {}
for name in ("CON PRN AUX NUL CLOCK$ CONIN$ CONOUT$"):gmatch "%S+" do RESERVED[name] = true end
for _, digit in ipairs { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³" } do
  RESERVED["COM" .. digit], RESERVED["LPT" .. digit] = true, true
end

-- The text with a "_" for each byte that is not UTF-8.
local function valid(text)
  local parts, at = {}, 1
  local _, bad = utf8.len(text)
  while bad do
    parts[#parts + 1] = text:sub(at, bad - 1)
    at = bad + 1
    _, bad = utf8.len(text, at)
  end
  parts[#parts + 1] = text:sub(at)
  return table.concat(parts, "_")
end

local function shown(character)
  local code = utf8.codepoint(character)
  for _, range in ipairs(HIDDEN) do
    if code >= range[1] and code <= range[2] then return "_" end
  end
end

-- The first bytes of a text, without half a character or a dot at the end.
local function cut(text, most)
  if #text <= most then return text end
  while most > 0 and text:byte(most + 1) & 0xC0 == 0x80 do most = most - 1 end
  return (text:sub(1, most):gsub("[. ]+$", ""))
end

local function trimmed(text) return (text:gsub("^[. ]+", ""):gsub("[. ]+$", "")) end

--- A safe name similar to this one: the last part of a path (RFC 6266, section 4.3), without
--- characters that would hide the file or its type.
---@param name string?
---@param content_type string?  gives a file without a name its extension
---@return string
local function safe(name, content_type)
  name = valid(name or ""):gsub("[/\\]+$", ""):match "[^/\\]*$"
  name = trimmed(name:gsub('[<>:"|?*]', "_"):gsub(utf8.charpattern, shown))
  if name == "" then
    local extension = extension_of(content_type)
    return "attachment" .. (extension and "." .. extension or "")
  end
  if RESERVED[name:match("^[^.]*"):gsub(" +$", ""):upper()] then return "_" .. name end
  return name
end

--- The n-th form of a safe name, for when earlier ones are taken: "a.txt", "a (2).txt", …
---@param name string
---@param n integer
---@param longest integer?  the folder's limit, in bytes
---@return string
local function numbered(name, n, longest)
  longest = math.min(longest or LONGEST, LONGEST)
  local stem, extension = name:match "^(.+)(%.tar%.%w+)$"
  if not stem then stem, extension = name:match "^(.+)(%.[^.]+)$" end
  if not stem or #extension > math.min(LONGEST_EXTENSION, longest // 2) then
    stem, extension = name, ""
  end
  local tail = (n > 1 and (" (%d)"):format(n) or "") .. extension
  return cut(stem, longest - #tail) .. tail
end

return { safe = safe, numbered = numbered }
