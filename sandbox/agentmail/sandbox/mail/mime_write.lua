-- SPDX-License-Identifier: MIT
-- A stored message as message/rfc822.

local json = require "agentmail.sandbox.http.json"

local CRLF = "\r\n"

-- A header value on one line; what is not ASCII goes as an encoded word.
local function header(name, value)
  value = value:gsub("%s+", " ")
  if value:find("[\128-\255]") then
    value = "=?utf-8?Q?" .. value:gsub("[^%w ]", function(c)
      return ("=%02X"):format(c:byte())
    end):gsub(" ", "_") .. "?="
  end
  return name .. ": " .. value
end

local function address_lines(row, lines)
  for _, field in ipairs { { "To", row.to }, { "Cc", row.cc }, { "Reply-To", row.reply_to } } do
    local list = field[2] and json.decode(field[2]) or {}
    if #list > 0 then lines[#lines + 1] = header(field[1], table.concat(list, ", ")) end
  end
end

local function part(content_type, body, extra)
  local lines = { "Content-Type: " .. content_type }
  for _, line in ipairs(extra or {}) do lines[#lines + 1] = line end
  return table.concat(lines, CRLF) .. CRLF .. CRLF .. body .. CRLF
end

local function wrapped(base64)
  return (base64:gsub(("."):rep(76), "%0" .. CRLF))
end

local function parts_of(db, row)
  local parts = {}
  local eight_bit = { "Content-Transfer-Encoding: 8bit" }
  if row.text then parts[1] = part("text/plain; charset=utf-8", row.text, eight_bit) end
  if row.html then parts[#parts + 1] = part("text/html; charset=utf-8", row.html, eight_bit) end
  for file in db:each([[SELECT a.*, c.base64 FROM attachments a JOIN contents c ON c.id = a.content
    WHERE a.owner = ? ORDER BY a.id]], "m" .. row.id) do
    local name = (file.filename or "attachment"):gsub('[%c"]', "_")
    parts[#parts + 1] = part(file.content_type:gsub("%c", ""), wrapped(file.base64), {
      ('Content-Disposition: %s; filename="%s"'):format(file.content_disposition, name),
      "Content-Transfer-Encoding: base64" })
  end
  if #parts == 0 then parts[1] = part("text/plain; charset=utf-8", "", eight_bit) end
  return parts
end

--- The whole message.
---@return string
local function compose(db, row)
  local lines = { header("From", row.from) }
  address_lines(row, lines)
  lines[#lines + 1] = header("Subject", row.subject or "")
  lines[#lines + 1] = os.date("!Date: %a, %d %b %Y %H:%M:%S +0000", row.timestamp // 1000)
  lines[#lines + 1] = "Message-ID: " .. row.message_id
  if row.in_reply_to then lines[#lines + 1] = "In-Reply-To: " .. row.in_reply_to end
  if row.references then
    lines[#lines + 1] = "References: " .. table.concat(json.decode(row.references), " ")
  end
  for name, value in pairs(row.headers and json.decode(row.headers) or {}) do
    if name:find("^[%w-]+$") then lines[#lines + 1] = header(name, value) end
  end
  lines[#lines + 1] = "MIME-Version: 1.0"
  local parts = parts_of(db, row)
  if #parts == 1 then return table.concat(lines, CRLF) .. CRLF .. parts[1] end
  local boundary = "=_" .. row.message_id:gsub("%W", ""):sub(1, 40)
  lines[#lines + 1] = ('Content-Type: multipart/mixed; boundary="%s"'):format(boundary)
  local separator = "--" .. boundary .. CRLF
  return table.concat(lines, CRLF) .. CRLF .. CRLF .. separator
    .. table.concat(parts, separator) .. "--" .. boundary .. "--" .. CRLF
end

return { compose = compose }
