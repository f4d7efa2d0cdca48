-- SPDX-License-Identifier: MIT
-- The viewer: the web page at /, and what it reads: the state, the mails in HTML, and a stream of
-- server-sent events that reports changes.

local chance = require "agentmail.sandbox.store.chance"
local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local orgs = require "agentmail.sandbox.store.orgs"
local paths = require "agentmail.sandbox.http.paths"
local state = require "agentmail.sandbox.viewer.state"

local JSON = { ["Content-Type"] = "application/json", ["Cache-Control"] = "no-store" }
local STREAM = { ["Content-Type"] = "text/event-stream", ["Cache-Control"] = "no-store" }
local IDLE = ": still here\n\n"
local TOGETHER = 0.05 -- seconds: changes this close together are reported as one
local SHARE = 5       -- the viewer may use one part in this many of the service's time

-- Allows nothing but the page's own code, marked with a new nonce each time.
local PAGE_POLICY = "default-src 'none'; script-src 'nonce-%s'; style-src 'nonce-%s'; "
  .. "connect-src 'self'; frame-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
  .. "frame-ancestors 'none'"
-- A mail may use styles, and nothing else: no script, no requests.
local MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
  .. "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

-- The page's file, beside this module.
local function page_text()
  local here = package.searchpath("agentmail.sandbox.viewer.routes", package.path) or ""
  local folder = here:match("^(.*)routes%.lua$") or ""
  local file = io.open(folder .. "viewer.html", "rb")
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

local function headers_of(content_type, policy)
  return { ["Content-Type"] = content_type, ["Content-Security-Policy"] = policy,
           ["X-Content-Type-Options"] = "nosniff", ["Referrer-Policy"] = "no-referrer",
           ["Cache-Control"] = "no-store" }
end

--- The page itself.
---@return integer status, string body, table headers
local function page(app)
  app.viewer_text = app.viewer_text or page_text()
  if not app.viewer_text then
    return 404, "The page is not installed.\n", { ["Content-Type"] = "text/plain" }
  end
  app.viewers = (app.viewers or 0) + 1
  local nonce = ("%016x"):format(chance.draw(app.host.now(), tostring({}), app.viewers))
  return 200, (app.viewer_text:gsub("NONCE", nonce)),
         headers_of("text/html; charset=utf-8", PAGE_POLICY:format(nonce, nonce))
end

local function refused(refusal)
  local status, body = errors.answer(refusal)
  return status, body, JSON
end

local function get_state(app, org)
  local started = os.clock()
  local text = state.of(app, org)
  app.viewer_cost = os.clock() - started
  return 200, text, JSON
end

local function get_thread(app, org, params)
  local text = state.thread(app, org, params.thread_id)
  if text then return 200, text, JSON end
  return refused(errors.not_found("Thread", params.thread_id))
end

local function get_html(app, org, params)
  local text = state.html(app, org, params.number)
  if text then return 200, text, headers_of("text/html; charset=utf-8", MAIL_POLICY) end
  return refused(errors.not_found("Message", params.number))
end

local function get_stream(app, org, _, request)
  app.streams[request.id] = org.namespace
  return 200, ('retry: 1000\nevent: change\ndata: {"namespace":%s}\n\n'):format(
    json.string(org.namespace)), STREAM, { stream = IDLE }
end

local root = paths.new()
paths.add(root, "GET", "view/state", get_state)
paths.add(root, "GET", "view/threads/{thread_id}", get_thread)
paths.add(root, "GET", "view/html/{number}", get_html)
paths.add(root, "GET", "view/stream", get_stream)

--- Serves what the page reads; nil for any other request.
---@param path string  what follows /_sandbox/v1/
---@return integer? status, string? body, table? headers, table? effect
local function serve(app, request, path, namespace)
  local get, params = paths.find(root, request.method, path)
  if not get then return nil end
  if not orgs.valid_namespace(namespace) then return refused(errors.invalid_namespace()) end
  return get(app, orgs.of(app, namespace), params, request)
end

local function tell(app)
  for id, namespace in pairs(app.streams) do
    local event = ('event: change\ndata: {"namespace":%s}\n\n'):format(json.string(namespace))
    if not app.host.push(id, event) then app.streams[id] = nil end
  end
end

--- Something may have changed: notifies every viewer soon.
local function changed(app)
  if next(app.streams) and not app.timers:is_set("tell") then
    local pause = math.max(TOGETHER, SHARE * (app.viewer_cost or 0))
    app.timers:set("tell", pause, function() tell(app) end)
  end
end

return { page = page, serve = serve, changed = changed }
