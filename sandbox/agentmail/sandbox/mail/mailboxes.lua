-- SPDX-License-Identifier: MIT
-- Recipients at sandbox.test that behave like people and their servers, with no rule armed:
--
--   bounce@ complain@ delivered@   the mail's outcome, as an event and a label
--   echo@                          answers with what it was told
--   ooo@                           is out of office
--   reject@                        is refused before the mail leaves (see sends.lua)

local outcomes = require "agentmail.sandbox.mail.outcomes"

local DOMAIN = "@sandbox.test"

local mailboxes = {}

local function outcome(kind)
  return function(ctx, address) outcomes.happen(ctx, kind, { address }) end
end

local function answer(text_of)
  return function(ctx, address, inbox, letter, mail)
    local text, headers = text_of(letter)
    mail.receive(ctx, inbox, {
      from = address, to = { inbox.inbox_id }, text = text, headers = headers, files = {},
      subject = "Re: " .. (letter.subject or ""):gsub("^[Rr][Ee]: *", ""),
      in_reply_to = letter.message_id, message_id = mail.new_message_id(ctx, "sandbox.test"),
      references = { letter.message_id },
    })
  end
end

local behaviours = {
  ["bounce" .. DOMAIN] = outcome "bounced",
  ["complain" .. DOMAIN] = outcome "complained",
  ["delivered" .. DOMAIN] = outcome "delivered",
  ["echo" .. DOMAIN] = answer(function(letter) return letter.text or letter.html or "" end),
  ["ooo" .. DOMAIN] = answer(function()
    return "I am out of office and will answer when I am back.",
           { ["Auto-Submitted"] = "auto-replied" }
  end),
}

--- A letter has left an inbox: whoever of its recipients does something about it does so now.
function mailboxes.receive(ctx, inbox, letter, recipients, mail)
  for _, address in ipairs(recipients) do
    local behave = behaviours[address]
    if behave then behave(ctx, address, inbox, letter, mail) end
  end
end

return mailboxes
