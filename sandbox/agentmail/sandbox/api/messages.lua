-- SPDX-License-Identifier: MIT
-- Messages as stored and read. mail/transfer.lua creates them.

local access = require "agentmail.sandbox.http.access"
local attachments = require "agentmail.sandbox.mail.attachments"
local conditions = require "agentmail.sandbox.store.conditions"
local downloads = require "agentmail.sandbox.http.downloads"
local errors = require "agentmail.sandbox.http.errors"
local inboxes = require "agentmail.sandbox.api.inboxes"
local json = require "agentmail.sandbox.http.json"
local labels = require "agentmail.sandbox.mail.labels"
local paging = require "agentmail.sandbox.http.paging"
local raw = require "agentmail.sandbox.mail.raw"
local resource = require "agentmail.sandbox.api.resource"
local threading = require "agentmail.sandbox.mail.threading"

local format = string.format

local item = "inbox_id thread_id message_id labels:json timestamp:time from to:json cc?:json "
  .. "bcc?:json subject? preview? attachments?:json in_reply_to? references?:json headers?:json "
  .. "size:integer calendar_event_id? agent_armor?:json updated_at:time created_at:time"
local bodies = " reply_to?:json text? html? extracted_text? extracted_html?"

local encode_item, encode = json.shape(item), json.shape(item .. bodies)
local encode_raw = json.shape("message_id size:integer download_url expires_at:time")

local ITEM_COLUMNS = [[id, inbox_id, thread_id, message_id, labels, timestamp, "from", "to", cc,
  bcc, subject, preview, attachments, in_reply_to, "references", headers, size, calendar_event_id,
  agent_armor, updated_at, created_at]]

--- The row of a message in an inbox, or a refusal.
---@return table? row, table? refusal
local function find(ctx, inbox, message_id)
  local row = ctx.db:row("SELECT * FROM messages WHERE inbox = ? AND message_id = ?", inbox.id,
                         message_id)
  if row and access.reads(ctx, row) then return row end
  return nil, errors.not_found("Message", message_id)
end

--- The message that the path names, and its inbox as the third value.
---@return table? row, table? refusal, table? inbox
local function addressed(ctx)
  local inbox, refusal = inboxes.addressed(ctx)
  if not inbox then return nil, refusal end
  local row
  row, refusal = find(ctx, inbox, ctx.params.message_id)
  return row, refusal, inbox
end

--- Deletes a message row and everything that belongs to it; the caller updates its thread.
local function drop(ctx, id)
  ctx.db:run("DELETE FROM message_labels WHERE message = ?", id)
  attachments.drop(ctx.db, "m" .. id)
  ctx.db:run("DELETE FROM messages WHERE id = ?", id)
end

local function listing_of(ctx)
  local inbox, refusal = inboxes.addressed(ctx)
  if not inbox then return nil, refusal end
  local query = ctx.query
  local listing = conditions.new("inbox = ?", inbox.id)
  listing.columns, listing.sort = ITEM_COLUMNS, "timestamp"
  listing:add("hidden & ? = 0", labels.excluded(query))
  for _, label in ipairs(query.labels or {}) do
    local column, folded = labels.comparable("label", label)
    listing:add("EXISTS (SELECT 1 FROM message_labels WHERE message = messages.id AND "
      .. column .. " = ?)", folded)
  end
  resource.contain(listing, '"from"', query.from)
  resource.contain(listing, '"to"', query.to)
  resource.contain(listing, "subject", query.subject)
  return listing
end

local function get_attachment(ctx)
  local row, refusal = addressed(ctx)
  if not row then return nil, refusal end
  return attachments.answer(ctx, { "m" .. row.id })
end

local function get_raw(ctx)
  local row, refusal = addressed(ctx)
  if not row then return nil, refusal end
  local url, expires_at = downloads.link(ctx, "message", row.id)
  return 200, encode_raw { message_id = row.message_id, size = #raw.of(ctx.db, row),
                           download_url = url, expires_at = expires_at }
end

local function encoded_labels(row, marks)
  return format('{"message_id":%s,"labels":%s}', json.string(row.message_id), json.strings(marks))
end

local function update(ctx)
  local add, remove = labels.needed_changes(ctx.body)
  if not add then return nil, remove end
  local row, refusal = addressed(ctx)
  if not row then return nil, refusal end
  local marks, changed = labels.change(ctx.db, row, add, remove, ctx.now)
  if changed then threading.refresh(ctx, row.thread) end
  ctx.effect = "changed"
  return 200, encoded_labels(row, marks)
end

local function remove_addressed(ctx, row)
  drop(ctx, row.id)
  threading.refresh(ctx, row.thread)
end

-- The rows for a list of ids; missing ones are left out.
local function batch(ctx, most)
  local ids, seen = ctx.body.message_ids, {}
  if #ids == 0 or #ids > most then
    return nil, errors.invalid_field(format("must hold 1 to %d ids", most), "message_ids")
  end
  for i, id in ipairs(ids) do
    if seen[id] then return nil, errors.invalid_field("is a duplicate", "message_ids", i - 1) end
    seen[id] = true
  end
  local inbox, refusal = inboxes.addressed(ctx)
  if not inbox then return nil, refusal end
  local rows = {}
  for _, id in ipairs(ids) do rows[#rows + 1] = find(ctx, inbox, id) end
  return rows
end

local function batch_get(ctx)
  local rows, refusal = batch(ctx, 500)
  if not rows then return nil, refusal end
  for i = 1, #rows do rows[i] = encode_item(rows[i]) end
  return 200, paging.envelope("messages", rows, #ctx.body.message_ids)
end

local function batch_update(ctx)
  local add, remove = labels.needed_changes(ctx.body)
  if not add then return nil, remove end
  local rows, refusal = batch(ctx, 50)
  if not rows then return nil, refusal end
  local items, touched = {}, {}
  for i, row in ipairs(rows) do
    items[i] = encoded_labels(row, (labels.change(ctx.db, row, add, remove, ctx.now)))
    touched[row.thread] = true
  end
  for thread in pairs(touched) do threading.refresh(ctx, thread) end
  ctx.effect = "changed"
  return 200, paging.envelope("updates", items, #ctx.body.message_ids)
end

return {
  encode = encode, encode_item = encode_item, find = find, addressed = addressed, drop = drop,
  list = resource.list("messages", listing_of, encode_item),
  get = resource.get(addressed, encode), get_attachment = get_attachment, get_raw = get_raw,
  update = update, delete = resource.delete(addressed, remove_addressed), batch_get = batch_get,
  batch_update = batch_update,
}
