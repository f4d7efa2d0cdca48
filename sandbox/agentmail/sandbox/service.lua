-- SPDX-License-Identifier: MIT
-- The service that the listener runs in its thread: the API under /v0, the control interface,
-- downloads and the viewer.

local actions = require "agentmail.sandbox.control.actions"
local authentication = require "agentmail.sandbox.http.authentication"
local chance = require "agentmail.sandbox.store.chance"
local database = require "agentmail.sandbox.store.database"
local dates = require "agentmail.sandbox.http.dates"
local deliveries = require "agentmail.sandbox.events.deliveries"
local downloads = require "agentmail.sandbox.http.downloads"
local errors = require "agentmail.sandbox.http.errors"
local expect = require "agentmail.sandbox.control.expect"
local fetches = require "agentmail.sandbox.http.fetches"
local hosts = require "agentmail.sandbox.http.hosts"
local journal = require "agentmail.sandbox.control.journal"
local json = require "agentmail.sandbox.http.json"
local orgs = require "agentmail.sandbox.store.orgs"
local outage = require "agentmail.sandbox.faults.outage"
local pipeline = require "agentmail.sandbox.http.pipeline"
local pushes = require "agentmail.sandbox.events.pushes"
local query = require "agentmail.sandbox.http.query"
local schedule = require "agentmail.sandbox.schedule"
local sockets = require "agentmail.sandbox.events.sockets"
local switches = require "agentmail.sandbox.control.switches"
local timers = require "agentmail.sandbox.store.timers"
local viewer = require "agentmail.sandbox.viewer.routes"

local JSON = { ["Content-Type"] = "application/json" }

local function refused(refusal)
  local status, body = errors.answer(refusal)
  return status, body, JSON
end

local function is_allowed(app, authority)
  local name = hosts.name(authority)
  return hosts.is_loopback(name) or app.hosts[name] or false
end

-- A page on another site must not reach this service through the user's browser.
local function foreign(app, headers)
  if not is_allowed(app, headers.host or "") then
    return errors.refusal(403, "forbidden", "The Host header names another host.",
      "Use 127.0.0.1 or localhost, or start the sandbox with hosts = { … }.")
  end
  local origin = headers.origin
  if origin and not is_allowed(app, (origin:gsub("^https?://", ""))) then
    return errors.refusal(403, "forbidden", "The Origin header names another site.")
  end
end

local function first_values(text)
  local parsed, problem = query.parse(text)
  if not parsed then return nil, problem end
  local filters = {}
  for name, values in pairs(parsed) do filters[name] = values[1] end
  return filters
end

local function namespace_of(app, headers, filters)
  return filters.namespace or headers["x-sandbox-namespace"]
    or (authentication.token(headers.authorization) or ""):match("^am_test_(.+)$")
    or app.config.namespace
end

local function download(app, path, filters)
  local now
  local bytes, content_type = downloads.read(app, path, filters, function(id)
    now = orgs.now(app, orgs.of(app, app.db:values(
      "SELECT namespace FROM organizations WHERE id = ?", id)))
    return now
  end)
  if bytes then
    return 200, bytes, dates.add({ ["Content-Type"] = content_type:gsub("%c", ""),
                                   ["Content-Disposition"] = "attachment",
                                   ["X-Content-Type-Options"] = "nosniff" }, now)
  end
  return refused(errors.not_found("File", path))
end

-- After a control action that may have changed something.
local function changed(app)
  outage.settle(app)
  viewer.changed(app)
end

local function serve_control(app, request)
  local path, query_text = query.split(request.target)
  local filters, problem = first_values(query_text)
  if not filters then return refused(errors.invalid_field(problem, "query")) end
  if path:find("^/_sandbox/files/") then return download(app, path:sub(17), filters) end
  local name = path:match("^/_sandbox/v1/(.*)$") or path
  local namespace = namespace_of(app, request.headers, filters)
  local status, body, headers, effect = viewer.serve(app, request, name, namespace,
                                                     filters)
  if status then return status, body, headers, effect end
  if request.method == "POST" and name == "expect" then
    status, body = expect.request(app, namespace, request.body,
      function() return request.id end,
      function(id, code, text) return app.host.answer(id, code, text, JSON) end)
    if not status then return false end
  else
    status, body = actions.run(app, request.method, name, filters, request.body, namespace,
                               request.headers["content-type"])
    if request.method ~= "GET" then changed(app) end
  end
  local org = app.orgs[namespace]
  return status, body, org and dates.add(JSON, orgs.now(app, org)) or JSON
end

-- Called after anything that may have changed something. Passes its other arguments through.
local function committed(app, ...)
  if app.pushed then pushes.flush(app) end
  if next(app.expected) then expect.look(app) end
  return ...
end

-- Serves a request once its attachments are fetched; its client may be gone by then.
local function serve_fetched(app, request, urls)
  fetches.begin(app, urls, function(found)
    request.fetched = found
    app.host.answer(request.id, committed(app, pipeline.handle(app, request)))
    viewer.changed(app)
  end)
  schedule.arm(app)
  return false
end

local function handle(app, request)
  local refusal = foreign(app, request.headers)
  if refusal then return refused(refusal) end
  if request.target:find("^/_sandbox/") then return serve_control(app, request) end
  if request.target:find("^/%f[?%z]") and request.method == "GET" then return viewer.page(app) end
  if request.control then
    return refused(errors.refusal(404, "not_found", "This is the control address.",
                                  "The API is at " .. app.url .. "."))
  end
  viewer.changed(app)
  if sockets.asked(request) then return pipeline.handle(app, request, sockets.connect) end
  local urls = fetches.wanted(request)
  if urls then return serve_fetched(app, request, urls) end
  return pipeline.handle(app, request)
end

local function random_seed(host)
  local entropy = tostring({}) .. tostring(host) .. tostring(host.now()) .. tostring(os.clock())
  return chance.draw(host.now(), entropy) & 0x7FFFFFFF
end

-- All state outside the database.
local function new_app(config, host)
  local db = assert(database.open(config.path))
  local app = {
    config = config, db = db, host = host, version = config.version,
    scheme = config.certificate and "https" or "http",
    seed = config.seed or random_seed(host), seq = journal.last(db), timers = timers.new(host),
    orgs = {}, rules = {},          -- by namespace, and by organization: cached rows
    hosts = {},                     -- accepted Host names
    flights = {}, fetches = {},     -- requests on the wire
    expected = {}, streams = {},    -- callers that wait for a change
    exchanges = {},                 -- the newest requests and answers, see control/exchanges.lua
    sockets = {}, socket_of = {},   -- see events/sockets.lua
  }
  app.ids = chance.ids(app.seed, database.next_epoch(db))
  app.url = hosts.url(config.host, host.port, app.scheme)
  app.control_url = hosts.url(config.host, host.control_port, app.scheme)
  app.hosts[config.host:lower()] = true
  if config.public_url then app.hosts[hosts.name(hosts.authority(config.public_url))] = true end
  for _, name in ipairs(config.hosts or {}) do app.hosts[name:lower()] = true end
  function app.report(message) io.stderr:write("sandbox: ", tostring(message), "\n") end
  function app.forget_cache() app.orgs, app.rules, app.webhooks = {}, {}, nil end
  return app
end

--- Opens the service.
---@param text string  its configuration as JSON
---@param host table   see listener.c
---@return table service
local function open(text, host)
  local config = assert(json.decode(text))
  switches.defaults(config)
  local app = new_app(config, host)
  schedule.arm(app)
  outage.settle(app)
  return {
    handle = function(request) return committed(app, handle(app, request)) end,
    call = function(method, path, query_text, bytes, namespace, media_type)
      if method == "seed" then return app.seed end
      if path == "expect" then
        return expect.request(app, namespace, bytes, host.later, host.finish)
      end
      local status, body = actions.run(app, method, path, first_values(query_text), bytes,
                                       namespace, media_type)
      if method ~= "GET" then changed(app) end
      return committed(app, status, body)
    end,
    tick = function()
      if next(app.flights) or next(app.fetches) then schedule.deliver(app) end
      committed(app, app.timers:run())
      if app.drafts_ran then viewer.changed(app) end
      app.drafts_ran = nil
    end,
    message = function(...) sockets.message(app, ...) end,
    gone = function(id) sockets.gone(app, id) end,
    report = app.report,
    app = app,
    close = function()
      deliveries.close(app)
      fetches.close(app)
      app.db:close()
    end,
  }
end

return { open = open }
