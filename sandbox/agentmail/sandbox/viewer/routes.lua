-- SPDX-License-Identifier: MIT
-- The viewer: the web page at / and what it reads: the state, mails and their parts, requests with
-- their answers, and a stream of server-sent events that reports changes. All of it is read-only;
-- the page makes changes by control actions.

local errors = require "agentmail.sandbox.http.errors"
local exchanges = require "agentmail.sandbox.control.exchanges"
local journal = require "agentmail.sandbox.control.journal"
local json = require "agentmail.sandbox.http.json"
local orgs = require "agentmail.sandbox.store.orgs"
local page = require "agentmail.sandbox.viewer.page"
local paths = require "agentmail.sandbox.http.paths"
local state = require "agentmail.sandbox.viewer.state"
local threads = require "agentmail.sandbox.viewer.threads"

local JSON = { ["Content-Type"] = "application/json", ["Cache-Control"] = "no-store" }
local STREAM = { ["Content-Type"] = "text/event-stream", ["Cache-Control"] = "no-store" }
local IDLE = ": still here\n\n"
local TOGETHER = 0.05 -- seconds: changes this close together are reported as one
local SHARE = 5       -- the viewer may use 1/SHARE of the service's time

-- A mail may have its own style, but no scripts and no requests.
local MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
  .. "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

local function refused(refusal)
  local status, body = errors.answer(refusal)
  return status, body, JSON
end

local function get_state(app, org, _, _, filters)
  local started = os.clock()
  local text = state.of(app, org, filters)
  app.viewer_cost = os.clock() - started
  return 200, text, JSON
end

local function get_thread(app, org, params)
  local text = threads.thread(app, org, params.thread_id)
  if text then return 200, text, JSON end
  return refused(errors.not_found("Thread", params.thread_id))
end

-- Serves a mail's HTML, from one of the functions that return it.
local function html_by(find)
  return function(app, org, params)
    local text = find(app, org, params.number)
    if text then return 200, text, page.headers("text/html; charset=utf-8", MAIL_POLICY) end
    return refused(errors.not_found("Message", params.number))
  end
end

-- A file to download, never to show: it may contain anything.
local function file_by(find, kind, content_type)
  return function(app, org, params)
    local bytes, name = find(app, org, params.number, params.attachment_id)
    if not bytes then
      return refused(errors.not_found(kind, params.attachment_id or params.number))
    end
    local headers = page.headers(content_type, MAIL_POLICY)
    headers["Content-Disposition"] = "attachment; filename*=UTF-8''"
      .. name:gsub("[^%w._-]", function(c) return ("%%%02X"):format(c:byte()) end)
    return 200, bytes, headers
  end
end

local function get_request(app, org, params)
  local seq = math.tointeger(tonumber(params.seq)) or 0
  local rows = journal.requests(app, org, { after = seq - 1, limit = 1 })
  local row = rows[1] and json.decode(rows[1])
  if not row or row.seq ~= seq then return refused(errors.not_found("Request", params.seq)) end
  local found = exchanges.of(app, org, seq) or {}
  found.row = row
  found.thread_id = row.message_id and threads.of_message(app, org, row.message_id)
  return 200, json.encode(found), JSON
end

local function get_stream(app, org, _, request)
  app.streams[request.id] = org.namespace
  return 200, ('retry: 1000\nevent: change\ndata: {"namespace":%s}\n\n'):format(
    json.string(org.namespace)), STREAM, { stream = IDLE }
end

local root = paths.new()
paths.add(root, "GET", "view/state", get_state)
paths.add(root, "GET", "view/threads/{thread_id}", get_thread)
paths.add(root, "GET", "view/html/{number}", html_by(threads.html))
paths.add(root, "GET", "view/frames/{number}", html_by(threads.frame))
paths.add(root, "GET", "view/raw/{number}", file_by(threads.source, "Message", "message/rfc822"))
paths.add(root, "GET", "view/attachments/{number}/{attachment_id}",
          file_by(threads.attachment, "Attachment", "application/octet-stream"))
paths.add(root, "GET", "view/requests/{seq}", get_request)
paths.add(root, "GET", "view/stream", get_stream)

--- Serves what the page reads; nil for any other request.
---@param path string  the part after /_sandbox/v1/
---@return integer? status, string? body, table? headers, table? effect
---@param filters table<string, string>  the query
local function serve(app, request, path, namespace, filters)
  local get, params = paths.find(root, request.method, path)
  if not get then return nil end
  if not orgs.valid_namespace(namespace) then return refused(errors.invalid_namespace()) end
  return get(app, orgs.of(app, namespace), params, request, filters)
end

local function tell(app)
  for id, namespace in pairs(app.streams) do
    local event = ('event: change\ndata: {"namespace":%s}\n\n'):format(json.string(namespace))
    if not app.host.push(id, event) then app.streams[id] = nil end
  end
end

--- Notifies every viewer soon that something may have changed.
local function changed(app)
  if next(app.streams) and not app.timers:is_set("tell") then
    local pause = math.max(TOGETHER, SHARE * (app.viewer_cost or 0))
    app.timers:set("tell", pause, function() tell(app) end)
  end
end

return { page = page.answer, serve = serve, changed = changed }
