-- SPDX-License-Identifier: MIT
-- Refusals: the service's error answers, in the documented shape
-- { name, code, message, fix, docs, errors = [{ path, message }] }.

local json = require "agentmail.sandbox.http.json"

local DOCS = "https://docs.agentmail.to/errors#"

-- Codes that only the sandbox has: the service's pages do not mention them.
local OWN = { expectation_failed = true, not_implemented = true }

---@class agentmail.sandbox.Refusal
---@field status integer
---@field name string
---@field code string
---@field message string
---@field fix string?
---@field errors table[]?
---@field current_revision integer?  of what a stale etag names

local names = {
  [400] = "ValidationError", [401] = "UnauthorizedError", [403] = "ForbiddenError",
  [404] = "NotFoundError", [409] = "ConflictError", [410] = "EventExpiredError",
  [412] = "PreconditionFailedError", [413] = "PayloadTooLargeError",
  [422] = "UnprocessableError", [429] = "RateLimitError", [500] = "InternalServerError",
  [501] = "NotImplementedError", [503] = "ServiceUnavailableError",
}

--- A refusal of any kind.
---@param status integer
---@param code string
---@param message string
---@param fix string? what to do about it
---@return agentmail.sandbox.Refusal
local function new(status, code, message, fix)
  return { status = status, name = names[status] or "Error", code = code, message = message,
           fix = fix }
end

--- 400. Problems are { path = { … }, message = … }.
---@param problems { path: (string|integer)[], message: string }[]
---@return agentmail.sandbox.Refusal
local function invalid(problems)
  local refusal = new(400, "validation_error", "The request is not valid: "
    .. table.concat(problems[1].path, ".") .. ": " .. problems[1].message,
    "Correct the fields named in errors and send the request again.")
  refusal.errors = problems
  return refusal
end

--- 400 for one field. A numeric path element counts from 0, as JSON arrays do.
---@param message string
---@param ... string|integer its path
---@return agentmail.sandbox.Refusal
local function invalid_field(message, ...)
  return invalid { { path = { ... }, message = message } }
end

--- 400 for a name that no API key can carry.
local function invalid_namespace()
  return invalid_field("1 to 128 characters of A-Z a-z 0-9 - . _ ~", "namespace")
end

--- 404.
---@param what string "Inbox"
---@return agentmail.sandbox.Refusal
local function not_found(what, id)
  return new(404, "not_found", what .. " not found: " .. tostring(id),
    "Check the id, and that this API key's organization owns it.")
end

--- 409.
---@return agentmail.sandbox.Refusal
local function conflict(message, fix)
  return new(409, "conflict", message, fix)
end

--- 409 for an Idempotency-Key that belongs to another request; names its operation and inbox.
---@return agentmail.sandbox.Refusal
local function key_conflict(operation, inbox_id)
  local refusal = conflict(("This Idempotency-Key was used with another request: %s in %s.")
    :format(operation, inbox_id),
    "Repeat the original request unchanged, or use a new key for a new email.")
  refusal.name = "IdempotencyKeyConflictError"
  return refusal
end

--- 409 for an Idempotency-Key whose request is still in progress.
---@return agentmail.sandbox.Refusal
local function key_busy(operation, inbox_id)
  return conflict(("A request with this Idempotency-Key is still in progress: %s in %s.")
    :format(operation, inbox_id), "Wait briefly, then repeat the identical request.")
end

--- 422.
---@return agentmail.sandbox.Refusal
local function unprocessable(message, fix)
  return new(422, "unprocessable", message, fix)
end

--- The HTTP answer of a refusal.
---@return integer status, string body
local function answer(refusal)
  local problems
  if refusal.errors then
    problems = json.array {}
    for i, problem in ipairs(refusal.errors) do
      problems[i] = { path = json.array(problem.path), message = problem.message }
    end
  end
  return refusal.status, json.encode {
    name = refusal.name, code = refusal.code, message = refusal.message, fix = refusal.fix,
    docs = not OWN[refusal.code] and DOCS .. refusal.code or nil, errors = problems,
    current_revision = refusal.current_revision,
  }
end

return {
  refusal = new, invalid = invalid, invalid_field = invalid_field,
  invalid_namespace = invalid_namespace, not_found = not_found, conflict = conflict,
  key_conflict = key_conflict, key_busy = key_busy, unprocessable = unprocessable, answer = answer,
}
