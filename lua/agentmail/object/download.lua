-- SPDX-License-Identifier: MIT
-- Attachments and raw messages: a handle knows where the bytes are to be had, and gets them into a
-- file, a function or a string. They come from a signed link, which expires and is asked for anew
-- when it has; the API key stays at home.

local call = require "agentmail.call.call"
local copies = require "agentmail.util.copy"
local core = require "agentmail.core"
local failures = require "agentmail.call.failure"
local for_call = require "agentmail.call.options".for_call
local is_loopback = require "agentmail.call.environment".is_loopback
local mistakes = require "agentmail.util.mistakes"
local plans = require "agentmail.api.plan"

local CHUNK = 65536

---@class agentmail.Download  an attachment, or a raw message
---@field attachment_id string?
---@field message_id string?      of a raw message
---@field filename string?        this and what follows: after :get()
---@field size integer?
---@field content_type string?
---@field download_url string?    a signed link, good without the API key
---@field expires_at string?      when that ends
local methods = {}

local function operation_of(handle)
  return getmetatable(handle).operation
end

-- What stood before the colon.
local function check_self(handle, name)
  local mt = getmetatable(handle)
  if type(mt) ~= "table" or not mt.operation then error(mistakes.dot(name), 3) end
end

--- Asks what the service knows: filename, size, content_type, a download_url and when it expires.
---@param options agentmail.CallOptions?
---@return agentmail.Download? self, table|string receipt_or_message, agentmail.Failure? failure
function methods:get(options)
  check_self(self, "get")
  return call.run(plans.plan(operation_of(self)), getmetatable(self).scope, nil, options, self,
                  copies.merge)
end

-- What the bytes come by: no operation of the API, so a plan of its own.
local function plan_of(operation, into_file)
  return {
    name = operation, method = "GET", protection = "safe", known = {},
    options = {}, returns = "file",
    read = function(_, body) return into_file or body end,
  }
end

-- https, but for the links of a service on this very machine, as a sandbox's, or of one that is
-- itself spoken to without.
local function is_fetchable(url, base_url)
  if url:find("^https://[!-~]+$") then return true end
  local origin = base_url:lower():match("^http://[^/]+")
  return url:find("^http://[!-~]+$") and origin
    and (is_loopback(base_url) or (url:lower() .. "/"):sub(1, #origin + 1) == origin .. "/")
end

-- A request for the bytes, wherever they are, into a file or a string; or nil and the mistake.
local function request_of(handle, into_file, options)
  local scope, plan = getmetatable(handle).scope, plan_of(operation_of(handle), into_file)
  local observer = scope.client.on_attempt
  local settings, mistake = for_call(plan, observer, options or {})
  if not settings then return nil, plan.name .. ": " .. mistake end
  settings.headers, settings.anonymous = nil, true
  return {
    plan = plan, scope = scope, protection = "safe", options = settings,
    observer = options and options.on_attempt or observer,
    on_progress = options and options.on_progress, raw = options and options.raw,
  }
end

local function transfer(handle, request)
  request.target, request.size = handle.download_url, handle.size
  if not is_fetchable(request.target, request.scope.client.base_url) then
    return call.unsent(request, "bad_response", "the service gave a download_url that is not https")
  end
  return call.perform(request)
end

-- The options of a download that are for the question where the bytes are, too.
local function for_link(options)
  if not options then return nil end
  local some = copies.copy(options)
  some.on_progress, some.raw = nil, nil
  return some
end

--- What a link that has expired is answered with.
local EXPIRED = { [401] = true, [403] = true, [404] = true, [410] = true }

-- A link that was there already may have expired, by whoever's clock; a new one has not.
local function fetch(handle, request, options)
  local is_new = handle.download_url == nil
  while true do
    if not handle.download_url then
      local got, message, failure = handle:get(for_link(options))
      if not got then return nil, message, failure end
    end
    local value, receipt, failure = transfer(handle, request)
    if value or is_new or not EXPIRED[failure.status] then return value, receipt, failure end
    handle.download_url, handle.expires_at, is_new = nil, nil, true
  end
end

local function file_failure(handle, message, receipt)
  return failures.new({
    operation = operation_of(handle), code = "file", outcome = "not_applied", message = message,
    attempts = receipt and receipt.attempts, elapsed = receipt and receipt.elapsed,
    retryable = true, protection = receipt and "safe" or nil,
  }, function() end)
end

-- Into a file beside the wanted one, which takes its name when it is complete and on the disk.
local function save_to_path(handle, path, request, options)
  local part = path .. ".part-" .. core.uuid():sub(1, 8)
  local file, problem = io.open(part, "wb")
  if not file then
    return file_failure(handle, ("cannot write %s: %s"):format(path, problem:match ": (.*)$"
      or problem))
  end
  local complete = false
  local _ <close> = setmetatable({}, { __close = function()
    file:close()
    if not complete then os.remove(part) end
  end })
  request.options.save = file
  local value, receipt, failure = fetch(handle, request, options)
  if not value then return nil, receipt, failure end
  complete, problem = core.publish(file, part, path)
  if not complete then return file_failure(handle, "cannot write " .. problem, receipt) end
  return path, receipt
end

-- Through a file without a name, so that the function only sees bytes of a complete answer.
local function save_to_function(handle, consume, request, options)
  local file <close>, problem = io.tmpfile()
  if not file then return file_failure(handle, "cannot make a temporary file: " .. problem) end
  request.options.save = file
  local value, receipt, failure = fetch(handle, request, options)
  if not value then return nil, receipt, failure end
  file:seek("set")
  for chunk in function() return file:read(CHUNK) end do consume(chunk) end
  return true, receipt
end

--- Saves the bytes to a file, which is replaced at once and only when all is there, or hands them
--- to a function, chunk by chunk, once all is there. Memory stays flat.
---@param to string|fun(chunk: string)
---@param options agentmail.CallOptions?  limit 'download_bytes'
---@return string|true|nil path, table|string receipt_or_message, agentmail.Failure? failure
function methods:save(to, options)
  check_self(self, "save")
  local save = type(to) == "function" and save_to_function or save_to_path
  if save == save_to_path and (type(to) ~= "string" or to == "" or to:find("\0", 1, true)) then
    error(("save takes the path of a file, or a function, not %s"):format(
      type(to) == "string" and ("%q"):format(to) or "a " .. type(to)), 2)
  end
  local request, mistake = request_of(self, true, options)
  if not request then error(mistake, 2) end
  local value, receipt, failure = save(self, to, request, options)
  if value then return value, receipt end
  return failures.of_more(failure, function() return self:save(to, options) end)
end

--- The bytes as a string, within the limit 'response_bytes'.
---@param options agentmail.CallOptions?
---@return string? bytes, table|string receipt_or_message, agentmail.Failure? failure
function methods:read(options)
  check_self(self, "read")
  local request, mistake = request_of(self, false, options)
  if not request then error(mistake, 2) end
  local bytes, receipt, failure = fetch(self, request, options)
  if bytes then return bytes, receipt end
  return failures.of_more(failure, function() return self:read(options) end)
end

--- The operation that tells where an attachment is, by the id of what it hangs on.
local BY_OWNER = {
  message_id = "inboxes.messages.get_attachment", thread_id = "inboxes.threads.get_attachment",
  draft_id = "inboxes.drafts.get_attachment",
}

local function handle_of(operation, name, owner, scope, bound, field, id)
  local ids = copies.copy(scope.ids)
  if bound then ids[bound] = owner[bound] end
  return setmetatable({ [field] = id }, {
    __name = name, __index = methods, operation = operation,
    scope = { client = scope.client, ids = ids },
  })
end

--- An attachment of a message, thread or draft, without a request.
---@param owner table
---@param scope table
---@param bound "message_id"|"thread_id"|"draft_id"
---@param attachment string|table  an id, or one of the owner's `attachments`
---@return agentmail.Download? download, string? mistake
local function attachment_of(owner, scope, bound, attachment)
  local id = type(attachment) == "table" and attachment.attachment_id or attachment
  local _, problem = plans.segment("attachment_id", id)
  if problem then return nil, "attachment_id " .. problem end
  local made = handle_of(BY_OWNER[bound], "agentmail.Attachment", owner, scope, bound,
                         "attachment_id", id)
  if type(attachment) == "table" then copies.merge(made, attachment) end
  return made
end

--- A message as it stands in mail, without a request.
---@param message agentmail.Message
---@param scope table
---@return agentmail.Download
local function raw_of(message, scope)
  return handle_of("inboxes.messages.get_raw", "agentmail.RawMessage", message, scope, nil,
                   "message_id", message.message_id)
end

return { attachment_of = attachment_of, raw_of = raw_of, methods = methods }
