-- SPDX-License-Identifier: MIT
-- The page at / and what it reads: its file, the state, the mails in HTML, and a stream of
-- server-sent events which says that something has changed.

local chance = require "agentmail.sandbox.store.chance"
local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local orgs = require "agentmail.sandbox.store.orgs"
local query = require "agentmail.sandbox.http.query"
local view = require "agentmail.sandbox.viewer.state"

local JSON = { ["Content-Type"] = "application/json", ["Cache-Control"] = "no-store" }
local STREAM = { ["Content-Type"] = "text/event-stream", ["Cache-Control"] = "no-store" }
local IDLE = ": still here\n\n"
local TOGETHER = 0.05 -- seconds: changes that come so close are told as one
local SHARE = 5       -- to look on may take one part of so many of the service's time

-- Nothing but what stands in the page itself, marked with a word that is new each time.
local PAGE_POLICY = "default-src 'none'; script-src 'nonce-%s'; style-src 'nonce-%s'; "
  .. "connect-src 'self'; frame-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
  .. "frame-ancestors 'none'"
-- A mail may have its own looks, and nothing else: no script, no request to anywhere.
local MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
  .. "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

local looking = {}

-- It stands beside this module.
local function page_file()
  local here = package.searchpath("agentmail.sandbox.viewer.routes", package.path) or ""
  local folder = here:match "^(.*)routes%.lua$" or ""
  local file = io.open(folder .. "viewer.html", "rb")
  if not file then return nil end
  local text = file:read "a"
  file:close()
  return text
end

local function headers_of(content_type, policy)
  return { ["Content-Type"] = content_type, ["Content-Security-Policy"] = policy,
           ["X-Content-Type-Options"] = "nosniff", ["Referrer-Policy"] = "no-referrer",
           ["Cache-Control"] = "no-store" }
end

--- The page itself.
function looking.page(app)
  app.page = app.page or page_file()
  if not app.page then
    return 404, "The page is not installed.\n", { ["Content-Type"] = "text/plain" }
  end
  app.pages = (app.pages or 0) + 1
  local nonce = ("%016x"):format(chance.draw(app.host.now(), tostring({}), app.pages))
  return 200, (app.page:gsub("NONCE", nonce)),
         headers_of("text/html; charset=utf-8", PAGE_POLICY:format(nonce, nonce))
end

local function refused(refusal)
  local status, body = errors.answer(refusal)
  return status, body, JSON
end

local readers = {}

function readers.state(app, org)
  local started = os.clock()
  local text = view.state(app, org)
  app.view_cost = os.clock() - started
  return 200, text, JSON
end

function readers.threads(app, org, thread_id)
  local text = view.thread(app, org, query.decode(thread_id) or "")
  if text then return 200, text, JSON end
  return refused(errors.not_found("Thread", thread_id))
end

function readers.html(app, org, number)
  local text = view.html(app, org, number)
  if text then return 200, text, headers_of("text/html; charset=utf-8", MAIL_POLICY) end
  return refused(errors.not_found("Message", number))
end

function readers.stream(app, org, _, request)
  app.streams[request.id] = org.namespace
  return 200, ('retry: 1000\nevent: change\ndata: {"namespace":%s}\n\n'):format(
    json.string(org.namespace)), STREAM, { stream = IDLE }
end

--- Answers GET view/…; nil when that is not what was asked for.
function looking.serve(app, request, name, namespace)
  local what, argument = name:match "^view/(%l+)/?(.*)$"
  local read = request.method == "GET" and what and readers[what]
  if not read then return nil end
  if not orgs.valid_namespace(namespace) then
    return refused(errors.invalid_field("1 to 128 characters of A-Z a-z 0-9 - . _ ~", "namespace"))
  end
  return read(app, orgs.of(app, namespace), argument, request)
end

local function tell(app)
  for id, namespace in pairs(app.streams) do
    local event = ('event: change\ndata: {"namespace":%s}\n\n'):format(json.string(namespace))
    if not app.host.push(id, event) then app.streams[id] = nil end
  end
end

--- Something may have changed: whoever looks on hears of it, soon.
function looking.changed(app)
  if next(app.streams) and not app.timers:is_set "tell" then
    local pause = math.max(TOGETHER, SHARE * (app.view_cost or 0))
    app.timers:set("tell", pause, function() tell(app) end)
  end
end

return looking
