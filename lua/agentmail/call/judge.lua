-- SPDX-License-Identifier: MIT
-- Whether one answer of the service is what was asked for. What counts as one:
--
--   of an operation that returns something   JSON that holds all of its model (answer.lua)
--   of one that returns nothing              204, any 2xx without a byte on the wire, or JSON that
--                                            is no error of the service
--   of a download or client:request          what its plan's `read` says
--
-- Any other 2xx is broken: the core repeats it a few times, where a repeat is harmless.

local answers = require "agentmail.call.answer"
local quoted = require "agentmail.call.quoted"

-- What answers an operation that returns nothing: true, or nil and what is wrong.
local function read_nothing(_, body, scope, handle, status)
  if status == 204 or handle:received() == 0 then return true end
  local value, problem = answers.decode_confirmation(body, scope.client.json_depth)
  if value == nil then return nil, problem end
  return true
end

-- A page instead of an answer comes from somebody in between, and says by its title from whom.
local function with_title(problem, body)
  local title = body:find "^%s*<" and quoted.page(body)
  return title and ('%s; it is a page that says "%s"'):format(problem, title) or problem
end

--- What an answer says that is no 2xx. The words are the service's only beside its code or name.
---@param scope table
---@param status integer
---@param body string
---@return table said
local function error_of(scope, status, body)
  local said, value = answers.decode_error(body, scope.client.json_depth)
  local is_own = said.message and (said.code or said.name)
  if not is_own then said.message = quoted.of(body, value) end
  said.status = status
  return said
end

--- Judges an answer and tells the core.
---@param handle userdata
---@param plan agentmail.Plan
---@param scope table
---@param status integer
---@param body string
---@return any value   of a 2xx that is whole
---@return table? said what an error says, or is wrong with a 2xx
local function judge(handle, plan, scope, status, body)
  if status < 200 or status >= 300 then
    local said = error_of(scope, status, body)
    handle:judge("whole", said.code, said.name)
    return nil, said
  end
  local read = plan.read or plan.returns and answers.decode or read_nothing
  local value, problem = read(plan.returns, body, scope, handle, status)
  if not problem then
    handle:judge("whole")
    return value
  end
  handle:judge("broken")
  return nil, { message = with_title(problem, body), status = status }
end

return { judge = judge, error_of = error_of }
