-- SPDX-License-Identifier: MIT
-- The commonest agent of all: signs up somewhere and waits for the code that comes by mail.
local agentmail = require "agentmail"
local sandbox = require "agentmail.sandbox".start {}          -- a local AgentMail, to try it on
local client = agentmail.new { base_url = sandbox.url, api_key = sandbox.api_key }

local inbox = assert(client.inboxes:create { username = "robot", client_id = "robot-v1" })

-- What is there already is no answer. Taken before the sign-up: a quick answer is not missed.
local before = assert(inbox.messages:list { from = "shop.example" })

-- The sign-up form would be filled in here. In the sandbox, the shop writes by itself:
sandbox:inbound {
  to = inbox.inbox_id, from = "no-reply@shop.example", subject = "Your code",
  text = "Welcome! Your code is 493027. It is good for ten minutes.",
}

local message = assert(inbox.messages:wait {
  from = "shop.example", subject = "code", after = before, timeout = 30,
})
local text = message.text or message.html or ""               -- many such mails are HTML alone
local code = assert(text:match "%f[%d](%d%d%d%d%d%d)%f[%D]", "a mail, but no code in it")
print("the code is " .. code)
sandbox:close()
