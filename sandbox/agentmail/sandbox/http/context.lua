-- SPDX-License-Identifier: MIT
-- The context of an operation: the request, its organization, and the results so far.

local orgs = require "agentmail.sandbox.store.orgs"

---@class agentmail.sandbox.Context
---@field app table              the service
---@field db table               its database
---@field request table          the listener's
---@field org agentmail.sandbox.Org
---@field now integer            the time on the organization's clock
---@field route agentmail.sandbox.Route
---@field params table<string, string>  of the path
---@field query table<string, any>
---@field body table
---@field effect "none"|"created"|"changed"|"replayed"  for the journal
---@field seq integer?           the number of the request in the journal
---@field path string?
---@field query_text string?
---@field raw_body any           the decoded body, before it is checked
---@field body_problem string?   why it could not be decoded
---@field digest string?         of the body's bytes
---@field key string?            the Idempotency-Key
---@field fingerprint string?    what the key belongs to, see idempotency.lua
---@field recipients_text string?  see faults/match.lua
---@field identity table?        see access.lua, as for `scope` and `unreadable`
---@field scope table?
---@field unreadable integer?
---@field message_id string?     the message that was sent
---@field draft_id string?       the draft it is about
---@field headers table?         of the answer, where it is not JSON
---@field decided string?        the body that was decided, before a fault
---@field scheduled boolean?     something is to be done at a later time
---@field fault string?          the name of the rule that fired, and its place
---@field place string?
---@field outcome boolean?       a fault decides what happens to the mail
---@field torn boolean?          a fault comes between a draft's send and its deletion
---@field newest integer?        a fault hides newer rows
---@field token_gone boolean?    a fault has lost the page token

--- For a request of the API, before authentication.
---@return agentmail.sandbox.Context
local function of_request(app, request)
  return { app = app, db = app.db, request = request, seq = app.seq, now = app.host.now(),
           effect = "none" }
end

--- For work without a request of the API.
---@param org agentmail.sandbox.Org
---@param name string  used as the operation's name
---@param now integer?
---@return agentmail.sandbox.Context
local function without_request(app, org, name, now)
  return {
    app = app, db = app.db, org = org, now = now or orgs.now(app, org), effect = "none",
    route = { name = name, params = {} }, params = {}, query = {}, body = {},
    request = { headers = {} },
  }
end

return { of_request = of_request, without_request = without_request }
