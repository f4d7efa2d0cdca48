-- SPDX-License-Identifier: MIT
-- send, reply, reply_all and forward: recipients and content of the mail.

local addresses = require "agentmail.sandbox.mail.addresses"
local attachments = require "agentmail.sandbox.mail.attachments"
local clock = require "agentmail.sandbox.store.clock"
local errors = require "agentmail.sandbox.http.errors"
local inboxes = require "agentmail.sandbox.api.inboxes"
local json = require "agentmail.sandbox.http.json"
local labels = require "agentmail.sandbox.mail.labels"
local lists = require "agentmail.sandbox.api.lists"
local messages = require "agentmail.sandbox.api.messages"
local transfer = require "agentmail.sandbox.mail.transfer"
local verification = require "agentmail.sandbox.http.verification"

local REJECTING = "reject" .. addresses.TEST_DOMAIN

--- The last checks before a letter leaves; it must have a recipient by now.
---@return table? refusal
local function refuse(ctx, inbox, letter)
  local count, refusal = addresses.check(letter)
  if not count then return refusal end
  refusal = inboxes.refuse_paused(inbox)
  if refusal then return refusal end
  if count == 0 then
    return errors.unprocessable("The message has no recipient.",
                                "Give at least one of to, cc and bcc.")
  end
  local recipients = addresses.recipients(letter)
  refusal = verification.refuse_recipients(ctx, recipients)
  if refusal then return refusal end
  for _, address in ipairs(recipients) do
    if address == REJECTING then
      return errors.refusal(403, "message_rejected", "The recipient " .. address
        .. " does not accept mail.", "Send to another address.")
    end
  end
  return lists.refuse(ctx, inbox, recipients)
end

-- The parts of a letter taken unchanged from the request.
local function letter_of(ctx)
  local body = ctx.body
  return {
    to = body.to or {}, cc = body.cc, bcc = body.bcc, reply_to = body.reply_to,
    subject = body.subject, text = body.text, html = body.html, headers = body.headers,
  }
end

local function deliver(ctx, inbox, letter, original_files)
  local marks, refusal = labels.normalize(ctx.body.labels, "labels")
  if not marks then return nil, refusal end
  refusal = refuse(ctx, inbox, letter)
  if refusal then return nil, refusal end
  letter.files, refusal = attachments.prepare(ctx, ctx.body.attachments)
  if not letter.files then return nil, refusal end
  for _, file in ipairs(original_files or {}) do letter.files[#letter.files + 1] = file end
  return 200, transfer.send(ctx, inbox, letter, marks)
end

local function send(ctx)
  local inbox, refusal = inboxes.addressed(ctx)
  if not inbox then return nil, refusal end
  return deliver(ctx, inbox, letter_of(ctx))
end

local function prefixed(prefix, subject)
  subject = subject or ""
  if subject:lower():sub(1, #prefix) == prefix:lower() then return subject end
  return prefix .. " " .. subject
end

--- The recipients of a reply to this message. A reply to one's own mail goes to its recipients.
local function reply_recipients(inbox, original)
  if addresses.bare(original.from) == inbox.inbox_id then return json.decode_list(original.to) end
  local named = json.decode_list(original.reply_to)
  return #named > 0 and named or { original.from }
end

--- Everyone else in the conversation.
local function reply_all_cc(inbox, original, to)
  local taken, cc = { [inbox.inbox_id] = true }, {}
  for _, text in ipairs(to) do taken[addresses.bare(text) or ""] = true end
  for _, field in ipairs { "to", "cc" } do
    for _, text in ipairs(json.decode_list(original[field])) do
      local bare = addresses.bare(text)
      if bare and not taken[bare] then
        taken[bare] = true
        cc[#cc + 1] = text
      end
    end
  end
  return cc
end

--- Turns a letter into the reply to a message: subject and threading.
local function answer_to(letter, original)
  letter.subject = prefixed("Re:", original.subject)
  letter.in_reply_to = original.message_id
  letter.references = json.decode_list(original.references)
  letter.references[#letter.references + 1] = original.message_id
end

local function send_reply(ctx, to_all)
  local original, refusal, inbox = messages.addressed(ctx)
  if not original then return nil, refusal end
  local letter = letter_of(ctx)
  if #letter.to == 0 then letter.to = reply_recipients(inbox, original) end
  if to_all then letter.cc = reply_all_cc(inbox, original, letter.to) end
  answer_to(letter, original)
  return deliver(ctx, inbox, letter)
end

local function reply(ctx)
  local body = ctx.body
  if body.reply_all and (body.to or body.cc or body.bcc) then
    return nil, errors.invalid_field("reply_all cannot be combined with to, cc or bcc",
                                     "reply_all")
  end
  return send_reply(ctx, body.reply_all)
end

local function reply_all(ctx)
  return send_reply(ctx, true)
end

local function forwarded_text(original, text)
  local to = table.concat(json.decode_list(original.to), ", ")
  return table.concat({
    text or "", "", "---------- Forwarded message ----------", "From: " .. original.from,
    "Date: " .. clock.text(original.timestamp), "Subject: " .. (original.subject or ""),
    "To: " .. to, "", original.text or "",
  }, "\n")
end

--- Merges a message into a letter that forwards it. Returns the files to attach.
local function forward_of(ctx, letter, original)
  letter.subject = letter.subject or prefixed("Fwd:", original.subject)
  letter.text = forwarded_text(original, letter.text)
  if original.html then letter.html = (letter.html or "") .. original.html end
  local files = attachments.of(ctx.db, "m" .. original.id)
  for _, file in ipairs(files) do file.attachment_id = ctx.app.ids:uuid() end
  return files
end

local function forward(ctx)
  local original, refusal, inbox = messages.addressed(ctx)
  if not original then return nil, refusal end
  local letter = letter_of(ctx)
  local files = forward_of(ctx, letter, original)
  return deliver(ctx, inbox, letter, files)
end

return {
  refuse = refuse, send = send, reply_recipients = reply_recipients, reply_all_cc = reply_all_cc,
  answer_to = answer_to, reply = reply, reply_all = reply_all, forward_of = forward_of,
  forward = forward,
}
