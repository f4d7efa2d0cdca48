-- SPDX-License-Identifier: MIT
-- Mails about events: invitations, updates and cancellations to each attendee, replies to the
-- organizer. Each carries the event as invite.ics.

local base64 = require "agentmail.sandbox.store.base64"
local attachments = require "agentmail.sandbox.mail.attachments"
local ics = require "agentmail.sandbox.calendar.ics"
local json = require "agentmail.sandbox.http.json"
local sends = require "agentmail.sandbox.api.sends"
local transfer = require "agentmail.sandbox.mail.transfer"

local M = {}

local SUBJECTS = { REQUEST = "Invitation: ", UPDATE = "Updated invitation: ",
                   CANCEL = "Cancelled: ", accepted = "Accepted: ", declined = "Declined: ",
                   tentative = "Tentative: " }

-- Mails -------------------------------------------------------------------------------------------

-- Those who are mailed: all attendees but the inbox itself.
local function guests(inbox, attendees)
  local list = {}
  for _, one in ipairs(attendees or {}) do
    if one.email:lower() ~= inbox.inbox_id then list[#list + 1] = one.email:lower() end
  end
  return list
end

local function letter(to, subject, text)
  return { to = { to }, subject = subject, text = text, headers = {}, files = {} }
end

--- Refuses what could not be mailed, before anything is changed.
---@param attendees table[]?
---@return table? refusal
function M.check(ctx, inbox, attendees)
  for _, email in ipairs(guests(inbox, attendees)) do
    local refusal = sends.refuse(ctx, inbox, letter(email))
    if refusal then return refusal end
  end
end

-- Each mail is a send of its own in the audit, and none is one of the request's key.
local function mail(ctx, inbox, to, subject, text, file)
  local key, digest, one = ctx.key, ctx.digest, letter(to, subject, text)
  one.files = attachments.prepare(ctx, { { filename = "invite.ics", content = base64.encode(file),
                                           content_type = "text/calendar" } })
  ctx.key, ctx.digest = nil, (digest or "") .. " " .. to
  transfer.send(ctx, inbox, one, {})
  ctx.key, ctx.digest, ctx.message_id = key, digest, nil
end

--- Mails attendees of an event or a date: all, or those given.
---@param what "REQUEST"|"UPDATE"|"CANCEL"
---@param attendees table[]?
function M.send(ctx, inbox, row, what, attendees)
  attendees = attendees or json.decode_list(row.attendees)
  local file = ics.write(ctx.now, row, what == "CANCEL" and what or "REQUEST", inbox.inbox_id,
                         attendees)
  local text = ("%s\n%s to %s (%s)\n"):format(row.title, row.start, row["end"], row.timezone)
  for _, email in ipairs(guests(inbox, attendees)) do
    mail(ctx, inbox, email, SUBJECTS[what] .. row.title, text, file)
  end
end

--- The attendees of a row who are not in a new list.
---@param attendees table[]?  nil: the list stays
---@return table[]
function M.removed(row, attendees)
  local stay, list = {}, {}
  for _, one in ipairs(attendees or {}) do stay[one.email:lower()] = true end
  for _, one in ipairs(attendees and json.decode_list(row.attendees) or {}) do
    if not stay[one.email] then list[#list + 1] = one end
  end
  return list
end

--- Mails the organizer this inbox's answer.
---@param comment string?
function M.reply(ctx, inbox, row, comment)
  local file = ics.write(ctx.now, row, "REPLY", row.organizer_email, {
    { email = inbox.inbox_id, status = row.response_status } }, comment)
  mail(ctx, inbox, row.organizer_email, SUBJECTS[row.response_status] .. row.title,
       comment or row.title, file)
end

return M
