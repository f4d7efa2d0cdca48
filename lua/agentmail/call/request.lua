-- SPDX-License-Identifier: MIT
-- Turns operation and arguments into a request: target, body bytes, protection, key. The core does
-- it (csrc/lua/lua_asking.c); this module has the messages for what the core refuses. Nothing here
-- uses the network, and the same arguments always give the same bytes: a repeat, even in another
-- process, is exactly the same request.

local core = require "agentmail.core"
local held = require "agentmail.util.held"
local option = require "agentmail.call.options"
local raise = require "agentmail.util.raise".raise
local flat, mistakes = held "agentmail.util.flat", held "agentmail.util.mistakes"

local format = string.format

-- An attachment of an outgoing mail. The core reads files and encodes base64 while it sends, so a
-- body with a path or data is not a string but a list of pieces.
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
---@field etag string?        for If-Match
---@field arguments table|string|nil  of a request that may be read back
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
---@field inner boolean?      a part of another request (confirm_create.lua, confirm_update.lua)
---@field doubt boolean?      an earlier try may have been done
---@field recording agentmail.OutboxCall?  what the outbox has recorded of it (outbox/send.lua)
---@field pending boolean?    the outbox can continue with it
---@field ended table?       how the core says that the last try failed (outbox/deliver.lua)
---@field delegated boolean?  further requests of their own do the rest
---@field dry boolean?       a dry run answered it, and nothing was sent (dry.lua)

-- The most common mistake: an option or argument is in the wrong table.
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

-- The message of a problem for which the encoder wants a hint; that needs `write` again.
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

-- Whether the encoder has found metamethods, or misses an id that the owner has.
local function needs_flattening(plan, ids, owner, found)
  if found == "metamethods" then return true end
  for _, name in ipairs(type(owner) == "table" and plan.params or {}) do
    if ids[name] == nil and rawget(owner, name) == nil and owner[name] ~= nil then return true end
  end
  return false
end

--- The core's settings from a call's options; or nil and the mistake.
---@param plan agentmail.Plan
---@param scope table
---@param options table
---@return table? settings, any key_or_mistake, function|false|nil observer
---@return function? on_progress, boolean? raw
local function settings(plan, scope, options)
  local observer = scope.client.on_attempt
  local made, mistake = option.for_call(plan, observer, options)
  if not made then return nil, plan.name .. ": " .. mistake end
  return made, options.idempotency_key, options.on_attempt or observer, options.on_progress,
    options.raw
end

--- For arguments from which the core cannot write a request: true and the same arguments without
--- metamethods, or nil and the mistake.
---@param plan agentmail.Plan
---@param scope table
---@param arguments any
---@param key string|false|nil
---@param owner table?
---@param is_flat boolean  that was done before
---@return true? again, any arguments_or_mistake, table? owner
local function amend(plan, scope, arguments, key, owner, is_flat)
  local ids, lenient = scope.ids, not scope.client.checks
  local function write(hint)
    return plan.encoder:write(arguments, ids, owner, lenient, key, hint)
  end
  local target, words, what, given, known = write()
  if target then
    words = "its parameters change while they are read"
  elseif not is_flat and needs_flattening(plan, ids, owner, what) then
    if type(owner) == "table" then owner = flat.owner(plan.params, owner) end
    if type(arguments) == "table" then arguments = flat.arguments(plan.known, arguments) end
    return true, arguments, owner
  elseif not words then
    words = what == "parameter" and unknown(plan, given, arguments)
      or hinted(write, what, given, known)
  end
  return nil, plan.name .. ": " .. words
end

--- Makes the request of an operation, or returns nil and the caller's mistake.
---@param plan agentmail.Plan
---@param scope table
---@param arguments table|string|nil
---@param options table?
---@param owner table?  the object whose method this is; its own id completes the path
---@return agentmail.Request? request, string? mistake
local function build(plan, scope, arguments, options, owner)
  return plan.encoder:request(scope, arguments, options, owner)
end

core.hand {
  settings = settings, amend = amend, raise = raise,
  scope_at = function(scopes, id) return scopes[id] end,
}

return { build = build }
