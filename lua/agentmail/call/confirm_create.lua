-- SPDX-License-Identifier: MIT
-- Domains and list entries have no client_id: the service refuses a second one of the same name.
-- When an earlier attempt got no answer, that refusal may be about our own creation. So this module
-- reads the existing object and compares it with the request.

local perform = require "agentmail.call.call".perform
local requests = require "agentmail.call.request"

--- The service's codes for a name that is taken.
local TAKEN = { already_exists = true, resource_taken = true }

local function request_for(request, plan, arguments)
  local made = requests.build(plan, request.scope, arguments)
  if made then
    made.options, made.inner = request.options, true
    return made
  end
end

-- Finders: how to find the object with the name that a request asked for --------------------------

local finders = {}

-- An entry is part of its own path.
function finders.lists(collection, plan_of)
  local get = plan_of(collection .. ".get")
  return function(request)
    local asked = request.arguments
    local entry = request_for(request, get, {
      inbox_id = asked.inbox_id, pod_id = asked.pod_id, direction = asked.direction,
      type = asked.type, entry = asked.entry,
    })
    return entry and perform(entry)
  end
end

-- The service chose the domain's id, so it is found by name.
function finders.domains(collection, plan_of)
  local get, list = plan_of(collection .. ".get"), plan_of(collection .. ".list")
  return function(request)
    local asked = request.arguments
    local first = request_for(request, list, { pod_id = asked.pod_id })
    local page = first and perform(first)
    while page do
      for _, item in ipairs(page) do
        if item.domain == asked.domain then
          local domain = request_for(request, get,
                                     { pod_id = asked.pod_id, domain_id = item.domain_id })
          return domain and perform(domain)
        end
      end
      page = page:next()
    end
  end
end

--- For the plan of a create: a function that checks whether the object of this name is the one that
--- a request asked for. It takes the request and what the service said, and returns "applied" and
--- the object, or nil when there is none, when it differs, or when it could not be read.
---@param operation string  "domains.create"
---@param plan_of fun(name: string): agentmail.Plan
---@return fun(request: agentmail.Request, said: table?): string?, table?
local function confirmer(operation, plan_of)
  local collection = operation:match("^(.*)%.create$")
  local find = finders[collection:match("[%w_]+$")](collection, plan_of)
  return function(request, said)
    local found = said and TAKEN[said.code] and find(request)
    if not found then return nil end
    for _, field in ipairs(request.plan.fields) do
      local asked, there = request.arguments[field], found[field]
      if asked ~= nil and there ~= nil and there ~= asked then return nil end
    end
    return "applied", found
  end
end

return { confirmer = confirmer }
