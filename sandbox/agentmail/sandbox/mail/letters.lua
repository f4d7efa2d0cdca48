-- SPDX-License-Identifier: MIT
-- Letters: mails in transit, before they are rows.

---@class agentmail.sandbox.Letter
---@field from string
---@field sender string?         the bare address in it, if already read
---@field to string[]
---@field cc string[]?
---@field bcc string[]?
---@field reply_to string[]?
---@field subject string?
---@field text string?
---@field html string?
---@field headers table<string, string>?
---@field files table[]          attachment rows without an owner
---@field message_id string
---@field in_reply_to string?
---@field answers string[]?      all ids of In-Reply-To
---@field references string[]?
---@field original integer?      the row of its original bytes
---@field size integer?          of those bytes

local PREVIEW = 120

---@param domain string
---@return string
local function new_message_id(ctx, domain)
  return ("<%s@%s>"):format(ctx.app.ids:token(), domain)
end

--- The subject of a reply.
---@param subject string?
---@return string
local function reply_subject(subject)
  return "Re: " .. (subject or ""):gsub("^[Rr][Ee]: *", "")
end

--- The beginning of a text, on one line.
---@param text string?
---@return string?
local function preview(text)
  if not text then return nil end
  local flat = text:sub(1, 4 * PREVIEW):gsub("%s+", " "):match("^%s*(.-)%s*$")
  local length = utf8.len(flat, 1, -1, true)
  if not length then return flat:match("^[%g ]*") end
  if length <= PREVIEW then return flat end
  return flat:sub(1, utf8.offset(flat, PREVIEW + 1) - 1)
end

--- The test's own name for the logical send, besides its key: a header.
---@param letter agentmail.sandbox.Letter
---@return string?
local function mark_of(letter)
  for name, value in pairs(letter.headers or {}) do
    if name:lower() == "x-sandbox-op" then return value end
  end
end

return {
  new_message_id = new_message_id, reply_subject = reply_subject, preview = preview,
  mark_of = mark_of,
}
