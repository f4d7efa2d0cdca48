-- SPDX-License-Identifier: MIT
-- An organization that an agent signed up has a human. Until the human's code verifies it, it can
-- send only to that human, and every key lacks the permissions for API keys, pods and list entries.

local errors = require "agentmail.sandbox.http.errors"
local sets = require "agentmail.sandbox.store.sets"

local FIX = "Verify the organization first: POST /v0/agent/verify with the code that its human was "
  .. "sent; in the sandbox, GET /_sandbox/v1/agents tells it."

local DENIED = sets.words("api_key_create list_entry_create list_entry_delete pod_create "
  .. "pod_update pod_delete app_connect")

-- The agent of an unverified organization, which may have no human yet; nil for any other.
local function agent_of(ctx)
  return ctx.db:row("SELECT human_email FROM agents WHERE org = ? AND verified = 0", ctx.org.id)
end

--- Refuses a permission that only verified organizations have.
---@param permission string?
---@return table? refusal
local function refuse_permission(ctx, permission)
  if permission and DENIED[permission] and agent_of(ctx) then
    return errors.refusal(403, "missing_permission", "An organization that is not verified does "
      .. "not have the permission " .. permission .. ".", FIX)
  end
end

--- Refuses mail to anyone but the human.
---@param recipients string[]
---@return table? refusal
local function refuse_recipients(ctx, recipients)
  local agent = agent_of(ctx)
  if not agent then return nil end
  local others = {}
  for _, address in ipairs(recipients) do
    if address ~= agent.human_email then others[#others + 1] = address end
  end
  if others[1] then
    return errors.refusal(403, "message_rejected", ("Message rejected: Recipient(s) blocked: %s "
      .. "(not in allow list)"):format(table.concat(others, ", ")), FIX)
  end
end

return { refuse_permission = refuse_permission, refuse_recipients = refuse_recipients }
