-- SPDX-License-Identifier: MIT
-- Mails about events: invitations, updates and cancellations to each attendee, replies to the
-- organizer. Each carries the event as invite.ics (RFC 5546).

local base64 = require "agentmail.sandbox.store.base64"
local attachments = require "agentmail.sandbox.mail.attachments"
local clock = require "agentmail.sandbox.store.clock"
local json = require "agentmail.sandbox.http.json"
local sends = require "agentmail.sandbox.api.sends"
local transfer = require "agentmail.sandbox.mail.transfer"
local zones = require "agentmail.sandbox.calendar.zones"

local M = {}

local SUBJECTS = { REQUEST = "Invitation: ", UPDATE = "Updated invitation: ",
                   CANCEL = "Cancelled: ", accepted = "Accepted: ", declined = "Declined: ",
                   tentative = "Tentative: " }

-- The file ----------------------------------------------------------------------------------------

local function escaped(text)
  return (text:gsub("[\\,;]", "\\%0"):gsub("\r?\n", "\\n"))
end

-- Long lines continue on the next one, between characters of UTF-8.
local function folded(line)
  local parts = {}
  while #line > 73 do
    local cut = 73
    while (line:byte(cut + 1) or 0) & 0xC0 == 0x80 do cut = cut - 1 end
    parts[#parts + 1], line = line:sub(1, cut), line:sub(cut + 1)
  end
  parts[#parts + 1] = line
  return table.concat(parts, "\r\n ")
end

local function stamp(ms) return (clock.text(ms):sub(1, 19):gsub("[-:]", "")) .. "Z" end

-- Start and end: days, or times in UTC. The end of days is the first day after.
local function times(row)
  if row.all_day ~= 1 then
    return "DTSTART:" .. stamp(row.start_at), "DTEND:" .. stamp(row.end_at)
  end
  local after = clock.text(clock.parse(row["end"]) + 86400000)
  return "DTSTART;VALUE=DATE:" .. row.start:gsub("-", ""),
         "DTEND;VALUE=DATE:" .. after:sub(1, 10):gsub("-", "")
end

-- Names a date of a series, wherever it was moved to.
local function recurrence_id(row)
  if row.all_day == 1 then
    return "RECURRENCE-ID;VALUE=DATE:" .. stamp(row.wall):sub(1, 8)
  end
  return "RECURRENCE-ID:" .. stamp(zones.utc(zones.find(row.timezone), row.wall))
end

---@param method "REQUEST"|"CANCEL"|"REPLY"
---@return string bytes
local function calendar(ctx, row, method, organizer, attendees)
  local starts, ends = times(row)
  local lines = { "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//AgentMail//Sandbox//EN",
    "METHOD:" .. method, "BEGIN:VEVENT", "UID:" .. row.uid, "SEQUENCE:" .. row.sequence,
    "DTSTAMP:" .. stamp(ctx.now), starts, ends, "SUMMARY:" .. escaped(row.title),
    "STATUS:" .. (method == "CANCEL" and "CANCELLED" or row.status:upper()),
    "ORGANIZER:mailto:" .. organizer }
  if row.wall then lines[#lines + 1] = recurrence_id(row) end
  if row.recurrence then lines[#lines + 1] = "RRULE:" .. json.decode(row.recurrence).rule end
  if row.location then lines[#lines + 1] = "LOCATION:" .. escaped(row.location) end
  if row.description then lines[#lines + 1] = "DESCRIPTION:" .. escaped(row.description) end
  for _, one in ipairs(attendees) do
    lines[#lines + 1] = ("ATTENDEE;PARTSTAT=%s:mailto:%s"):format(
      one.status:upper():gsub("_", "-"), one.email)
  end
  lines[#lines + 1], lines[#lines + 2] = "END:VEVENT", "END:VCALENDAR"
  for i, line in ipairs(lines) do lines[i] = folded(line) .. "\r\n" end
  return table.concat(lines)
end

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

--- Mails each attendee of an event or a date.
---@param what "REQUEST"|"UPDATE"|"CANCEL"
function M.send(ctx, inbox, row, what)
  local attendees = json.decode_list(row.attendees)
  local file = calendar(ctx, row, what == "CANCEL" and what or "REQUEST", inbox.inbox_id,
                        attendees)
  local text = ("%s\n%s to %s (%s)\n"):format(row.title, row.start, row["end"], row.timezone)
  for _, email in ipairs(guests(inbox, attendees)) do
    mail(ctx, inbox, email, SUBJECTS[what] .. row.title, text, file)
  end
end

--- Mails the organizer this inbox's answer.
---@param comment string?
function M.reply(ctx, inbox, row, comment)
  if not row.organizer_email then return end
  local file = calendar(ctx, row, "REPLY", row.organizer_email, {
    { email = inbox.inbox_id, status = row.response_status } })
  mail(ctx, inbox, row.organizer_email, SUBJECTS[row.response_status] .. row.title,
       comment or row.title, file)
end

return M
