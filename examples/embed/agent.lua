-- SPDX-License-Identifier: MIT
-- An agent script for host.c, which passes a client: it returns what it does for each line.
local client, agentmail, log = ...

local inbox = assert(client.inboxes:create { username = "orders", client_id = "orders-v1" })
log("ready: " .. inbox.inbox_id)

return function(line)
  local order, to = line:match "^shipped (%S+) (%S+)$"
  if not order then return log("cannot read: " .. line) end
  local sent, problem, failure = inbox.messages:send {
    to = to, subject = "Order " .. order, text = "It is on its way.",
    idempotency_key = agentmail.key("shipped", order),
  }
  if sent then return log("told " .. to) end
  log(("order %s: %s, %s"):format(order, failure.outcome, problem))
end
