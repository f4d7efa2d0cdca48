-- SPDX-License-Identifier: MIT
-- Reads the parameters of a watch and reports the caller's mistakes. A state may come from a file,
-- so all of it is checked.

local bookmarks = require "agentmail.object.watch_bookmark"
local copy = require "agentmail.util.copy".copy
local core = require "agentmail.core"
local incoming = require "agentmail.object.incoming"
local must = require "agentmail.util.mistakes".must
local source = require "agentmail.object.watch_inbox"

local format, huge = string.format, math.huge

---@class agentmail.Watched  the filters of messages:list, and these
---@field inbox_id string?               needed only when the collection has no inbox
---@field inboxes table?                 of client.inboxes:watch: ids, or inboxes
---@field from string|string[]|nil       parts of the sender, all of which must match
---@field to string|string[]|nil         parts of recipients
---@field subject string|string[]|nil    parts of the subject
---@field labels string|string[]|nil     it must have all; `sent` implies sent = true
---@field sent boolean?                  true: mail that the inbox sent counts, too
---@field include_spam boolean?         also mail with this label
---@field include_blocked boolean?      likewise
---@field include_unauthenticated boolean?  likewise
---@field include_trash boolean?        likewise
---@field after "now"|agentmail.Date|table|nil  a time, a message, a page of them; default: "now"
---@field state table?                   a watcher's stored `state`; takes precedence over `after`
---@field timeout number?                seconds after which no look begins; default: none
---@field on_failure fun(message: string, failure: agentmail.Failure)?  sees retryable failures

--- Parameters in addition to the list's filters.
local OWN = { timeout = true, after = true, sent = true, state = true, on_failure = true }
local OWN_OF_SEVERAL = copy(OWN)
OWN_OF_SEVERAL.inboxes = true

local settings = {}

--- The parameters of a watch of one inbox, in a scope.
---@return table<string, boolean>
function settings.parameters(plan, scope) return incoming.parameters(plan, scope, OWN) end

--- The parameters of a watch of several.
---@return table<string, boolean>
function settings.parameters_of_several(plan, scope)
  local known = incoming.parameters(plan, scope, OWN_OF_SEVERAL)
  known.inbox_id = nil
  return known
end

-- The inboxes -------------------------------------------------------------------------------------

-- The id of an inbox, given as an id or as an object; or nil and the problem.
local function id_of(given)
  local id = type(given) == "table" and given.inbox_id or given
  local ok, problem = core.segment(id)
  if not ok then return nil, problem end
  return id
end

-- The scopes of several inboxes; or nil and the mistake.
local function scopes_of(client, inboxes)
  if type(inboxes) ~= "table" or #inboxes == 0 then
    return nil, "'inboxes' must be a list of inbox ids, with at least one"
  end
  local scopes, seen = {}, {}
  for i, given in ipairs(inboxes) do
    local id, problem = id_of(given)
    if not id then return nil, format("'inboxes'[%d] %s", i, problem) end
    if seen[id] then return nil, format("'inboxes' has %q twice (%d and %d)", id, seen[id], i) end
    scopes[i], seen[id] = client.inbox_scopes[id], i
  end
  return scopes
end

-- Where each inbox begins -------------------------------------------------------------------------

-- Restores the bookmarks of the sources from a stored state; or nil and the mistake.
local function restore(sources, state)
  if type(state) ~= "table" then
    local _, problem = must("the stored 'state' of a watcher", state)
    return nil, "'state' " .. problem
  end
  local by_id = {}
  for _, inbox in ipairs(sources) do by_id[inbox.inbox_id] = inbox end
  for id, stored in pairs(state) do
    local inbox, name = by_id[id], format(type(id) == "string" and "[%q]" or "[%s]", id)
    if not inbox then return nil, format("'state' has %s, which is not watched here", name) end
    local mark, problem = bookmarks.restore(stored, inbox.search.slack)
    if not mark then return nil, format("'state'%s%s", name, problem) end
    inbox.mark = mark
  end
  return true
end

-- The bookmark for `after` in an inbox; nil for "now"; or nil and the mistake.
local function start_of(search, after, several)
  if after == nil or after == "now" then return nil end
  if incoming.is_time(after) then
    local mistake = incoming.mistake(search, { after = after })
    if mistake then return nil, mistake .. ', or "now"' end
    return incoming.after_time(search, after)
  end
  if several then return nil, "'after' takes \"now\" or a time here: messages are of one inbox" end
  return incoming.after_messages(search, after)
end

local function start(sources, after, several)
  for _, inbox in ipairs(sources) do
    local mark, mistake = start_of(inbox.search, after, several)
    if mistake then return nil, mistake end
    inbox.mark = inbox.mark or mark
  end
  return true
end

-- -------------------------------------------------------------------------------------------------

-- A source for each scope, and the search that they share; or nil and the mistake.
local function sources_of(search, scopes, wanted)
  local sources = {}
  for i, scope in ipairs(scopes) do
    local own = copy(search)
    own.scope = scope
    sources[i] = source.new(own, core.now())
  end
  local mistake = incoming.mistake(sources[1].search)
  if mistake then return nil, mistake end
  if wanted.on_failure ~= nil and type(wanted.on_failure) ~= "function" then
    local _, problem = must("a function", wanted.on_failure)
    return nil, "'on_failure' " .. problem
  end
  local ok
  if wanted.state ~= nil then
    ok, mistake = restore(sources, wanted.state)
    if not ok then return nil, mistake end
  end
  ok, mistake = start(sources, wanted.after, #scopes > 1)
  if not ok then return nil, mistake end
  return sources, search
end

--- Reads the parameters of a watch of one inbox.
---@return agentmail.Source[]? sources, agentmail.Search|string search_or_mistake
function settings.read(plan, scope, wanted, options)
  local known = settings.parameters(plan, scope)
  local search, mistake = incoming.read(plan, scope, wanted, options, known, OWN, huge)
  if not search then return nil, mistake end
  if not scope.ids.inbox_id then
    local id, problem = id_of(search.arguments.inbox_id)
    if not id then return nil, "'inbox_id' " .. problem end
    scope, search.arguments.inbox_id = scope.client.inbox_scopes[id], nil
  end
  return sources_of(search, { scope }, wanted or {})
end

--- The same for several.
---@return agentmail.Source[]? sources, agentmail.Search|string search_or_mistake
function settings.read_several(plan, scope, wanted, options)
  local known = settings.parameters_of_several(plan, scope)
  local search, mistake = incoming.read(plan, scope, wanted, options, known, OWN_OF_SEVERAL, huge)
  if not search then return nil, mistake end
  wanted = wanted or {}
  local scopes
  scopes, mistake = scopes_of(scope.client, wanted.inboxes)
  if not scopes then return nil, mistake end
  return sources_of(search, scopes, wanted)
end

return settings
