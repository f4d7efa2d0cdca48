-- SPDX-License-Identifier: MIT
-- Fault rules with a name, such as "lost_ack" or { flaky = 2 }; schema.lua describes each.

local errors = require "agentmail.sandbox.http.errors"
local rules = require "agentmail.sandbox.faults.rules"
local schema = require "agentmail.sandbox.faults.schema"
local sets = require "agentmail.sandbox.store.sets"
local suggestion = require "agentmail.util.suggest".suggestion

local presets = {}

function presets.lost_ack()
  return { at = "commit", ["do"] = "reset", match = { sends = true } }
end

function presets.lost_ack_reused_connection()
  return { at = "commit", ["do"] = "reset", match = { sends = true, connection = "reused" } }
end

--- The first n tries of everything fail.
function presets.flaky(n)
  return { at = "before", ["do"] = "503", ["until"] = { hits = n } }
end

--- Connections are refused.
function presets.outage(duration)
  return { at = "before", ["do"] = "refuse", ["until"] = { after = duration } }
end

function presets.html_502()
  return { at = "commit", ["do"] = "html" }
end

--- Refuses requests above this rate per second (minute, hour); at most five times per key.
function presets.rate_limit(rate)
  return { at = "before", ["do"] = "429", when = { rate = rate ~= true and rate or "1/s" },
           ["until"] = { hits = 5 } }
end

--- The key turns out to belong to another request.
function presets.key_reuse()
  return { at = "reserved", ["do"] = "taken", match = { sends = true } }
end

--- The body takes that long.
function presets.slow_body(duration)
  return { at = "body", ["do"] = { kind = "drip", seconds = duration ~= true and duration or nil } }
end

--- For that long, lists and searches show the state from that long ago.
function presets.stale_list(duration)
  local lag = duration ~= true and duration or "30s"
  return { at = "view", ["do"] = { kind = "lag", seconds = lag }, ["until"] = { after = lag } }
end

function presets.in_progress(duration)
  local busy = duration ~= true and duration or "5s"
  return { at = "reserved", ["do"] = { kind = "reset", busy = busy }, match = { sends = true } }
end

function presets.key_expiry()
  return { at = "expired", ["do"] = "nothing", match = { sends = true } }
end

local values = {} -- of those with a value: preset → its row in the schema
for _, row in ipairs(schema.presets) do values[row[1]] = row[3] and row or nil end

-- A dash for an underscore is certain; any other near name is a guess.
local function unknown(name)
  local meant = tostring(name):lower():gsub("-", "_")
  local known = presets[meant] and ("; did you mean '%s'?"):format(meant)
    or ("; known: %s%s"):format(sets.names(presets), suggestion(name, presets))
  return errors.invalid_field(("no preset '%s'%s"):format(tostring(name), known), "preset")
end

-- Refuses a value that is not of the preset's type, or is missing.
local function check_value(name, value)
  local row = values[name]
  if not row or (value == true or value == nil) and not row[5] then return nil end
  local kind, example = row[3], ('as in "%s=%s"'):format(name, row[4])
  if value == true or value == nil then
    return errors.invalid_field(("this preset needs a value: %s, %s"):format(schema.types[kind],
                                                                             example), name)
  end
  if rules.accepts(kind, value) then return nil end
  return errors.invalid_field(("expected %s, %s, not '%s'"):format(schema.types[kind], example,
                                                                   tostring(value)), name)
end

--- The written rule of a preset, given as { preset = "name", … }, { name = value, … } or "name" /
--- "name=value". Other fields of the table refine it. nil: not a preset.
---@return table? rule, table? refusal
local function expand(written)
  local name, value
  if type(written) == "string" then
    name, value = written:match("^%s*([^=]*)=?(.*)$")
    if value == "" then value = nil end
    written = {}
  elseif type(written) == "table" then
    name, value = written.preset, written.value
    for word in pairs(presets) do
      if written[word] ~= nil then name, value = word, written[word] end
    end
  end
  if name == nil then return nil end
  local make = presets[name]
  if not make then return nil, unknown(name) end
  value = tonumber(value) or value
  local refusal = check_value(name, value)
  if refusal then return nil, refusal end
  local rule = make(value or true)
  rule.name = name
  for field, member in pairs(written) do
    if field == "match" and type(member) == "table" then
      rule.match = rule.match or {}
      for key, wanted in pairs(member) do rule.match[key] = wanted end
    elseif field ~= "preset" and field ~= "value" and field ~= name then
      rule[field] = member
    end
  end
  return rule
end

return { expand = expand }
