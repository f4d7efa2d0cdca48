-- SPDX-License-Identifier: MIT
-- Control actions for webhook deliveries: their log, and redelivery.

local clock = require "agentmail.sandbox.store.clock"
local conditions = require "agentmail.sandbox.store.conditions"
local context = require "agentmail.sandbox.http.context"
local deliveries = require "agentmail.sandbox.events.deliveries"
local json = require "agentmail.sandbox.http.json"

-- See actions.lua.
local actions = {}

local FILTERS = { "webhook_id", "event_type", "event_id", "state", "svix_id" }

local function attempts_of(db, delivery)
  local list = json.array {}
  for row in db:each("SELECT * FROM attempts WHERE delivery = ? ORDER BY id", delivery) do
    list[#list + 1] = { at = clock.text(row.at), status = row.status, problem = row.problem }
  end
  return list
end

--- The log of deliveries, oldest first.
actions["GET deliveries"] = function(app, org, _, filters)
  local wanted = conditions.new("org = ?", org.id)
  for _, name in ipairs(FILTERS) do
    if filters[name] then wanted:add(name .. " = ?", filters[name]) end
  end
  local list = json.array {}
  local rows = app.db:rows(("SELECT * FROM deliveries WHERE %s ORDER BY id"):format(wanted:sql()),
                           table.unpack(wanted.arguments))
  for i, row in ipairs(rows) do
    list[i] = {
      id = row.id, webhook_id = row.webhook_id, url = row.url, event_type = row.event_type,
      event_id = row.event_id, svix_id = row.svix_id, state = row.state, body = row.body,
      due_at = row.due_at and clock.text(row.due_at), created_at = clock.text(row.created_at),
      attempts = attempts_of(app.db, row.id),
    }
  end
  return { count = #list, deliveries = list }
end

--- Delivers again, with the same svix-id.
actions["POST deliveries/{id}/redeliver"] = function(app, org, _, _, params)
  local ctx = context.without_request(app, org, "control")
  local row, refusal = deliveries.again(ctx, math.tointeger(tonumber(params.id)))
  if not row then return nil, refusal end
  return { id = row.id, svix_id = row.svix_id }
end

return actions
