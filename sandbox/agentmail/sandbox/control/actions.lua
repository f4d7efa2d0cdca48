-- SPDX-License-Identifier: MIT
-- The control interface under /_sandbox/v1: the same functions serve HTTP and the Lua handle. All
-- but health and coverage speak of one organization, named by its namespace.

local audit = require "agentmail.sandbox.control.audit"
local clock = require "agentmail.sandbox.store.clock"
local control_faults = require "agentmail.sandbox.control.fault_actions"
local control_more = require "agentmail.sandbox.control.more_actions"
local coverage = require "agentmail.sandbox.api.coverage"
local due = require "agentmail.sandbox.store.due"
local errors = require "agentmail.sandbox.http.errors"
local fixtures = require "agentmail.sandbox.control.fixtures"
local inbound = require "agentmail.sandbox.mail.inbound"
local journal = require "agentmail.sandbox.control.journal"
local json = require "agentmail.sandbox.http.json"
local mime_read = require "agentmail.sandbox.mail.mime_read"
local operations = require "agentmail.api.operations"
local orgs = require "agentmail.sandbox.store.orgs"
local query = require "agentmail.sandbox.http.query"
local snapshots = require "agentmail.sandbox.control.snapshots"
local store = require "agentmail.sandbox.store.store"
local suggestion = require "agentmail.util.suggest".suggestion
local switches = require "agentmail.sandbox.control.switches"

local control = {}

-- "METHOD path" → function(app, org, body, filters, argument) → answer, or nil and a refusal
local actions = {}

actions["GET health"] = function() return { status = "ok" } end

actions["GET info"] = function(app, org)
  return {
    version = app.version, seed = orgs.seed(app, org), url = app.url, control_url = app.control_url,
    listening = not app.shut, namespace = org.namespace,
    api_key = "am_test_" .. org.namespace, store = app.config.path or "memory",
    now = json.time(orgs.now(app, org)), clock = org.frozen and "frozen" or "real",
    switches = switches.of(app.config),
  }
end

actions["GET coverage"] = function()
  local levels, counts = {}, { full = 0, stored = 0, stub = 0 }
  for name in pairs(operations) do
    local level = coverage[name] and coverage[name][1] or "stub"
    levels[name], counts[level] = level, counts[level] + 1
  end
  return { counts = counts, operations = levels }
end

local function clock_state(app, org)
  return { now = json.time(orgs.now(app, org)), mode = org.frozen and "frozen" or "real" }
end

actions["GET clock"] = clock_state

actions["PUT clock"] = function(app, org, body)
  local at = body.at ~= nil and clock.parse(body.at) or nil
  if body.at ~= nil and not at then
    return nil, errors.invalid_field("expected an ISO 8601 date and time", "at")
  end
  local now = at or orgs.now(app, org)
  if body.mode == "frozen" then
    org.frozen, org.offset = now, 0
  elseif body.mode == "real" then
    org.frozen, org.offset = nil, now - app.host.now()
  else
    return nil, errors.invalid_field("expected frozen or real", "mode")
  end
  orgs.save_clock(app, org)
  due.schedule(app)
  return clock_state(app, org)
end

actions["POST clock/advance"] = function(app, org, body)
  local by, problem = clock.duration(body.by)
  if not by then return nil, errors.invalid_field(problem, "by") end
  local sent = due.advance(app, org, by)
  due.schedule(app)
  local state = clock_state(app, org)
  state.sent = sent
  return state
end

actions["POST inbound"] = function(app, org, body) return inbound.receive(app, org, body) end

actions["POST messages/{}/reply"] = function(app, org, body, _, message_id)
  return inbound.reply(app, org, message_id, body)
end

-- Rows come encoded; they go into the answer as they are.
local function listing(name, rows)
  return { encoded = ('{"count":%d,"%s":[%s]}'):format(#rows, name, table.concat(rows, ",")) }
end

local PAGING = { after = true, limit = true, namespace = true }

-- A filter that is misspelt must not look as if everything passed it.
local function check_filters(filters, columns)
  for name, value in pairs(filters) do
    if not columns[name] and not PAGING[name] then
      return errors.invalid_field("no such filter" .. suggestion(name, columns), name)
    elseif (name == "after" or name == "limit") and not value:find "^%d+$" then
      return errors.invalid_field("expected a whole number", name)
    end
  end
end

actions["GET requests"] = function(app, org, _, filters)
  local refusal = check_filters(filters, journal.filters.requests)
  if refusal then return nil, refusal end
  return listing("requests", journal.requests(app, org, filters))
end

actions["GET sent"] = function(app, org, _, filters)
  local refusal = check_filters(filters, journal.filters.sent)
  if refusal then return nil, refusal end
  return listing("sent", journal.sent(app, org, filters))
end

-- What is due has to have happened before anyone may call it lost.
actions["GET audit"] = function(app, org)
  due.settle(app, org)
  return audit.report(app, org, orgs.now(app, org))
end

actions["POST reset"] = function(app, org)
  store.clear(app.db, org.id)
  org.offset, org.frozen = 0, app.config.frozen_at
  orgs.save_clock(app, org)
  orgs.set_seed(app, org, nil)
  app.rules[org.id], app.webhooks = nil, nil
  due.schedule(app)
  return { status = "ok" }
end

actions["POST seed"] = function(app, org, body) return fixtures.plant(app, org, body) end

actions["POST snapshot"] = function(app, org, body) return snapshots.take(app, org, body.name) end

actions["POST restore"] = function(app, org, body)
  local state, refusal = snapshots.restore(app, org, body.name)
  if state then due.schedule(app) end
  return state, refusal
end

actions["PUT switches"] = function(app, _, body)
  local problem, name = switches.set(app.config, body)
  if problem then return nil, errors.invalid_field(problem, name) end
  return switches.of(app.config)
end

for _, more in ipairs { control_faults, control_more.actions } do
  for name, action in pairs(more) do actions[name] = action end
end

local function find(method, path)
  local action = actions[method .. " " .. path]
  if action then return action end
  local named, argument = control_more.find(method, path)
  if named then return named, query.decode(argument) end
  local id = path:match "^messages/([^/]+)/reply$"
  return actions[method .. " messages/{}/reply"], id and query.decode(id)
end

local function unknown(method, path)
  local known = { "POST expect" } -- see expect.lua: it may have to wait
  for name in pairs(actions) do known[#known + 1] = name end
  table.sort(known)
  return errors.refusal(404, "not_found", ("No control action %s %s"):format(method, path),
                        "Known: " .. table.concat(known, ", "))
end

-- What follows /_sandbox/v1/, inside its transaction.
local function run(app, method, path, filters, bytes, namespace, media_type)
  local action, argument = find(method, path)
  if not action or path:find("/reply$") and not argument then
    return nil, unknown(method, path)
  end
  if not orgs.valid_namespace(namespace) then
    return nil, errors.invalid_field("1 to 128 characters of A-Z a-z 0-9 - . _ ~", "namespace")
  end
  local body = {}
  if path == "inbound" and (media_type or ""):lower():find "^message/rfc822" then
    body = mime_read.letter(bytes)
    body.to = filters.to or body.to -- the envelope's word counts
  elseif bytes ~= "" then
    local problem
    body, problem = json.decode(bytes)
    if body == nil or body == json.null then
      return nil, errors.invalid_field(problem or "null", "body")
    end
    if type(body) ~= "table" and not path:find "^faults" then
      return nil, errors.invalid_field("expected an object", "body")
    end
  end
  return action(app, orgs.of(app, namespace), body, filters, argument)
end

--- Runs a control action.
---@return integer status, string body
function control.run(app, method, path, filters, bytes, namespace, media_type)
  local answer, refusal
  app.db:run "BEGIN IMMEDIATE"
  local ok, problem = xpcall(function()
    answer, refusal = run(app, method, path, filters, bytes, namespace, media_type)
  end, debug.traceback)
  app.db:run(ok and answer and "COMMIT" or "ROLLBACK")
  if not ok or not answer then app.forget_cache() end
  if not ok then
    app.report(problem)
    refusal = errors.refusal(500, "internal_error", tostring(problem):match "^[^\n]*")
  end
  if answer and app.queued then due.schedule(app) end
  if answer then return 200, answer.encoded or json.encode(answer) end
  local status, body = errors.answer(refusal)
  return status, body
end

return control
