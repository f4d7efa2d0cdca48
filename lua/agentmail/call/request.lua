-- SPDX-License-Identifier: MIT
-- Turns operation and arguments into a request: target, body bytes, protection, key. Nothing here
-- touches the network, and the same arguments always give the same bytes: a repeat, even in another
-- process, is exactly the same request.

local copy = require "agentmail.util.copy".copy
local flat = require "agentmail.util.flat"
local mistakes = require "agentmail.util.mistakes"
local option = require "agentmail.call.options"

local format = string.format

-- What an outgoing mail carries along. The core reads files and makes base64 while it sends, so
-- a body with a path or data in it is no string but a list of pieces.
---@class agentmail.Attachment.Outgoing
---@field path string?                  a file; its name is the filename, unless there is another
---@field data string?                  bytes
---@field content string?               base64
---@field url string?                   where the service fetches it
---@field filename string?
---@field content_type string?          default: what the filename suggests, of a path or data
---@field content_disposition "inline"|"attachment"|nil
---@field content_id string?

---@class agentmail.Request
---@field plan agentmail.Plan
---@field scope table          client and bound ids, which the answer's objects get
---@field target string        path and query, percent-encoded
---@field body string|table|nil   an array of pieces if it holds files
---@field protection string
---@field key string?          the Idempotency-Key
---@field client_id string?    the one that was generated
---@field options table        for the core
---@field arguments table?    of a natural_key request
---@field observer function?   sees the attempts
---@field on_progress function? sees the bytes move
---@field raw boolean?         the receipt gets the response
---@field single_page boolean? of a thread: only this page
---@field given table?        the caller's options, unchanged
---@field owner table?        the object whose method it is
---@field receiver function?  owner, value → the caller's value
---@field walk agentmail.Walk?  the walk that this page belongs to (walk.lua)
---@field size integer?       of a download, when its answer does not give it (download.lua)
---@field again function?     for failure:retry(), when that is more than this request
---@field inner boolean?      a part of another request (confirm_create.lua)
---@field doubt boolean?      an earlier try may have been done
---@field handle userdata|false  while it is performed: the core's call
---@field open boolean        it is performed, and has no result yet
---@field delegated boolean?  further requests of their own do the rest
---@field dry boolean?       a dry run answered it, and nothing was sent (dry.lua)
---@field told integer?       the last progress reported (observers.lua)

-- The commonest slip: what belongs into the other table.
local function unknown(plan, name, arguments)
  local kind = (getmetatable(arguments) or {}).__name
  if kind then
    return format("takes named parameters, not an %s; pass its id", kind)
  end
  if (name == "full" or name == "max") and plan.name:find("%.[ls][ie][sa][tr]c?h?$") then
    return format("'%s' is for each and all, the loops over all pages", name)
  end
  if option.of_call[name] and name ~= "idempotency_key" then
    return format("'%s' is an option of the call: pass it in a second table, after the "
      .. "parameters", name)
  end
  local _, mistake = mistakes.unknown(name, plan.known, "parameter")
  return mistake
end

-- The words of a problem for which the encoder wants a hint, which takes `write` once more.
local function hinted(write, what, given, known)
  local hint
  if what == "word" then
    hint = mistakes.suggestion(given, known)
  else
    local _, mistake = mistakes.unknown(given, known, "field")
    hint = mistake:sub(#("unknown field ''" .. tostring(given)) + 1)
  end
  local target, words = write(hint)
  return not target and words or "its parameters change while they are read"
end

-- Whether the encoder has found metamethods, or not found an id for which the owner has one.
local function needs_flattening(plan, ids, owner, found)
  if found == "metamethods" then return true end
  for _, name in ipairs(type(owner) == "table" and plan.params or {}) do
    if ids[name] == nil and rawget(owner, name) == nil and owner[name] ~= nil then return true end
  end
  return false
end

-- The core's options with the header that makes an update one of this state only.
local function matching(settings, etag)
  settings = copy(settings)
  settings.headers = copy(settings.headers or {})
  settings.headers["If-Match"] = etag
  return settings
end

local function assemble(plan, scope, arguments, options, owner)
  local ids, lenient = scope.ids, not scope.client.checks
  local observer = scope.client.on_attempt
  local settings = observer and plan.observed or plan.options
  if options then
    local problem
    settings, problem = option.for_call(plan, observer, options)
    if not settings then return nil, problem end
    observer = options.on_attempt or observer
  end

  local bound_by, plain = owner, arguments
  local function write(hint)
    return plan.encoder:write(plain, ids, bound_by, lenient, options and options.idempotency_key,
                              hint)
  end
  local target, body, protection, key, client_id, inbox_id, single_page, etag = write()
  if not target and needs_flattening(plan, ids, owner, protection) then
    if type(owner) == "table" then bound_by = flat.owner(plan.params, owner) end
    if type(arguments) == "table" then plain = flat.arguments(plan.known, arguments) end
    target, body, protection, key, client_id, inbox_id, single_page, etag = write()
  end
  if not target then
    if body then return nil, body end
    if protection == "parameter" then return nil, unknown(plan, key, arguments) end
    return nil, hinted(write, protection, key, client_id)
  end
  if etag then settings = matching(settings, etag) end
  if inbox_id and inbox_id ~= ids.inbox_id then scope = scope.client.inbox_scopes[inbox_id] end
  return {
    plan = plan, scope = scope, owner = owner, target = target, body = body, key = key,
    protection = protection, client_id = client_id, options = settings, observer = observer,
    on_progress = options and options.on_progress, raw = options and options.raw,
    single_page = single_page, given = options, handle = false, open = false,
    arguments = protection == "natural_key" and plain or nil, -- to know our own creation by
  }
end

--- Makes the request of an operation, or returns nil and the caller's mistake.
---@param plan agentmail.Plan
---@param scope table
---@param arguments table|string|nil
---@param options table?
---@param owner table?  the object whose method this is; its own id completes the path
---@return agentmail.Request? request, string? mistake
local function build(plan, scope, arguments, options, owner)
  local request, mistake = assemble(plan, scope, arguments, options, owner)
  if not request then return nil, plan.name .. ": " .. mistake end
  return request
end

return { build = build }
