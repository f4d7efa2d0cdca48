-- SPDX-License-Identifier: MIT
-- Mail from outside: what a test lets a person write to an inbox.

local addresses = require "agentmail.sandbox.mail.addresses"
local attachments = require "agentmail.sandbox.mail.attachments"
local context = require "agentmail.sandbox.http.context"
local errors = require "agentmail.sandbox.http.errors"
local fields = require "agentmail.sandbox.http.fields"
local inboxes = require "agentmail.sandbox.api.inboxes"
local json = require "agentmail.sandbox.http.json"
local labels = require "agentmail.sandbox.mail.labels"
local letters = require "agentmail.sandbox.mail.letters"
local transfer = require "agentmail.sandbox.mail.transfer"

local CONTENT = "from:string subject:string text:string html:string cc:strings reply_to:strings "
  .. "headers:map<string> attachments:attachment[] "
local read_letter = fields.record(CONTENT .. "to!:strings inbox:string labels:string[] "
  .. "message_id:string in_reply_to:string references:string[]", fields.checks)
local read_reply = fields.record(CONTENT .. "labels:string[]", fields.checks)

local function deliver(ctx, letter, body)
  for i, label in ipairs(body.labels or {}) do
    if not labels.HIDING[label] then
      return nil, errors.invalid_field("expected spam, blocked, unauthenticated or trash",
                                       "labels", i - 1)
    end
  end
  local count, refusal = addresses.check(letter)
  if not count then return nil, refusal end
  letter.files, refusal = attachments.prepare(ctx, body.attachments)
  if not letter.files then return nil, refusal end
  local delivered = json.array {}
  for _, address in ipairs(addresses.recipients(letter)) do
    local inbox = inboxes.find(ctx, address)
    if inbox then
      local thread_id = transfer.receive(ctx, inbox, letter, body.labels)
      delivered[#delivered + 1] = { inbox_id = inbox.inbox_id, thread_id = thread_id,
                                    message_id = letter.message_id }
    end
  end
  if #delivered == 0 then
    return nil, errors.not_found("Inbox", table.concat(letter.to, ", "))
  end
  return { message_id = letter.message_id, thread_id = delivered[1].thread_id,
           inbox_id = delivered[1].inbox_id, delivered = delivered }
end

local function letter_of(ctx, body, from)
  local domain = addresses.bare(from):match("@(.*)$")
  return {
    from = from, cc = body.cc, reply_to = body.reply_to, subject = body.subject, text = body.text,
    html = body.html, headers = body.headers, message_id = letters.new_message_id(ctx, domain),
  }
end

--- Delivers a letter { to, from, subject, text, … } to the inboxes it names.
---@return table? delivered, table? refusal
local function receive(app, org, written)
  local problems = {}
  if type(written) == "table" and written.to == nil then written.to = written.inbox end
  local body = read_letter(written, {}, problems)
  if problems[1] then return nil, errors.invalid(problems) end
  local from = body.from or "Sandbox Human <human@example.com>"
  if not addresses.bare(from) then
    return nil, errors.invalid_field("'" .. from .. "' is not an email address", "from")
  end
  local ctx = context.without_request(app, org, "inbound")
  local letter = letter_of(ctx, body, from)
  letter.to, letter.in_reply_to, letter.references = body.to, body.in_reply_to, body.references
  letter.message_id = body.message_id or letter.message_id
  return deliver(ctx, letter, body)
end

--- Answers a mail that the organization sent, as the person who got it.
---@return table? delivered, table? refusal
local function reply(app, org, message_id, written)
  local problems = {}
  local body = read_reply(written, {}, problems)
  if problems[1] then return nil, errors.invalid(problems) end
  local original = app.db:row([[SELECT * FROM messages WHERE org = ? AND message_id = ?
    ORDER BY instr(labels, '"sent"') DESC LIMIT 1]], org.id, message_id)
  if not original then return nil, errors.not_found("Message", message_id) end
  local ctx = context.without_request(app, org, "inbound")
  local letter = letter_of(ctx, body, body.from or json.decode(original.to)[1])
  letter.to = { addresses.bare(original.from) }
  letter.subject = body.subject or letters.reply_subject(original.subject)
  letter.in_reply_to = message_id
  letter.references = json.decode_list(original.references)
  letter.references[#letter.references + 1] = message_id
  return deliver(ctx, letter, body)
end

return { receive = receive, reply = reply }
