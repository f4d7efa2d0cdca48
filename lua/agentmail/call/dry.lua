-- SPDX-License-Identifier: MIT
-- A dry run, agentmail.new { dry = … }. Reads are sent. The core checks every other request as if
-- to send it; this module then reports and answers it. It also answers reads of made-up objects.
-- answer() returns an object like a call of the core, so the same code reads it.

local dry_memory = require "agentmail.call.dry_memory"
local line = require "agentmail.call.quoted".line
local merge = require "agentmail.util.copy".merge
local observers = require "agentmail.call.observers"
local path_of = require "agentmail.call.dry_request".path_of
local receipt_mt = require "agentmail.call.receipt".mt

local format = string.format

---@class agentmail.DryRequest  the argument of `dry`; holds neither body nor credential
---@field operation string       "inboxes.messages.send"
---@field method string          "POST"
---@field path string            without the query, percent-encoded
---@field recipients string[]    to, cc and bcc of the request, or of the draft that it sends
---@field size integer           of the body in bytes
---@field idempotency_key string?

-- Calls ------------------------------------------------------------------------------------------

--- The methods of the core's calls that read a made-up answer, for a call that is done once it is
--- judged.
local handle = { __name = "agentmail.DryCall" }
handle.__index = handle

function handle:judge(verdict)
  self.code = verdict == "broken" and "bad_response" or self.status >= 300 and "rejected" or nil
end

function handle:receipt(request)
  return setmetatable({
    outcome = "not_applied", attempts = 0, elapsed = 0, status = self.status,
    idempotency_key = request.key, client_id = request.client_id, dry = true,
  }, receipt_mt), self.code
end

function handle.advice() return { reason = "a dry run made it up", retryable = false } end

function handle:answer() return self.status, self.body end

function handle.headers() return { ["content-type"] = "application/json" } end

function handle:header(...)
  local headers = self.headers()
  for _, name in ipairs { ... } do
    if headers[name] then return headers[name] end
  end
end

function handle:received() return #self.body end

-- Reports ----------------------------------------------------------------------------------------

local function print_line(told)
  local words = told.method .. " " .. told.path
  if told.operation ~= words then words = told.operation .. ": " .. words end
  local to = line(table.concat(told.recipients, ", "))
  if to then words = words .. ", to " .. to end
  if told.idempotency_key then words = words .. ", key " .. told.idempotency_key end
  words = format("agentmail: dry run: %s, %d bytes", words, told.size)
  local to_stderr = io and io.stderr
  if to_stderr then to_stderr:write(words, "\n") else warn(words) end
end

local function tell(dry, request, size, recipients)
  observers.tell("dry", dry.tell, {
    operation = request.plan.name, method = request.plan.method,
    path = path_of(request), recipients = recipients, size = size,
    idempotency_key = request.key,
  })
end

-- Requests ---------------------------------------------------------------------------------------

-- Whether a request changes nothing. For a POST, only operations.lua can say so, not a caller.
local function is_read(request)
  return request.protection == "safe"
    and (request.plan.method == "GET" or request.plan.params ~= nil)
end

---@class agentmail.Dry
---@field tell function  gets an agentmail.DryRequest
---@field memory agentmail.DryMemory
local methods = {}
local mt = { __index = methods }

--- The made-up answer to a request; false, if it is to be sent; or nil, message, code.
---@param request agentmail.Request
---@param key string?  a fresh API key
---@return table|false|nil handle, string? message, string? code
function methods:answer(request, key)
  local plan, reads, memory = request.plan, is_read(request), self.memory
  request.dry = not reads or memory:holds(request) or nil
  if not request.dry then return false end
  local options = request.options
  if key or request.etag then
    options = merge({ api_key = key, if_match = request.etag }, options)
  end
  local size, message, code = request.scope.client.core:check(plan.method, request.target,
    request.protection, request.body, request.key, options)
  if not size then return nil, message, code end
  local status, body
  if reads then
    status, body = memory:read(request)
  else
    local change = memory:change_of(request)
    tell(self, request, size, change.recipients)
    status, body = memory:apply(request, change)
  end
  return setmetatable({ status = status, body = body, code = nil }, handle)
end

--- A dry run of a client.
---@param how true|fun(request: agentmail.DryRequest)
---@return agentmail.Dry
local function new(how)
  return setmetatable({ tell = how == true and print_line or how, memory = dry_memory.new() }, mt)
end

return { new = new }
