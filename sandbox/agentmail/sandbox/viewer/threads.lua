-- SPDX-License-Identifier: MIT
-- The mails that the viewer shows: the newest threads of a place that match a search, and one
-- thread in full.

local base64 = require "agentmail.sandbox.store.base64"
local conditions = require "agentmail.sandbox.store.conditions"
local frames = require "agentmail.sandbox.viewer.frames"
local json = require "agentmail.sandbox.http.json"
local messages = require "agentmail.sandbox.api.messages"
local raw = require "agentmail.sandbox.mail.raw"

local SHOWN = 200  -- messages in a thread
local WORDS = 10   -- in a search

-- The columns that are searched for a word.
local SEARCHED = [[instr(lower(coalesce(subject, '') || char(10) || "from" || char(10) || "to"
  || coalesce(cc, '') || coalesce(bcc, '') || coalesce(attachments, '') || char(10)
  || coalesce(text, html, '')), ?) > 0]]

local encode_thread = json.shape("inbox_id thread_id labels:json timestamp:time senders:json "
  .. "recipients:json subject? preview? message_count:integer attachments?:json")

local function wanted_of(org, filters)
  local wanted = conditions.new("org = ?", org.id)
  if filters.inbox then wanted:add("inbox_id = ?", filters.inbox) end
  if (filters.q or ""):find("%S") then
    local match = conditions.new("org = ?", org.id)
    for word in filters.q:lower():gmatch("%S+") do
      if #match.where <= WORDS then match:add(SEARCHED, word) end
    end
    wanted:add("id IN (SELECT thread FROM messages WHERE " .. match:sql() .. ")",
               table.unpack(match.arguments))
  end
  return wanted
end

--- The newest threads, encoded as an array, and how many there are.
---@param filters { inbox: string?, q: string? }  an inbox; words that one of its messages contains
---@param most integer
---@return string encoded, integer count
local function list(app, org, filters, most)
  local wanted, found = wanted_of(org, filters), {}
  local arguments = wanted.arguments
  local count = app.db:values("SELECT count(*) FROM threads WHERE " .. wanted:sql(),
                              table.unpack(arguments))
  arguments[#arguments + 1] = most
  for row in app.db:each("SELECT * FROM threads WHERE " .. wanted:sql()
      .. " ORDER BY timestamp DESC, id DESC LIMIT ?", table.unpack(arguments)) do
    found[#found + 1] = encode_thread(row)
  end
  return "[" .. table.concat(found, ",") .. "]", count
end

-- Facts about a message beyond its fields. Its HTML is shown in a separate frame.
local function encode_message(row)
  local number, html = row.id, row.html
  row.html, row.extracted_html = nil, nil
  local text = ('%s,"number":%d'):format(messages.encode(row):sub(1, -2), number)
  if not html then return text .. "}" end
  return ('%s,"html_number":%d,"html_lines":%d,"html_laid_out":%s,"html_width":%d,'
    .. '"html_blocked":%d}'):format(text, number, frames.lines_of(html), frames.is_laid_out(html),
    frames.declared_width(html) or 0, frames.blocked_pictures(html))
end

--- The newest messages of a thread, in order; nil when there is none.
---@return string?
local function thread(app, org, thread_id)
  local found = {}
  for row in app.db:each([[SELECT * FROM (SELECT * FROM messages WHERE org = ? AND thread_id = ?
    ORDER BY timestamp DESC, id DESC LIMIT ?) ORDER BY timestamp, id]], org.id, thread_id,
    SHOWN) do
    found[#found + 1] = encode_message(row)
  end
  if #found == 0 then return nil end
  return '{"messages":[' .. table.concat(found, ",") .. "]}"
end

local function row_of(app, org, number)
  return app.db:row("SELECT * FROM messages WHERE org = ? AND id = ?", org.id,
                    math.tointeger(tonumber(number)) or 0)
end

--- The HTML of a message of this organization, as received.
---@return string?
local function html(app, org, number) return (row_of(app, org, number) or {}).html end

--- The same, as its frame shows it.
---@return string?
local function frame(app, org, number)
  local row = row_of(app, org, number)
  return row and row.html and frames.prepare(app.db, row.html, row.id)
end

--- A message as message/rfc822, and a name for the file.
---@return string? bytes, string? name
local function source(app, org, number)
  local row = row_of(app, org, number)
  if row then return raw.of(app.db, row), (row.subject or "mail"):sub(1, 60) .. ".eml" end
end

--- The bytes of an attachment, and a name for the file.
---@return string? bytes, string? name
local function attachment(app, org, number, attachment_id)
  local row = app.db:row([[SELECT a.filename, c.base64 FROM attachments a
    JOIN contents c ON c.id = a.content WHERE a.org = ? AND a.owner = ? AND a.attachment_id = ?]],
    org.id, ("m%d"):format(math.tointeger(tonumber(number)) or 0), attachment_id)
  if row then return base64.decode(row.base64), row.filename or "unnamed" end
end

--- Whether a thread exists.
---@return boolean
local function exists(app, org, thread_id)
  return app.db:values("SELECT 1 FROM threads WHERE org = ? AND thread_id = ?", org.id,
                       thread_id) ~= nil
end

--- The thread of a message.
---@return string?
local function of_message(app, org, message_id)
  return (app.db:values([[SELECT thread_id FROM messages WHERE org = ? AND message_id = ?
    ORDER BY instr(labels, '"sent"') DESC LIMIT 1]], org.id, message_id))
end

return {
  list = list, thread = thread, html = html, frame = frame, source = source,
  attachment = attachment, exists = exists, of_message = of_message,
}
