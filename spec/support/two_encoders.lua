-- SPDX-License-Identifier: MIT
-- The encoder in Lua and the one in C, side by side: what each makes of the same arguments.

local array = require "agentmail".array
local copy = require "agentmail.util.copy".copy
local operations = require "agentmail.api.operations"
local plans = require "agentmail.api.plan"
local random_arguments = require "spec.support.random_arguments"
local requests = require "agentmail.call.request"
local suggest = require "agentmail.util.suggest"

local build = os.getenv "AGENTMAIL_BUILD" or "build"
local core = assert(package.loadlib(build .. "/spec/c/support/lua_encode.so",
                                    "luaopen_lua_encode"))()

local ARRAY = getmetatable(array {})
local UUID = "00000000-0000-4000-8000-000000000000"

local M = { core = core }

-- A draft's id comes from the draft whose method it is, all others from the scope.
local function split(bound)
  local ids, owner = copy(bound), bound.draft_id and { draft_id = bound.draft_id }
  ids.draft_id = nil
  return ids, owner
end

local function scope_of(ids, lenient)
  local scope = { ids = ids, client = { checks = not lenient, on_attempt = false } }
  scope.client.inbox_scopes = setmetatable({}, { __index = function() return scope end })
  return scope
end

--- What the encoder in Lua makes of arguments: a request, or nil and the words.
function M.lua(name, arguments, bound, lenient)
  local ids, owner = split(bound)
  return requests.build(plans.plan(name), scope_of(ids, lenient), arguments, nil, owner)
end

-- What Lua adds to the words of C: the nearest known name.
local function explainer(name)
  return function(what, value, known, is_word)
    if is_word then return suggest.suggestion(value, known) end
    if what == "parameter" then known = plans.plan(name).known end
    local _, words = suggest.unknown(value, known, what)
    return words:sub(#("unknown " .. what .. " ''" .. tostring(value)) + 1)
  end
end

--- What the encoder in C makes of them: target, body, protection, key; or nil and the words.
---@param made string? the UUID to use
function M.c(name, arguments, bound, lenient, made)
  return core.write(core.names, name, arguments, bound, lenient, made or UUID, ARRAY,
                    explainer(name))
end

local function same_body(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  if #a ~= #b then return false end
  for i, piece in ipairs(a) do
    local other = b[i]
    if type(piece) == "table" then
      if type(other) ~= "table" or piece.path ~= other.path or piece.data ~= other.data
        or not other.base64 then
        return false
      end
    elseif piece ~= other then
      return false
    end
  end
  return true
end

--- How they differ; nil: they agree.
---@return string? difference, boolean written  whether there is a request
function M.difference(name, arguments, bound, lenient)
  local request, words = M.lua(name, arguments, bound, lenient)
  if not request then
    local target, other = M.c(name, arguments, bound, lenient)
    local expected = name .. ": " .. (other or "")
    if not target and expected == words then return nil, false end
    return ("Lua: %s\nC:   %s"):format(words, target and "writes " .. target or expected), false
  end
  local made = request.client_id
  if request.protection == "idempotency_key" and not made then made = request.key end
  if made and #made ~= 36 then made = nil end
  local target, body, protection, key = M.c(name, arguments, bound, lenient, made)
  if not target then return "Lua writes; C: " .. body, true end
  if target ~= request.target then return ("%s\n%s"):format(request.target, target), true end
  if not same_body(request.body, body) then
    local function shown(value)
      return type(value) == "table" and tostring(value[1]) .. "…" .. tostring(value[#value])
        or tostring(value)
    end
    return ("Lua: %s\nC:   %s"):format(shown(request.body), shown(body)), true
  end
  if protection ~= request.protection or key ~= (request.key or "") then
    return ("%s %s\n%s %s"):format(request.protection, request.key, protection, key), true
  end
  return nil, true
end

local names = {}
for name in pairs(operations) do names[#names + 1] = name end
table.sort(names)
M.operations = names

--- How they differ over random arguments of an operation, at most one; nil: they agree.
---@param name string
---@param count integer
---@param seed integer
---@return string? difference
---@return integer written  how many of them became a request
function M.compare(name, count, seed)
  math.randomseed(seed)
  local written = 0
  for i = 1, count do
    local arguments, bound, lenient = random_arguments.of(name)
    local difference, done = M.difference(name, arguments, bound, lenient)
    if difference then return ("%s %d/%d%s: %s"):format(name, seed, i,
      lenient and " unchecked" or "", difference), written end
    written = written + (done and 1 or 0)
  end
  return nil, written
end

return M
