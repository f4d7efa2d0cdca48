-- SPDX-License-Identifier: MIT
-- Recipients at sandbox.test that act like people and their servers, without an armed rule:
--
--   bounce@ complain@ delivered@   the mail's outcome, as an event and a label
--   echo@                          replies with the text it got
--   ooo@                           is out of office
--   reject@                        is refused before the mail leaves (see sends.lua)

local addresses = require "agentmail.sandbox.mail.addresses"
local letters = require "agentmail.sandbox.mail.letters"
local outcomes = require "agentmail.sandbox.mail.outcomes"

local DOMAIN = addresses.TEST_DOMAIN

local function outcome(kind)
  return function(ctx, address) outcomes.happen(ctx, kind, { address }) end
end

local function answer(text_of)
  return function(ctx, address, inbox, letter, receive)
    local text, headers = text_of(letter)
    receive(ctx, inbox, {
      from = address, to = { inbox.inbox_id }, text = text, headers = headers, files = {},
      subject = letters.reply_subject(letter.subject), in_reply_to = letter.message_id,
      message_id = letters.new_message_id(ctx, DOMAIN:sub(2)),
      references = { letter.message_id },
    })
  end
end

local behaviours = {
  ["bounce" .. DOMAIN] = outcome("bounced"),
  ["complain" .. DOMAIN] = outcome("complained"),
  ["delivered" .. DOMAIN] = outcome("delivered"),
  ["echo" .. DOMAIN] = answer(function(letter) return letter.text or letter.html or "" end),
  ["ooo" .. DOMAIN] = answer(function()
    return "I am out of office and will answer when I am back.",
           { ["Auto-Submitted"] = "auto-replied" }
  end),
}

--- A letter has left an inbox: its recipients with special behaviour act now.
---@param inbox table
---@param letter agentmail.sandbox.Letter
---@param recipients string[]
---@param receive fun(ctx, inbox: table, letter: agentmail.sandbox.Letter)  takes their replies
local function act(ctx, inbox, letter, recipients, receive)
  for _, address in ipairs(recipients) do
    local behave = behaviours[address]
    if behave then behave(ctx, address, inbox, letter, receive) end
  end
end

return { act = act }
