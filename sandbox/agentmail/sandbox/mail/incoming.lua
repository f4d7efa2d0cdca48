-- SPDX-License-Identifier: MIT
-- Parses message/rfc822 into a letter; any input is accepted. Every part becomes the text, the HTML
-- or an attachment; header information without a field in the API is kept in `headers`.

local authentication = require "agentmail.sandbox.mail.authentication"
local base64 = require "agentmail.sandbox.store.base64"
local gmime = require "agentmail.sandbox.gmime"
local ids = require "agentmail.sandbox.mail.ids"
local sets = require "agentmail.sandbox.store.sets"

-- Headers that become fields of a message.
local FIELDS = sets.words("from to cc reply-to subject message-id in-reply-to references "
  .. "mime-version content-type content-transfer-encoding")
-- Headers whose field holds one value.
local SINGLE = sets.words("from subject message-id")

-- Addresses --------------------------------------------------------------------------------------

-- The contents of the headers with a name: entries { text, name, address }, and true if a list of
-- texts represents them fully.
local function listed(headers, name)
  local list, complete = {}, true
  for _, header in ipairs(headers) do
    if header.name:lower() == name then
      local entries, grouped = gmime.addresses(header.raw)
      table.move(entries, 1, #entries, #list + 1, list)
      complete = complete and not grouped
    end
  end
  return list, complete
end

local function texts(entries)
  local list = {}
  for i, entry in ipairs(entries) do list[i] = entry.text end
  return list
end

--- The bare addresses in a text: "a@b, C <c@d>".
---@param text string
---@return string[]
local function addresses(text)
  local list = {}
  for _, entry in ipairs((gmime.addresses(text))) do list[#list + 1] = entry.address end
  return list
end

-- Headers ----------------------------------------------------------------------------------------

-- The values of each header, by its lower-case name.
local function by_name(headers)
  local values = {}
  for _, header in ipairs(headers) do
    local name = header.name:lower()
    values[name] = values[name] or {}
    table.insert(values[name], header.value)
  end
  return values
end

-- The map of other headers. A repeated header has all its values, in order, one per line. Headers
-- with a field appear only if the field is incomplete.
local function others(headers, values, incomplete)
  local map, done = {}, {}
  for _, header in ipairs(headers) do
    local name = header.name:lower()
    local hidden = FIELDS[name] and not incomplete[name]
      and not (SINGLE[name] and #values[name] > 1)
    if not done[name] and not hidden then map[header.name] = table.concat(values[name], "\n") end
    done[name] = true
  end
  return map
end

local function all_ids(values, read)
  local list = {}
  for _, value in ipairs(values or {}) do
    local found = read(value)
    table.move(found, 1, #found, #list + 1, list)
  end
  return list
end

-- Parts ------------------------------------------------------------------------------------------

-- A page declares its charset itself if nothing else does.
local function text_of(part)
  local charset = part.charset
  if not charset and part.content_type == "text/html" then
    charset = part.bytes:sub(1, 1024):match("<[Mm][Ee][Tt][Aa][^>]-charset=[\"']?([%w_-]+)")
  end
  return (gmime.utf8(part.bytes, charset):gsub("\r\n", "\n"))
end

local function attachment_of(part)
  local disposition = part.disposition and part.disposition:lower()
  local inline = disposition == "inline" or not disposition and part.content_id
  return {
    filename = part.filename, content_type = part.content_type, content_id = part.content_id,
    content_disposition = inline and "inline" or "attachment",
    content = base64.encode(part.bytes),
  }
end

local function place(letter, part)
  local kind = part.content_type:lower()
  part.content_type = kind
  if part.filename == "" then part.filename = nil end
  local attached = part.filename or (part.disposition or ""):lower() == "attachment"
  if not attached and kind == "text/plain" and not letter.text then
    letter.text = text_of(part):gsub("\n$", "")
  elseif not attached and kind == "text/html" and not letter.html then
    letter.html = text_of(part)
  else
    table.insert(letter.attachments, attachment_of(part))
  end
end

--- The letter in a message; `recipients` are the recipients in its headers.
---@param bytes string
---@return agentmail.sandbox.Letter letter with attachments as in a request
local function read(bytes)
  local headers, parts = gmime.read(bytes)
  local values, incomplete = by_name(headers), {}
  local from = listed(headers, "from")
  if not from[1] then from = listed(headers, "sender") end
  local letter = {
    from = from[1] and from[1].text, sender = from[1] and from[1].address, attachments = {},
    subject = (values.subject or {})[1], message_id = ids.one((values["message-id"] or {})[1]),
    answers = all_ids(values["in-reply-to"], ids.all),
    references = all_ids(values.references, ids.list), recipients = {},
    unauthenticated = authentication.fails(values["authentication-results"] or {}),
  }
  incomplete.from = #from > 1
  for name, field in pairs { to = "to", cc = "cc", ["reply-to"] = "reply_to" } do
    local entries, complete = listed(headers, name)
    letter[field], incomplete[name] = texts(entries), not complete
  end
  for _, name in ipairs { "to", "cc", "bcc" } do
    for _, entry in ipairs((listed(headers, name))) do
      table.insert(letter.recipients, entry.address)
    end
  end
  letter.in_reply_to = letter.answers[1]
  letter.headers = others(headers, values, incomplete)
  for _, part in ipairs(parts) do place(letter, part) end
  return letter
end

return { read = read, addresses = addresses }
