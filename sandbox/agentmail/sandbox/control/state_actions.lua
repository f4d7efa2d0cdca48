-- SPDX-License-Identifier: MIT
-- Control actions for the sandbox as a whole: what it is; its state created, saved, deleted.

local clock = require "agentmail.sandbox.store.clock"
local coverage = require "agentmail.sandbox.api.coverage"
local database = require "agentmail.sandbox.store.database"
local errors = require "agentmail.sandbox.http.errors"
local fixtures = require "agentmail.sandbox.control.fixtures"
local operations = require "agentmail.api.operations"
local orgs = require "agentmail.sandbox.store.orgs"
local schedule = require "agentmail.sandbox.schedule"
local snapshots = require "agentmail.sandbox.control.snapshots"
local switches = require "agentmail.sandbox.control.switches"

-- See actions.lua.
local actions = {}

actions["GET health"] = function() return { status = "ok" } end

actions["GET info"] = function(app, org)
  return {
    version = app.version, seed = orgs.seed(app, org),
    url = app.config.public_url or app.url, control_url = app.control_url,
    certificate = app.config.certificate, listening = not app.shut, namespace = org.namespace,
    api_key = "am_test_" .. org.namespace, store = app.config.path or "memory",
    now = clock.text(orgs.now(app, org)), clock = org.frozen and "frozen" or "real",
    switches = switches.of(app, org),
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

--- Deletes all state of the organization.
actions["POST reset"] = function(app, org)
  database.clear(app.db, org.id)
  org.offset, org.frozen = 0, app.config.frozen_at
  orgs.save_clock(app, org)
  orgs.set_seed(app, org, nil)
  orgs.save_switches(app, org, nil)
  app.rules[org.id], app.webhooks = nil, nil
  schedule.arm(app)
  return { status = "ok" }
end

actions["POST seed"] = function(app, org, body) return fixtures.plant(app, org, body) end

actions["POST snapshot"] = function(app, org, body) return snapshots.take(app, org, body.name) end

actions["POST restore"] = function(app, org, body)
  local state, refusal = snapshots.restore(app, org, body.name)
  if state then schedule.arm(app) end
  return state, refusal
end

actions["PUT switches"] = function(app, org, body)
  local set, problem, name = switches.with(org, body)
  if not set then return nil, errors.invalid_field(problem, name) end
  orgs.save_switches(app, org, set)
  return switches.of(app, org)
end

return actions
