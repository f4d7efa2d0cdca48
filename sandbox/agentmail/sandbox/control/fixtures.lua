-- SPDX-License-Identifier: MIT
-- The initial state of a test, in one request: the seed of its random faults, inboxes, received
-- mails, faults.

local armed = require "agentmail.sandbox.faults.armed"
local context = require "agentmail.sandbox.http.context"
local errors = require "agentmail.sandbox.http.errors"
local inbound = require "agentmail.sandbox.mail.inbound"
local inboxes = require "agentmail.sandbox.api.inboxes"
local json = require "agentmail.sandbox.http.json"
local orgs = require "agentmail.sandbox.store.orgs"
local router = require "agentmail.sandbox.http.router"
local sets = require "agentmail.sandbox.store.sets"
local suggestion = require "agentmail.util.suggest".suggestion

local KNOWN = sets.words("seed inboxes inbound faults")

-- A refusal about an item of a list says which item.
local function at(refusal, ...)
  local problems = {}
  for i, problem in ipairs(refusal.errors or { { path = {}, message = refusal.message } }) do
    problems[i] = { path = { ... }, message = problem.message }
    table.move(problem.path, 1, #problem.path, select("#", ...) + 1, problems[i].path)
  end
  return errors.invalid(problems)
end

local function make_inbox(app, org, written)
  if type(written) == "string" then
    local username, domain = written:match("^([^@]*)@?(.*)$")
    written = { username = username, domain = domain ~= "" and domain or nil }
  end
  local problems, ctx = {}, context.without_request(app, org, "inboxes.create")
  ctx.body = router.routes["inboxes.create"].read_body(written, {}, problems)
  if problems[1] then return nil, errors.invalid(problems) end
  local status, answer = inboxes.create(ctx)
  if not status then return nil, answer end
  return json.decode(answer).inbox_id
end

local function each(body, name, make)
  local made = json.array {}
  local list = body[name] or {}
  if type(list) ~= "table" then return nil, errors.invalid_field("expected a list", name) end
  for i, written in ipairs(list) do
    local one, refusal = make(written)
    if not one then return nil, at(refusal, name, i - 1) end
    made[i] = one
  end
  return made
end

--- Creates all of it, or nothing.
---@return table? made, table? refusal
local function plant(app, org, body)
  for name in pairs(body) do
    if not KNOWN[name] then
      return nil, errors.invalid_field("unknown field" .. suggestion(tostring(name), KNOWN)
        .. "; known: " .. sets.names(KNOWN), tostring(name))
    end
  end
  if body.seed ~= nil and math.type(body.seed) ~= "integer" then
    return nil, errors.invalid_field("expected a whole number", "seed")
  end
  local made, refusal = {}
  if body.seed then orgs.set_seed(app, org, body.seed) end
  made.inboxes, refusal = each(body, "inboxes", function(one) return make_inbox(app, org, one) end)
  if refusal then return nil, refusal end
  made.inbound, refusal = each(body, "inbound", function(letter)
    return inbound.receive(app, org, letter)
  end)
  if refusal then return nil, refusal end
  if body.faults then
    local added
    added, refusal = armed.add(app, org, body.faults, orgs.now(app, org))
    if not added then return nil, refusal end
  end
  made.seed = orgs.seed(app, org)
  return made
end

return { plant = plant }
