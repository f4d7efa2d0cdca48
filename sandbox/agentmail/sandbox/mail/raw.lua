-- SPDX-License-Identifier: MIT
-- A stored message as message/rfc822: its original bytes, or generated from what is stored.

local base64 = require "agentmail.sandbox.store.base64"
local gmime = require "agentmail.sandbox.gmime"
local header_lines = require "agentmail.sandbox.mail.header_lines"
local json = require "agentmail.sandbox.http.json"
local sets = require "agentmail.sandbox.store.sets"

local CRLF = "\r\n"

-- Generated from the fields: a custom header of the sender must not contradict them.
local WRITTEN = sets.words("from to cc bcc reply-to subject date message-id in-reply-to references "
  .. "mime-version content-type content-transfer-encoding content-disposition content-id")

-- Headers ----------------------------------------------------------------------------------------

-- The sender's custom headers, by name: equal messages have equal bytes.
local function own_headers(row, lines)
  local headers, names = row.headers and json.decode(row.headers) or {}, {}
  for name in pairs(headers) do
    if name:find("^[!-9;-~]+$") and not WRITTEN[name:lower()] then names[#names + 1] = name end
  end
  table.sort(names)
  for _, name in ipairs(names) do lines[#lines + 1] = header_lines.text(name, headers[name]) end
end

local function head(row)
  local lines = { header_lines.mailboxes("From", { row.from }) }
  for _, field in ipairs { { "To", row.to }, { "Cc", row.cc }, { "Reply-To", row.reply_to } } do
    local list = json.decode_list(field[2])
    if list[1] then lines[#lines + 1] = header_lines.mailboxes(field[1], list) end
  end
  lines[#lines + 1] = header_lines.text("Subject", row.subject or "")
  lines[#lines + 1] = os.date("!Date: %a, %d %b %Y %H:%M:%S +0000", row.timestamp // 1000)
  lines[#lines + 1] = header_lines.ids("Message-ID", { row.message_id })
  if row.in_reply_to then
    lines[#lines + 1] = header_lines.ids("In-Reply-To", { row.in_reply_to })
  end
  local references = json.decode_list(row.references)
  if references[1] then lines[#lines + 1] = header_lines.ids("References", references) end
  own_headers(row, lines)
  lines[#lines + 1] = "MIME-Version: 1.0"
  return table.concat(lines, CRLF) .. CRLF
end

-- Parts ------------------------------------------------------------------------------------------

local function text_part(content_type, text)
  return { content_type = content_type, text = (text:gsub("\r?\n", CRLF)) }
end

-- A multipart type would hide the file from the reader of the message.
local function type_of(file)
  local kind = file.content_type or ""
  return kind:lower():find("^%s*multipart/") and "application/octet-stream" or kind
end

local function file_part(file)
  return {
    content_type = type_of(file), bytes = base64.decode(file.base64), filename = file.filename,
    disposition = file.content_disposition,
    content_id = file.content_id and file.content_id:gsub("[<>%s]", "") or nil,
  }
end

-- Several parts as one multipart; a single part as itself.
local function whole(kind, parts, boundary)
  if #parts == 1 then return parts[1] end
  return { content_type = "multipart/" .. kind, boundary = boundary .. kind, parts = parts }
end

--- The tree: mixed { alternative { text, related { html, its pictures } }, files }.
local function body(db, row)
  local boundary = "=_" .. row.message_id:gsub("%W", ""):sub(1, 40) .. "-"
  local page, files = {}, {}
  if row.html then page[1] = text_part("text/html", row.html) end
  for file in db:each([[SELECT a.*, c.base64 FROM attachments a JOIN contents c ON c.id = a.content
    WHERE a.owner = ? ORDER BY a.id]], "m" .. row.id) do
    local belongs = row.html and file.content_id and file.content_disposition == "inline"
    table.insert(belongs and page or files, file_part(file))
  end
  local versions = {}
  if row.text or not row.html and not files[1] then
    versions[1] = text_part("text/plain", row.text or "")
  end
  if page[1] then versions[#versions + 1] = whole("related", page, boundary) end
  if versions[1] then table.insert(files, 1, whole("alternative", versions, boundary)) end
  return whole("mixed", files, boundary)
end

--- The whole message.
---@return string bytes
local function of(db, row)
  if row.original then
    return (db:values("SELECT bytes FROM originals WHERE id = ?", row.original))
  end
  local whole_body = body(db, row)
  return head(row) .. gmime.write(whole_body) .. (whole_body.parts and CRLF or "")
end

return { of = of }
