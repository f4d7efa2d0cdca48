-- SPDX-License-Identifier: MIT
-- Mail from outside: a test lets a person write to an inbox.

local addresses = require "agentmail.sandbox.mail.addresses"
local attachments = require "agentmail.sandbox.mail.attachments"
local authentication = require "agentmail.sandbox.mail.authentication"
local context = require "agentmail.sandbox.http.context"
local errors = require "agentmail.sandbox.http.errors"
local fields = require "agentmail.sandbox.http.fields"
local ids = require "agentmail.sandbox.mail.ids"
local inboxes = require "agentmail.sandbox.api.inboxes"
local incoming = require "agentmail.sandbox.mail.incoming"
local json = require "agentmail.sandbox.http.json"
local labels = require "agentmail.sandbox.mail.labels"
local letters = require "agentmail.sandbox.mail.letters"
local sets = require "agentmail.sandbox.store.sets"
local sqlite = require "agentmail.sandbox.sqlite"
local transfer = require "agentmail.sandbox.mail.transfer"

local HUMAN = "Sandbox Human <human@example.com>"
local AUTH = sets.words("pass fail")

local CONTENT = "from:string subject:string text:string html:string cc:strings reply_to:strings "
  .. "headers:map<string> attachments:attachment[] labels:string[] auth:string "
local read_letter = fields.record(CONTENT .. "to!:strings inbox:string "
  .. "message_id:string in_reply_to:string references:string[]", fields.checks)
local read_reply = fields.record(CONTENT, fields.checks)

-- Labels ------------------------------------------------------------------------------------------

-- Mail that fails DMARC does not come from its claimed sender.
local function marks_of(letter, body)
  for i, label in ipairs(body.labels or {}) do
    if not labels.HIDING[label] then
      return nil, errors.invalid_field("expected spam, blocked, unauthenticated or trash",
                                       "labels", i - 1)
    end
  end
  if body.auth and not AUTH[body.auth] then
    return nil, errors.invalid_field("expected pass or fail", "auth")
  end
  local failed = letter.unauthenticated
  if body.auth then failed = body.auth == "fail" end
  return sets.union(body.labels or {}, failed and { "unauthenticated" } or {}, {})
end

-- Headers of a letter given as fields: a name and its value.
local function is_unauthenticated(headers)
  local values = {}
  for name, value in pairs(headers or {}) do
    if name:lower() == "authentication-results" then values[#values + 1] = value end
  end
  return authentication.fails(values)
end

-- Delivery ----------------------------------------------------------------------------------------

local function deliver(ctx, letter, recipients, body)
  local marks, refusal = marks_of(letter, body)
  if not marks then return nil, refusal end
  letter.files, refusal = attachments.prepare(ctx, letter.attachments)
  if not letter.files then return nil, refusal end
  local delivered, seen = json.array {}, {}
  for _, address in ipairs(recipients) do
    local inbox = inboxes.find(ctx, address)
    if inbox and not seen[inbox.inbox_id] then
      seen[inbox.inbox_id] = true
      local thread_id = transfer.receive(ctx, inbox, letter, marks)
      if thread_id then
        delivered[#delivered + 1] = { inbox_id = inbox.inbox_id, thread_id = thread_id,
                                      message_id = letter.message_id }
      end
    end
  end
  if next(seen) and #delivered == 0 then -- paused inboxes drop mail without a word
    return { message_id = letter.message_id, delivered = delivered }
  end
  if #delivered == 0 then return nil, errors.not_found("Inbox", table.concat(recipients, ", ")) end
  return { message_id = letter.message_id, thread_id = delivered[1].thread_id,
           inbox_id = delivered[1].inbox_id, delivered = delivered }
end

-- Letters in fields -------------------------------------------------------------------------------

local function new_id(ctx, from)
  local domain = (addresses.bare(from) or ""):match("@(.*)$")
  if not domain or not addresses.is_domain(domain) then domain = addresses.TEST_DOMAIN:sub(2) end
  return letters.new_message_id(ctx, domain)
end

local function letter_of(ctx, body, from)
  return {
    from = from, cc = body.cc, reply_to = body.reply_to, subject = body.subject, text = body.text,
    html = body.html, headers = body.headers, attachments = body.attachments,
    message_id = new_id(ctx, from), unauthenticated = is_unauthenticated(body.headers),
  }
end

local function deliver_fields(ctx, letter, body)
  local count, refusal = addresses.check(letter, math.huge)
  if not count then return nil, refusal end
  return deliver(ctx, letter, addresses.recipients(letter), body)
end

--- Delivers a letter { to, from, subject, text, … } to the inboxes it names.
---@return table? delivered, table? refusal
local function receive(app, org, written)
  local problems = {}
  if type(written) == "table" and written.to == nil then written.to = written.inbox end
  local body = read_letter(written, {}, problems)
  if problems[1] then return nil, errors.invalid(problems) end
  local from = body.from or HUMAN
  if not addresses.bare(from) and not addresses.is_nobody(from) then
    return nil, errors.invalid_field("'" .. from .. "' is not an email address", "from")
  end
  local ctx = context.without_request(app, org, "inbound")
  local letter = letter_of(ctx, body, from)
  letter.to, letter.answers = body.to, ids.all(body.in_reply_to)
  letter.in_reply_to = letter.answers[1]
  letter.references = {}
  for i, id in ipairs(body.references or {}) do letter.references[i] = ids.one(id) or id end
  letter.message_id = ids.one(body.message_id) or letter.message_id
  return deliver_fields(ctx, letter, body)
end

--- Replies to a mail that the organization sent, as the person who got it.
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
  return deliver_fields(ctx, letter, body)
end

-- Whole messages ----------------------------------------------------------------------------------

--- Delivers a message given as bytes, which need not be well-formed: to the envelope's recipients {
--- to } if there are any, else to those in its headers. The message keeps its bytes and headers.
---@param filters { to: string?, auth: string? }
---@return table? delivered, table? refusal
local function receive_raw(app, org, bytes, filters)
  local ctx = context.without_request(app, org, "inbound")
  local letter = incoming.read(bytes)
  local recipients = incoming.addresses(filters.to or "")
  if not filters.to then recipients = letter.recipients end
  if #recipients == 0 then
    return nil, errors.invalid_field("no recipients in To, Cc or Bcc, and no ?to= parameter", "to")
  end
  letter.from = letter.from or HUMAN
  letter.message_id = letter.message_id or new_id(ctx, letter.from)
  app.db:run("INSERT INTO originals (org, bytes) VALUES (?, ?)", org.id, sqlite.blob(bytes))
  letter.original, letter.size = app.db:last_id(), #bytes
  return deliver(ctx, letter, recipients, { auth = filters.auth })
end

return { receive = receive, receive_raw = receive_raw, reply = reply }
