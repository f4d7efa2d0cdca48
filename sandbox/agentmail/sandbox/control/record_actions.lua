-- SPDX-License-Identifier: MIT
-- Control actions for what happened: the requests, the mails that left, and what went wrong.

local audit = require "agentmail.sandbox.control.audit"
local errors = require "agentmail.sandbox.http.errors"
local journal = require "agentmail.sandbox.control.journal"
local orgs = require "agentmail.sandbox.store.orgs"
local schedule = require "agentmail.sandbox.schedule"
local suggestion = require "agentmail.util.suggest".suggestion

-- See actions.lua.
local actions = {}

-- Rows are already encoded and go into the answer unchanged.
local function listing(name, rows)
  return { encoded = ('{"count":%d,"%s":[%s]}'):format(#rows, name, table.concat(rows, ",")) }
end

local PAGING = { after = true, limit = true, last = true, namespace = true }

-- A misspelt filter must not look as if every row passed it.
local function check_filters(filters, columns)
  for name, value in pairs(filters) do
    if not columns[name] and not PAGING[name] then
      return errors.invalid_field("no such filter" .. suggestion(name, columns), name)
    elseif PAGING[name] and name ~= "namespace" and not value:find("^%d+$") then
      return errors.invalid_field("expected a whole number", name)
    end
  end
  if filters.limit and filters.last then
    return errors.invalid_field("cannot be combined with limit", "last")
  end
end

--- The requests, or the mails that left, that match the filters.
for _, what in ipairs { "requests", "sent" } do
  actions["GET " .. what] = function(app, org, _, filters)
    local refusal = check_filters(filters, journal.FILTERS[what])
    if refusal then return nil, refusal end
    return listing(what, journal[what](app, org, filters))
  end
end

--- Runs what is due before anyone may call it lost.
actions["GET audit"] = function(app, org)
  schedule.settle(app, org)
  return audit.report(app, org, orgs.now(app, org))
end

return actions
