-- SPDX-License-Identifier: MIT
-- Attachments of messages and drafts. A content is stored once, as base64, for all copies of a mail
-- that carry it. Attachments given by url were fetched earlier, see fetches.lua.

local base64 = require "agentmail.sandbox.store.base64"
local downloads = require "agentmail.sandbox.http.downloads"
local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"

local shape = "attachment_id filename? size:integer content_type? content_disposition? content_id?"
local encode_item = json.shape(shape)
local encode_answer = json.shape(shape .. " download_url expires_at:time")

local function size_of(text)
  local padding = text:match("=*$")
  return #text // 4 * 3 - #padding
end

-- The content at a url; or a refusal, like the service's for a mail whose attachment it cannot get.
local function fetched(ctx, url, field, i)
  local found = (ctx.request.fetched or {})[url]
  if not found then
    return nil, errors.invalid_field("urls are not fetched here: give the content", field, i - 1,
                                     "url")
  end
  if not found.problem then return found end
  return nil, errors.refusal(403, "message_rejected", ("The attachment %s.%d could not be fetched "
    .. "from %s: %s."):format(field, i - 1, url:sub(1, 200), found.problem),
    "Give a url that returns 2xx without authorization, or the content itself.")
end

--- Stores the contents of a request's list and describes them, still without an owner.
---@param field string? the field with the list, for a refusal
---@return table[]? rows, table? refusal
local function prepare(ctx, list, field)
  local rows = {}
  for i, item in ipairs(list or {}) do
    local text, got, refusal = item.content
    if item.url then
      got, refusal = fetched(ctx, item.url, field or "attachments", i)
      if not got then return nil, refusal end
      text = base64.encode(got.bytes)
    end
    ctx.db:run("INSERT INTO contents (org, base64) VALUES (?, ?)", ctx.org.id, text)
    rows[i] = {
      attachment_id = ctx.app.ids:uuid(), size = size_of(text),
      filename = item.filename or item.url and item.url:match("^%a+://[^/]+[^?#]*/([^/?#]+)"),
      content_type = item.content_type or got and got.content_type or "application/octet-stream",
      content_disposition = item.content_disposition or "attachment",
      content_id = item.content_id, content = ctx.db:last_id(),
    }
  end
  return rows
end

--- The JSON array for the owner's row, or nil; and the total number of bytes.
---@return string? encoded, integer size
local function describe(rows)
  if #rows == 0 then return nil, 0 end
  local parts, size = {}, 0
  for i, row in ipairs(rows) do
    parts[i] = encode_item(row)
    size = size + row.size
  end
  return "[" .. table.concat(parts, ",") .. "]", size
end

--- Assigns an owner to rows: "m12" is a message, "d3" a draft.
local function attach(ctx, owner, rows)
  for _, row in ipairs(rows) do
    ctx.db:run([[INSERT INTO attachments (org, owner, attachment_id, filename, size, content_type,
      content_disposition, content_id, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)]], ctx.org.id,
      owner, row.attachment_id, row.filename, row.size, row.content_type, row.content_disposition,
      row.content_id, row.content)
  end
end

--- The rows of an owner, in the form that attach takes.
local function of(db, owner)
  return db:rows("SELECT * FROM attachments WHERE owner = ? ORDER BY id", owner)
end

--- Deletes the rows of an owner.
local function drop(db, owner)
  db:run("DELETE FROM attachments WHERE owner = ?", owner)
end

--- The answer of get_attachment for one of the owners, or a refusal.
local function answer(ctx, owners)
  local wanted = ctx.params.attachment_id
  for _, owner in ipairs(owners) do
    local row = ctx.db:row("SELECT * FROM attachments WHERE owner = ? AND attachment_id = ?",
                           owner, wanted)
    if row then
      row.download_url, row.expires_at = downloads.link(ctx, "attachment", row.id)
      return 200, encode_answer(row)
    end
  end
  return nil, errors.not_found("Attachment", wanted)
end

return {
  prepare = prepare, describe = describe, attach = attach, of = of, drop = drop, answer = answer,
}
