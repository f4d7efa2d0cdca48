-- SPDX-License-Identifier: MIT
-- Control actions about webhooks, domains and sign-in.

local deliveries = require "agentmail.sandbox.events.deliveries"
local domains = require "agentmail.sandbox.api.domains"
local due = require "agentmail.sandbox.store.due"
local json = require "agentmail.sandbox.http.json"
local mail_events = require "agentmail.sandbox.events.mail_events"
local sign_in = require "agentmail.sandbox.api.sign_in"

-- "METHOD path" → function(app, org, body, filters, argument); {} stands for the argument
local actions = {}

local COLUMNS = { webhook_id = true, event_type = true, event_id = true, state = true,
                  svix_id = true }

local function attempts_of(db, delivery)
  local list = json.array {}
  for row in db:each("SELECT * FROM attempts WHERE delivery = ? ORDER BY id", delivery) do
    list[#list + 1] = { at = json.time(row.at), status = row.status, problem = row.problem }
  end
  return list
end

--- The log of deliveries, oldest first. Filters: the columns above.
actions["GET deliveries"] = function(app, org, _, filters)
  local where, arguments = { "org = ?" }, { org.id }
  for name in pairs(COLUMNS) do
    if filters[name] then
      where[#where + 1] = name .. " = ?"
      arguments[#arguments + 1] = filters[name]
    end
  end
  local list = json.array {}
  for i, row in ipairs(app.db:rows("SELECT * FROM deliveries WHERE "
      .. table.concat(where, " AND ") .. " ORDER BY id", table.unpack(arguments))) do
    list[i] = {
      id = row.id, webhook_id = row.webhook_id, url = row.url, event_type = row.event_type,
      event_id = row.event_id, svix_id = row.svix_id, state = row.state, body = row.body,
      due_at = row.due_at and json.time(row.due_at), created_at = json.time(row.created_at),
      attempts = attempts_of(app.db, row.id),
    }
  end
  return { count = #list, deliveries = list }
end

--- Delivers once more, with the same svix-id.
actions["POST deliveries/{}/redeliver"] = function(app, org, _, _, id)
  local ctx = due.context(app, org, "control")
  local row, refusal = deliveries.again(ctx, math.tointeger(tonumber(id)))
  if not row then return nil, refusal end
  return { id = row.id, svix_id = row.svix_id }
end

--- Whom a sent mail reached opened it.
actions["POST messages/{}/open"] = function(app, org, _, _, message_id)
  local first, refusal = mail_events.opened(due.context(app, org, "control"), message_id)
  if first == nil then return nil, refusal end
  return { first = first }
end

--- { status = "VERIFIED", reason = … }: what the checks of the domain's records said.
actions["PUT domains/{}"] = function(app, org, body, _, domain)
  return domains.set_status(due.context(app, org, "control"), domain, body)
end

--- { provider_id, name, description }: somebody inboxes can sign in to.
actions["POST providers"] = function(app, org, body)
  return sign_in.add_provider(due.context(app, org, "control"), body)
end

--- { inbox_id, provider_id }: a sign-in happened.
actions["POST accounts"] = function(app, org, body)
  return sign_in.add_account(due.context(app, org, "control"), body)
end

--- Agents that signed up, with the codes their people were sent.
actions["GET agents"] = function(app)
  local list = json.array {}
  for i, row in ipairs(app.db:rows [[SELECT a.*, o.namespace, o.organization_id FROM agents a
      JOIN organizations o ON o.id = a.org ORDER BY a.id]]) do
    list[i] = { human_email = row.human_email, otp_code = row.otp_code, namespace = row.namespace,
                organization_id = row.organization_id, verified = row.verified == 1 }
  end
  return { count = #list, agents = list }
end

local control_more = { actions = actions }

--- The action of a path with an argument in its second place.
---@return function? action, string? argument
function control_more.find(method, path)
  local head, argument, tail = path:match "^(%w+)/([^/]+)(.*)$"
  if not head then return nil end
  return actions[("%s %s/{}%s"):format(method, head, tail)], argument
end

return control_more
