-- SPDX-License-Identifier: MIT
-- Control actions about faults: armed, read, replaced, disarmed.

local errors = require "agentmail.sandbox.http.errors"
local faults = require "agentmail.sandbox.faults.decide"
local json = require "agentmail.sandbox.http.json"
local orgs = require "agentmail.sandbox.store.orgs"

-- "METHOD path" → function(app, org, body, filters)
local actions = {}

local function fault_list(app, org)
  local list = json.array {}
  for i, rule in ipairs(faults.list(app, org)) do
    local plain = {}
    for name, value in pairs(rule) do if name ~= "armed_at" then plain[name] = value end end
    list[i] = plain
  end
  return { seed = orgs.seed(app, org), rules = list }
end

local function written_rules(body)
  if type(body) == "table" and body.rules then body = body.rules end
  if type(body) == "table" and (#body > 0 or next(body) == nil) then return body end
  return { body }
end

actions["GET faults"] = fault_list

-- What GET answered can be put as it is: with its seed, the same faults hit the same keys.
actions["PUT faults"] = function(app, org, body)
  local seed = type(body) == "table" and body.rules and body.seed
  if seed then
    if math.type(seed) ~= "integer" then
      return nil, errors.invalid_field("expected a whole number", "seed")
    end
    if seed ~= orgs.seed(app, org) then orgs.set_seed(app, org, seed) end
  end
  faults.clear(app, org)
  local added, refusal = faults.add(app, org, written_rules(body), orgs.now(app, org))
  if not added then return nil, refusal end
  return fault_list(app, org)
end

actions["POST faults"] = function(app, org, body)
  local added, refusal = faults.add(app, org, written_rules(body), orgs.now(app, org))
  if not added then return nil, refusal end
  return fault_list(app, org)
end

actions["DELETE faults"] = function(app, org, _, filters)
  return { removed = faults.clear(app, org, filters.name) }
end

return actions
