-- SPDX-License-Identifier: MIT
-- Behaviour that the service's documentation leaves open, or that has changed: one named switch
-- each. start{ switches } sets them for all organizations; each organization may set its own.

local json = require "agentmail.sandbox.http.json"
local sets = require "agentmail.sandbox.store.sets"
local suggestion = require "agentmail.util.suggest".suggestion

-- name → { default, allowed values }
local known = {
  -- the scan of incoming mail: none; its result follows the mail; it holds what is to be reviewed
  agent_armor       = { "off", { off = true, monitor = true, hold = true } },
  -- create with the client_id of a draft that is gone: the stored answer, a new draft, or 404
  draft_client_id   = { "replay", { replay = true, recreate = true, not_found = true } },
  -- does a mail have the labels of the draft that it was?
  draft_labels      = { "copied", { copied = true, dropped = true } },
  -- deletes a draft together with its send, or after it: it then stays if a fault at the place
  -- `commit` comes between
  draft_send        = { "atomic", { atomic = true, two_steps = true } },
  -- the removal of a deleted calendar event: done at once, or within a minute, in which a repeat of
  -- the delete is answered like the first
  event_removal     = { "at_once", { at_once = true, slow = true } },
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

-- Those that the organization has set itself.
local function own(org)
  if not org.own_switches then
    org.own_switches = org.switches and json.decode(org.switches) or {}
  end
  return org.own_switches
end

--- A switch of an organization.
---@param ctx { app: table, org: agentmail.sandbox.Org }  a request, for example
---@param name string
---@return string|boolean
local function value(ctx, name)
  local set = own(ctx.org)[name]
  if set == nil then return ctx.app.config[name] end
  return set
end

--- All switches of an organization.
---@param org agentmail.sandbox.Org
---@return table<string, string|boolean>
local function of(app, org)
  local result, ctx = {}, { app = app, org = org }
  for name in pairs(known) do result[name] = value(ctx, name) end
  return result
end

--- Sets the switches that a configuration omits.
local function defaults(config)
  for name, switch in pairs(known) do
    if config[name] == nil then config[name] = switch[1] end
  end
end

--- Looks for a mistake in switches to set: returns what it is and the switch's name.
---@param wanted table<string, any>
---@return string? problem, string? name
local function problem_of(wanted)
  for name, wish in pairs(wanted) do
    local switch = known[name]
    if not switch then return "no such switch" .. suggestion(name, known), tostring(name) end
    if not switch[2][wish] then
      return ("expected one of %s, not '%s'"):format(sets.names(switch[2]), tostring(wish)), name
    end
  end
end

--- Sets some switches of a configuration. On a problem returns it and the switch's name, and
--- changes nothing.
---@return string? problem, string? name
local function set(config, wanted)
  local problem, name = problem_of(wanted)
  if problem then return problem, name end
  for one, wish in pairs(wanted) do config[one] = wish end
end

--- The switches that an organization has set itself after it sets more, for orgs.save_switches; or
--- nil, a problem and the switch's name.
---@param org agentmail.sandbox.Org
---@param wanted table<string, any>
---@return string? switches, string? problem, string? name
local function with(org, wanted)
  local problem, name = problem_of(wanted)
  if problem then return nil, problem, name end
  local all = {}
  for _, some in ipairs { own(org), wanted } do
    for one, wish in pairs(some) do all[one] = wish end
  end
  return json.encode(all)
end

return { value = value, of = of, defaults = defaults, set = set, with = with }
