-- SPDX-License-Identifier: MIT
-- What is known of a call: the receipt of a success, and the facts of a failure.

local printed = require "agentmail.object.printed"

---@class agentmail.Receipt
---@field outcome "applied"|"not_applied"  not_applied: of a dry run
---@field attempts integer         how often the request went onto the wire
---@field elapsed number           seconds
---@field status integer?          the HTTP status
---@field request_id string?       the service's name for the last attempt
---@field idempotency_key string?  under which it was sent
---@field client_id string?        when the library made it
---@field response agentmail.Response?  of a call with the option raw
---@field dry boolean?             true: a dry run made it up, and nothing was sent

local mt = { __name = "agentmail.Receipt" }
mt.__tostring = printed.of(mt.__name, {
  "outcome:string attempts:integer elapsed:number status:integer? request_id:string? "
  .. "idempotency_key:string? client_id:string? dry:boolean?" })

--- What a call has come to; of one that is not done, what it would be if it ended now.
---@param request agentmail.Request
---@param handle userdata
---@return agentmail.Receipt|table receipt, string? code  nil: a success
local function of(request, handle)
  local outcome, code, attempts, elapsed, status = handle:result()
  return setmetatable({
    outcome = outcome, attempts = attempts, elapsed = elapsed, status = status,
    request_id = handle:header("x-request-id", "x-amzn-requestid", "apigw-requestid"),
    idempotency_key = request.key, client_id = request.client_id,
    dry = request.dry,
  }, mt), code
end

return { of = of }
