-- SPDX-License-Identifier: MIT
-- The known facts about a call: the receipt of a success, or the facts of a failure.

local printed = require "agentmail.object.printed"

---@class agentmail.Receipt
---@field outcome "applied"|"not_applied"  not_applied: of a dry run
---@field attempts integer         how often the request was sent
---@field elapsed number           seconds
---@field status integer?          the HTTP status
---@field request_id string?       the service's id of the last attempt
---@field idempotency_key string?  the key that it was sent under
---@field client_id string?        when the library made it
---@field response agentmail.Response?  of a call with the option raw
---@field state string?            with an outbox: "sent"
---@field recorded boolean?        with an outbox: the result is in the record
---@field dry boolean?             true: a dry run made it up, and nothing was sent

local mt = { __name = "agentmail.Receipt" }
mt.__tostring = printed.of(mt.__name, {
  "outcome:string attempts:integer elapsed:number status:integer? request_id:string? "
  .. "idempotency_key:string? client_id:string? state:string? recorded:boolean? dry:boolean?" })

return { mt = mt }
