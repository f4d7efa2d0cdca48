-- SPDX-License-Identifier: MIT
-- The mail is sent, and then its answer is lost. One mail must arrive: not none, not two.
local agentmail = require "agentmail"
local sandbox = require "agentmail.sandbox".start {}          -- a local AgentMail, faults on demand
local client = agentmail.new { base_url = sandbox.url, api_key = sandbox.api_key }

local shop = assert(client.inboxes:create { username = "shop", client_id = "shop-v1" })
local again = assert(client.inboxes:create { username = "shop", client_id = "shop-v1" })
assert(again.inbox_id == shop.inbox_id, "one client_id, one inbox")
local ann = assert(client.inboxes:create { username = "ann" })

sandbox:fault "lost_ack"                          -- each send: done, but its first answer is lost
local draft = assert(shop.drafts:create {
  to = ann.inbox_id, subject = "Order 123", text = "It is on its way.", client_id = "order-123",
})
local sent, receipt = assert(draft:send())
print(("sent %s: %s after %d attempts"):format(sent.message_id, receipt.outcome, receipt.attempts))

for _, message in ipairs(assert(ann.messages:all { labels = "unread" })) do
  local key = agentmail.key("reply", message.message_id)      -- the same one, however often we run
  assert(message:reply { text = "Thank you!", idempotency_key = key })
  assert(message:relabel { add = "replied", remove = "unread" })
end

dofile "examples/report.lua" (sandbox)
