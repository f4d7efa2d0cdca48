-- SPDX-License-Identifier: MIT
-- Uses the installed rocks, and runs the README's first script against a sandbox of theirs.
--   lua5.4 .ci/rocks_use.lua README.md
local agentmail = require "agentmail"
local sandbox = require("agentmail.sandbox").start {}
local client = agentmail.new { base_url = sandbox.url, api_key = sandbox.api_key }
local inbox = assert(client.inboxes:create { username = "support", client_id = "support-v1" })
assert(client.inboxes:get(inbox.inbox_id).inbox_id == inbox.inbox_id)
sandbox:inbound { to = inbox.inbox_id, from = "guest@example.com", subject = "Help", text = "?" }

local file <close> = assert(io.open(arg[1]))
local script = assert(file:read "a":match "\n```lua\n(.-)\n```")
local environment = { AGENTMAIL_API_KEY = sandbox.api_key, AGENTMAIL_BASE_URL = sandbox.url }
local getenv = os.getenv
os.getenv = function(name) return environment[name] or getenv(name) end -- luacheck: ignore
for _ = 1, 2 do assert(load(script, "=README.md"))() end
assert(#sandbox:sent { subject = "Re: Help" } == 1)
sandbox:close()
print(agentmail._VERSION)
