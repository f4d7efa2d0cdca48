-- SPDX-License-Identifier: MIT
-- Control actions for domains.

local context = require "agentmail.sandbox.http.context"
local domains = require "agentmail.sandbox.api.domains"

-- See actions.lua.
local actions = {}

--- { status = "VERIFIED", reason = … }: the result of the checks of the domain's records.
actions["PUT domains/{domain}"] = function(app, org, body, _, params)
  return domains.set_status(context.without_request(app, org, "control"), params.domain, body)
end

return actions
