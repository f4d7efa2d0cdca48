-- SPDX-License-Identifier: MIT
-- WebSockets at /v0: the handshake and the frames of clients. pushes.lua sends the events.
--
--   app.sockets    organization id → its sockets, in the order they were opened
--   app.socket_of  the listener's id → { id, org, scope, permissions, subscriptions, targets }

local authentication = require "agentmail.sandbox.http.authentication"
local decide = require "agentmail.sandbox.faults.decide"
local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local orgs = require "agentmail.sandbox.store.orgs"
local query = require "agentmail.sandbox.http.query"
local subscriptions = require "agentmail.sandbox.events.subscriptions"

local VERSION = "13"
local KEY = "^" .. ("[%w+/]"):rep(22) .. "==$"
local JSON = { ["Content-Type"] = "application/json" }
local OUTDATED = { ["Content-Type"] = "application/json", ["Sec-WebSocket-Version"] = VERSION }

-- Like those of the operations; only faults at `before` can match it.
local route = { name = "websockets.connect", method = "GET", sends = false, upgrade = true }

local function names(header, word)
  return (", " .. (header or ""):lower() .. ","):find("[, ]" .. word .. "[ ,]") ~= nil
end

--- Whether the request asks to become a WebSocket.
---@return boolean
local function asked(request)
  return request.method == "GET" and request.target:find("^/v0/?%f[?%z]") ~= nil
    and names(request.headers.upgrade, "websocket")
end

-- The error of a handshake, and headers for the answer.
local function check_handshake(headers)
  if headers["sec-websocket-version"] ~= VERSION then
    return errors.refusal(426, "validation_error", "Sec-WebSocket-Version must be 13."), OUTDATED
  end
  if not names(headers.connection, "upgrade") then
    return errors.invalid_field("does not name upgrade", "connection")
  end
  if not (headers["sec-websocket-key"] or ""):find(KEY) then
    return errors.invalid_field("is not 16 bytes in base64", "sec-websocket-key")
  end
end

-- Authenticates by the header or the parameter api_key. Sets ctx.org, ctx.identity and ctx.now.
local function identify(ctx)
  local headers = ctx.request.headers
  local path, text = query.split(ctx.request.target)
  ctx.path, ctx.query_text, ctx.params = path, "", {}
  local values, problem = query.parse(text)
  if not values then return errors.invalid_field(problem, "query") end
  if not headers.authorization and values.api_key then
    headers.authorization = "Bearer " .. values.api_key[1]
  end
  local org, identity = authentication.authenticate(ctx)
  if not org then return identity end
  ctx.org, ctx.identity, ctx.now = org, identity, orgs.now(ctx.app, org)
end

local function add(ctx)
  local key, id, sockets = ctx.identity or {}, ctx.request.id, ctx.app.sockets
  local socket = { id = id, org = ctx.org.id, permissions = key.permissions, subscriptions = {},
                   targets = 0, scope = { pod_id = key.pod_id, inbox_id = key.inbox_id } }
  ctx.app.socket_of[id] = socket
  sockets[ctx.org.id] = sockets[ctx.org.id] or {}
  table.insert(sockets[ctx.org.id], socket)
end

--- Answers the handshake. For pipeline.handle.
---@return integer? status, integer? seen, string? body, table? headers, table? effect
local function connect(ctx)
  ctx.route = route
  local refusal, headers = identify(ctx), nil
  if not refusal then refusal, headers = check_handshake(ctx.request.headers) end
  if refusal then
    local status, body = errors.answer(refusal)
    return status, status, body, headers or JSON
  end
  local rule, effect = decide.plan(ctx), {}
  if rule then
    local status, body, faulty
    status, body, faulty, effect = decide.fire(rule, ctx, 101)
    if status ~= 101 then return status, status, body, faulty, effect end
  end
  add(ctx)
  effect.websocket = ctx.request.headers["sec-websocket-key"]
  return 101, 101, nil, {}, effect
end

local function refuse(app, id, refusal)
  app.host.send(id, json.encode { type = "error", name = refusal.name,
                                  message = refusal.message })
end

--- Handles a client's frame. The only kind is subscribe.
local function message(app, id, text, is_text)
  local socket = app.socket_of[id]
  if not socket then return end
  local frame, problem = nil, "a binary frame; expected text"
  if is_text then frame, problem = json.decode(text) end
  local active, refusal
  if type(frame) ~= "table" then
    refusal = errors.invalid_field(problem or "expected an object", "frame")
  elseif frame.type ~= "subscribe" then
    refusal = errors.invalid_field('expected "subscribe"', "type")
  else
    active, refusal = subscriptions.subscribe(app, socket, frame)
  end
  if not active then return refuse(app, id, refusal) end
  app.host.send(id, json.encode(active))
end

--- Forgets a socket that has ended, or whose upgrade failed.
local function gone(app, id)
  local socket = app.socket_of[id]
  if not socket then return end
  app.socket_of[id] = nil
  local list = app.sockets[socket.org]
  for i, one in ipairs(list) do
    if one == socket then table.remove(list, i) end
  end
  if not list[1] then app.sockets[socket.org] = nil end
end

return { asked = asked, connect = connect, message = message, gone = gone }
