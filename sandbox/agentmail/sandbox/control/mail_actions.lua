-- SPDX-License-Identifier: MIT
-- Control actions for mail: outside people write, reply and open.

local context = require "agentmail.sandbox.http.context"
local inbound = require "agentmail.sandbox.mail.inbound"
local mail_events = require "agentmail.sandbox.events.mail_events"

-- See actions.lua.
local actions = {}

--- A person writes: a letter, or a whole message as bytes (see actions.lua).
actions["POST inbound"] = function(app, org, body, filters)
  if type(body) == "string" then return inbound.receive_raw(app, org, body, filters) end
  return inbound.receive(app, org, body)
end

--- A recipient of a sent mail replies to it.
actions["POST messages/{message_id}/reply"] = function(app, org, body, _, params)
  return inbound.reply(app, org, params.message_id, body)
end

--- A recipient of a sent mail opens it.
actions["POST messages/{message_id}/open"] = function(app, org, _, _, params)
  local ctx = context.without_request(app, org, "control")
  local first, refusal = mail_events.opened(ctx, params.message_id)
  if first == nil then return nil, refusal end
  return { first = first }
end

return actions
