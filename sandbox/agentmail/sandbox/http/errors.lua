-- SPDX-License-Identifier: MIT
-- Refusals: what the service answers when it does not do as asked, in the documented shape
-- { name, code, message, fix, docs, errors = [{ path, message }] }.

local json = require "agentmail.sandbox.http.json"

local DOCS = "https://docs.agentmail.to/errors#"

-- Codes that only the sandbox has: the service's pages say nothing of them.
local OWN = { expectation_failed = true, not_implemented = true }

---@class agentmail.sandbox.Refusal
---@field status integer
---@field name string
---@field code string
---@field message string
---@field fix string?
---@field errors table[]?
---@field headers table<string, string>?

local names = {
  [400] = "ValidationError", [401] = "UnauthorizedError", [403] = "ForbiddenError",
  [404] = "NotFoundError", [409] = "ConflictError", [413] = "PayloadTooLargeError",
  [422] = "UnprocessableError", [429] = "RateLimitError", [500] = "InternalServerError",
  [501] = "NotImplementedError", [503] = "ServiceUnavailableError",
}

local errors = {}

---@return agentmail.sandbox.Refusal
function errors.refusal(status, code, message, fix)
  return { status = status, name = names[status] or "Error", code = code, message = message,
           fix = fix }
end

--- 400. Problems are { path = { … }, message = … }.
function errors.invalid(problems)
  local refusal = errors.refusal(400, "validation_error", "The request is not valid: "
    .. table.concat(problems[1].path, ".") .. ": " .. problems[1].message,
    "Correct the fields named in errors and send the request again.")
  refusal.errors = problems
  return refusal
end

--- 400 for one field. A numeric path element counts from 0, as JSON arrays do.
function errors.invalid_field(message, ...)
  return errors.invalid { { path = { ... }, message = message } }
end

function errors.not_found(what, id)
  return errors.refusal(404, "not_found", what .. " not found: " .. tostring(id),
    "Check the id, and that this API key's organization owns it.")
end

function errors.conflict(message, fix)
  return errors.refusal(409, "conflict", message, fix)
end

function errors.key_conflict()
  local refusal = errors.conflict("This Idempotency-Key was used with another request.",
    "Repeat the original request unchanged, or use a new key for a new email.")
  refusal.name = "IdempotencyKeyConflictError"
  return refusal
end

function errors.unprocessable(message, fix)
  return errors.refusal(422, "unprocessable", message, fix)
end

--- The HTTP answer of a refusal.
---@return integer status, string body, table<string, string>? headers
function errors.answer(refusal)
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
  }, refusal.headers
end

return errors
