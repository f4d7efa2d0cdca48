-- SPDX-License-Identifier: MIT
-- Threads: a view of the messages in one inbox that belong together, kept up to date as they come,
-- change and go.

local attachments = require "agentmail.sandbox.mail.attachments"
local errors = require "agentmail.sandbox.http.errors"
local inboxes = require "agentmail.sandbox.api.inboxes"
local json = require "agentmail.sandbox.http.json"
local labels = require "agentmail.sandbox.mail.labels"
local messages = require "agentmail.sandbox.api.messages"
local page = require "agentmail.sandbox.http.paging"

local concat = table.concat

local item = "inbox_id thread_id labels:json timestamp:time received_timestamp?:time "
  .. "sent_timestamp?:time senders:json recipients:json subject? preview? attachments?:json "
  .. "last_message_id message_count:integer size:integer updated_at:time created_at:time"
local encode_item = json.shape(item)

local MOST_MESSAGES = 100

local threads = { encode_item = encode_item }

--- Starts an empty thread. refresh() completes it.
---@return integer id, string thread_id
function threads.create(ctx, inbox)
  local thread_id = ctx.app.ids:uuid()
  ctx.db:run([[INSERT INTO threads (org, inbox, inbox_id, thread_id, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?)]], ctx.org.id, inbox.id, inbox.inbox_id, thread_id, ctx.now, ctx.now)
  return ctx.db:last_id(), thread_id
end

local function add_all(list, seen, values)
  for _, value in ipairs(values) do
    if not seen[value] then
      seen[value] = true
      list[#list + 1] = value
    end
  end
end

-- A thread is hidden when all of its messages are, for the reasons they share.
local function summary(rows)
  local sum = { size = 0, hidden = -1, labels = {}, senders = {}, recipients = {}, files = {} }
  local seen = { labels = {}, senders = {}, recipients = {} }
  for _, row in ipairs(rows) do
    local own = json.decode(row.labels)
    add_all(sum.labels, seen.labels, own)
    add_all(sum.senders, seen.senders, { row.from })
    for _, field in ipairs { "to", "cc", "bcc" } do
      if row[field] then add_all(sum.recipients, seen.recipients, json.decode(row[field])) end
    end
    for _, label in ipairs(own) do
      if label == "received" then sum.received = row.timestamp end
      if label == "sent" then sum.sent = row.timestamp end
    end
    if row.attachments then sum.files[#sum.files + 1] = row.attachments:sub(2, -2) end
    sum.size = sum.size + row.size
    sum.hidden = sum.hidden & row.hidden
  end
  return sum
end

--- Writes a thread's row anew from its messages; a thread without any goes.
function threads.refresh(ctx, thread)
  local rows = ctx.db:rows([[SELECT message_id, labels, hidden, timestamp, "from", "to", cc, bcc,
    subject, preview, attachments, size FROM messages WHERE thread = ? ORDER BY timestamp, id]],
    thread)
  local last = rows[#rows]
  if not last then
    ctx.db:run("DELETE FROM threads WHERE id = ?", thread)
    return
  end
  local sum = summary(rows)
  ctx.db:run([[UPDATE threads SET labels = ?, hidden = ?, timestamp = ?, received_timestamp = ?,
    sent_timestamp = ?, senders = ?, recipients = ?, subject = ?, preview = ?, attachments = ?,
    last_message_id = ?, message_count = ?, size = ?, updated_at = ? WHERE id = ?]],
    json.strings(sum.labels), sum.hidden, last.timestamp, sum.received, sum.sent,
    json.strings(sum.senders), json.strings(sum.recipients), rows[1].subject, last.preview,
    sum.files[1] and "[" .. concat(sum.files, ",") .. "]" or nil, last.message_id, #rows,
    sum.size, ctx.now, thread)
end

-- inboxes.threads.* look into one inbox, pods.threads.* into one pod, threads.* everywhere.
local function scope(ctx)
  local condition, argument = inboxes.reach(ctx)
  if not condition then return nil, argument end
  return { condition }, { argument }
end

local function find(ctx)
  local where, arguments = scope(ctx)
  if not where then return nil, arguments end
  local row = ctx.db:row("SELECT * FROM threads WHERE thread_id = ? AND " .. where[1],
                         ctx.params.thread_id, arguments[1])
  if row and row.hidden & (ctx.unreadable or 0) == 0 then return row end
  return nil, errors.not_found("Thread", ctx.params.thread_id)
end

local function contains(listing, column, values)
  for _, value in ipairs(values or {}) do
    listing.where[#listing.where + 1] = ("instr(lower(%s), lower(?)) > 0"):format(column)
    listing.arguments[#listing.arguments + 1] = value
  end
end

function threads.list(ctx)
  local where, arguments = scope(ctx)
  if not where then return nil, arguments end
  local listing = { where = where, arguments = arguments, sort = "timestamp" }
  listing.where[#where + 1] = "hidden & ? = 0"
  arguments[#arguments + 1] = labels.excluded(ctx.query)
  for _, label in ipairs(ctx.query.labels or {}) do
    local column, folded = labels.comparable("labels", label)
    where[#where + 1] = "instr(" .. column .. ", ?) > 0"
    arguments[#arguments + 1] = json.string(folded)
  end
  contains(listing, "senders", ctx.query.senders)
  contains(listing, "recipients", ctx.query.recipients)
  contains(listing, "coalesce(subject, '')", ctx.query.subject)
  return page.answer(ctx, "threads", listing, encode_item)
end

--- The newest messages first come first; each page is in ascending order.
function threads.get(ctx)
  local thread, refusal = find(ctx)
  if not thread then return nil, refusal end
  local rows, limit, token = page.rows(ctx, {
    from = "messages", where = { "thread = ?", "hidden & ? = 0" },
    arguments = { thread.id, ctx.unreadable or 0 }, sort = "timestamp",
  })
  if not rows then return nil, limit end
  local parts = {}
  for i = #rows, 1, -1 do parts[#parts + 1] = messages.encode(rows[i]) end
  return 200, ('%s,"count":%d,"limit":%d,%s"messages":[%s]}'):format(
    encode_item(thread):sub(1, -2), #rows, limit,
    token and ('"next_page_token":"%s",'):format(token) or "", concat(parts, ","))
end

function threads.get_attachment(ctx)
  local thread, refusal = find(ctx)
  if not thread then return nil, refusal end
  local owners = {}
  for _, row in ipairs(ctx.db:rows("SELECT id FROM messages WHERE thread = ? AND hidden & ? = 0",
                                   thread.id, ctx.unreadable or 0)) do
    owners[#owners + 1] = "m" .. row.id
  end
  return attachments.answer(ctx, owners)
end

function threads.update(ctx)
  local add, remove = labels.changes(ctx.body)
  if not add then return nil, remove end
  if #add + #remove == 0 then
    return nil, errors.invalid_field("add_labels or remove_labels is needed", "add_labels")
  end
  local thread, refusal = find(ctx)
  if not thread then return nil, refusal end
  if thread.message_count >= MOST_MESSAGES then
    return nil, errors.unprocessable("A thread of 100 messages or more cannot be relabelled.",
                                     "Relabel its messages instead.")
  end
  for _, row in ipairs(ctx.db:rows("SELECT id, labels FROM messages WHERE thread = ?",
                                   thread.id)) do
    labels.change(ctx.db, row, add, remove, ctx.now)
  end
  threads.refresh(ctx, thread.id)
  ctx.effect = "changed"
  return 200, ('{"thread_id":%s,"labels":%s}'):format(json.string(thread.thread_id),
    (ctx.db:values("SELECT labels FROM threads WHERE id = ?", thread.id)))
end

function threads.delete(ctx)
  local thread, refusal = find(ctx)
  if not thread then return nil, refusal end
  for _, row in ipairs(ctx.db:rows("SELECT id FROM messages WHERE thread = ?", thread.id)) do
    messages.remove(ctx, row.id)
  end
  ctx.db:run("DELETE FROM threads WHERE id = ?", thread.id)
  ctx.effect = "changed"
  return 204
end

return threads
