-- SPDX-License-Identifier: MIT
-- The row of a thread, kept up to date as its messages come, change and go.

local json = require "agentmail.sandbox.http.json"

--- Creates an empty thread. refresh() completes it.
---@param inbox table
---@return integer id, string thread_id
local function create(ctx, inbox)
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

-- A thread is hidden if all of its messages are, for the reasons they share.
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

--- Rewrites a thread's row from its messages; deletes a thread without any.
---@param thread integer
local function refresh(ctx, thread)
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
    sum.files[1] and "[" .. table.concat(sum.files, ",") .. "]" or nil, last.message_id, #rows,
    sum.size, ctx.now, thread)
end

return { create = create, refresh = refresh }
