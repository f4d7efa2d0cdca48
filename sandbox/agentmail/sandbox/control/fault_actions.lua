-- SPDX-License-Identifier: MIT
-- Control actions for faults: arm, read, replace, disarm.

local armed = require "agentmail.sandbox.faults.armed"
local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local orgs = require "agentmail.sandbox.store.orgs"
local schema = require "agentmail.sandbox.faults.schema"

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

local function list_of(rows, describe)
  local list = json.array {}
  for i, row in ipairs(rows) do list[i] = describe(table.unpack(row)) end
  return list
end

local function words(text) return text and json.array(schema.words(text)) end

--- What a rule takes, for a program that offers it; schema.lua declares it.
actions["GET faults/schema"] = function()
  local kinds, fields = json.array {}, {}
  for _, row in ipairs(schema.kinds) do
    for _, kind in ipairs(schema.words(row[1])) do
      kinds[#kinds + 1] = { kind = kind, about = row[2], takes = words(row[3] or "") }
    end
  end
  for where, rows in pairs(schema.fields) do
    fields[where == "" and "rule" or where] = list_of(rows, function(name, kind, about, values)
      return { name = name, type = kind, about = about, values = words(values) }
    end)
  end
  return {
    types = schema.types, fields = fields, kinds = kinds,
    places = list_of(schema.places, function(at, state, possible)
      return { at = at, state = state, kinds = words(possible) }
    end),
    presets = list_of(schema.presets, function(name, about, kind, example, required)
      return { name = name, about = about, type = kind, example = example, required = required }
    end),
  }
end

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
