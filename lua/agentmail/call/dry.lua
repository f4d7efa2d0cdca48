-- SPDX-License-Identifier: MIT
-- A dry run, agentmail.new { dry = … }. Reads are sent. The core checks every other request as if
-- to send it; it is then reported and answered from here, as are reads of made-up objects. The call
-- that submit() returns acts like the core's, so the code that follows is the same.

local dry_memory = require "agentmail.call.dry_memory"
local line = require "agentmail.call.quoted".line
local observers = require "agentmail.call.observers"
local path_of = require "agentmail.call.dry_request".path_of

local format = string.format

---@class agentmail.DryRequest  the argument of `dry`; holds neither body nor credential
---@field operation string       "inboxes.messages.send"
---@field method string          "POST"
---@field path string            without the query, percent-encoded
---@field recipients string[]    to, cc and bcc of the request, or of the draft that it sends
---@field size integer           of the body in bytes
---@field idempotency_key string?

-- Calls ------------------------------------------------------------------------------------------

--- The methods of the core's call handles, for a call that ends as soon as its answer is judged.
local handle = { __name = "agentmail.DryCall" }
handle.__index = handle

function handle:wait()
  if self.judged then return "done" end
  return "judging", self.status, self.body
end

function handle:judge(verdict)
  self.judged = true
  self.code = verdict == "broken" and "bad_response" or self.status >= 300 and "rejected" or nil
end

function handle:result() return "not_applied", self.code, 0, 0, self.status end

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

-- There is nothing to observe, as nothing is sent.
function handle.events() return nil end
function handle.progress() return nil end

function handle.close() end
handle.__close = handle.close

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

--- Does what the core's submit() does, or pretends to.
---@param request agentmail.Request
---@param core userdata    the client's
---@param options table    for the core
---@return userdata|table? handle, string? message, string? code
function methods:submit(request, core, options)
  local plan, reads, memory = request.plan, is_read(request), self.memory
  request.dry = not reads or memory:holds(request) or nil
  if not request.dry then
    return core:submit(plan.method, request.target, request.protection, request.body, request.key,
                       options)
  end
  local size, message, code = core:check(plan.method, request.target, request.protection,
                                         request.body, request.key, options)
  if not size then return nil, message, code end
  local status, body
  if reads then
    status, body = memory:read(request)
  else
    local change = memory:change_of(request)
    tell(self, request, size, change.recipients)
    status, body = memory:apply(request, change)
  end
  return setmetatable({ status = status, body = body, judged = false, code = nil }, handle)
end

--- A dry run of a client.
---@param how true|fun(request: agentmail.DryRequest)
---@return agentmail.Dry
local function new(how)
  return setmetatable({ tell = how == true and print_line or how, memory = dry_memory.new() }, mt)
end

return { new = new }
