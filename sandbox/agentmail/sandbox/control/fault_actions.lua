-- SPDX-License-Identifier: MIT
-- Control actions for faults: arm, read, replace, disarm.

local armed = require "agentmail.sandbox.faults.armed"
local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local orgs = require "agentmail.sandbox.store.orgs"

-- See actions.lua.
local actions = {}

local function fault_list(app, org)
  return { seed = orgs.seed(app, org), rules = json.array(armed.written(app, org)) }
end

local function written_rules(body)
  if type(body) == "table" and body.rules then body = body.rules end
  if type(body) == "table" and (#body > 0 or next(body) == nil) then return body end
  return { body }
end

local function add(app, org, body)
  local added, refusal = armed.add(app, org, written_rules(body), orgs.now(app, org))
  if not added then return nil, refusal end
  return fault_list(app, org)
end

actions["GET faults"] = fault_list

actions["POST faults"] = add

--- The answer of GET can be PUT unchanged: with its seed, the same faults hit the same keys.
actions["PUT faults"] = function(app, org, body)
  local seed = type(body) == "table" and body.rules and body.seed
  if seed then
    if math.type(seed) ~= "integer" then
      return nil, errors.invalid_field("expected a whole number", "seed")
    end
    if seed ~= orgs.seed(app, org) then orgs.set_seed(app, org, seed) end
  end
  armed.clear(app, org)
  return add(app, org, body)
end

actions["DELETE faults"] = function(app, org, _, filters)
  return { removed = armed.clear(app, org, filters.name) }
end

return actions
