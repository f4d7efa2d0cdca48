-- SPDX-License-Identifier: MIT
-- Delivers webhooks through agentmail.core, in parallel with the service's own answers. Each
-- webhook has one delivery on the wire at a time, in the order of their times. All their state is
-- in the store, so a killed sandbox continues where it was.
--
-- pending → delivered | failed (all tries used up) | aborted (the receiver asked for it)
--         | dropped (the webhook is gone or disabled); withheld: the target is not on this machine

local base64 = require "agentmail.sandbox.store.base64"
local core = require "agentmail.core"
local digest = require "agentmail.sandbox.store.digest"
local errors = require "agentmail.sandbox.http.errors"
local fetches = require "agentmail.sandbox.http.fetches"
local json = require "agentmail.sandbox.http.json"
local orgs = require "agentmail.sandbox.store.orgs"
local outgoing = require "agentmail.sandbox.http.outgoing"
local switches = require "agentmail.sandbox.control.switches"

local SECOND, MINUTE, HOUR = 1000, 60 * 1000, 3600 * 1000
local PAUSES = { 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR }
local PATIENCE = 5 * 24 * HOUR
local ANSWER_SECONDS = 15
local MOST_FLIGHTS = 64 -- on the wire at once, so that none spends its time in a queue

-- The Svix headers for a body.
local function sign(secret, svix_id, seconds, body)
  local key = base64.decode((secret:gsub("^whsec_", "")))
  local signed = ("%s.%d.%s"):format(svix_id, seconds, body)
  return {
    ["svix-id"] = svix_id, ["svix-timestamp"] = ("%d"):format(seconds),
    ["svix-signature"] = "v1," .. base64.encode(digest.hmac(key, signed)),
  }
end

-- Recording -------------------------------------------------------------------------------------

-- The endpoint failed again; after five days without success it is disabled.
local function blame(app, webhook, at)
  local since = app.db:values([[UPDATE webhooks SET failing_since = coalesce(failing_since, ?)
    WHERE id = ? RETURNING failing_since]], at, webhook)
  if since and at - since >= PATIENCE then
    app.db:run("UPDATE webhooks SET enabled = 0, updated_at = ? WHERE id = ?", at, webhook)
    app.db:run("UPDATE deliveries SET state = 'dropped', due_at = NULL "
      .. "WHERE webhook = ? AND state = 'pending'", webhook)
    app.webhooks = nil
  end
end

-- Records how a try ended: { at, status, problem, abort }. Called in a transaction.
local function record(app, row, result)
  local db, at = app.db, result.at
  if not db:values("SELECT 1 FROM deliveries WHERE id = ?", row.id) then return end -- was reset
  local fine = result.status and result.status >= 200 and result.status < 300
  db:run("INSERT INTO attempts (org, delivery, at, status, problem) VALUES (?, ?, ?, ?, ?)",
         row.org, row.id, at, result.status, result.problem)
  local tries = row.tries + 1
  local pause = PAUSES[tries]
  local state = fine and "delivered" or result.abort and "aborted" or pause and "pending"
    or "failed"
  db:run([[UPDATE deliveries SET state = ?, tries = ?, due_at = ?
    WHERE id = ? AND state = 'pending']], state, tries, state == "pending" and at + pause or nil,
    row.id)
  if fine then
    db:run("UPDATE webhooks SET failing_since = NULL WHERE id = ? AND failing_since IS NOT NULL",
           row.webhook)
  else
    blame(app, row.webhook, at)
  end
end

-- On the wire -----------------------------------------------------------------------------------

local function client_of(app)
  app.webhook_client = app.webhook_client or outgoing.client(app, "webhooks", {
    seconds = ANSWER_SECONDS, bytes = 1024 * 1024, connections = MOST_FLIGHTS,
  })
  return app.webhook_client
end

-- Starts the oldest delivery of a webhook's row. Without a call, it has already ended.
local function launch(app, webhook, now)
  local row = app.db:row([[SELECT * FROM deliveries WHERE webhook = ? AND state = 'pending'
    ORDER BY due_at, id LIMIT 1]], webhook.id)
  local at = webhook.frozen and row.due_at or math.max(now, row.due_at)
  local ctx = { app = app, org = orgs.of(app, webhook.namespace) }
  local signed_at = switches.value(ctx, "signature_clock") == "virtual" and at or app.host.now()
  local headers = sign(webhook.secret, row.svix_id, signed_at // 1000, row.body)
  for name, value in pairs(json.decode(webhook.headers)) do headers[name] = value end
  local flight = outgoing.begin(client_of(app), "POST", row.url, row.body,
                                { headers = headers, content_type = "application/json" })
  flight.row, flight.at = row, at
  app.flights[webhook.id] = flight
end

local function keep(result, call)
  result.abort = call:header("webhook-delivery") == "abort-message"
end

-- The result of a flight, once it has ended.
local function landed(flight)
  local result = outgoing.ended(flight, keep)
  if result then result.at = flight.at end
  return result
end

local function land(app)
  local some = false
  for webhook, flight in pairs(app.flights) do
    local result = landed(flight)
    if result then
      some = true
      app.flights[webhook] = nil
      app.db:transaction(function() record(app, flight.row, result) end)
    end
  end
  return some
end

-- Ends flights whose delivery was deleted or dropped. An empty cache means that webhooks changed.
local function recall(app)
  for webhook, flight in pairs(app.flights) do
    if not app.db:values("SELECT 1 FROM deliveries WHERE id = ? AND state = 'pending'",
                         flight.row.id) then
      if flight.call then flight.call:close() end
      app.flights[webhook] = nil
    end
  end
end

-- Starts what is due. Returns the milliseconds until the next one is due, if there is one.
local function start(app)
  local host_now, least, flying = app.host.now(), nil, 0
  for _ in pairs(app.flights) do flying = flying + 1 end
  local rows = app.db:rows([[SELECT w.id, w.secret, w.headers, o.namespace, o.frozen, o.offset,
    (SELECT min(due_at) FROM deliveries WHERE webhook = w.id AND state = 'pending') AS due
    FROM webhooks w JOIN organizations o ON o.id = w.org WHERE w.enabled = 1]])
  for _, webhook in ipairs(rows) do
    if webhook.due and not app.flights[webhook.id] then
      local now = webhook.frozen or host_now + webhook.offset
      if webhook.due <= now then
        if flying == MOST_FLIGHTS then return least end -- a landing flight makes room
        flying = flying + 1
        launch(app, webhook, now)
      elseif not webhook.frozen then
        least = math.min(least or math.huge, webhook.due - now)
      end
    end
  end
  return least
end

-- True if anything is on the wire, webhook or attachment.
local function busy(app)
  return next(app.flights) ~= nil or next(app.fetches) ~= nil
end

--- Does what can be done now, for attachments too. Returns the milliseconds until its next call, if
--- one is needed.
---@return number? ms
local function pump(app)
  local wait
  if not app.webhooks then recall(app) end
  repeat
    if busy(app) then core.step() end
    fetches.land(app)
    land(app)
    wait = start(app)
    if busy(app) then core.step() end
  until not (fetches.land(app) or land(app))
  app.host.watch(busy(app) and core.pollfd() or nil)
  local timeout = busy(app) and core.timeout()
  if timeout then wait = math.min(wait or math.huge, timeout * 1000) end
  return wait
end

--- Redelivers a delivery of the log, with its svix-id.
---@return table? row, table? refusal
local function again(ctx, id)
  local row = id and ctx.db:row([[SELECT d.*, w.enabled FROM deliveries d
    JOIN webhooks w ON w.id = d.webhook WHERE d.org = ? AND d.id = ?]], ctx.org.id, id)
  if not row then return nil, errors.not_found("Delivery of a webhook that exists", id) end
  if row.enabled ~= 1 or row.state == "pending" or row.state == "withheld" then
    return nil, errors.invalid_field(row.enabled ~= 1 and "its webhook is disabled"
      or "it is " .. row.state, "state")
  end
  ctx.db:run("UPDATE deliveries SET state = 'pending', tries = 0, due_at = ? WHERE id = ?",
             ctx.now, row.id)
  ctx.app.queued = true
  return row
end

--- Ends what is on the wire; it stays pending.
local function close(app)
  for _, flight in pairs(app.flights) do
    if flight.call then flight.call:close() end
  end
  if app.webhook_client then app.webhook_client:close() end
end

return { pump = pump, again = again, close = close }
