-- SPDX-License-Identifier: MIT
-- What lua/agentmail declares, in the order and words meant for readers. The type files and the
-- reference are generated from this.
local about = require "about"
local agentmail = require "agentmail"
local collections = require "agentmail.object.collection"
local files = require "files"
local luacats = require "luacats"
local models = require "agentmail.api.models"
local object = require "agentmail.object.object"
local operations = require "agentmail.api.operations"
local schema = require "agentmail.api.plan"

local M = { about = about, enums = models.enums, models = models.models, operations = operations,
            records = models.records }

local ORDER = { list = 1, search = 2, create = 3, send = 4, reply = 5, reply_all = 6, forward = 7,
                get = 8 }

-- Lists and creates before the rest, which is in alphabetical order.
local function earlier(a, b)
  local first, second = ORDER[a] or 9, ORDER[b] or 9
  if first ~= second then return first < second end
  return a < b
end

--- The names of a table's members, sorted.
function M.sorted(map, before)
  local names = {}
  for name in pairs(map) do names[#names + 1] = name end
  table.sort(names, before)
  return names
end

--- "inboxes.messages.send" → "inboxes.messages", "send"
function M.split(name)
  return name:match("^(.*)%.([%w_]+)$")
end

-- The description of an operation's field: the most specific one.
local function words_for(chapter, method, field)
  local full = chapter .. "." .. method .. "." .. field
  local words = about.fields[full] or about.fields[field]
  return assert(words, "tools/about.lua has no words for " .. full)
end

--- The fields of an operation, in wire order.
function M.fields(name)
  local row = operations[name]
  local collection, method = M.split(name)
  local chapter, all = collection:match("[%w_]+$"), {} -- in wire order
  for _, part in ipairs { "query", "body" } do
    for _, field in ipairs(schema.fields(row[part] or "")) do
      field.part, field.about = part, words_for(chapter, method, field.name)
      all[#all + 1] = field
    end
  end
  return all
end

--- The arguments of an operation that are not sent as fields.
function M.own_fields(name)
  local row, own = operations[name], {}
  local taken = (row.takes or "") .. " " .. row[3]
  if row[3] == "idempotency_key" then
    own[1] = { name = "idempotency_key", type = "string|false",
               about = "the same one never sends twice; `false` for none" }
  elseif taken:find "idempotency_key" then
    own[1] = { name = "idempotency_key", type = "string|false",
               about = "visible ASCII, 128 characters at most; default: none" }
  end
  if taken:find "if_match" then
    local default = row[3] == "if_match" and "of an object, its own" or "none"
    own[#own + 1] = { name = "if_match", type = "string|false",
                      about = "the etag of the state to change; default: " .. default
                        .. "; `false` for none" }
  end
  if row.returns and models.models[row.returns].joined then
    own[1] = { name = "single_page", type = "boolean",
               about = "one page, as it comes, instead of all of them joined" }
  end
  return own
end

--- The members of a record.
function M.record_fields(name) return schema.fields(models.records[name]) end

--- What an operation does, in one sentence, which names the scope unless the operation covers all.
function M.sentence(name, for_all)
  local collection, method = M.split(name)
  local chapter = collection:match("[%w_]+$")
  local words = about.operations[chapter .. "." .. method]
  assert(words, "tools/about.lua has no words for " .. name)
  local scope = collection:match("^(%w+)%.")
  local of = (scope == "pods" or scope == "inboxes") and not for_all
    and "of the " .. (scope == "pods" and "pod" or "inbox")
  return (words:gsub(" %$", of and " " .. of or ""))
end

--- The chapters: { key, title, about, collections, methods }, a method being { name, operations }.
function M.chapters()
  local made, by_key = {}, {}
  for i, words in ipairs(about.chapters) do
    made[i] = { key = words[1], title = words[2], about = words[3], collections = {}, methods = {} }
    by_key[words[1]] = made[i]
  end
  local seen = {}
  for _, name in ipairs(M.sorted(operations)) do
    local collection, method = M.split(name)
    local key = collection:match("[%w_]+$")
    local chapter = assert(by_key[key], "tools/about.lua has no chapter " .. key)
    if not seen[collection] then table.insert(chapter.collections, collection) end
    seen[collection] = true
    chapter.methods[method] = chapter.methods[method] or {}
    table.insert(chapter.methods[method], name)
  end
  local function widest_first(a, b)
    local _, first = a:gsub("%.", "")
    local _, second = b:gsub("%.", "")
    if first ~= second then return first < second end
    return a > b -- pods before inboxes
  end
  for _, chapter in ipairs(made) do
    table.sort(chapter.collections, widest_first)
    local list = {}
    for i, method in ipairs(M.sorted(chapter.methods, earlier)) do
      table.sort(chapter.methods[method], widest_first)
      list[i] = { name = method, operations = chapter.methods[method] }
    end
    chapter.methods = list
  end
  return made
end

--- Class → the collection of its operations, and the parameter that identifies it.
M.homes = {
  Inbox = { "inboxes", "inbox_id" }, Message = { "inboxes.messages", "message_id" },
  Thread = { "inboxes.threads", "thread_id" }, Draft = { "inboxes.drafts", "draft_id" },
  Calendar = { "inboxes.calendar", "inbox_id" }, CalendarEvent = { "inboxes.calendar", "event_id" },
  Pod = { "pods", "pod_id" },
}

-- The modules that define the methods of classes that are not API objects.
local OTHERS = { Download = "agentmail.object.download", Failure = "agentmail.call.failure",
                 Outbox = "agentmail.outbox.outbox", OutboxRow = "agentmail.outbox.rows",
                 Page = "agentmail.object.page", Task = "agentmail.task.run",
                 Watcher = "agentmail.object.watch" }

local function other_methods(class)
  if class ~= "Client" then return OTHERS[class] and require(OTHERS[class]).methods end
  return getmetatable(agentmail.new { api_key = "k", base_url = "http://127.0.0.1:9" }).methods
end

-- Descriptions for each member of a table; each must have one and exist.
local function worded(members, words, what)
  local list = {}
  for name in pairs(words) do assert(members[name], what .. " has no '" .. name .. "'") end
  for _, name in ipairs(M.sorted(members, earlier)) do
    assert(words[name], ("tools/about.lua has no words for '%s' of %s"):format(name, what))
    words[name].name = name
    list[#list + 1] = words[name]
  end
  return list
end

--- The methods of a class: { name, operation } or { name, about, params, returns }.
function M.methods(class)
  local members = other_methods(class)
  if members then return worded(members, about.methods[class], class) end
  local list, others, kind = {}, {}, object.classes[class]
  for name in pairs(kind.methods) do
    local operation = kind.operations[name]
    if operation then list[#list + 1] = { name = name, operation = operation }
    else others[name] = true end
  end
  table.sort(list, function(a, b) return earlier(a.name, b.name) end)
  others = worded(others, about.methods[class], class)
  return table.move(others, 1, #others, #list + 1, list)
end

--- The functions of the module.
function M.functions()
  local members = {}
  for name, value in pairs(agentmail) do
    if type(value) == "function" then members[name] = true end
  end
  return worded(members, about.functions, "agentmail")
end

-- Members of the module for this project's own use.
local INTERNAL = { methods = true, mt = true }

--- The other members of the module, sorted: { name, type, about } each.
function M.values()
  local list = {}
  for _, name in ipairs(M.sorted(agentmail)) do
    if type(agentmail[name]) ~= "function" and not INTERNAL[name] then
      local words = assert(about.values[name], "about.lua has no words for agentmail." .. name)
      list[#list + 1] = { name, words[1], words[2] }
    end
  end
  return list
end

--- The methods of a collection that combine several operations.
function M.composed(name)
  return worded(collections.composed[name] or {}, about.composed[name] or {}, name)
end

--- The object that an operation is a method of, such as "Message", if any; the parameter that
--- identifies it, and the name of the method.
function M.object_of(name)
  for class, home in pairs(M.homes) do
    for method, operation in pairs(object.classes[class].operations) do
      if operation == name then return class, home[2], method end
    end
  end
end

--- Shorter names of an operation: { collection, method } each, sorted.
function M.aliases(name)
  local list = {}
  for path, node in pairs(M.nodes()) do
    for method, operation in pairs(node.operations) do
      if operation == name and path .. "." .. method ~= name then
        list[#list + 1] = { path, method }
      end
    end
  end
  table.sort(list, function(a, b) return a[1] < b[1] end)
  return list
end

local function add_nodes(all, node)
  if next(node.operations) then all[node.name] = node end
  for _, child in pairs(node.children) do add_nodes(all, collections.node_at(child)) end
  return all
end

--- The collections by name.
function M.nodes() return add_nodes({}, collections.root) end

--- The parameters of an operation's path.
function M.params(name)
  return schema.plan(name).params
end

--- The fields of a model's values; for a page, those of its envelope, and the model it lists.
function M.model_fields(name)
  local model, list, item = models.models[name], {}, nil
  for _, field in ipairs(schema.fields(model[1] or "")) do
    if field.name == model.page then item = field.type else list[#list + 1] = field end
  end
  return list, item
end

--- The codes of a failure that are the library's own, from the one table in C: AM_CODES of
--- agentmail.h. { word, meaning } each.
function M.codes()
  local list = {}
  local table_in_c = files.read("csrc/agentmail.h"):match("#define AM_CODES%(X%)(.-)\n\n")
  for word, meaning in table_in_c:gmatch('X%([%w_]+, "([%w_]+)",[%s\\]*"([^"]+)"%)') do
    if word ~= "ok" then list[#list + 1] = { word, meaning } end
  end
  return list
end

--- The classes that the library's own sources annotate: name → { comment, fields }.
function M.source_classes()
  local all = {}
  for _, path in ipairs(files.sources "lua/agentmail") do
    for name, class in pairs(luacats.classes(files.read(path))) do all[name] = class end
  end
  return all
end

return M
