-- SPDX-License-Identifier: MIT
-- A mail leaves, and arrives if the sandbox has an inbox for it. Threading follows In-Reply-To and
-- References. Every mail that leaves gets a row in `sent`, in the transaction that stores it: that
-- table defines "sent".

local addresses = require "agentmail.sandbox.mail.addresses"
local attachments = require "agentmail.sandbox.mail.attachments"
local json = require "agentmail.sandbox.http.json"
local labels = require "agentmail.sandbox.mail.labels"
local letters = require "agentmail.sandbox.mail.letters"
local lists = require "agentmail.sandbox.api.lists"
local mail_events = require "agentmail.sandbox.events.mail_events"
local quoted_html = require "agentmail.sandbox.mail.quoted_html"
local quotes = require "agentmail.sandbox.mail.quotes"
local test_recipients = require "agentmail.sandbox.mail.test_recipients"
local threading = require "agentmail.sandbox.mail.threading"

-- The ids that the letter replies to.
local function answers(letter) return letter.answers or { letter.in_reply_to } end

-- The thread in this inbox that the letter belongs to, if it contains a message that the letter
-- replies to.
local function thread_of(ctx, inbox, letter)
  local answered = { table.unpack(answers(letter)) }
  local references = letter.references or {}
  for i = #references, 1, -1 do answered[#answered + 1] = references[i] end
  for _, message_id in ipairs(answered) do
    local thread, thread_id = ctx.db:values(
      "SELECT thread, thread_id FROM messages WHERE inbox = ? AND message_id = ?", inbox.id,
      message_id)
    if thread then return thread, thread_id end
  end
  return threading.create(ctx, inbox)
end

-- Stores a letter in an inbox under some labels: its row's id, and the thread_id.
local function store(ctx, inbox, letter, marks, incoming)
  local db = ctx.db
  local thread, thread_id = thread_of(ctx, inbox, letter)
  local files, file_bytes = attachments.describe(letter.files)
  local size = letter.size
    or file_bytes + #(letter.subject or "") + #(letter.text or "") + #(letter.html or "")
  db:run([[INSERT INTO messages (org, inbox, inbox_id, thread, thread_id, message_id, labels,
    hidden, timestamp, "from", "to", cc, bcc, reply_to, subject, preview, text, html,
    extracted_text, extracted_html, attachments, in_reply_to, "references", headers, size,
    created_at, updated_at, original)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)]],
    ctx.org.id, inbox.id, inbox.inbox_id, thread, thread_id, letter.message_id,
    json.strings(marks), labels.hidden(marks), ctx.now, letter.from, json.strings(letter.to),
    json.list(letter.cc), not incoming and json.list(letter.bcc) or nil, json.list(letter.reply_to),
    letter.subject, letters.preview(letter.text), letter.text, letter.html,
    incoming and quotes.without(letter.text) or nil,
    incoming and quoted_html.without(letter.html) or nil, files,
    letter.in_reply_to, json.list(letter.references),
    letter.headers and next(letter.headers) and json.encode(letter.headers) or nil, size, ctx.now,
    ctx.now, letter.original)
  local id = db:last_id()
  labels.index(db, id, marks)
  if files then attachments.attach(ctx, "m" .. id, letter.files) end
  threading.refresh(ctx, thread)
  return id, thread_id
end

-- True if this inbox's organization blocks such mail. For a reply to mail from the inbox, only the
-- lists for replies apply.
local function is_blocked(ctx, inbox, letter)
  local sent
  for _, message_id in ipairs(answers(letter)) do
    sent = sent or ctx.db:values([[SELECT 1 FROM messages WHERE inbox = ? AND message_id = ?
      AND instr(labels, '"sent"') > 0]], inbox.id, message_id)
  end
  return lists.blocks(ctx, inbox, sent and "reply" or "receive",
                      (letter.sender or addresses.bare(letter.from) or ""):lower())
end

--- A letter arrives. An inbox that has it already (a mail to oneself) keeps one copy; a paused one
--- drops it.
---@param extra string[]? further labels
---@return string? thread_id
local function receive(ctx, inbox, letter, extra)
  if inbox.status == "paused" then return nil end
  local row = ctx.db:row("SELECT id, labels, thread, thread_id FROM messages "
    .. "WHERE inbox = ? AND message_id = ?", inbox.id, letter.message_id)
  local marks = { "received", "unread" }
  for _, label in ipairs(extra or {}) do marks[#marks + 1] = label end
  if is_blocked(ctx, inbox, letter) then marks[#marks + 1] = "blocked" end
  local id, thread_id
  if row then
    labels.change(ctx.db, row, marks, {}, ctx.now)
    threading.refresh(ctx, row.thread)
    id, thread_id = row.id, row.thread_id
  else
    id, thread_id = store(ctx, inbox, letter, marks, true)
  end
  mail_events.received(ctx, inbox, id, marks)
  return thread_id
end

local function record(ctx, inbox, letter, thread_id, recipients, draft)
  ctx.db:run([[INSERT INTO sent (org, at, request, operation, inbox_id, message_id, thread_id,
    recipients, subject, key, draft_id, draft_client_id, mark, digest, target)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)]], ctx.org.id, ctx.now, ctx.seq,
    ctx.route.name, inbox.inbox_id, letter.message_id, thread_id, json.strings(recipients),
    letter.subject, ctx.key, draft and draft.draft_id, draft and draft.client_id,
    letters.mark_of(letter), ctx.digest or "", ctx.path or "")
end

-- Puts the sender's copy into its inbox, unless the service dies before. Returns the thread_id.
local function keep(ctx, inbox, letter, marks, reached)
  if ctx.handoff and ctx.handoff.stored == false then return ctx.app.ids:uuid() end
  local own = { "sent", table.unpack(marks) }
  if reached[1] then table.insert(own, 2, "delivered") end
  if ctx.handoff and ctx.handoff.left == false then own = marks end
  return (select(2, store(ctx, inbox, letter, own, false)))
end

-- What comes of a mail that left: its row in `sent`, and every delivery.
local function leave(ctx, inbox, letter, thread_id, reached, draft)
  local recipients = addresses.recipients(letter)
  record(ctx, inbox, letter, thread_id, recipients, draft)
  if not ctx.handoff then
    mail_events.sent(ctx, inbox, letter.message_id, thread_id, recipients, reached)
  end
  for _, address in ipairs(recipients) do
    local target = ctx.db:row("SELECT * FROM inboxes WHERE org = ? AND inbox_id = ?", ctx.org.id,
                              address)
    if target then receive(ctx, target, letter) end
  end
end

--- Sends a letter from an inbox: the sender's copy, the row in `sent`, and every delivery.
---@param inbox table
---@param letter agentmail.sandbox.Letter its from and message_id are filled in here
---@param marks string[] the sender's labels
---@param draft table? the draft it came from
---@return string answer the JSON of a SendMessageResponse
local function send(ctx, inbox, letter, marks, draft)
  letter.from = inbox.display_name and ("%s <%s>"):format(inbox.display_name, inbox.inbox_id)
    or inbox.inbox_id
  letter.message_id = letters.new_message_id(ctx, inbox.inbox_id:match("@(.*)$"))
  local recipients = addresses.recipients(letter)
  local reached = mail_events.reached_at_once(ctx, recipients)
  local thread_id = keep(ctx, inbox, letter, marks, reached)
  ctx.effect, ctx.message_id = "created", letter.message_id
  if not (ctx.handoff and ctx.handoff.left == false) then
    leave(ctx, inbox, letter, thread_id, reached, draft)
    test_recipients.act(ctx, inbox, letter, recipients, receive)
  end
  return ('{"message_id":%s,"thread_id":%s}'):format(json.string(letter.message_id),
                                                     json.string(thread_id))
end

return { receive = receive, send = send }
