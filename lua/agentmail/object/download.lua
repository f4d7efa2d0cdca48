-- SPDX-License-Identifier: MIT
-- Attachments and raw messages: a handle downloads the bytes into a file, a folder, a function or a
-- string. They are complete and exactly as stored, or the download fails. They come from a signed
-- link, which is requested again when it has expired; the API key is not sent there.

local call = require "agentmail.call.call"
local copies = require "agentmail.util.copy"
local failures = require "agentmail.call.failure"
local file_name = require "agentmail.object.file_name"
local for_call = require "agentmail.call.options".for_call
local is_loopback = require "agentmail.call.proxy".is_loopback
local mistakes = require "agentmail.util.mistakes"
local models = require "agentmail.api.plan".models
local core = require "agentmail.core"
local plan_of = require "agentmail.object.collection".plan_of
local printed = require "agentmail.object.printed"
local raising = require "agentmail.util.raise"
local save_file = require "agentmail.object.save_file"

local raise, same = raising.raise, raising.same

---@class agentmail.Download  an attachment, or a raw message
---@field attachment_id string?
---@field message_id string?      of a raw message
---@field filename string?        this and the fields below: after :get()
---@field size integer?
---@field content_type string?
---@field download_url string?    a signed link, good without the API key
---@field expires_at string?      when the link expires
local methods = {}

local function operation_of(handle)
  return getmetatable(handle).operation
end

-- Checks a method's receiver.
local function check_self(handle, name)
  local mt = getmetatable(handle)
  if type(mt) ~= "table" or not mt.operation then raise(mistakes.dot(name)) end
end

--- Fetches what the service knows: filename, size, content_type, a download_url and its expiry.
---@param options agentmail.CallOptions?
---@return agentmail.Download? self, table|string receipt_or_message, agentmail.Failure? failure
function methods:get(options)
  check_self(self, "get")
  local encoder = plan_of(operation_of(self)).encoder
  return same(encoder:perform(getmetatable(self).scope, nil, options, self, copies.merge))
end

--- Statuses of a complete file. 206 is partial, which was not asked for; 203 comes from a proxy.
local WHOLE = { [200] = true, [203] = true }

-- The content coding of an answer, in words; "" when there is none.
local function encoding_in_words(handle)
  local encoding = (handle:header "content-encoding" or ""):lower()
  if encoding == "" or encoding == "identity" then return "" end
  encoding = encoding:sub(1, 40):gsub("[^!-~]", "?")
  return (", encoded as %s, which was not asked for"):format(encoding)
end

-- Why an answer is not the exact file; or nil. Without a known size, only a delimited body shows
-- that nothing was cut off.
local function defect(handle, size)
  local status, received = select(5, handle:result()), handle:received()
  if not WHOLE[status] then return "the link did not return the whole file" end
  if math.type(size) ~= "integer" then
    return not handle:delimited() and "the size of the file is not known, and only the end of the "
      .. "connection suggests that it is complete" or nil
  end
  if received == size then return nil end
  return ("%d bytes came%s; the file has %d"):format(received, encoding_in_words(handle), size)
end

-- The plan of a download, which is not an operation of the API.
local function transfer_plan(download, into_file)
  return {
    name = operation_of(download), method = "GET", protection = "safe", known = {},
    options = {}, returns = "file",
    read = function(_, body, _, handle)
      local problem = defect(handle, download.size)
      if problem then return nil, problem end
      return into_file or body
    end,
  }
end

-- Whether a link may be fetched: only with https, except from a service on loopback, such as a
-- sandbox, or from the service itself when its base_url is plain http.
local function is_fetchable(url, base_url)
  if url:find("^https://[!-~]+$") then return true end
  local origin = base_url:lower():match("^http://[^/]+")
  return url:find("^http://[!-~]+$") and origin
    and (is_loopback(base_url) or (url:lower() .. "/"):sub(1, #origin + 1) == origin .. "/")
end

-- A request for the bytes, still without a target, into a file or a string; or nil and the mistake.
local function request_of(handle, into_file, options)
  local scope, plan = getmetatable(handle).scope, transfer_plan(handle, into_file)
  local observer = scope.client.on_attempt
  local settings, mistake = for_call(plan, observer, options or {})
  if not settings then return nil, plan.name .. ": " .. mistake end
  settings.headers, settings.anonymous, settings.identity = nil, true, true
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

-- The options of a download that also apply to the request for its link.
local function for_link(options)
  if not options then return nil end
  local some = copies.copy(options)
  some.on_progress, some.raw = nil, nil
  return some
end

--- Statuses of the answer from an expired link.
local EXPIRED = { [401] = true, [403] = true, [404] = true, [410] = true }

-- An existing link may have expired, by any clock; a new one has not.
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

-- Saves with a function of save_file; retry() of its failure repeats the method that was called.
local function save_by(way, self, name, to, options)
  local request, mistake = request_of(self, true, options)
  if not request then raise(mistake) end
  request.again = function() return methods[name](self, to, options) end
  local value, receipt, failure = way(request, to, function(file)
    request.options.save = file
    return fetch(self, request, options)
  end, function()
    local id = operation_of(self) == "inboxes.messages.get_raw" and self.message_id
    local own = id and id:gsub("^<", ""):gsub(">$", ""):gsub("[/\\]", "_") .. ".eml"
    return file_name.safe(own or self.filename, self.content_type)
  end)
  if value then return value, receipt end
  return failures.of_more(failure, request.again)
end

-- Raises unless this can be a path.
local function check_path(method, what, path)
  if type(path) == "string" and path ~= "" and not path:find("\0", 1, true) then return end
  raise(("%s takes %s, not %s"):format(method, what, type(path) == "string" and ("%q"):format(path)
    or "a " .. type(path)))
end

--- Once the download is complete, saves the bytes to a file, which is replaced atomically, or
--- passes them to a function, chunk by chunk. Memory stays flat. A symbolic link is followed; a
--- target other than a regular file is refused. A file that is replaced keeps its mode and, if
--- this process may set it, its owner; other hard links to it keep the old bytes.
---@param to string|fun(chunk: string)
---@param options agentmail.CallOptions?  limit 'download_bytes'
---@return string|true|nil path, table|string receipt_or_message, agentmail.Failure? failure
function methods:save(to, options)
  check_self(self, "save")
  if type(to) == "function" then
    return same(save_by(save_file.to_function, self, "save", to, options))
  end
  check_path("save", "the path of a file, or a function", to)
  return same(save_by(save_file.to_path, self, "save", to, options))
end

--- Saves the bytes into a folder, under a safe name based on the attachment's own, or on the id of
--- a raw message. It never replaces a file: "a.pdf" becomes "a (2).pdf".
---@param folder string
---@param options agentmail.CallOptions?  limit 'download_bytes'
---@return string? path, table|string receipt_or_message, agentmail.Failure? failure
function methods:save_in(folder, options)
  check_self(self, "save_in")
  check_path("save_in", "the path of a folder", folder)
  return same(save_by(save_file.into_folder, self, "save_in", folder, options))
end

--- The bytes as a string, within the limit 'response_bytes'.
---@param options agentmail.CallOptions?
---@return string? bytes, table|string receipt_or_message, agentmail.Failure? failure
function methods:read(options)
  check_self(self, "read")
  local request, mistake = request_of(self, false, options)
  if not request then raise(mistake) end
  request.again = function() return self:read(options) end
  local bytes, receipt, failure = fetch(self, request, options)
  if bytes then return bytes, receipt end
  return failures.of_more(failure, request.again)
end

--- The operation that returns the link of an attachment, by the id of its owner.
local BY_OWNER = {
  message_id = "inboxes.messages.get_attachment", thread_id = "inboxes.threads.get_attachment",
  draft_id = "inboxes.drafts.get_attachment",
}

local function handle_of(operation, name, owner, scope, bound, field, id)
  local ids = copies.copy(scope.ids)
  if bound then ids[bound] = owner[bound] end
  return setmetatable({ [field] = id }, {
    __name = name, __index = methods, operation = operation,
    __tostring = printed.of(name, models[name:match "%w+$" .. "Response"]),
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
  local _, problem = core.segment(id)
  if problem then return nil, "attachment_id " .. problem end
  local made = handle_of(BY_OWNER[bound], "agentmail.Attachment", owner, scope, bound,
                         "attachment_id", id)
  if type(attachment) == "table" then copies.merge(made, attachment) end
  return made
end

--- The raw form of a message, without a request.
---@param message agentmail.Message
---@param scope table
---@return agentmail.Download
local function raw_of(message, scope)
  return handle_of("inboxes.messages.get_raw", "agentmail.RawMessage", message, scope, nil,
                   "message_id", message.message_id)
end

return { attachment_of = attachment_of, raw_of = raw_of, methods = methods }
