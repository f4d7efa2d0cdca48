-- SPDX-License-Identifier: MIT
-- The simplest auto-responder, in its three forms: each incoming mail gets one reply, and mail of
-- the inbox to itself gets none, as the loop would then never end.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"

-- Each takes an inbox and a number of replies, and replies until no mail is left.
local responders = {}

local function reply(inbox, message)
  return assert(message:reply {
    text = "Thanks!",
    idempotency_key = agentmail.key("reply", inbox.inbox_id, message.message_id),
  })
end

function responders.wait(inbox)
  local last = 0
  while true do
    local message, problem, failure = inbox.messages:wait { after = last, timeout = 0.02 }
    if message then
      reply(inbox, message)
      last = message
    elseif failure.code == "timeout" then
      return
    else
      error(problem)
    end
  end
end

local states = {}

function responders.watch(inbox)
  local watcher <close> = inbox.messages:watch { state = states[inbox.inbox_id], after = 0,
                                                 timeout = 0.02 }
  for message in watcher do
    states[inbox.inbox_id] = watcher.state
    reply(inbox, message)
  end
end

function responders.each(inbox)
  for message in inbox.messages:each { labels = { "received", "unread" } } do
    if not message.labels.sent then
      reply(inbox, message)
      assert(message:relabel { remove = "unread" })
    end
  end
end

describe("an auto-responder with", function()
  for name, respond in pairs(responders) do
    it(name .. " replies once to each mail, and never to itself", function()
      local client, _, view = helper.client { limits = { poll_base = 0.001, poll_cap = 0.002 } }
      local inbox = assert(client.inboxes:create { username = name, client_id = name })
      view:freeze()
      local function letter(subject)
        view:advance "1s"
        view:inbound { to = inbox.inbox_id, from = "guest@example.com", subject = subject,
                       text = "?" }
      end
      letter "one"
      view:advance "1s"
      assert(inbox.messages:send { to = inbox.inbox_id, subject = "to myself", text = "!" })
      letter "two"
      for _ = 1, 3 do respond(inbox) end
      letter "three"
      for _ = 1, 3 do respond(inbox) end
      local replies = {}
      for i, mail in ipairs(view:sent()) do replies[i] = mail.subject end
      table.sort(replies)
      assert.same({ "Re: one", "Re: three", "Re: two", "to myself" }, replies)
      client:close()
    end)
  end
end)
