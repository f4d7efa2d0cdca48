-- SPDX-License-Identifier: MIT
-- types/ and docs/reference.md name exactly what a program can reach at run time.

local agentmail = require "agentmail"
local collection = require "agentmail.object.collection"
local encoder = require "spec.support.encoder"
local helper = require "spec.support.helper"
local object = require "agentmail.object.object"
local options = require "agentmail.call.options"
local outbox_file = require "spec.support.outbox_file"
local schema = require "agentmail.api.plan"
local types = require "spec.support.types_reader"
local waiting = require "agentmail.object.wait"
local watching = require "agentmail.object.watch_settings"

local reference = types.read_file "docs/reference.md"
local client = agentmail.new { api_key = "k", base_url = "http://127.0.0.1:9" }

local function names_of(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = tostring(name) end
  table.sort(names)
  return names
end

local function assert_names(declared, found, what)
  assert.same(names_of(declared), names_of(found), what)
end

local function assert_in_reference(text)
  assert.is_truthy(reference:find(text, 1, true), "docs/reference.md does not have " .. text)
end

-- The rows of the first table in the reference after a text.
local function rows_after(text)
  local from = assert(select(2, reference:find(text, 1, true)), text)
  local rows, block = {}, reference:sub(from + 1):match "^.-\n(|.-\n)\n"
  for name in block:gmatch "\n| `([%w_]+)` |" do rows[name] = true end
  return rows
end

local function without(set, ...)
  for _, name in ipairs { ... } do set[name] = nil end
  return set
end

describe("types/ and docs/reference.md", function()
  it("list every name of the module", function()
    local functions, values = {}, {}
    for name, value in pairs(agentmail) do
      if type(value) == "function" then
        functions[name] = true
        assert_in_reference("| `agentmail." .. name .. "(")
      else
        values[name] = true
        assert_in_reference("| `agentmail." .. name .. "` |")
      end
    end
    assert_names(types.members("agentmail", "methods"), functions)
    assert_names(types.members("agentmail", "fields"), values)
  end)

  it("list every method and collection of a client", function()
    local methods, children = {}, {}
    for name, value in pairs(getmetatable(client).methods) do
      assert.equal(client[name], value)
      assert_in_reference("| `client:" .. name .. "(")
      methods[name] = true
    end
    for name in pairs(collection.root.children) do
      assert.is_table(client[name])
      children[name] = true
    end
    assert_names(types.members("agentmail.Client", "methods"), methods)
    children.outbox = true -- of a client with that option
    assert_names(types.members("agentmail.Client", "fields"), children)
  end)
end)

-- Asserts the names of a node's collection and of those below; returns the number of operations.
local function assert_collection(node, value, class)
  local methods, children, count = {}, {}, 0
  for name, operation in pairs(node.operations) do
    methods[name] = true
    if operation == node.name .. "." .. name then count = count + 1 end -- else an alias
  end
  for name in pairs(collection.composed[node.name] or {}) do
    methods[name] = true
    assert_in_reference("| `" .. node.name:gsub("^inboxes%.", "inbox.") .. ":" .. name .. "(")
  end
  if node.operations.list then
    methods.each, methods.all = true, true
    assert_in_reference("\n`" .. node.name:match "[%w_]+$" .. ":each {")
  end
  for name in pairs(methods) do assert.is_function(value[name]) end
  assert_names(types.members(class, "methods"), methods, class)
  for name in pairs(node.children) do children[name] = true end
  local fields = types.members(class, "fields")
  assert_names(fields, children, class)
  for name, child in pairs(node.children) do
    count = count + assert_collection(collection.node_at(child), value[name],
                                      types.member(class, "fields", name))
  end
  return count
end

describe("types/ and docs/reference.md list every method of the collections", function()
  it("of a client", function()
    local count = 0
    for name, child in pairs(collection.root.children) do
      local class = types.member("agentmail.Client", "fields", name)
      count = count + assert_collection(collection.node_at(child), client[name], class)
    end
    assert.equal(177, count)
  end)

  it("of an inbox and a pod", function()
    for class, value in pairs { Inbox = client:inbox "a@b.c", Pod = client:pod "p" } do
      local methods = "agentmail." .. class .. ".Methods"
      local node, children = collection.node_at(object.classes[class].children), {}
      for name, child in pairs(node.children) do
        children[name] = true
        assert_collection(collection.node_at(child), value[name],
                          types.member(methods, "fields", name))
      end
      assert_names(without(types.members(methods, "fields"), class:lower() .. "_id"), children)
    end
  end)
end)

describe("types/ and docs/reference.md list every method", function()
  it("of the objects", function()
    local inbox = client:inbox "a@b.c"
    local made = { Inbox = inbox, Message = inbox:message "m", Thread = inbox:thread "t",
                   Draft = inbox:draft "d", CalendarEvent = inbox:event "e", Pod = client:pod "p",
                   Calendar = setmetatable({}, getmetatable(inbox).scope.Calendar) }
    assert_names(made, object.classes)
    for class, value in pairs(made) do
      local methods = object.classes[class].methods
      assert_names(types.members("agentmail." .. class .. ".Methods", "methods"), methods, class)
      for name in pairs(methods) do
        assert.is_function(value[name])
        if not object.classes[class].operations[name] then
          assert_in_reference("| `" .. class:lower() .. ":" .. name .. "(")
        end
      end
    end
  end)

  it("of pages, downloads and failures", function()
    local download = client:inbox("a"):message("m"):attachment "x"
    local _, _, failure = client:inbox("a"):get(nil, { attempts = 1 })
    for class, methods in pairs {
      Download = getmetatable(download).__index, Failure = getmetatable(failure).__index,
      Page = require("agentmail.object.page").methods,
      Watcher = require("agentmail.object.watch").methods,
    } do
      assert_names(types.members("agentmail." .. class, "methods"), methods, class)
      for name in pairs(methods) do assert_in_reference("| `" .. class:lower() .. ":" .. name) end
    end
  end)
end)

describe("types/ and docs/reference.md list every option", function()
  local function assert_class(class, known, heading)
    assert_names(types.members("agentmail." .. class, "fields"), known, class)
    assert_names(rows_after(heading), known, heading)
  end

  it("of a client", function()
    assert_class("Options", options.of_client, "Options of `agentmail.new`:")
  end)

  it("of a call, and limits by name", function()
    local limits, of_call = {}, {}
    for _, limit in ipairs(agentmail.limits) do limits[limit.name] = true end
    for name in pairs(options.of_call) do of_call[name] = not limits[name] or nil end
    assert_names(types.members("agentmail.CallOptions", "fields"), options.of_call)
    assert_names(types.members("agentmail.Limits", "fields"), limits)
    assert_names(rows_after "## Options of a call", of_call)
    assert_names(rows_after "Limits are in seconds, bytes or counts", limits)
  end)

  it("of client:request, of webhooks and of waiting", function()
    assert_class("GenericRequest", require("agentmail.call.raw_request").known,
      "What `client:request` takes:")
    assert_class("Incoming", require("agentmail.object.webhook").known,
      "What `verify_webhook` takes;")
    assert_class("Wanted", waiting.parameters(schema.plan "inboxes.messages.list",
      client.inboxes.messages.scope), "What `inbox.messages:wait { … }` takes:")
    local list, several = schema.plan "inboxes.messages.list", client.inboxes.scope
    local watched = watching.parameters(list, client.inboxes.messages.scope)
    for name in pairs(watching.parameters_of_several(list, several)) do watched[name] = true end
    assert_class("Watched", watched,
      "What\n`inbox.messages:watch { … }` and `client.inboxes:watch { … }` take:")
  end)

  it("and a watcher's state are known", function()
    local stored = { newest = true, after = true, ids = true }
    assert_class("Bookmark.Stored", stored, "A watcher's `state` has")
    assert_class("Watcher", { state = true }, "They return a watcher")
    assert.matches("^fun%(%): agentmail.Message%?$", types.classes["agentmail.Watcher"].overload)
  end)

  it("of loops, of relabelling and of attachments, and each is accepted", function()
    local inbox = client:inbox "a@b.c"
    local samples = { max = 1, full = true, add = "x", remove = "y", content_disposition = "inline",
                      content = "YQ==" }
    for name in pairs(types.members("agentmail.Loop", "fields")) do
      assert.is_function((inbox.messages:each { [name] = samples[name] }))
    end
    for name in pairs(types.members("agentmail.Relabel", "fields")) do
      assert.is_nil((inbox:message("m"):relabel({ [name] = samples[name] }, { attempts = 1 })))
    end
    local sources = { path = true, data = true, content = true, url = true }
    for name in pairs(types.members("agentmail.Attachment.Outgoing", "fields")) do
      local given = { [name] = samples[name] or "x" }
      if not sources[name] then given.data = "bytes" end
      assert.is_truthy(encoder.value("attachment", given), name)
    end
    assert_names(rows_after "like `page:each`:", types.members("agentmail.Loop", "fields"))
    assert_names(rows_after "What `message:relabel { … }` takes",
                 types.members("agentmail.Relabel", "fields"))
    assert_names(rows_after "One of `path`, `data`, `content` and `url`",
                 types.members("agentmail.Attachment.Outgoing", "fields"))
  end)
end)

describe("types/ and docs/reference.md list every field of", function()
  -- Every field that receipts, failures, responses and events have in calls of all kinds.
  local found = { Receipt = {}, Failure = {}, Response = {}, AttemptEvent = {} }

  local function note(class, value)
    for name in pairs(value) do found[class][name] = true end
  end

  setup(function()
    local headers = { ["X-Request-Id"] = "r", ["Retry-After"] = "1" }
    local script = {
      { status = 503, headers = headers }, { headers = headers, body = { draft_id = "d" } },
      { body = { message_id = "m", thread_id = "t" } },
      { status = 400, headers = headers, body = { name = "ValidationError", message = "no",
        code = "validation_error", fix = "f", docs = "d", errors = { { message = "m" } } } },
      { status = 412, body = { code = "precondition_failed", current_revision = 7 } },
      { status = 429, headers = { ["Retry-After"] = "100" } },
      { effect = { kill = "reset" } }, { effect = { kill = "reset" } },
    }
    local scripted = helper.scripted(script, {
      limits = { attempts = 2, backoff_base = 0.001, deadline = 3 },
      on_attempt = function(event) note("AttemptEvent", event) end,
    })
    local inbox = scripted:inbox "a@b.c"
    local function call(value, receipt, failure)
      note(value and "Receipt" or "Failure", value and receipt or failure)
      local response = (value and receipt or failure).response
      if response then note("Response", response) end
    end
    call(inbox.drafts:create({ subject = "s" }, { raw = true }))
    call(inbox.messages:send { to = "x@y.z" })
    call(inbox.messages:send({ to = "x@y.z" }, { raw = true }))
    call(scripted.inboxes:update { inbox_id = "a@b.c", display_name = "A" })
    call(inbox.messages:send({ to = "x@y.z" }, { deadline = 2 }))
    call(inbox.drafts:create { subject = "s" })
    local draft = assert(helper.scripted({}, { dry = function() end }):inbox "a".drafts:create {})
    call(draft:delete())
    call(draft:get())
    local path = outbox_file.path()
    local recorded <close> = helper.scripted({ script[3] }, {
      outbox = path, on_attempt = function(event) note("AttemptEvent", event) end })
    local function send(text)
      return recorded:inbox("a").messages:send { to = "x@y.z", text = text, idempotency_key = "k" }
    end
    call(send "one")
    call(send "two")
    outbox_file.remove(path)
  end)

  for class, heading in pairs {
    Receipt = "A receipt:", Failure = "A failure; our own codes", Response = "A response:",
    AttemptEvent = "What `on_attempt` sees:",
  } do
    it(class, function()
      assert_names(types.members("agentmail." .. class, "fields"), found[class])
      assert_names(rows_after(heading), found[class])
    end)
  end
end)
