-- SPDX-License-Identifier: MIT
-- Control actions for sign-in: providers, the accounts of inboxes at them, agents that signed up.

local context = require "agentmail.sandbox.http.context"
local json = require "agentmail.sandbox.http.json"
local sign_in = require "agentmail.sandbox.api.sign_in"

-- See actions.lua.
local actions = {}

--- { provider_id, name, description }: a service that inboxes can sign in to.
actions["POST providers"] = function(app, org, body)
  return sign_in.add_provider(context.without_request(app, org, "control"), body)
end

--- { inbox_id, provider_id }: records a sign-in.
actions["POST accounts"] = function(app, org, body)
  return sign_in.add_account(context.without_request(app, org, "control"), body)
end

--- Agents that signed up, with the codes sent to their humans.
actions["GET agents"] = function(app)
  local list = json.array {}
  for i, row in ipairs(app.db:rows([[SELECT a.*, o.namespace, o.organization_id FROM agents a
      JOIN organizations o ON o.id = a.org ORDER BY a.id]])) do
    list[i] = { human_email = row.human_email, otp_code = row.otp_code, namespace = row.namespace,
                organization_id = row.organization_id, verified = row.verified == 1 }
  end
  return { count = #list, agents = list }
end

return actions
