-- SPDX-License-Identifier: MIT
-- The AgentMail email API for Lua.
--
--   local agentmail = require "agentmail"
--   local client = agentmail.new { api_key = "am_…" }

if _VERSION ~= "Lua 5.4" then
  error("agentmail needs Lua 5.4; this is " .. _VERSION .. ", try lua5.4", 0)
end

local core = require "agentmail.core"
local collection = require "agentmail.object.collection"
local environment = require "agentmail.call.environment"
local json = require "agentmail.util.json"
local lazy = require "agentmail.util.lazy"
local mistakes = require "agentmail.util.held" "agentmail.util.mistakes"
local object = require "agentmail.object.object"
local option = require "agentmail.call.options"
local raising = require "agentmail.util.raise"
local sleep = require "agentmail.util.sleep"
local door = require "agentmail.util.door"

local call, explanation = lazy "agentmail.call.call", lazy "agentmail.call.explain"
local dry_run = lazy "agentmail.call.dry"
local outboxes, outbox_sends = lazy "agentmail.outbox.outbox", lazy "agentmail.outbox.send"
local raw_request = lazy "agentmail.call.raw_request"
local coroutines, group = lazy "agentmail.task.coroutine", lazy "agentmail.task.group"
local task, waits = lazy "agentmail.task.run", lazy "agentmail.task.waits"
local webhook = lazy "agentmail.object.webhook"

local raise, same = raising.raise, raising.same

local agentmail -- this module: made last

---@class agentmail.Client
local methods = {}

local mt = { __name = "agentmail.Client", methods = methods }

--- client → its private part, { core, scope, … }. It is not in a field, so that nobody can set it.
local inner = setmetatable({}, { __mode = "k" })

function mt.__index(client, key)
  local method = methods[key]
  if method then return method end
  local name = collection.root.children[key]
  if not name then
    local known = {}
    for own in pairs(methods) do known[own] = true end
    for child in pairs(collection.root.children) do known[child] = true end
    local hint = collection.elsewhere("", key)
    if hint == "" then hint = mistakes.suggestion(key, known) end
    raise(("a client has no '%s'%s"):format(tostring(key), hint))
  end
  local made = collection.new(collection.node_at(name), inner[client].scope)
  rawset(client, key, made)
  return made
end

-- An option that is set later would silently have no effect.
function mt.__newindex(_, key)
  raise(("a client's '%s' cannot be set: options are given to agentmail.new"):format(
    tostring(key)))
end

function mt.__tostring(client)
  return tostring(inner[client].core)
end

-- The private part of the client whose method was called.
local function client_of(self, name)
  return inner[self] or raise(mistakes.dot(name))
end

--- Cancels the calls in flight and erases the credentials. A second close does nothing.
function methods:close()
  local client = client_of(self, "close")
  client.core:close()
  if client.outbox then client.outbox:close() end
end

mt.__close = methods.close

---@return boolean
function methods:closed()
  return client_of(self, "closed").core:closed()
end

--- The failures of calls that an error such as Ctrl-C interrupted; each is returned once, and the
--- last 64 are kept.
---@return agentmail.Failure[]
function methods:interrupted()
  local client = client_of(self, "interrupted")
  return call.interrupted(client)
end

--- Makes a request for which this library has no method, see call/raw_request.lua.
function methods:request(given, options)
  local client = client_of(self, "request")
  return same(raw_request.request(client, given, options, collection.receiver_of, outbox_sends))
end

--- Verifies a webhook and returns its event, see webhook.lua.
function methods:verify_webhook(given)
  return same(webhook.verify(client_of(self, "verify_webhook").scope, given))
end

local function handle(class, field, scopes)
  return function(self, id)
    local client = client_of(self, class:lower())
    local _, problem = core.segment(id)
    if problem then raise(("%s: %s %s"):format(class:lower(), field, problem)) end
    return setmetatable({ [field] = id }, client[scopes][id][class])
  end
end

--- An inbox to call methods on, without a request.
methods.inbox = handle("Inbox", "inbox_id", "inbox_scopes")

--- A pod to call methods on, without a request.
methods.pod = handle("Pod", "pod_id", "pod_scopes")

--- Options for the core.
local CORE = { "user_agent", "headers", "http2", "limits" }

local function core_settings(options, place)
  local settings = {
    base_url = place.base_url, api_key = place.api_key, proxy = place.proxy,
    ca_file = place.ca_file, ca_dir = place.ca_dir, ca_system = place.ca_system,
  }
  for _, name in ipairs(CORE) do settings[name] = options[name] end
  return settings
end

--- Limits that the Lua code applies.
local LIMITS = { deadline = "deadline", max_pages = "pages", json_depth = "json_depth",
                 poll_base = "poll_base", poll_cap = "poll_cap", watch_slack = "watch_slack" }

-- Modules that all calls need are loaded with the first client, as there may be no file descriptor
-- left at the first call. A get or a delete needs no others.
local function load_what_calls_need() return call.perform end

--- Makes a client. No request is made, and no API key is needed before the first call.
---@param options agentmail.Options?
---@return agentmail.Client
local function new(options)
  if options == agentmail then raise "call it with a dot: agentmail.new { … }" end
  options = options or {}
  if type(options) ~= "table" then
    raise("agentmail.new takes a table of options, not a " .. type(options))
  end
  local ok, mistake = option.check_client(options)
  if not ok then raise("agentmail.new: " .. mistake) end
  local place
  place, mistake = environment.place(options)
  if not place then raise("agentmail.new: " .. mistake) end
  load_what_calls_need()
  local made, handle_or_problem = pcall(core.client, core_settings(options, place))
  if not made then raise("agentmail.new: " .. environment.named(handle_or_problem, options)) end
  local client = { core = handle_or_problem, on_attempt = options.on_attempt or false,
                   interrupted = {} }
  client.checks = options.checks ~= false
  if options.dry then client.dry = dry_run.new(options.dry) end
  client.base_url, client.key_source = place.base_url, place.key_source
  for field, limit in pairs(LIMITS) do client[field] = option.limit_of(options, limit) end
  client.decode = json.decoder(client.json_depth)
  client.core:belongs_to(client)
  client.scope = object.new_scope(client, {})
  client.inbox_scopes = object.new_scopes(client, "inbox_id")
  client.pod_scopes = object.new_scopes(client, "pod_id")
  local public = setmetatable({}, mt)
  inner[public] = client
  if options.outbox then
    local outbox
    client.outbox, outbox = outboxes.new(client, options)
    if not client.outbox then raise("agentmail.new: " .. outbox) end
    rawset(public, "outbox", outbox)
  end
  return public
end

--- Explains a failure in a paragraph: what was tried, what is known, and what to do next.
---@param failure agentmail.Failure
---@return string
local function explain(failure)
  return same(explanation.explain(failure))
end

--- Verifies a webhook and returns its event as plain data.
local function verify_webhook(given)
  if given == agentmail then raise "call it with a dot: agentmail.verify_webhook { … }" end
  return same(webhook.verify_alone(given))
end

-- A function of a module that is loaded on first use.
local function later(module, name)
  return function(...) return same(module[name](...)) end
end

--- The descriptor to watch for reading. When it is readable, the host calls step().
---@return integer
local function pollfd()
  door.watched = true
  return core.pollfd()
end

--- Does what can be done now, and never blocks. A host's loop calls it when the descriptor is
--- readable.
---@param seconds number?  the most to spend
---@return integer unfinished  tasks, and waits in the host's own coroutines
local function step(seconds)
  if seconds ~= nil and not (type(seconds) == "number" and seconds >= 0) then
    raise("agentmail.step takes seconds, 0 or more, not " .. tostring(seconds))
  end
  if not door.tasking then
    core.step()
    return 0 -- there may be calls, but no tasks
  end
  return same(task.step(seconds, agentmail.on_error))
end

agentmail = {
  new = new,
  verify_webhook = verify_webhook,
  explain = explain,
  sleep = sleep,
  run = later(task, "run"), spawn = later(task, "spawn"), within = later(waits, "within"),
  map = later(group, "map"), all = later(group, "all"), coroutine = coroutines,
  on_error = false,
  pollfd = pollfd,
  timeout = core.timeout,
  step = step,
  uuid = core.uuid,
  key = core.key,
  null = json.null,
  array = json.array,
  limits = option.limits,
  _VERSION = "agentmail " .. core.version,
}

return agentmail
