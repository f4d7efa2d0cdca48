-- SPDX-License-Identifier: MIT
-- Attachments of messages and drafts. A content is stored once, as the base64 it came in, however
-- many copies of a mail carry it. Nothing is fetched from a url: such an attachment is empty.

local digest = require "agentmail.sandbox.digest"
local errors = require "agentmail.sandbox.errors"
local json = require "agentmail.sandbox.json"

local LINK_LIFE = 3600 * 1000

local shape = "attachment_id filename? size:integer content_type? content_disposition? content_id?"
local encode_item = json.shape(shape)
local encode_answer = json.shape(shape .. " download_url expires_at:time")

local attachments = {}

local function size_of(base64)
  local padding = base64:match("=*$")
  return #base64 // 4 * 3 - #padding
end

--- Stores the contents of a request's list and describes them, before they have an owner.
---@return table[] rows
function attachments.prepare(ctx, list)
  local rows = {}
  for i, item in ipairs(list or {}) do
    local base64 = item.content or ""
    ctx.db:run("INSERT INTO contents (org, base64) VALUES (?, ?)", ctx.org.id, base64)
    rows[i] = {
      attachment_id = ctx.app.ids:uuid(), filename = item.filename, size = size_of(base64),
      content_type = item.content_type or "application/octet-stream",
      content_disposition = item.content_disposition or "attachment",
      content_id = item.content_id, content = ctx.db:last_id(),
    }
    if item.url then rows[i].filename = item.filename or item.url:match "([^/?#]+)[^/]*$" end
  end
  return rows
end

--- The JSON array that stands in the owner's row, or nil; and the bytes in total.
---@return string? encoded, integer size
function attachments.describe(rows)
  if #rows == 0 then return nil, 0 end
  local parts, size = {}, 0
  for i, row in ipairs(rows) do
    parts[i] = encode_item(row)
    size = size + row.size
  end
  return "[" .. table.concat(parts, ",") .. "]", size
end

--- Gives rows an owner: "m12" is a message, "d3" a draft.
function attachments.attach(ctx, owner, rows)
  for _, row in ipairs(rows) do
    ctx.db:run([[INSERT INTO attachments (org, owner, attachment_id, filename, size, content_type,
      content_disposition, content_id, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)]], ctx.org.id,
      owner, row.attachment_id, row.filename, row.size, row.content_type, row.content_disposition,
      row.content_id, row.content)
  end
end

--- The rows of an owner, fit for attach.
function attachments.of(db, owner)
  return db:rows("SELECT * FROM attachments WHERE owner = ? ORDER BY id", owner)
end

function attachments.drop(db, owner)
  db:run("DELETE FROM attachments WHERE owner = ?", owner)
end

local function signature(app, id, expires)
  return digest.sha256(("%d %d %d"):format(app.seed, id, expires)):sub(1, 32)
end

--- What get_attachment answers for one of the owners, or a refusal.
function attachments.answer(ctx, owners)
  local wanted = ctx.params.attachment_id
  for _, owner in ipairs(owners) do
    local row = ctx.db:row("SELECT * FROM attachments WHERE owner = ? AND attachment_id = ?",
                           owner, wanted)
    if row then
      row.expires_at = ctx.now + LINK_LIFE
      row.download_url = ("%s/_sandbox/files/%d?expires=%d&signature=%s"):format(ctx.app.url,
        row.id, row.expires_at, signature(ctx.app, row.id, row.expires_at))
      return 200, encode_answer(row)
    end
  end
  return nil, errors.not_found("Attachment", wanted)
end

local alphabet = {}
for i = 0, 63 do
  alphabet[("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"):byte(i + 1)] = i
end

local function decode_base64(text)
  local parts = {}
  for a, b, c, d in text:gmatch "(.)(.)(.)(.)" do
    local bits = alphabet[a:byte()] << 18 | alphabet[b:byte()] << 12
               | (alphabet[c:byte()] or 0) << 6 | (alphabet[d:byte()] or 0)
    local bytes = string.char(bits >> 16, bits >> 8 & 255, bits & 255)
    parts[#parts + 1] = d == "=" and bytes:sub(1, c == "=" and 1 or 2) or bytes
  end
  return table.concat(parts)
end

--- A download: the bytes and their type, or nil when the link is not good (any more).
---@return string? bytes, string? content_type
function attachments.download(app, id, expires, signed, now)
  if not id or not expires or signed ~= signature(app, id, expires) or now > expires then
    return nil
  end
  local base64, content_type = app.db:values([[SELECT c.base64, a.content_type FROM attachments a
    JOIN contents c ON c.id = a.content WHERE a.id = ?]], id)
  if base64 then return decode_base64(base64), content_type end
end

return attachments
