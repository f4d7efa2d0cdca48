-- SPDX-License-Identifier: MIT
-- message/rfc822, read: headers, encoded words, text and HTML parts, attachments. What is broken in
-- a mail is taken as it stands; mail in the wild is.

local base64 = require "agentmail.sandbox.store.base64"
local sets = require "agentmail.sandbox.store.sets"

local MOST_DEPTH = 16

-- With any padding, and with anything between.
local function from_base64(text)
  text = text:gsub("[^%w+/]", "")
  if #text % 4 == 1 then text = text:sub(1, -2) end
  return base64.decode(text .. ("="):rep(-#text % 4))
end

local function unquote(text)
  text = text:gsub("=[ \t]*\r?\n", "")
  return (text:gsub("=(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

-- The sandbox speaks UTF-8; bytes of another charset are read as Latin-1.
local function to_utf8(bytes)
  if utf8.len(bytes) then return bytes end
  return (bytes:gsub("[\128-\255]", function(c) return utf8.char(c:byte()) end))
end

local function decode_words(text)
  text = text:gsub("(=%?[^?%s]+%?[BbQq]%?[^?]*%?=)%s+%f[=]", "%1")
  return (text:gsub("=%?[^?%s]+%?([BbQq])%?([^?]*)%?=", function(how, word)
    if how == "B" or how == "b" then return to_utf8(from_base64(word)) end
    return to_utf8(unquote((word:gsub("_", " "))))
  end))
end

-- Splits off the headers: an array of { name, value } and by lower-case name the first value.
local function split(bytes)
  local head, body = bytes:match("^(.-)\r?\n\r?\n(.*)$")
  if bytes:find("^\r?\n") then head, body = "", bytes:match("^\r?\n(.*)$") end
  head, body = head or bytes, body or ""
  local list, first = {}, {}
  for line in (head:gsub("\r?\n[ \t]+", " ") .. "\n"):gmatch("(.-)\r?\n") do
    local name, value = line:match("^([%w-]+):%s*(.-)%s*$")
    if name then
      list[#list + 1] = { name, to_utf8(value) }
      first[name:lower()] = first[name:lower()] or to_utf8(value)
    end
  end
  return list, first, body
end

local function parameter(value, name)
  local quoted = value:match(";%s*" .. name .. '%s*=%s*"([^"]*)"')
  return quoted or value:match(";%s*" .. name .. "%s*=%s*([^%s;]+)")
end

local function decoded(body, encoding)
  encoding = (encoding or ""):lower()
  if encoding == "base64" then return from_base64(body) end
  if encoding == "quoted-printable" then return unquote(body) end
  return body
end

local function parts_of(body, boundary)
  local parts, from = {}, nil
  local line = "--" .. boundary
  local at = 1
  body = "\n" .. body .. "\n"
  while true do
    local first, last = body:find("\n" .. line, at, true)
    if not first then return parts end
    if from then parts[#parts + 1] = body:sub(from, first - 1):gsub("\r$", "") end
    if body:sub(last + 1, last + 2) == "--" then return parts end
    from = (body:find("\n", last + 1, true) or #body) + 1
    at = last + 1
  end
end

local function take(letter, headers, body, depth)
  local kind = headers["content-type"] or "text/plain"
  local name = kind:match("^[%w.+-]+/[%w.+-]+") or "text/plain"
  name = name:lower()
  local boundary = name:find("^multipart/") and parameter(kind, "boundary")
  if boundary and depth < MOST_DEPTH then
    for _, part in ipairs(parts_of(body, boundary)) do
      local _, own, content = split(part)
      take(letter, own, content, depth + 1)
    end
    return
  end
  local disposition = headers["content-disposition"] or ""
  local filename = parameter(disposition, "filename") or parameter(kind, "name")
  local bytes = decoded(body, headers["content-transfer-encoding"])
  local attached = disposition:lower():find("^attachment") or filename
  if not attached and name == "text/plain" and not letter.text then
    letter.text = to_utf8(bytes):gsub("\r\n", "\n"):gsub("\n$", "")
  elseif not attached and name == "text/html" and not letter.html then
    letter.html = to_utf8(bytes)
  else
    letter.attachments[#letter.attachments + 1] = {
      filename = filename and decode_words(filename), content_type = name,
      content_disposition = disposition:lower():find("^inline") and "inline" or "attachment",
      content_id = (headers["content-id"] or ""):match("<(.-)>"), content = base64.encode(bytes),
    }
  end
end

local function addresses(value)
  local list = {}
  for address in decode_words(value or ""):gmatch("[^,]+") do
    address = address:match("^%s*(.-)%s*$")
    if address ~= "" then list[#list + 1] = address end
  end
  return #list > 0 and list or nil
end

local function ids(value)
  local list = {}
  for id in (value or ""):gmatch("<[^<>%s]+>") do list[#list + 1] = id end
  return #list > 0 and list or nil
end

local STANDARD = sets.words("from to cc reply-to subject date message-id in-reply-to references "
  .. "mime-version content-type content-transfer-encoding")

--- The letter in a message: from, to, cc, reply_to, subject, text, html, headers, attachments,
--- message_id, in_reply_to, references.
---@param bytes string
---@return table letter
local function letter_of(bytes)
  local list, first, body = split(bytes)
  local letter = {
    from = addresses(first.from) and decode_words(first.from), to = addresses(first.to),
    cc = addresses(first.cc), reply_to = addresses(first["reply-to"]),
    subject = first.subject and decode_words(first.subject),
    message_id = (ids(first["message-id"]) or {})[1],
    in_reply_to = (ids(first["in-reply-to"]) or {})[1], references = ids(first.references),
    attachments = {}, headers = {},
  }
  for _, header in ipairs(list) do
    if not STANDARD[header[1]:lower()] then letter.headers[header[1]] = decode_words(header[2]) end
  end
  take(letter, first, body, 1)
  return letter
end

return { letter = letter_of }
