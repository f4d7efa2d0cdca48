-- SPDX-License-Identifier: MIT
-- A mail is sent, but the answer is lost. Exactly one mail must arrive.
local agentmail = require "agentmail"
local sandboxes = require "agentmail.sandbox"                 -- a local AgentMail, to try it on:
local running = os.getenv "AGENTMAIL_BASE_URL"                -- the one whose page is open, or new
local sandbox = assert((running and sandboxes.connect or sandboxes.start) {})
local client = agentmail.new { base_url = sandbox.url, api_key = sandbox.api_key }

local shop = assert(client.inboxes:create { username = "shop", client_id = "shop-v1" })
local again = assert(client.inboxes:create { username = "shop", client_id = "shop-v1" })
assert(again.inbox_id == shop.inbox_id, "one client_id, one inbox")
local ann = assert(client.inboxes:create { username = "ann", client_id = "ann-v1" })

sandbox:fault "lost_ack"                      -- each send succeeds, but its first answer is lost
local order = agentmail.uuid():sub(1, 8)      -- a real shop already has an order number
local draft = assert(shop.drafts:create {
  to = ann.inbox_id, subject = "Order " .. order, text = "It is on its way.",
  client_id = "order-" .. order,
})
local sent, receipt = assert(draft:send())
print(("sent %s: %s after %d attempts"):format(sent.message_id, receipt.outcome, receipt.attempts))

-- Whether an earlier run has replied to a message, perhaps in different words.
local function is_answered(message)
  for _, other in ipairs(assert(ann:thread(message.thread_id):get()).messages) do
    if other.labels.sent and other.in_reply_to == message.message_id then return true end
  end
end

for _, message in ipairs(assert(ann.messages:all { labels = { "received", "unread" } })) do
  if not message.labels.sent then                                       -- not Ann's own mail
    local key = agentmail.key("reply", message.inbox_id, message.message_id) -- the same each time
    local reply, problem, failure = message:reply { text = "Thank you!", idempotency_key = key }
    assert(reply or failure.code == "key_reused" and is_answered(message), problem)
    assert(message:relabel { add = "replied", remove = "unread" })
  end
end

dofile((debug.getinfo(1, "S").source:match "^@(.*/)" or "") .. "report.lua")(sandbox)
sandbox:heal "lost_ack"
sandbox:close()
