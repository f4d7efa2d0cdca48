-- SPDX-License-Identifier: MIT
-- Events on their way to WebSockets. Each is stored for every socket subscribed to it, in the
-- transaction that causes it. It is sent once that is committed and it is due by the clock of its
-- organization. The rows are temporary: no socket outlives the process.

local event_faults = require "agentmail.sandbox.faults.event_faults"
local subscriptions = require "agentmail.sandbox.events.subscriptions"

--- Stores an event for the sockets subscribed to it.
---@param place table  where it happened
---@param made fun(): table  the event, with its body
local function offer(ctx, event_type, place, made)
  for _, socket in ipairs(ctx.app.sockets[ctx.org.id] or {}) do
    if subscriptions.wants(socket, event_type, place) then
      local delays, farewell = event_faults.plan(ctx, event_type, place.inbox_id, "websocket")
      for _, delay in ipairs(delays) do
        ctx.db:run([[INSERT INTO pushes (org, socket, body, due_at, farewell, code)
          VALUES (?, ?, ?, ?, ?, ?)]], ctx.org.id, socket.id, made().body, ctx.now + delay,
          farewell and farewell.kind, farewell and farewell.status)
      end
      ctx.app.pushed = true
    end
  end
end

local function send(app, row)
  if not app.socket_of[row.socket] then return end
  app.host.send(row.socket, row.body)
  if row.farewell then app.host.leave(row.socket, row.farewell, row.code) end
end

--- Sends the events that are committed and due, in order, and sets the timer for the next.
local function flush(app)
  local now = app.host.now()
  local rows = app.db:rows([[SELECT p.* FROM pushes p JOIN organizations o ON o.id = p.org
    WHERE p.due_at <= coalesce(o.frozen, ? + o.offset) ORDER BY p.due_at, p.id]], now)
  for _, row in ipairs(rows) do
    app.db:run("DELETE FROM pushes WHERE id = ?", row.id)
    send(app, row)
  end
  local count, due = app.db:values([[SELECT count(*),
    min(CASE WHEN o.frozen IS NULL THEN p.due_at - o.offset END)
    FROM pushes p JOIN organizations o ON o.id = p.org]])
  app.pushed = count > 0
  app.timers:set("pushes", due and math.max(0, due - now) / 1000, function() flush(app) end)
end

return { offer = offer, flush = flush }
