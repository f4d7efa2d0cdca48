-- SPDX-License-Identifier: MIT
-- Judges whether an answer of the service is what was asked for. A valid 2xx is:
--
--   for an operation that returns something  JSON that holds its complete model (answer.lua)
--   for one that returns nothing             204, any 2xx without a byte of body, or JSON that is
--                                            not an error of the service
--   for a download or client:request         what the `read` of its plan accepts
--
-- Any other 2xx is broken: the core repeats the request a few times if a repeat is harmless.

local answers = require "agentmail.call.answer"
local quoted = require "agentmail.util.held" "agentmail.call.quoted"

-- Reads the answer to an operation that returns nothing: true, or nil and the problem.
local function read_nothing(_, body, scope, handle, status)
  if status == 204 or handle:received() == 0 then return true end
  local value, problem = answers.decode_confirmation(body, scope.client.json_depth)
  if value == nil then return nil, problem end
  return true
end

-- An HTML page instead of an answer comes from an intermediary, which its title may name.
local function with_title(problem, body)
  local title = body:find "^%s*<" and quoted.page(body)
  return title and ('%s; it is a page that says "%s"'):format(problem, title) or problem
end

--- The error in an answer other than 2xx. A message is the service's only with a code or name.
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

--- Judges an answer and reports the verdict to the core.
---@param handle userdata
---@param plan agentmail.Plan
---@param scope table
---@param status integer
---@param body string
---@return any value   of a complete 2xx
---@return table? said the error, or the problem with a 2xx
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
