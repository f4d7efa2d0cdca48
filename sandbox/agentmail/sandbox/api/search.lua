-- SPDX-License-Identifier: MIT
-- Full-text search over messages and threads. Each word of the query must occur: as part of an
-- address or the subject, or as a whole word of the body. Hidden messages stay hidden.

local conditions = require "agentmail.sandbox.store.conditions"
local inboxes = require "agentmail.sandbox.api.inboxes"
local json = require "agentmail.sandbox.http.json"
local labels = require "agentmail.sandbox.mail.labels"
local messages = require "agentmail.sandbox.api.messages"
local paging = require "agentmail.sandbox.http.paging"
local threads = require "agentmail.sandbox.api.threads"

local function words_of(text)
  local words = {}
  for word in text:lower():gmatch("%S+") do words[#words + 1] = word end
  return words
end

local function has_word(text, word)
  local from = 1
  while true do
    local first, last = text:find(word, from, true)
    if not first then return false end
    local before, after = text:sub(first - 1, first - 1), text:sub(last + 1, last + 1)
    if not before:find("%w") and not after:find("%w") then return true end
    from = first + 1
  end
end

-- The text with the matching words between **, or nil if it has none.
local function highlighted(text, words)
  if not text then return nil end
  local low, marks = text:lower(), {}
  for _, word in ipairs(words) do
    local first, last = low:find(word, 1, true)
    if first then marks[#marks + 1] = { first, last } end
  end
  if #marks == 0 then return nil end
  table.sort(marks, function(a, b) return a[1] < b[1] end)
  local parts, from = {}, 1
  for _, mark in ipairs(marks) do
    if mark[1] >= from then
      parts[#parts + 1] = text:sub(from, mark[1] - 1) .. "**" .. text:sub(mark[1], mark[2]) .. "**"
      from = mark[2] + 1
    end
  end
  return table.concat(parts) .. text:sub(from)
end

local function recipients_of(row)
  local all = {}
  for _, field in ipairs { "to", "cc", "bcc" } do
    for _, text in ipairs(json.decode_list(row[field])) do all[#all + 1] = text end
  end
  return table.concat(all, ", ")
end

-- The highlights of a message, or nil if it does not match.
local function match(row, words)
  local recipients = recipients_of(row)
  local head = (row.from .. "\n" .. recipients .. "\n" .. (row.subject or "")):lower()
  local body = (row.text or ""):lower()
  for _, word in ipairs(words) do
    if not head:find(word, 1, true) and not has_word(body, word) then return nil end
  end
  local highlights = {}
  for name, text in pairs { from = row.from, recipients = recipients, subject = row.subject,
                            text = row.preview } do
    local marked = highlighted(text, words)
    if marked then highlights[name] = { marked } end
  end
  return highlights
end

local function candidates(ctx, condition, argument)
  local wanted = conditions.new(condition, argument)
  wanted:add("hidden & ? = 0", labels.ALL_HIDING)
  wanted:between(ctx.query, "timestamp")
  if ctx.newest then wanted:add("created_at <= ?", ctx.newest) end
  return ctx.db:each(("SELECT * FROM messages WHERE %s ORDER BY timestamp DESC, id DESC")
    :format(wanted:sql()), table.unpack(wanted.arguments))
end

local function with_highlights(encoded, highlights)
  if next(highlights) == nil then return encoded end
  return ('%s,"highlights":%s}'):format(encoded:sub(1, -2), json.encode(highlights))
end

local function search_messages(ctx)
  local inbox, refusal = inboxes.addressed(ctx)
  if not inbox then return nil, refusal end
  local words = words_of(ctx.query.q)
  local next_row, _, _, rows <close> = candidates(ctx, "inbox = ?", inbox.id) -- luacheck: ignore
  return paging.answer_each(ctx, "messages", function()
    for row in next_row do
      local highlights = match(row, words)
      if highlights then return with_highlights(messages.encode_item(row), highlights) end
    end
  end)
end

local function search_threads(ctx)
  local condition, argument = inboxes.reach(ctx)
  if not condition then return nil, argument end
  local words, seen = words_of(ctx.query.q), {}
  local next_row, _, _, rows <close> = candidates(ctx, condition, argument) -- luacheck: ignore
  return paging.answer_each(ctx, "threads", function()
    for row in next_row do
      local highlights = not seen[row.thread] and match(row, words)
      if highlights then
        seen[row.thread] = true
        local thread = ctx.db:row("SELECT * FROM threads WHERE id = ?", row.thread)
        return with_highlights(threads.encode_item(thread), highlights)
      end
    end
  end)
end

return { messages = search_messages, threads = search_threads }
