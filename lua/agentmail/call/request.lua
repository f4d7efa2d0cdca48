-- SPDX-License-Identifier: MIT
-- Turns operation and arguments into a request: target, body bytes, protection, key. Nothing here
-- touches the network, and the same arguments always give the same bytes: a repeat, even in another
-- process, is exactly the same request.

local join = require "agentmail.util.pieces".join
local mistakes = require "agentmail.util.mistakes"
local null = require "agentmail.util.json".null
local option = require "agentmail.call.options"
local segment = require "agentmail.api.plan".segment
local undeclared_fields = require "agentmail.call.undeclared_fields"

local concat, format = table.concat, string.format

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

local NOTHING = {}

-- The parameter that a lone string sets: the one path parameter still open, or a search's query.
local function lone(plan, ids, owner, value)
  local open
  for _, name in ipairs(plan.params) do
    if not ids[name] and not (owner and owner[name]) then
      if open then
        return nil, format("one string cannot be both '%s' and '%s'; pass a table", open, name)
      end
      open = name
    end
  end
  if not open and plan.known.q then open = "q" end
  if not open then
    return nil, format("takes a table of named parameters, not the string %q", value)
  end
  return { [open] = value }
end

-- The most common mistake: a name that belongs in the other table.
local function unknown(plan, name, arguments)
  local kind = (getmetatable(arguments) or {}).__name
  if kind then
    return nil, format("takes named parameters, not an %s; pass its id", kind)
  end
  if (name == "full" or name == "max") and plan.name:find("%.[ls][ie][sa][tr]c?h?$") then
    return nil, format("'%s' is for each and all, the loops over all pages", name)
  end
  if option.of_call[name] and name ~= "idempotency_key" then
    return nil, format("'%s' is an option of the call: pass it in a second table, after the "
      .. "parameters", name)
  end
  return mistakes.unknown(name, plan.known, "parameter")
end

local function given(plan, ids, owner, arguments, lenient)
  if arguments == nil then return NOTHING end
  if type(arguments) == "string" then return lone(plan, ids, owner, arguments) end
  if type(arguments) ~= "table" then
    return nil, "takes a table of named parameters, not a " .. type(arguments)
  end
  local known, aliased = plan.known, false
  for name in next, arguments do
    local canonical = known[name]
    if not canonical and not lenient then return unknown(plan, name, arguments) end
    aliased = aliased or canonical ~= name
  end
  if not aliased then return arguments end
  local renamed = {}
  for name, value in next, arguments do
    local canonical = known[name] or name
    if renamed[canonical] ~= nil then
      return nil, format("'%s' and '%s_' are one parameter; give one of them", canonical, canonical)
    end
    renamed[canonical] = value
  end
  return renamed
end

local function path(plan, ids, owner, arguments)
  local pieces = plan.pieces
  local target = pieces[1]
  local params = plan.params
  for i = 1, #params do
    local name = params[i]
    local bound = ids[name] or owner and owner[name]
    local value = arguments[name]
    if value == nil then
      value = bound
      if value == nil then return nil, format("'%s' is required", name) end
    elseif bound and value ~= bound then
      return nil, format("'%s' is already %q here; leave it out", name, bound)
    end
    local encoded, problem = segment(name, value)
    if not encoded then return nil, format("'%s' %s", name, problem) end
    target = target .. encoded .. pieces[i + 1]
  end
  return target
end

-- The encoded fields that have a value, followed by `close`: "" when there are none, an array of
-- pieces when there are files.
local function encoded(fields, arguments, close, lenient)
  local parts, count, in_pieces = {}, 0, false
  for i = 1, #fields do
    local field = fields[i]
    local value = arguments[field.name]
    if value ~= nil then
      local text, problem = field.encode(value, lenient)
      if not text then
        if value == null then problem = "cannot be cleared with agentmail.null here" end
        local gap = problem:find("^[%[.]") and "" or " "
        return nil, format("'%s'%s%s", field.name, gap, problem)
      end
      parts[count + 1] = count == 0 and field.first or field.later
      parts[count + 2] = text
      count = count + 2
      in_pieces = in_pieces or type(text) == "table"
    elseif field.required then
      return nil, format("'%s' is required", field.name)
    end
  end
  if count == 0 then return "" end
  parts[count + 1] = close
  if in_pieces then return join(parts) end
  return concat(parts)
end

local function assemble(plan, scope, arguments, options, owner)
  local ids, lenient = scope.ids, not scope.client.checks
  local protection = plan.protection
  local target, settings, observer, key, client_id, query, body, problem

  arguments, problem = given(plan, ids, owner, arguments, lenient)
  if not arguments then return nil, problem end
  target, problem = path(plan, ids, owner, arguments)
  if not target then return nil, problem end
  observer = scope.client.on_attempt
  if options then
    settings, problem = option.for_call(plan, observer, options)
    if not settings then return nil, problem end
    observer = options.on_attempt or observer
  else
    settings = observer and plan.observed or plan.options
  end

  local inbox_id = ids.inbox_id or arguments.inbox_id
  if inbox_id ~= ids.inbox_id then scope = scope.client.inbox_scopes[inbox_id] end
  if plan.protect then
    arguments, protection, key, client_id = plan.protect(arguments, options, plan, owner, inbox_id)
    if not arguments then return nil, protection end
  end

  if plan.query then
    query, problem = encoded(plan.query, arguments, "", lenient)
    if not query then return nil, problem end
    target = target .. query
  end
  if plan.body then
    body, problem = encoded(plan.body, arguments, "}", lenient)
    if not body then return nil, problem end
    if body == "" then body = not plan.body_optional and "{}" or nil end
  end
  if lenient then
    target, body = undeclared_fields.add(plan, arguments, target, body)
    if not target then return nil, body end
  elseif plan.check then
    problem = plan.check(arguments)
    if problem then return nil, problem end
  end
  return {
    plan = plan, scope = scope, owner = owner, target = target, body = body, key = key,
    protection = protection, client_id = client_id, options = settings, observer = observer,
    on_progress = options and options.on_progress, raw = options and options.raw,
    single_page = plan.known.single_page and (arguments.single_page or arguments.page_token) ~= nil,
    given = options, handle = false, open = false,
    arguments = protection == "natural_key" and arguments or nil, -- to recognize our creation
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
