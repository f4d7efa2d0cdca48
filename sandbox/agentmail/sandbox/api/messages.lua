-- SPDX-License-Identifier: MIT
-- Messages as they are stored and read. How they come to be is in mail/transfer.lua.

local attachments = require "agentmail.sandbox.mail.attachments"
local errors = require "agentmail.sandbox.http.errors"
local files = require "agentmail.sandbox.http.downloads"
local inboxes = require "agentmail.sandbox.api.inboxes"
local json = require "agentmail.sandbox.http.json"
local labels = require "agentmail.sandbox.mail.labels"
local mime = require "agentmail.sandbox.mail.mime_write"
local page = require "agentmail.sandbox.http.paging"

local format = string.format

local item = "inbox_id thread_id message_id labels:json timestamp:time from to:json cc?:json "
  .. "bcc?:json subject? preview? attachments?:json in_reply_to? references?:json headers?:json "
  .. "size:integer updated_at:time created_at:time"
local bodies = " reply_to?:json text? html? extracted_text? extracted_html?"

local encode_item, encode = json.shape(item), json.shape(item .. bodies)
local encode_raw = json.shape("message_id size:integer download_url expires_at:time")

local ITEM_COLUMNS = [[id, inbox_id, thread_id, message_id, labels, timestamp, "from", "to", cc,
  bcc, subject, preview, attachments, in_reply_to, "references", headers, size, updated_at,
  created_at]]

local messages = { encode = encode, encode_item = encode_item, ITEM_COLUMNS = ITEM_COLUMNS }

--- The row of a message in an inbox, or a refusal.
---@return table? row, table? refusal
function messages.find(ctx, inbox, message_id)
  local row = ctx.db:row("SELECT * FROM messages WHERE inbox = ? AND message_id = ?", inbox.id,
                         message_id)
  if row and row.hidden & (ctx.unreadable or 0) == 0 then return row end
  return nil, errors.not_found("Message", message_id)
end

--- The message that the path names; its inbox third.
---@return table? row, table? refusal, table? inbox
function messages.addressed(ctx)
  local inbox, refusal = inboxes.find(ctx, ctx.params.inbox_id)
  if not inbox then return nil, refusal end
  local row
  row, refusal = messages.find(ctx, inbox, ctx.params.message_id)
  return row, refusal, inbox
end

--- Deletes a message row and what hangs on it; its thread is the caller's concern.
function messages.remove(ctx, id)
  ctx.db:run("DELETE FROM message_labels WHERE message = ?", id)
  attachments.drop(ctx.db, "m" .. id)
  ctx.db:run("DELETE FROM messages WHERE id = ?", id)
end

-- All given values must be contained.
local function contains(listing, column, values)
  for _, value in ipairs(values or {}) do
    listing.where[#listing.where + 1] = format("instr(lower(coalesce(%s, '')), lower(?)) > 0",
                                               column)
    listing.arguments[#listing.arguments + 1] = value
  end
end

local function carries(listing, wanted)
  for _, label in ipairs(wanted or {}) do
    local column, folded = labels.comparable("label", label)
    listing.where[#listing.where + 1] = "EXISTS (SELECT 1 FROM message_labels WHERE "
      .. "message = messages.id AND " .. column .. " = ?)"
    listing.arguments[#listing.arguments + 1] = folded
  end
end

function messages.list(ctx)
  local inbox, refusal = inboxes.find(ctx, ctx.params.inbox_id)
  if not inbox then return nil, refusal end
  local query = ctx.query
  local listing = {
    columns = ITEM_COLUMNS, where = { "inbox = ?", "hidden & ? = 0" },
    arguments = { inbox.id, labels.excluded(query) }, sort = "timestamp",
  }
  carries(listing, query.labels)
  contains(listing, '"from"', query.from)
  contains(listing, '"to"', query.to)
  contains(listing, "subject", query.subject)
  return page.answer(ctx, "messages", listing, encode_item)
end

function messages.get(ctx)
  local row, refusal = messages.addressed(ctx)
  if not row then return nil, refusal end
  return 200, encode(row)
end

function messages.get_attachment(ctx)
  local row, refusal = messages.addressed(ctx)
  if not row then return nil, refusal end
  return attachments.answer(ctx, { "m" .. row.id })
end

function messages.get_raw(ctx)
  local row, refusal = messages.addressed(ctx)
  if not row then return nil, refusal end
  local url, expires_at = files.link(ctx, "message", row.id)
  return 200, encode_raw { message_id = row.message_id, size = #mime.compose(ctx.db, row),
                           download_url = url, expires_at = expires_at }
end

function messages.update(ctx)
  local add, remove = labels.changes(ctx.body)
  if not add then return nil, remove end
  if #add + #remove == 0 then
    return nil, errors.invalid_field("add_labels or remove_labels is needed", "add_labels")
  end
  local row, refusal = messages.addressed(ctx)
  if not row then return nil, refusal end
  local list, changed = labels.change(ctx.db, row, add, remove, ctx.now)
  if changed then ctx.refresh_thread(ctx, row.thread) end
  ctx.effect = "changed"
  return 200, format('{"message_id":%s,"labels":%s}', json.string(row.message_id),
                     json.strings(list))
end

function messages.delete(ctx)
  local row, refusal = messages.addressed(ctx)
  if not row then return nil, refusal end
  messages.remove(ctx, row.id)
  ctx.refresh_thread(ctx, row.thread)
  ctx.effect = "changed"
  return 204
end

-- The rows behind a list of ids: those that are missing are left out.
local function batch(ctx, most)
  local ids, seen = ctx.body.message_ids, {}
  if #ids == 0 or #ids > most then
    return nil, errors.invalid_field(format("must hold 1 to %d ids", most), "message_ids")
  end
  for i, id in ipairs(ids) do
    if seen[id] then return nil, errors.invalid_field("is a duplicate", "message_ids", i - 1) end
    seen[id] = true
  end
  local inbox, refusal = inboxes.find(ctx, ctx.params.inbox_id)
  if not inbox then return nil, refusal end
  local rows = {}
  for _, id in ipairs(ids) do rows[#rows + 1] = messages.find(ctx, inbox, id) end
  return rows
end

function messages.batch_get(ctx)
  local rows, refusal = batch(ctx, 500)
  if not rows then return nil, refusal end
  for i = 1, #rows do rows[i] = encode_item(rows[i]) end
  return 200, page.encode("messages", rows, #ctx.body.message_ids)
end

function messages.batch_update(ctx)
  local add, remove = labels.changes(ctx.body)
  if not add then return nil, remove end
  if #add + #remove == 0 then
    return nil, errors.invalid_field("add_labels or remove_labels is needed", "add_labels")
  end
  local rows, refusal = batch(ctx, 50)
  if not rows then return nil, refusal end
  local items, touched = {}, {}
  for i, row in ipairs(rows) do
    local list = labels.change(ctx.db, row, add, remove, ctx.now)
    touched[row.thread] = true
    items[i] = format('{"message_id":%s,"labels":%s}', json.string(row.message_id),
                      json.strings(list))
  end
  for thread in pairs(touched) do ctx.refresh_thread(ctx, thread) end
  ctx.effect = "changed"
  return 200, page.encode("updates", items, #ctx.body.message_ids)
end

return messages
