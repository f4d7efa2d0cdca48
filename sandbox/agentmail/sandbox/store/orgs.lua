-- SPDX-License-Identifier: MIT
-- Organizations. A key "am_test_<namespace>" creates its own on first use, so specs that run in
-- parallel do not interfere.

local clock = require "agentmail.sandbox.store.clock"
local database = require "agentmail.sandbox.store.database"

---@class agentmail.sandbox.Org  a row of organizations
---@field id integer
---@field namespace string
---@field organization_id string
---@field pod_id string      its first pod
---@field offset integer     milliseconds by which its clock was advanced
---@field frozen integer?    the time at which its clock is stopped
---@field seed integer?
---@field switches string?   those it has set itself, as JSON; see control/switches.lua

local function create(app, namespace)
  local now = app.config.frozen_at or app.host.now()
  app.db:run([[INSERT INTO organizations
    (namespace, organization_id, pod_id, offset, frozen, created_at) VALUES (?, ?, ?, 0, ?, ?)]],
    namespace, "org_" .. app.ids:uuid(), app.ids:uuid(), app.config.frozen_at, now)
  database.add_first_pod(app.db, app.db:last_id())
end

--- The organization of a namespace, created on first use.
---@param namespace string
---@return agentmail.sandbox.Org
local function of(app, namespace)
  local org = app.orgs[namespace]
  if org then return org end
  local select = "SELECT * FROM organizations WHERE namespace = ?"
  org = app.db:row(select, namespace)
  if not org then
    create(app, namespace)
    org = app.db:row(select, namespace)
  end
  app.orgs[namespace] = org
  return org
end

--- True if an API key can contain this name.
---@return boolean
local function valid_namespace(namespace)
  return type(namespace) == "string" and #namespace <= 128 and namespace:find("^[%w._~-]+$") ~= nil
end

--- The time of this organization's clock.
---@return integer ms
local function now_of(app, org)
  return clock.now(org, app.host.now())
end

--- The seed of this organization's random faults.
---@return integer
local function seed_of(app, org) return org.seed or app.seed end

--- Sets its own seed; nil: the sandbox's.
---@param seed integer?
local function set_seed(app, org, seed)
  org.seed = seed
  app.db:run("UPDATE organizations SET seed = ? WHERE id = ?", seed, org.id)
end

--- Saves the clock of an organization, after org.offset or org.frozen changed.
local function save_clock(app, org)
  app.db:run("UPDATE organizations SET offset = ?, frozen = ? WHERE id = ?",
             org.offset, org.frozen, org.id)
end

--- Saves the switches of an organization; nil: it has none of its own.
---@param switches string? as JSON
local function save_switches(app, org, switches)
  org.switches, org.own_switches = switches, nil
  app.db:run("UPDATE organizations SET switches = ? WHERE id = ?", switches, org.id)
end

return {
  of = of, valid_namespace = valid_namespace, now = now_of,
  seed = seed_of, set_seed = set_seed, save_clock = save_clock,
  save_switches = save_switches,
}
