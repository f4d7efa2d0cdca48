-- SPDX-License-Identifier: MIT
-- Inbox, Message, Thread, Draft, Calendar, CalendarEvent, Pod: plain data with methods. The fields
-- are only the API's; the client and inbox of an object are stored in its metatable's scope, and
-- all methods use the operations of the inbox.

local collection = require "agentmail.object.collection"
local copies = require "agentmail.util.copy"
local core = require "agentmail.core"
local lazy = require "agentmail.util.lazy"
local mistakes = require "agentmail.util.held" "agentmail.util.mistakes"
local plans = require "agentmail.api.plan"
local raising = require "agentmail.util.raise"
local downloads, threads = lazy "agentmail.object.download", lazy "agentmail.object.thread"
local printed = lazy "agentmail.object.printed"

local raise, same = raising.raise, raising.same

-- How an answer updates the object whose method was called: it is the complete new state, or only
-- the changes.
local replace, merge = copies.replace, copies.merge

-- Methods ----------------------------------------------------------------------------------------

-- The scope of a method's receiver.
local function scope_of(object, name)
  local mt = getmetatable(object)
  local scope = type(mt) == "table" and mt.scope
  if not scope then raise(mistakes.dot(name)) end
  return scope
end

local function method(operation, receiver)
  local encoder, send
  return function(self, arguments, options)
    if not encoder then
      local plan = collection.plan_of(operation)
      encoder, send = plan.encoder, plan.protection == "idempotency_key" and collection.sender(plan)
    end
    if send then
      return same(send(scope_of(self, operation), arguments, options, self, receiver))
    end
    return same(encoder:perform(scope_of(self, operation), arguments, options, self, receiver))
  end
end

---@class agentmail.Relabel  either, or both
---@field add string|string[]|nil
---@field remove string|string[]|nil
local RELABEL = { add = "add_labels", remove = "remove_labels" }

-- relabel { add = …, remove = … }: an update of labels only.
local function relabel(operation, receiver)
  local update = method(operation, receiver)
  return function(self, changes, options)
    scope_of(self, "relabel")
    if type(changes) ~= "table" then
      raise(operation .. ": relabel takes { add = …, remove = … }, not a " .. type(changes))
    end
    local arguments = {}
    for name, labels in pairs(changes) do
      if not RELABEL[name] then
        local _, mistake = mistakes.unknown(name, RELABEL, "parameter")
        raise(operation .. ": relabel: " .. mistake)
      end
      arguments[RELABEL[name]] = labels
    end
    if next(arguments) == nil then
      raise(operation .. ": relabel needs add, remove, or both")
    end
    return same(update(self, arguments, options))
  end
end

-- inbox:message(id): an object without a request, to call methods on.
local function handle(class, field, name)
  name = name or class:lower()
  return function(self, id)
    local scope = scope_of(self, name)
    local _, problem = core.segment(id)
    if problem then raise(("%s: %s %s"):format(name, field, problem)) end
    return setmetatable({ inbox_id = scope.ids.inbox_id, [field] = id }, scope[class])
  end
end

-- message:attachment(id): the same for attachments.
local function attachment(field)
  return function(self, id)
    local made, mistake = downloads.attachment_of(self, scope_of(self, "attachment"), field, id)
    return made or raise(mistake)
  end
end

-- inbox:pause(), inbox:resume(): an update of the status only.
local function set_status(name, status)
  local update = method("inboxes.update", replace)
  return function(self, options)
    scope_of(self, name)
    return same(update(self, { status = status }, options))
  end
end

-- Updates an event from an answer that holds it. The answer's event is the same object.
local function changed_event(event, answer)
  if answer.event then answer.event = replace(event, answer.event) end
  return answer
end

-- A class: operations on one of its objects, as methods, and more methods. `receivers` receive the
-- answers to some of them, by method.
local function class_of(names, receivers, more)
  local methods = more or {}
  for name, operation in next, names do methods[name] = method(operation, receivers[name]) end
  return { methods = methods, operations = names, get = names.get,
           get_plan = function() return collection.plan_of(names.get) end }
end

-- A class of the operations of a collection on what a parameter identifies.
local function class(path, field, updated, more)
  local names = core.members(path, field)
  local made = class_of(names, { get = replace, update = updated }, more)
  if names.get_attachment then made.methods.attachment = attachment(field) end
  return made
end

-- Functions that make the classes. `children`: the node whose collections an object has as well, in
-- its own scope.
local makers = {
  Inbox = function()
    local made = class("inboxes", "inbox_id", replace, {
      message = handle("Message", "message_id"), thread = handle("Thread", "thread_id"),
      draft = handle("Draft", "draft_id"), event = handle("CalendarEvent", "event_id", "event"),
      pause = set_status("pause", "paused"), resume = set_status("resume", "active"),
    })
    made.children = "inboxes"
    return made
  end,
  Message = function()
    return class("inboxes.messages", "message_id", merge, {
      relabel = relabel("inboxes.messages.update", merge),
      raw = function(self) return downloads.raw_of(self, scope_of(self, "raw")) end,
    })
  end,
  Thread = function()
    return class("inboxes.threads", "thread_id", merge, {
      relabel = relabel("inboxes.threads.update", merge),
      last_received = function(self, options)
        scope_of(self, "last_received")
        return same(threads.last_received(self, options))
      end,
    })
  end,
  Draft = function()
    return class("inboxes.drafts", "draft_id", replace, {
      relabel = relabel("inboxes.drafts.update", replace),
    })
  end,
  Calendar = function()
    return class_of({ get = "inboxes.calendar.get", update = "inboxes.calendar.update" },
                    { get = replace, update = replace })
  end,
  CalendarEvent = function()
    return class_of({
      get = "inboxes.calendar.get_event", update = "inboxes.calendar.update_event",
      delete = "inboxes.calendar.delete_event", respond = "inboxes.calendar.respond_to_event",
      instances = "inboxes.calendar.list_event_instances",
    }, { get = replace, update = changed_event, delete = changed_event,
         respond = changed_event })
  end,
  Pod = function()
    local made = class("pods", "pod_id")
    made.children = "pods"
    return made
  end,
}

--- The classes by name, made on first use: most programs use few of them.
local classes = setmetatable({}, {
  __index = function(classes, name)
    local make = makers[name]
    classes[name] = make and make()
    return rawget(classes, name)
  end,
  __pairs = function(classes)
    for name in next, makers do assert(classes[name]) end
    return next, classes
  end,
})

-- Scopes -----------------------------------------------------------------------------------------

local function metatable(scope, name, kind)
  local methods = kind.methods
  local mt = { __name = "agentmail." .. name, __index = methods, scope = scope,
               __tostring = kind.to_text, get_plan = kind.get_plan }
  if kind.children then
    local names, made = collection.node_at(kind.children).children, {}
    mt.__index = function(_, key)
      local found = methods[key] or made[key]
      if found or not names[key] then return found end
      made[key] = collection.new(collection.node_at(names[key]), scope)
      return made[key]
    end
  end
  return mt
end

-- scope.Message is the metatable of the messages in that scope, created on first use.
local scope_mt = {
  __index = function(scope, name)
    local kind = classes[name]
    if not kind then return nil end
    kind.to_text = kind.to_text or printed.of("agentmail." .. name, plans.models[name])
    local mt = metatable(scope, name, kind)
    scope[name] = mt
    return mt
  end,
}

--- A scope: a client and the bound path parameters.
---@param client table
---@param ids table<string, string>
---@return table
local function new_scope(client, ids)
  return setmetatable({ client = client, ids = ids }, scope_mt)
end

--- The scopes of a client by one parameter; each lives as long as one of its objects.
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
