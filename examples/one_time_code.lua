-- SPDX-License-Identifier: MIT
-- An agent signs up for a service and waits for the code that the service mails to it.
local agentmail = require "agentmail"
local sandboxes = require "agentmail.sandbox"                 -- a local AgentMail, to try it on:
local running = os.getenv "AGENTMAIL_BASE_URL"                -- the one whose page is open, or new
local sandbox = assert((running and sandboxes.connect or sandboxes.start) {})
local client = agentmail.new { base_url = sandbox.url, api_key = sandbox.api_key }

local inbox = assert(client.inboxes:create { username = "robot", client_id = "robot-v1" })

-- Existing mail is not the answer. It is listed before the sign-up, so that even a fast answer is
-- not missed.
local before = assert(inbox.messages:list { from = "shop.example" })

-- A real agent would fill in the sign-up form here. In the sandbox, the shop sends its mail:
sandbox:inbound {
  to = inbox.inbox_id, from = "no-reply@shop.example", subject = "Your code",
  text = "Welcome! Your code is 493027. It is valid for ten minutes.",
}

local message = assert(inbox.messages:wait {
  from = "shop.example", subject = "code", after = before, timeout = 30,
})
local text = message.text or message.html or ""               -- many such mails are HTML only
local code = assert(text:match "%f[%d](%d%d%d%d%d%d)%f[%D]", "the mail has no code in it")
print("the code is " .. code)
sandbox:close()
