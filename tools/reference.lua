-- SPDX-License-Identifier: MIT
-- Generates docs/reference.md from the declarations in lua/agentmail.
--   lua5.4 tools/reference.lua            writes it anew
--   lua5.4 tools/reference.lua --check    fails if that would change it
package.path = "tools/?.lua;" .. package.path
local declared = require "declared"
local files = require "files"
local agentmail = require "agentmail"

local sorted, split = declared.sorted, declared.split
local about, concat = declared.about, table.concat

local lines = {}

local function add(text, ...)
  lines[#lines + 1] = select("#", ...) > 0 and text:format(...) or text
end

local INTRO = [[
# Reference

Every operation of the API, as this library calls it. `make docs` writes this page from
[`lua/agentmail/api/operations.lua`](../lua/agentmail/api/operations.lua) and
[`models.lua`](../lua/agentmail/api/models.lua). The [README](../README.md) is an introduction.

* **Forms of a call.** Most operations can be called in two or three forms, which send the same
  request. The long form names everything:
  `client.inboxes.messages:reply { inbox_id = …, message_id = …, … }`. In the others, an object
  supplies what it knows: `inbox.messages:reply { message_id = …, … }`, `message:reply { … }`. If
  only one parameter is left, or only the `q` of a search, a string can replace the table:
  `client.inboxes:get "ann@example.com"`, `inbox.messages:search "invoice"`.
* **Results.** `value, receipt`, or `nil, message, failure`. "Returns" below names the value; it is
  `true` if the service's answer is empty. A caller's mistake raises an error instead.
* **Second argument.** Each method takes [options](#options-of-a-call) for this one call.
* **Types.** A `date` is what `os.time()` returns, or text such as `"2026-08-31T12:00:00Z"`; answers
  hold text. A line is a string without line breaks. A list of strings may be given as one string.
  `or null`: `agentmail.null` clears it.
]]

-- Types in words ----------------------------------------------------------------------------------

local WORDS = {
  datetime = "date", attachment = "[attachment](#attachments)",
  strings = "string or list of strings", lines = "line or list of lines",
  ["map<string>"] = "strings by name", metadata = "values by name", labels = "labels",
  permissions = "[permissions](#permission)", jwk = "JSON Web Key: `kty`, `crv`, `x`, `y`",
  any = "any JSON",
}

local function anchor(name) return "#" .. name:lower() end

local function words_of(field)
  local kind = WORDS[field.type]
  local named = declared.enums[field.type] or declared.models[field.type]
    or declared.records[field.type]
  if not kind and named then
    kind = ("[%s](%s)"):format(field.type, anchor(field.type))
  end
  if field.list and field.type == "string" then return "list of strings" end
  if field.list and field.type == "line" then return "list of lines" end
  return (field.list and "list of " or "") .. (kind or field.type)
end

-- Operations --------------------------------------------------------------------------------------

local OBJECTS = { Inbox = "inbox", Message = "message", Thread = "thread", Draft = "draft",
                  Calendar = "calendar", CalendarEvent = "event", Pod = "pod" }

-- The arguments of a call, as one writes them: required ones by name, "…" for the rest.
local function arguments_of(name, bound)
  local needed, more = {}, #declared.own_fields(name) > 0
  for _, param in ipairs(declared.params(name)) do
    if not bound[param] then needed[#needed + 1] = param end
  end
  local fields = declared.fields(name)
  if #needed == 0 and #fields == 0 and not more then return "()" end
  if #needed == 1 and #fields == 0 and not more then return "(" .. needed[1] .. ")" end
  for _, field in ipairs(fields) do
    if field.required then needed[#needed + 1] = field.name else more = true end
  end
  for i, word in ipairs(needed) do needed[i] = word .. " = …" end
  if more then needed[#needed + 1] = "…" end
  return " { " .. concat(needed, ", ") .. " }"
end

-- The ways to call an operation, the shortest first.
local function doors_of(name)
  local path, method = split(name)
  local doors = {}
  local class, own, of_object = declared.object_of(name)
  if class then
    local bound = { inbox_id = true, [own] = true }
    doors[1] = OBJECTS[class] .. ":" .. of_object .. arguments_of(name, bound)
  end
  for _, alias in ipairs(declared.aliases(name)) do
    doors[#doors + 1] = alias[1]:gsub("^inboxes%.", "inbox.") .. ":" .. alias[2]
      .. arguments_of(name, { inbox_id = true })
  end
  local scope, rest = path:match "^(%w+)%.(.+)$"
  if scope == "inboxes" then
    doors[#doors + 1] = "inbox." .. rest .. ":" .. method
      .. arguments_of(name, { inbox_id = true })
  elseif scope == "pods" then
    doors[#doors + 1] = "pod." .. rest .. ":" .. method .. arguments_of(name, { pod_id = true })
  end
  doors[#doors + 1] = "client." .. path .. ":" .. method .. arguments_of(name, {})
  return doors
end

local function returned(row)
  local model = row.returns and declared.models[row.returns]
  if not model then return "`true`" end
  if model.file then return "a string" end
  local _, item = declared.model_fields(row.returns)
  if item then return ("a [page](#pages) of [%s](%s)"):format(item, anchor(item)) end
  return ("[%s](%s)"):format(row.returns, anchor(row.returns))
end

local short = {}
for _, row in ipairs(about.protections) do short[row[1]] = row[2] end

-- The fields of all operations of a method, each with those that do not have it.
local function union_of(names)
  local union, by_name = {}, {}
  for _, name in ipairs(names) do
    for _, field in ipairs(declared.fields(name)) do
      if not by_name[field.name] then
        by_name[field.name] = field
        union[#union + 1] = field
        field.where = {}
      end
      table.insert(by_name[field.name].where, "`client." .. split(name) .. "`")
    end
  end
  return union
end

local function print_fields(names)
  local union, own = union_of(names), declared.own_fields(names[1])
  if #union + #own == 0 then return end
  add "\n| field | type | |\n|---|---|---|"
  for _, field in ipairs(union) do
    local words = field.about
    if #field.where < #names then
      words = words .. (words ~= "" and "; " or "") .. "only " .. concat(field.where, ", ")
    end
    add("| `%s`%s | %s%s | %s |", field.name, field.required and " **needed**" or "",
      words_of(field), field.nullable and " or null" or "", words)
  end
  for _, field in ipairs(own) do
    add("| `%s` | %s | %s |", field.name, field.type:gsub("|", " or "), field.about)
  end
end

-- The collections whose list this operation is, as the reader knows them.
local function lists_of(method, chapter, name)
  local lists = { method.name == "list" and chapter.key or nil }
  for _, alias in ipairs(declared.aliases(name)) do
    if alias[2] == "list" then lists[#lists + 1] = alias[1]:match "[%w_]+$" end
  end
  return lists
end

local function print_method(chapter, method)
  local names = method.operations
  local row = declared.operations[names[1]]
  add("\n### %s:%s\n\n%s", chapter.key, method.name, declared.sentence(names[1], #names > 1))
  add "\n```lua"
  for _, name in ipairs(names) do
    for _, door in ipairs(doors_of(name)) do add(door, nil) end
  end
  add "```\n"
  local routes = {}
  for i, name in ipairs(names) do
    local operation = declared.operations[name]
    routes[i] = ("`%s %s`"):format(operation[1], operation[2])
  end
  add(concat(routes, ", ") .. ".", nil)
  add("Returns: %s. [Protection](#protection): %s%s.", returned(row), short[row[3]],
    row.auth == false and ". Needs no API key" or "")
  if row.note then add("Note: %s.", row.note) end
  for _, list in ipairs(lists_of(method, chapter, names[1])) do
    add("`%s:each { … }` loops over [all pages](#pages), `%s:all { … }` returns an array.", list,
        list)
  end
  print_fields(names)
end

-- Methods that are more than one operation --------------------------------------------------------

local function signature(prefix, method)
  local names = {}
  for i, param in ipairs(method.params) do names[i] = param:match "^[%w_.]+" end
  return ("%s%s(%s)"):format(prefix, method.name, concat(names, ", "))
end

local function print_others(title, rows)
  if #rows == 0 then return end
  add("\n| %s | |\n|---|---|", title)
  for _, row in ipairs(rows) do add("| `%s` | %s |", signature(row[1], row[2]), row[2].about) end
end

local function others_of(chapter)
  local rows = {}
  for _, name in ipairs(chapter.collections) do
    for _, method in ipairs(declared.composed(name)) do
      rows[#rows + 1] = { name:gsub("^inboxes%.", "inbox.") .. ":", method }
    end
  end
  for class, home in pairs(declared.homes) do
    if home[1]:match "[%w_]+$" == chapter.key then
      for _, method in ipairs(declared.methods(class)) do
        if not method.operation then rows[#rows + 1] = { OBJECTS[class] .. ":", method } end
      end
    end
  end
  return rows
end

local function print_chapter(chapter)
  add("\n## %s\n\n%s", chapter.title, chapter.about)
  print_others("beyond the operations", others_of(chapter))
  for _, method in ipairs(chapter.methods) do print_method(chapter, method) end
end

-- The rest ----------------------------------------------------------------------------------------

local function print_contents(chapters)
  add "\n## Contents\n"
  for _, chapter in ipairs(chapters) do
    local names = {}
    for i, method in ipairs(chapter.methods) do
      names[i] = ("[%s](#%s%s)"):format(method.name, chapter.key, method.name)
    end
    add("* [%s](#%s): %s", chapter.title, chapter.title:lower():gsub(" ", "-"),
      concat(names, ", "))
  end
  add "* [Client and module](#client-and-module), [Pages](#pages)"
  add "* [Waiting for mail](#waiting-for-mail), [Labels](#labels), [Attachments](#attachments)"
  add "* [Options of a call](#options-of-a-call), [Receipt and failure](#receipt-and-failure)"
  add "* [What comes back](#what-comes-back), [What requests hold](#what-requests-hold)"
  add "* [The outbox](#the-outbox), [Words](#words)"
end

local function print_protections()
  add "\n## Protection\n\nWhich calls are repeated after a failure whose effect is unknown.\n"
  add "| word | what it means |\n|---|---|"
  for _, row in ipairs(about.protections) do add("| `%s` | %s |", row[1], row[3]) end
end

local function print_methods(prefix, class)
  local rows = {}
  for i, method in ipairs(declared.methods(class)) do rows[i] = { prefix, method } end
  print_others("method", rows)
end

local function print_class(classes, name)
  add "\n| field | type | |\n|---|---|---|"
  for _, field in ipairs(classes[name].fields) do
    local kind = field.type:gsub("|nil$", ""):gsub("%?$", ""):gsub("|", "\\|")
    add("| `%s` | `%s` | %s |", field.name, kind, field.comment)
  end
end

local function print_limits()
  add "\nLimits are in seconds, bytes or counts. `connections`, `queue_length`, `json_depth` and"
  add "those of the outbox are set for a client only:\n"
  add "| name | default | bounds |\n|---|---|---|"
  for _, limit in ipairs(agentmail.limits) do
    add("| `%s` | %.14g | %s |", limit.name, limit.default, limit.about)
  end
end

local function print_client(classes)
  add "\n## Client and module"
  add "\n| value | |\n|---|---|"
  for _, value in ipairs(declared.values()) do
    add("| `agentmail.%s` | %s |", value[1], value[3])
  end
  local rows = {}
  for _, method in ipairs(declared.functions()) do rows[#rows + 1] = { "agentmail.", method } end
  for _, method in ipairs(declared.methods "Client") do rows[#rows + 1] = { "client:", method } end
  for _, method in ipairs(declared.methods "Failure") do
    rows[#rows + 1] = { "failure:", method }
  end
  for _, method in ipairs(declared.methods "Task") do rows[#rows + 1] = { "task:", method } end
  print_others("function or method", rows)
  add "\nA task has a `state`: ready, waiting, done, failed or cancelled."
  add "\nOptions of `agentmail.new`:"
  print_class(classes, "agentmail.Options")
  add "\nArgument of the function `dry`:"
  print_class(classes, "agentmail.DryRequest")
  add "\nFields of the option `outbox`; a string is its `path`:"
  print_class(classes, "agentmail.OutboxOptions")
  add "\nWhat `client:request` takes:"
  print_class(classes, "agentmail.GenericRequest")
  add "\nWhat `verify_webhook` takes; it returns an [event](#event):"
  print_class(classes, "agentmail.Incoming")
end

local function print_library(classes)
  add "\n## Pages\n\nA page is an array of the list's items, with these additional fields."
  print_class(classes, "agentmail.Page")
  print_methods("page:", "Page")
  add "\nA collection's `each { … }` loops over all items of all pages and raises if a page cannot"
  add "be fetched; `all { … }` returns them as an array, or `nil, message, failure`. Use `all` if"
  add "your changes affect what the list selects: collect first, then act. Both take the arguments"
  add "of `list`, the `q` of a search if there is one and, like `page:each`:"
  print_class(classes, "agentmail.Loop")
  add "\nItems of a list carry no bodies: fields that a list omits, like `message.text`, are absent"
  add "until `message:get()` or `full = true` fetches them. The latter fetches four at a time, so"
  add "changes by the loop's body may not show in the next three. Deleted items are left out."
  add "\n## Waiting for mail\n\nWhat `inbox.messages:wait { … }` takes:"
  print_class(classes, "agentmail.Wanted")
  add "\nThe [guide](guide.md#waiting-and-watching) shows both in use. What"
  add "`inbox.messages:watch { … }` and `client.inboxes:watch { … }` take:"
  print_class(classes, "agentmail.Watched")
  add "\nThey return a watcher for a `for` loop: `for message in watcher do … end`."
  print_class(classes, "agentmail.Watcher")
  print_methods("watcher:", "Watcher")
  add "\nA watcher's `state` has, for each inbox by its `inbox_id`:"
  print_class(classes, "agentmail.Bookmark.Stored")
  add "\n## Labels\n"
  add "An array, and also a set by lower-case name: `labels[1]`, `#labels`, `labels.unread`."
  add "What `message:relabel { … }` takes, like a thread's and a draft's:"
  print_class(classes, "agentmail.Relabel")
  add "\n## Attachments\n\nOne of `path`, `data`, `content` and `url`, and a description."
  print_class(classes, "agentmail.Attachment.Outgoing")
  add "\n`message:attachment(id)`, `thread:attachment(id)`, `draft:attachment(id)` and"
  add "`message:raw()` are downloads, plain data with methods. (`get_attachment` and `get_raw`"
  add "only return a link to the bytes.)"
  add "\nA download returns all of the bytes as stored, or a failure: never a part of them, and"
  add "nothing unpacked. A saved file is written beside its destination and renamed once it is"
  add "complete and on the disk: other hard links to an old file keep the old bytes, and the"
  add "permissions of the folder decide who may replace it. The new file has the mode of the old"
  add "one and, if this process may set them, its owner, group and access list; if not, nobody gets"
  add "a right that the old file did not give. Anything but a regular file is refused with code"
  add "`file` before any request, and so is a file reached through an open descriptor, such as"
  add "`/dev/stdout`. `save_in` names a raw message by its id."
  print_class(classes, "agentmail.Download")
  print_methods("download:", "Download")
  add "\n## Options of a call\n\nThe limits by their names, and these:"
  print_class(classes, "agentmail.CallOptions")
  print_limits()
  add "\nWhat `on_attempt` sees:"
  print_class(classes, "agentmail.AttemptEvent")
  add "\n## Receipt and failure\n\nA receipt:"
  print_class(classes, "agentmail.Receipt")
  add "\nA failure; our own codes are listed below:"
  print_class(classes, "agentmail.Failure")
  add "\nIts `code` is the service's own, or one of these:\n\n| code | it means |\n|---|---|"
  for _, code in ipairs(declared.codes()) do add("| `%s` | %s |", code[1], code[2]) end
  add "\nWhat `failure:retry { … }` takes:"
  print_class(classes, "agentmail.Retry")
  add "\nA response:"
  print_class(classes, "agentmail.Response")
  add "\n## The outbox\n\n`client.outbox`, if the client has the option `outbox`. A row:"
  print_class(classes, "agentmail.OutboxRow")
  print_methods("row:", "OutboxRow")
  add "\nWhat `resume` reports:"
  print_class(classes, "agentmail.OutboxReport")
  print_methods("client.outbox:", "Outbox")
end

local function print_model(name)
  local model = declared.models[name]
  local fields, item = declared.model_fields(name)
  if model.file or item and #fields == 3 then return end
  add("\n### %s\n", name)
  if item then add("A [page](#pages) of [%s](%s), with these fields too.\n", item, anchor(item)) end
  if model.map then
    add("Lists of [%s](%s) by name.", model.map, anchor(model.map))
    return
  end
  if model.object then
    add("An object with the methods of [%s](#%s).\n", OBJECTS[model.object],
      declared.homes[model.object][1]:match "[%w_]+$")
  end
  local shown = {}
  for _, field in ipairs(fields) do
    local envelope = item and (field.name == "count" or field.name == "limit"
      or field.name == "next_page_token")
    if not envelope then
      shown[#shown + 1] = ("`%s`%s %s"):format(field.name, field.nullable and "?" or "",
        words_of(field))
    end
  end
  add(concat(shown, " · "), nil)
end

local function print_record(name)
  if WORDS[name] then return end
  local shown = {}
  for i, field in ipairs(declared.record_fields(name)) do
    shown[i] = ("`%s`%s %s"):format(field.name, field.required and " **needed**" or "",
                                    words_of(field))
  end
  add("\n### %s\n\n%s", name, concat(shown, " · "))
end

local function print_answers()
  add "\n## What comes back\n\nThe fields of each answer; `?` marks those that may be absent."
  for _, name in ipairs(sorted(declared.models)) do print_model(name) end
  add "\n## What requests hold\n\nThe members of tables in requests."
  for _, name in ipairs(sorted(declared.records)) do print_record(name) end
  add "\n## Words\n\nThe closed sets of words in the API."
  for _, name in ipairs(sorted(declared.enums)) do
    add("\n### %s\n\n`%s`", name, concat(declared.enums[name], "` `"))
  end
end

local chapters = declared.chapters()
add(INTRO:sub(1, -2), nil)
print_contents(chapters)
print_protections()
for _, chapter in ipairs(chapters) do print_chapter(chapter) end
local classes = declared.source_classes()
print_client(classes)
print_library(classes)
print_answers()
files.write({ ["docs/reference.md"] = concat(lines, "\n") .. "\n" }, "docs")
