-- SPDX-License-Identifier: MIT
-- Collections: `client.inboxes`, `client.inboxes.drafts`, `inbox.drafts`. Each is a node of the
-- tree that the operations' names form, plus a scope that binds path parameters. The long form of
-- the SDKs and the short form of an object call the same method in different scopes.

local core = require "agentmail.core"
local lazy = require "agentmail.util.lazy"
local mistakes = require "agentmail.util.held" "agentmail.util.mistakes"
local plans = require "agentmail.api.plan"
local raising = require "agentmail.util.raise"
local answers, call = lazy "agentmail.call.answer", lazy "agentmail.call.call"
local confirm_create = lazy "agentmail.call.confirm_create"
local confirm_update, loops = lazy "agentmail.call.confirm_update", lazy "agentmail.object.loop"
local outbox_sends = lazy "agentmail.outbox.send"
local pages, threads = lazy "agentmail.object.page", lazy "agentmail.object.thread"
local waiting, watching = lazy "agentmail.object.wait", lazy "agentmail.object.watch"

local raise, same = raising.raise, raising.same

---@class agentmail.Node
---@field name string                   "inboxes.drafts"; "" for the root
---@field operations table<string, string>  method → operation
---@field children table<string, string>    word → the node's name
---@field methods table<string, function>   compiled on first use
---@field mt table

--- The function that converts an answer of a model for the caller; nil when nothing is converted.
---@param model string?
---@return function? receive  see agentmail.Plan
local function receiver_of(model)
  local declared = model and plans.models[model]
  if not declared then return nil end
  return declared.page and pages.receive or declared.joined and threads.receive or nil
end

--- The plan of an operation. It loads everything that a call may need: once a request is on its
--- way, there may be no file descriptor left, or another working directory.
---@param name string
---@return agentmail.Plan plan
---@return function perform  of plan.encoder
local function plan_of(name)
  local plan = plans.plan(name)
  plan.receive, plan.shape = receiver_of(plan.returns), answers.shape(plan.returns)
  if plan.protection == "natural_key" then
    plan.confirm = confirm_create.confirmer(name, plan_of)
  elseif plan.protection == "if_match" or name:find "%.calendar%.delete_event$" then
    plan.confirm = confirm_update.confirmer(name, plan_of)
  end
  plan.encoder:completed()
  return plan, call.perform and plan.encoder.perform
end

-- The scope of a method's receiver.
local function scope_of(self, name)
  local scope = type(self) == "table" and self.scope
  if not scope then raise(mistakes.dot(name)) end
  return scope
end

--- A send goes through the outbox, if the client has one.
---@param plan agentmail.Plan
---@return fun(scope: table, arguments: any, options: any, owner: table?, receiver: function?): any
local function sender(plan)
  local encoder, perform = plan.encoder, plan.encoder.perform
  return function(scope, arguments, options, owner, receiver)
    if scope.client.outbox then
      return outbox_sends.send(plan, scope, arguments, options, owner, receiver)
    end
    return perform(encoder, scope, arguments, options, owner, receiver)
  end
end

local function method_of(name)
  local plan, perform = plan_of(name)
  local encoder = plan.encoder
  if plan.protection == "idempotency_key" then
    local send = sender(plan)
    return function(self, arguments, options)
      return same(send(scope_of(self, name), arguments, options))
    end
  end
  return function(self, arguments, options)
    return same(perform(encoder, scope_of(self, name), arguments, options))
  end
end

--- Methods over all pages of a list: functions of loop.lua.
local OVER_ALL = { each = true, all = true }

local function over_all(method, name, search_name)
  local list, search = plan_of(name), search_name and plan_of(search_name)
  local run, own_name = loops[method], name:gsub("[%w_]+$", method)
  return function(self, arguments, options)
    return same(run(list, search, scope_of(self, own_name), arguments, options))
  end
end

-- A method that polls lists of messages: a function of wait.lua or watch.lua.
local function looking(module, method, own_name)
  return function()
    local list, run = plan_of "inboxes.messages.list", module[method]
    plan_of "inboxes.messages.get" -- which fetches what the list shows
    return function(self, wanted, options)
      return same(run(list, scope_of(self, own_name), wanted, options))
    end
  end
end

--- Methods made of several operations, as functions that create them.
local COMPOSED = {
  inboxes = { watch = looking(watching, "watch_several", "inboxes.watch") },
  ["inboxes.messages"] = {
    wait = looking(waiting, "wait", "inboxes.messages.wait"),
    watch = looking(watching, "watch", "inboxes.messages.watch"),
  },
}

local function compile(node, key)
  local name = node.operations[key]
  if name then return method_of(name) end
  if OVER_ALL[key] and node.operations.list then
    return over_all(key, node.operations.list, node.operations.search)
  end
  local composed = (COMPOSED[node.name] or {})[key]
  return composed and composed()
end

local new

--- The nodes in use, by name.
local nodes = {}

local node_at

local function known(node)
  local keys = {}
  for key in pairs(OVER_ALL) do keys[key] = node.operations.list end
  for key in pairs(node.operations) do keys[key] = true end
  for key in pairs(COMPOSED[node.name] or {}) do keys[key] = true end
  for key in pairs(node.children) do keys[key] = true end
  return keys
end

--- Where a name that is missing here exists: a collection deeper in the client, or a method of the
--- same collection in another scope.
---@param name string   of the node; "" for the client
---@param key any
---@return string  "; it is …", or ""
local function elsewhere(name, key)
  local word = name:match("[%w_]*$")
  local found
  local function look(node)
    local last = node.name:match("[%w_]*$")
    local has = name == "" and last == key and node.name
      or name ~= "" and last == word and node.operations[key]
    if has and (not found or #has < #found or #has == #found and has < found) then found = has end
    for _, child in pairs(node.children) do look(node_at(child)) end
  end
  look(node_at "")
  return found and ("; it is client.%s"):format(found) or ""
end

-- A method, a child collection, or an error that suggests the nearest name: a collection has no
-- data, so any other name is a mistake.
local function lookup(node, collection, key)
  local method = compile(node, key)
  if method then
    node.methods[key] = method
    return method
  end
  local child = node.children[key]
  if child then
    child = new(node_at(child), collection.scope)
    rawset(collection, key, child)
    return child
  end
  local hint = elsewhere(node.name, key)
  if hint == "" then hint = mistakes.suggestion(key, known(node)) end
  raise(("%s has no '%s'%s"):format(node.name, tostring(key), hint))
end

--- Shorter names of operations, by collection and method.
local ALIASES = {
  ["inboxes.calendar"] = { agenda = "get_agenda", instances = "list_event_instances" },
  ["inboxes.calendar.events"] = {
    list = "list_events", create = "create_event", get = "get_event", update = "update_event",
    delete = "delete_event", respond = "respond_to_event", instances = "list_event_instances",
  },
}

-- The methods and the collections of a node.
local function members_of(name)
  local operations, children = core.members(name)
  for method, word in pairs(ALIASES[name] or {}) do
    operations[method] = "inboxes.calendar." .. word
  end
  if name == "inboxes.calendar" then children.events = "inboxes.calendar.events" end
  return operations, children
end

local function new_node(name)
  local operations, children = members_of(name)
  local node = { name = name, operations = operations, children = children, methods = {} }
  local methods = node.methods
  node.mt = {
    __name = "agentmail.Collection",
    __index = function(collection, key)
      return methods[key] or lookup(node, collection, key)
    end,
    __tostring = function() return "agentmail collection " .. name end,
  }
  return node
end

--- The node of a name such as "inboxes.drafts".
---@param name string
---@return agentmail.Node
function node_at(name)
  nodes[name] = nodes[name] or new_node(name)
  return nodes[name]
end

--- A collection: a node in a scope.
---@param node agentmail.Node
---@param scope table
---@return table
function new(node, scope)
  return setmetatable({ scope = scope }, node.mt)
end

return {
  new = new, plan_of = plan_of, sender = sender, receiver_of = receiver_of, elsewhere = elsewhere,
  root = node_at "", node_at = node_at, composed = COMPOSED,
}
