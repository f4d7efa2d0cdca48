-- SPDX-License-Identifier: MIT
-- Threads: the messages of one inbox that belong together. mail/threading.lua maintains their rows.

local access = require "agentmail.sandbox.http.access"
local attachments = require "agentmail.sandbox.mail.attachments"
local conditions = require "agentmail.sandbox.store.conditions"
local errors = require "agentmail.sandbox.http.errors"
local inboxes = require "agentmail.sandbox.api.inboxes"
local json = require "agentmail.sandbox.http.json"
local labels = require "agentmail.sandbox.mail.labels"
local messages = require "agentmail.sandbox.api.messages"
local paging = require "agentmail.sandbox.http.paging"
local resource = require "agentmail.sandbox.api.resource"
local threading = require "agentmail.sandbox.mail.threading"

local item = "inbox_id thread_id labels:json timestamp:time received_timestamp?:time "
  .. "sent_timestamp?:time senders:json recipients:json subject? preview? attachments?:json "
  .. "last_message_id message_count:integer size:integer updated_at:time created_at:time"
local encode_item = json.shape(item)

local MOST_MESSAGES = 100

-- inboxes.threads.* search one inbox, pods.threads.* one pod, threads.* everything.
local function find(ctx)
  local row, refusal = inboxes.find_in_reach(ctx, "Thread", "threads", "thread_id")
  if not row then return nil, refusal end
  if access.reads(ctx, row) then return row end
  return nil, errors.not_found("Thread", row.thread_id)
end

local function listing_of(ctx)
  local condition, argument = inboxes.reach(ctx)
  if not condition then return nil, argument end
  local listing, query = conditions.new(condition, argument), ctx.query
  listing.sort = "timestamp"
  listing:add("hidden & ? = 0", labels.excluded(query))
  resource.carry(listing, query.labels)
  resource.contain(listing, "senders", query.senders)
  resource.contain(listing, "recipients", query.recipients)
  resource.contain(listing, "subject", query.subject)
  return listing
end

--- Pages start with the newest messages; each page is in ascending order.
local function get(ctx)
  local thread, refusal = find(ctx)
  if not thread then return nil, refusal end
  local listing = conditions.new("thread = ?", thread.id)
  listing.from, listing.sort = "messages", "timestamp"
  listing:add("hidden & ? = 0", ctx.unreadable or 0)
  local rows, limit, token = paging.rows(ctx, listing)
  if not rows then return nil, limit end
  local parts = {}
  for i = #rows, 1, -1 do parts[#parts + 1] = messages.encode(rows[i]) end
  return 200, ('%s,"count":%d,"limit":%d,%s"messages":[%s]}'):format(
    encode_item(thread):sub(1, -2), #rows, limit,
    token and ('"next_page_token":"%s",'):format(token) or "", table.concat(parts, ","))
end

local function get_attachment(ctx)
  local thread, refusal = find(ctx)
  if not thread then return nil, refusal end
  local owners = {}
  for _, row in ipairs(ctx.db:rows("SELECT id FROM messages WHERE thread = ? AND hidden & ? = 0",
                                   thread.id, ctx.unreadable or 0)) do
    owners[#owners + 1] = "m" .. row.id
  end
  return attachments.answer(ctx, owners)
end

local function update(ctx)
  local add, remove = labels.needed_changes(ctx.body)
  if not add then return nil, remove end
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
  threading.refresh(ctx, thread.id)
  ctx.effect = "changed"
  return 200, ('{"thread_id":%s,"labels":%s}'):format(json.string(thread.thread_id),
    (ctx.db:values("SELECT labels FROM threads WHERE id = ?", thread.id)))
end

local function remove(ctx, thread)
  for _, row in ipairs(ctx.db:rows("SELECT id FROM messages WHERE thread = ?", thread.id)) do
    messages.drop(ctx, row.id)
  end
  ctx.db:run("DELETE FROM threads WHERE id = ?", thread.id)
end

return {
  encode_item = encode_item, list = resource.list("threads", listing_of, encode_item), get = get,
  get_attachment = get_attachment, update = update, delete = resource.delete(find, remove),
}
