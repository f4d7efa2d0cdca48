-- SPDX-License-Identifier: MIT
-- The events of polling webhooks. They wait until a holder of the token has read and committed
-- them: at least once, in order. The service leaves this to another one; here, the control
-- interface hands them out.

local errors = require "agentmail.sandbox.http.errors"

local DEFAULT_LIMIT, MOST = 50, 250

local M = {}

--- Keeps an event for a polling webhook.
---@param event { id: string, body: string }
function M.keep(ctx, webhook, event)
  ctx.db:run("INSERT INTO polling_events (org, webhook, body, created_at) VALUES (?, ?, ?, ?)",
             ctx.org.id, webhook.id, event.body, ctx.now)
end

-- The webhook whose token this is; or nil and a refusal.
local function holder(ctx, token)
  local row = type(token) == "string" and ctx.db:row(
    "SELECT * FROM polling_webhooks WHERE org = ? AND token = ?", ctx.org.id, token)
  if row then return row end
  return nil, errors.refusal(401, "unauthorized", "No polling webhook has this token.",
                             "Create it again: the answer has the token that is valid now.")
end

--- The events that wait, in order, and an iterator for the commit.
---@param body { token: string, limit: integer? }
---@return table? answer, table? refusal
function M.receive(ctx, body)
  local webhook, refusal = holder(ctx, body.token)
  if not webhook then return nil, refusal end
  local limit = math.tointeger(body.limit or DEFAULT_LIMIT)
  if not limit or limit < 1 or limit > MOST then
    return nil, errors.invalid_field("expected 1 to 250", "limit")
  end
  local list = ctx.db:rows("SELECT * FROM polling_events WHERE webhook = ? ORDER BY id LIMIT ?",
                           webhook.id, limit + 1)
  local texts, last = {}, 0
  for i = 1, math.min(limit, #list) do texts[i], last = list[i].body, list[i].id end
  return { encoded = ('{"data":[%s],"iterator":"%d","done":%s}'):format(table.concat(texts, ","),
    last, tostring(#list <= limit)) }
end

--- Drops what was received up to an iterator.
---@param body { token: string, iterator: string }
---@return table? answer, table? refusal
function M.commit(ctx, body)
  local webhook, refusal = holder(ctx, body.token)
  if not webhook then return nil, refusal end
  local last = math.tointeger(tonumber(body.iterator))
  if not last then
    return nil, errors.invalid_field("expected an iterator of receive", "iterator")
  end
  local count = ctx.db:run("DELETE FROM polling_events WHERE webhook = ? AND id <= ?", webhook.id,
                           last)
  return { committed = count }
end

return M
