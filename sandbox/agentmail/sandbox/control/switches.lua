-- SPDX-License-Identifier: MIT
-- Behaviour that the service's documentation leaves open, or that has changed: one named switch
-- each.

local sets = require "agentmail.sandbox.store.sets"
local suggestion = require "agentmail.util.suggest".suggestion

-- name → { default, allowed values }
local known = {
  -- create with the client_id of a draft that is gone: the stored answer, a new draft, or 404
  draft_client_id   = { "replay", { replay = true, recreate = true, not_found = true } },
  -- deletes a draft together with its send, or after it: it then stays if a fault at the place
  -- `commit` comes between
  draft_send        = { "atomic", { atomic = true, two_steps = true } },
  -- does a refused send use up its Idempotency-Key?
  record_rejections = { false, { [true] = true, [false] = true } },
  -- what makes two keyed requests the same
  same_request      = { "bytes", { bytes = true, json = true } },
  -- the content of a page token
  page_tokens       = { "cursor", { cursor = true, offset = true } },
  -- a draft scheduled for a time in the past: sent at once, or 400
  past_send_at      = { "send", { send = true, refuse = true } },
  -- the service before July 2026: sends ignore Idempotency-Key
  seed_era          = { false, { [true] = true, [false] = true } },
  -- the clock for webhook signatures: the machine's, which receivers check them against, or the
  -- organization's
  signature_clock   = { "wall", { wall = true, virtual = true } },
  -- refuse unknown fields and parameters
  strict            = { true, { [true] = true, [false] = true } },
}

--- The switches of a configuration.
local function of(config)
  local result = {}
  for name in pairs(known) do result[name] = config[name] end
  return result
end

--- Sets the switches that a configuration omits.
local function defaults(config)
  for name, switch in pairs(known) do
    if config[name] == nil then config[name] = switch[1] end
  end
end

--- Sets some switches. On a problem returns it and the switch's name, and changes nothing.
---@return string? problem, string? name
local function set(config, wanted)
  for name, value in pairs(wanted) do
    local switch = known[name]
    if not switch then return "no such switch" .. suggestion(name, known), tostring(name) end
    if not switch[2][value] then
      return "expected one of " .. sets.names(switch[2]), name
    end
  end
  for name, value in pairs(wanted) do config[name] = value end
end

return { of = of, defaults = defaults, set = set }
