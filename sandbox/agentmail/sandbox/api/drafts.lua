-- SPDX-License-Identifier: MIT
-- Drafts: written, changed, sent (which deletes them), now or when their time comes.

local addresses = require "agentmail.sandbox.mail.addresses"
local attachments = require "agentmail.sandbox.mail.attachments"
local client_ids = require "agentmail.sandbox.http.client_ids"
local errors = require "agentmail.sandbox.http.errors"
local inboxes = require "agentmail.sandbox.api.inboxes"
local json = require "agentmail.sandbox.http.json"
local labels = require "agentmail.sandbox.mail.labels"
local mail = require "agentmail.sandbox.mail.transfer"
local messages = require "agentmail.sandbox.api.messages"
local page = require "agentmail.sandbox.http.paging"
local sends = require "agentmail.sandbox.api.sends"

local null = json.null

local item = "inbox_id draft_id labels:json to?:json cc?:json bcc?:json subject? preview? "
  .. "attachments?:json in_reply_to? forward_of? send_status? send_at?:time updated_at:time"
local encode_item = json.shape(item)
local encode = json.shape(item .. " client_id? reply_to?:json text? html? references?:json "
  .. "created_at:time")

local drafts = {}

-- drafts.* look everywhere, pods.drafts.* into one pod, inboxes.drafts.* into one inbox.
function drafts.find(ctx)
  local where, argument = inboxes.reach(ctx)
  if not where then return nil, argument end
  local row = ctx.db:row("SELECT * FROM drafts WHERE draft_id = ? AND " .. where,
                         ctx.params.draft_id, argument)
  if row then return row end
  return nil, errors.not_found("Draft", ctx.params.draft_id)
end

local function encoded_list(values)
  return values and #values > 0 and json.strings(values) or nil
end

-- What a reply or forward draft takes from the message it is about.
local function derive(ctx, inbox, letter)
  local body = ctx.body
  if body.in_reply_to and body.forward_of then
    return errors.invalid_field("cannot be combined with in_reply_to", "forward_of")
  end
  if body.reply_all and (body.to or body.cc or body.bcc) then
    return errors.invalid_field("reply_all cannot be combined with to, cc or bcc", "reply_all")
  end
  if body.reply_all and not body.in_reply_to then
    return errors.invalid_field("reply_all needs in_reply_to", "reply_all")
  end
  local about = body.in_reply_to or body.forward_of
  if not about then return nil end
  local original, refusal = messages.find(ctx, inbox, about)
  if not original then return refusal end
  if body.forward_of then return nil end
  if #(letter.to or {}) == 0 then letter.to = sends.reply_recipients(inbox, original) end
  if body.reply_all then letter.cc = sends.reply_all_cc(inbox, original, letter.to) end
  local subject = letter.subject
  sends.answer_to(letter, original)
  letter.subject = subject or letter.subject
end

-- A client_id that was used before: the draft, or what the switch says of one that is gone.
local function replay(ctx, made)
  local row = ctx.db:row("SELECT * FROM drafts WHERE org = ? AND draft_id = ?", ctx.org.id,
                         made.resource)
  local gone = ctx.app.config.draft_client_id
  if not row and gone == "recreate" then return nil end
  if not row and gone == "not_found" then
    return nil, errors.not_found("Draft", made.resource)
  end
  ctx.effect, ctx.draft_id = "replayed", made.resource
  return 200, row and encode(row) or made.answer
end

local function with_schedule(marks, send_at)
  return labels.apply(marks, send_at and { "scheduled" } or {}, send_at and {} or { "scheduled" })
end

function drafts.create(ctx)
  local body = ctx.body
  local refusal = client_ids.check(body.client_id)
  if refusal then return nil, refusal end
  local inbox
  inbox, refusal = inboxes.find(ctx, ctx.params.inbox_id)
  if not inbox then return nil, refusal end
  local scope = "draft"
  local made = client_ids.find(ctx, scope, body.client_id)
  if made then
    local status, answer = replay(ctx, made)
    if status or answer then return status, answer end
  end
  local marks
  marks, refusal = labels.normalize(body.labels, "labels")
  if not marks then return nil, refusal end
  local letter = { to = body.to, cc = body.cc, bcc = body.bcc, reply_to = body.reply_to,
                   subject = body.subject }
  refusal = derive(ctx, inbox, letter)
  if refusal then return nil, refusal end
  local _
  _, refusal = addresses.check(letter)
  if refusal then return nil, refusal end
  local files
  files, refusal = attachments.prepare(ctx, body.attachments)
  if not files then return nil, refusal end
  local draft_id = ctx.app.ids:uuid()
  ctx.db:run([[INSERT INTO drafts (org, inbox, inbox_id, draft_id, client_id, labels, reply_to,
    "to", cc, bcc, subject, preview, text, html, attachments, in_reply_to, forward_of,
    "references", send_status, send_at, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)]], ctx.org.id,
    inbox.id, inbox.inbox_id, draft_id, body.client_id,
    json.strings(with_schedule(marks, body.send_at)), encoded_list(letter.reply_to),
    encoded_list(letter.to), encoded_list(letter.cc), encoded_list(letter.bcc), letter.subject,
    mail.preview(body.text), body.text, body.html, (attachments.describe(files)),
    letter.in_reply_to, body.forward_of, encoded_list(letter.references),
    body.send_at and "scheduled" or nil, body.send_at, ctx.now, ctx.now)
  local id = ctx.db:last_id()
  attachments.attach(ctx, "d" .. id, files)
  local answer = encode(ctx.db:row("SELECT * FROM drafts WHERE id = ?", id))
  client_ids.remember(ctx, scope, body.client_id, draft_id, answer)
  ctx.effect, ctx.draft_id = "created", draft_id
  ctx.scheduled = body.send_at ~= nil
  return 200, answer
end

function drafts.get(ctx)
  local row, refusal = drafts.find(ctx)
  if not row then return nil, refusal end
  return 200, encode(row)
end

function drafts.get_attachment(ctx)
  local row, refusal = drafts.find(ctx)
  if not row then return nil, refusal end
  return attachments.answer(ctx, { "d" .. row.id })
end

function drafts.list(ctx)
  local condition, argument = inboxes.reach(ctx)
  if not condition then return nil, argument end
  local where, arguments = { condition }, { argument }
  for _, label in ipairs(ctx.query.labels or {}) do
    local column, folded = labels.comparable("labels", label)
    where[#where + 1] = "instr(" .. column .. ", ?) > 0"
    arguments[#arguments + 1] = json.string(folded)
  end
  local listing = { where = where, arguments = arguments, sort = "updated_at" }
  return page.answer(ctx, "drafts", listing, encode_item)
end

-- The files after add_attachments and remove_attachments, described; false and a refusal when one
-- cannot be had.
local function changed_files(ctx, row)
  local body, gone = ctx.body, {}
  local added, refusal = attachments.prepare(ctx, body.add_attachments, "add_attachments")
  if not added then return false, refusal end
  for _, id in ipairs(body.remove_attachments or {}) do gone[id] = true end
  local files = {}
  for _, file in ipairs(attachments.of(ctx.db, "d" .. row.id)) do
    if not gone[file.attachment_id] then files[#files + 1] = file end
  end
  table.move(added, 1, #added, #files + 1, files)
  attachments.drop(ctx.db, "d" .. row.id)
  attachments.attach(ctx, "d" .. row.id, files)
  return (attachments.describe(files))
end

-- Omitted keeps, null clears, anything else replaces.
local function changed(row, body, name)
  local value = body[name]
  if value == nil then return row[name] end
  if value == null then return nil end
  return type(value) == "table" and encoded_list(value) or type(value) ~= "table" and value or nil
end

local function lists_of(body)
  local lists = {}
  for _, name in ipairs { "to", "cc", "bcc", "reply_to" } do
    if body[name] ~= null then lists[name] = body[name] end
  end
  return lists
end

function drafts.update(ctx)
  local body = ctx.body
  local add, remove = labels.changes(body)
  if not add then return nil, remove end
  local row, refusal = drafts.find(ctx)
  if not row then return nil, refusal end
  if row.send_status == "sending" then
    return nil, errors.conflict("The draft is being sent.", "Wait until it is sent or failed.")
  end
  local _
  _, refusal = addresses.check(lists_of(body))
  if refusal then return nil, refusal end
  local files
  files, refusal = changed_files(ctx, row)
  if files == false then return nil, refusal end
  local send_at = changed(row, body, "send_at")
  local marks = with_schedule(labels.apply(json.decode(row.labels), add, remove), send_at)
  local text = changed(row, body, "text")
  ctx.db:run([[UPDATE drafts SET labels = ?, reply_to = ?, "to" = ?, cc = ?, bcc = ?, subject = ?,
    preview = ?, text = ?, html = ?, attachments = ?, send_status = ?, send_at = ?, updated_at = ?
    WHERE id = ?]], json.strings(marks), changed(row, body, "reply_to"), changed(row, body, "to"),
    changed(row, body, "cc"), changed(row, body, "bcc"), changed(row, body, "subject"),
    mail.preview(text), text, changed(row, body, "html"), files,
    send_at and "scheduled" or nil, send_at, ctx.now, row.id)
  ctx.effect, ctx.draft_id = "changed", row.draft_id
  ctx.scheduled = send_at ~= nil
  return 200, encode(ctx.db:row("SELECT * FROM drafts WHERE id = ?", row.id))
end

--- Deletes a draft's row and its files.
function drafts.remove(ctx, row)
  attachments.drop(ctx.db, "d" .. row.id)
  ctx.db:run("DELETE FROM drafts WHERE id = ?", row.id)
end

function drafts.delete(ctx)
  local row, refusal = drafts.find(ctx)
  if not row then return nil, refusal end
  drafts.remove(ctx, row)
  ctx.effect = "changed"
  return 204
end

return drafts
