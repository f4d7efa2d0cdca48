-- SPDX-License-Identifier: MIT
-- Inbox, Message, Thread, Draft, Pod: plain data that knows what can be done with it. The fields
-- are the API's and nothing else; what an object is bound to (client, inbox) stands in its
-- metatable's scope, and all methods use the inbox's own operations.

local collection = require "agentmail.collection"
local lazy = require "agentmail.lazy"
local schema = require "agentmail.schema"
local call = lazy "agentmail.call"
local downloads, names = lazy "agentmail.download", lazy "agentmail.names"
local threads = lazy "agentmail.thread"

-- Receivers: what becomes of the answer -----------------------------------------------------------

-- The answer is the object's whole new state.
local function replace(object, value)
  for name in next, object do object[name] = nil end
  for name, member in next, value do object[name] = member end
  return object
end

-- The answer is what changed.
local function merge(object, value)
  for name, member in next, value do object[name] = member end
  return object
end

-- Methods ----------------------------------------------------------------------------------------

local function scope_of(object)
  return getmetatable(object).scope
end

local function method(operation, receiver)
  local plan
  return function(self, arguments, options)
    plan = plan or schema.plan(operation)
    return call.run(plan, scope_of(self), arguments, options, self, receiver)
  end
end

local RELABEL = { add = "add_labels", remove = "remove_labels" }

-- relabel { add = …, remove = … }: an update that speaks of nothing but labels.
local function relabel(operation, receiver)
  local plan
  return function(self, changes, options)
    plan = plan or schema.plan(operation)
    if type(changes) ~= "table" then
      error(operation .. ": relabel takes { add = …, remove = … }, not a " .. type(changes), 2)
    end
    local arguments = {}
    for name, labels in pairs(changes) do
      if not RELABEL[name] then
        local _, mistake = names.unknown(name, RELABEL, "parameter")
        error(operation .. ": relabel: " .. mistake, 2)
      end
      arguments[RELABEL[name]] = labels
    end
    if next(arguments) == nil then
      error(operation .. ": relabel needs add, remove, or both", 2)
    end
    return call.run(plan, scope_of(self), arguments, options, self, receiver)
  end
end

-- inbox:message(id): an object without a request, to call methods on.
local function handle(class, field)
  return function(self, id)
    local _, problem = schema.segment(field, id)
    if problem then error(("%s %s"):format(field, problem), 2) end
    local scope = scope_of(self)
    return setmetatable({ inbox_id = scope.ids.inbox_id, [field] = id }, scope[class])
  end
end

-- message:attachment(id): the same for what hangs on it.
local function attachment(field)
  return function(self, id) return downloads.attachment_of(self, field, id) end
end

--- Classes: `children` is the node whose collections the object has, in its own scope.
local classes = {
  Inbox = {
    children = "inboxes",
    methods = {
      get = method("inboxes.get", replace), update = method("inboxes.update", replace),
      delete = method("inboxes.delete"),
      message = handle("Message", "message_id"), thread = handle("Thread", "thread_id"),
      draft = handle("Draft", "draft_id"),
    },
  },
  Message = {
    methods = {
      get = method("inboxes.messages.get", replace),
      update = method("inboxes.messages.update", merge),
      relabel = relabel("inboxes.messages.update", merge),
      reply = method("inboxes.messages.reply"), reply_all = method("inboxes.messages.reply_all"),
      forward = method("inboxes.messages.forward"),
      delete = method("inboxes.messages.delete"),
      get_raw = method("inboxes.messages.get_raw"),
      get_attachment = method("inboxes.messages.get_attachment"),
      attachment = attachment "message_id",
      raw = function(self) return downloads.raw_of(self) end,
    },
  },
  Thread = {
    methods = {
      get = method("inboxes.threads.get", replace),
      update = method("inboxes.threads.update", merge),
      relabel = relabel("inboxes.threads.update", merge),
      delete = method("inboxes.threads.delete"),
      get_attachment = method("inboxes.threads.get_attachment"),
      attachment = attachment "thread_id",
      last_received = function(self, options) return threads.last_received(self, options) end,
    },
  },
  Draft = {
    methods = {
      get = method("inboxes.drafts.get", replace),
      update = method("inboxes.drafts.update", replace),
      relabel = relabel("inboxes.drafts.update", replace),
      send = method("inboxes.drafts.send"), delete = method("inboxes.drafts.delete"),
      get_attachment = method("inboxes.drafts.get_attachment"),
      attachment = attachment "draft_id",
    },
  },
  Pod = {
    children = "pods",
    methods = { get = method("pods.get", replace), delete = method("pods.delete") },
  },
}

-- Scopes -----------------------------------------------------------------------------------------

local function metatable(scope, name, class)
  local methods = class.methods
  local mt = { __name = "agentmail." .. name, __index = methods, scope = scope }
  if class.children then
    local nodes, made = collection.node_at(class.children).children, {}
    mt.__index = function(_, key)
      local found = methods[key] or made[key]
      if found or not nodes[key] then return found end
      made[key] = collection.new(nodes[key], scope)
      return made[key]
    end
  end
  return mt
end

-- scope.Message is the metatable of the messages in that scope, made on first use.
local scope_mt = {
  __index = function(scope, name)
    local class = classes[name]
    if not class then return nil end
    local mt = metatable(scope, name, class)
    scope[name] = mt
    return mt
  end,
}

--- A scope: a client, and the path parameters that are bound.
---@param client table
---@param ids table<string, string>
---@return table
local function new_scope(client, ids)
  return setmetatable({ client = client, ids = ids }, scope_mt)
end

--- The scopes of a client by one parameter; each lives as long as some object of it.
---@param client table
---@param field string
---@return table<string, table>
local function new_scopes(client, field)
  return setmetatable({}, {
    __mode = "v",
    __index = function(scopes, id)
      local scope = new_scope(client, { [field] = id })
      scopes[id] = scope
      return scope
    end,
  })
end

return { new_scope = new_scope, new_scopes = new_scopes, classes = classes }
