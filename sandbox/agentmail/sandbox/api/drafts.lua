-- SPDX-License-Identifier: MIT
-- Drafts: written, changed, and sent now or later; sending deletes them.

local addresses = require "agentmail.sandbox.mail.addresses"
local attachments = require "agentmail.sandbox.mail.attachments"
local client_ids = require "agentmail.sandbox.http.client_ids"
local conditions = require "agentmail.sandbox.store.conditions"
local errors = require "agentmail.sandbox.http.errors"
local inboxes = require "agentmail.sandbox.api.inboxes"
local json = require "agentmail.sandbox.http.json"
local labels = require "agentmail.sandbox.mail.labels"
local letters = require "agentmail.sandbox.mail.letters"
local messages = require "agentmail.sandbox.api.messages"
local resource = require "agentmail.sandbox.api.resource"
local sends = require "agentmail.sandbox.api.sends"
local sets = require "agentmail.sandbox.store.sets"
local switches = require "agentmail.sandbox.control.switches"

local null = json.null

local item = "inbox_id draft_id labels:json to?:json cc?:json bcc?:json subject? preview? "
  .. "attachments?:json in_reply_to? forward_of? send_status? send_at?:time updated_at:time"
local encode_item = json.shape(item)
local encode = json.shape(item .. " client_id? reply_to?:json text? html? references?:json "
  .. "created_at:time")

--- drafts.* search everything, pods.drafts.* one pod, inboxes.drafts.* one inbox.
---@return table? row, table? refusal
local function find(ctx) return inboxes.find_in_reach(ctx, "Draft", "drafts", "draft_id") end

-- What a reply or forward draft takes from its original message.
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

-- For a client_id used before: the draft, or the switch's answer for a draft that is gone.
local function replay(ctx, made)
  local row = ctx.db:row("SELECT * FROM drafts WHERE org = ? AND draft_id = ?", ctx.org.id,
                         made.resource)
  local gone = switches.value(ctx, "draft_client_id")
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

-- A draft scheduled for a time in the past is sent at once, because the service's scheduler takes
-- what is due. The service's documentation does not say so, hence the switch.
local function check_send_at(ctx)
  local send_at = ctx.body.send_at
  if switches.value(ctx, "past_send_at") == "refuse" and math.type(send_at) == "integer"
    and send_at <= ctx.now then
    return errors.invalid_field("must be in the future", "send_at")
  end
end

local function create(ctx)
  local body = ctx.body
  local refusal = client_ids.check(body.client_id)
  if refusal then return nil, refusal end
  local inbox
  inbox, refusal = inboxes.addressed(ctx)
  if not inbox then return nil, refusal end
  local made = client_ids.find(ctx, "draft", body.client_id)
  if made then
    local status, answer = replay(ctx, made)
    if status or answer then return status, answer end
  end
  local marks
  marks, refusal = labels.normalize(body.labels, "labels")
  refusal = refusal or check_send_at(ctx)
  if refusal then return nil, refusal end
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
    json.strings(with_schedule(marks, body.send_at)), json.list(letter.reply_to),
    json.list(letter.to), json.list(letter.cc), json.list(letter.bcc), letter.subject,
    letters.preview(body.text), body.text, body.html, (attachments.describe(files)),
    letter.in_reply_to, body.forward_of, json.list(letter.references),
    body.send_at and "scheduled" or nil, body.send_at, ctx.now, ctx.now)
  local id = ctx.db:last_id()
  attachments.attach(ctx, "d" .. id, files)
  local answer = encode(ctx.db:row("SELECT * FROM drafts WHERE id = ?", id))
  client_ids.remember(ctx, "draft", body.client_id, draft_id, answer)
  ctx.effect, ctx.draft_id = "created", draft_id
  ctx.scheduled = body.send_at ~= nil
  return 200, answer
end

local function get_attachment(ctx)
  local row, refusal = find(ctx)
  if not row then return nil, refusal end
  return attachments.answer(ctx, { "d" .. row.id })
end

local function listing_of(ctx)
  local condition, argument = inboxes.reach(ctx)
  if not condition then return nil, argument end
  local listing = conditions.new(condition, argument)
  listing.sort = "updated_at"
  resource.carry(listing, ctx.query.labels)
  return listing
end

-- The files after add_attachments and remove_attachments, described; false and a refusal if one
-- cannot be fetched.
local function changed_files(ctx, row)
  local added, refusal =
    attachments.prepare(ctx, ctx.body.add_attachments, "add_attachments")
  if not added then return false, refusal end
  local files, gone = {}, sets.of(ctx.body.remove_attachments)
  for _, file in ipairs(attachments.of(ctx.db, "d" .. row.id)) do
    if not gone[file.attachment_id] then files[#files + 1] = file end
  end
  table.move(added, 1, #added, #files + 1, files)
  attachments.drop(ctx.db, "d" .. row.id)
  attachments.attach(ctx, "d" .. row.id, files)
  return (attachments.describe(files))
end

-- An omitted field is kept, null clears, other values replace.
local function changed(row, body, name)
  local value = body[name]
  if value == nil then return row[name] end
  if value == null then return nil end
  return type(value) == "table" and json.list(value) or type(value) ~= "table" and value or nil
end

local function lists_of(body)
  local lists = {}
  for _, name in ipairs { "to", "cc", "bcc", "reply_to" } do
    if body[name] ~= null then lists[name] = body[name] end
  end
  return lists
end

--- A draft that is being sent is neither changed nor sent again.
---@return table? refusal
local function refuse_sending(row)
  if row.send_status ~= "sending" then return nil end
  return errors.conflict("The draft is being sent.", "Wait until it is sent or failed.")
end

local function update(ctx)
  local body = ctx.body
  local add, remove = labels.changes(body)
  if not add then return nil, remove end
  local row, refusal = find(ctx)
  if not row then return nil, refusal end
  local _
  refusal = refuse_sending(row)
  if refusal then return nil, refusal end
  _, refusal = addresses.check(lists_of(body))
  refusal = refusal or check_send_at(ctx)
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
    letters.preview(text), text, changed(row, body, "html"), files,
    send_at and "scheduled" or nil, send_at, ctx.now, row.id)
  ctx.effect, ctx.draft_id = "changed", row.draft_id
  ctx.scheduled = send_at ~= nil
  return 200, encode(ctx.db:row("SELECT * FROM drafts WHERE id = ?", row.id))
end

--- Deletes a draft's row and its files.
local function drop(ctx, row)
  attachments.drop(ctx.db, "d" .. row.id)
  ctx.db:run("DELETE FROM drafts WHERE id = ?", row.id)
end

return {
  find = find, refuse_sending = refuse_sending, create = create, get = resource.get(find, encode),
  get_attachment = get_attachment, list = resource.list("drafts", listing_of, encode_item),
  update = update, drop = drop, delete = resource.delete(find, drop),
}
