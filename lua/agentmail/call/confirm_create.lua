-- SPDX-License-Identifier: MIT
-- Domains and list entries have no client_id: the service refuses a second one of the same name.
-- When an earlier attempt got no answer, that refusal may speak of our own creation. So what is
-- there is read, and compared with what we asked for.

local call = require "agentmail.call.call"
local requests = require "agentmail.call.request"
local schema = require "agentmail.api.plan"

--- Codes by which the service says that the name is taken.
local TAKEN = { already_exists = true, resource_taken = true }

local function request_for(request, operation, arguments)
  local made = requests.build(schema.plan(operation), request.scope, arguments)
  if made then
    made.options = request.options
    return made
  end
end

-- The entry itself is part of its address.
local function find_entry(request, collection)
  local asked = request.arguments
  local get = request_for(request, collection .. ".get", {
    inbox_id = asked.inbox_id, pod_id = asked.pod_id, direction = asked.direction,
    type = asked.type, entry = asked.entry,
  })
  return get and call.perform(get)
end

-- A domain's id is the service's; its name is ours.
local function find_domain(request, collection)
  local list = request_for(request, collection .. ".list", { pod_id = request.arguments.pod_id })
  local page = list and call.perform(list)
  while page do
    for _, domain in ipairs(page) do
      if domain.domain == request.arguments.domain then
        local get = request_for(request, collection .. ".get",
                                { pod_id = request.arguments.pod_id, domain_id = domain.domain_id })
        return get and call.perform(get)
      end
    end
    page = page:next()
  end
end

local FINDERS = { lists = find_entry, domains = find_domain }

--- Whether what the service has under this name is what the request asked for.
---@param request agentmail.Request
---@param code string?   the service's
---@return table? found nil: nothing there, something else there, or it could not be read
local function find(request, code)
  local collection = request.plan.name:match("^(.*)%.create$")
  if not TAKEN[code] or not collection then return nil end
  local found = FINDERS[collection:match("[%w_]+$")](request, collection)
  if not found then return nil end
  for _, field in ipairs(request.plan.body) do
    local asked = request.arguments[field.name]
    if asked ~= nil and found[field.name] ~= nil and found[field.name] ~= asked then return nil end
  end
  return found
end

return { find = find }
