-- SPDX-License-Identifier: MIT
-- Errors for a caller's mistakes name the line with the call, for every public function; after a
-- tail call, the nearest remaining line.

local agentmail = require "agentmail"
local collection = require "agentmail.object.collection"
local helper = require "spec.support.helper"
local listing = require "spec.support.listing"
local object = require "agentmail.object.object"

local client = agentmail.new { api_key = "k", base_url = "http://127.0.0.1:9" }
local inbox = client:inbox "a@b.c"
local message = inbox:message "<m>"

-- Programs: in the first, the call is in line 2; in the second, it is a tail call in a function
-- that is called in line 3.
local CALL = load("local f, self, argument, options = ...\nlocal result = f(self, argument, "
  .. "options)\nreturn result", "=program")
local TAIL_CALL = load("local f, self, argument, options = ...\nlocal function g() return f(self, "
  .. "argument, options) end\nlocal result = g()\nreturn result", "=program")
local TAIL_CALLS = load("local f, self, argument, options = ...\nlocal function g() return f(self, "
  .. "argument, options) end\nlocal function h() return g() end\nlocal result = h()\nreturn result",
  "=program")

-- Adds every method of a node's collection and those below it, by name.
local function add_methods(functions, node, value)
  for name in pairs(node.operations) do
    functions[node.name .. "." .. name] = { value[name], value }
  end
  for name in pairs(collection.composed[node.name] or {}) do
    functions[node.name .. "." .. name] = { value[name], value }
  end
  for _, name in ipairs(node.operations.list and { "each", "all" } or {}) do
    functions[node.name .. "." .. name] = { value[name], value }
  end
  for name, child in pairs(node.children) do
    add_methods(functions, collection.node_at(child), value[name])
  end
end

-- Every public function, by name: { function, its first argument }: the object of the method, or a
-- wrong argument.
local function public_functions()
  local functions = {}
  for name, f in pairs(agentmail) do
    if type(f) == "function" then functions["agentmail." .. name] = { f, print } end
  end
  for _, name in ipairs { "uuid", "pollfd", "timeout" } do
    functions["agentmail." .. name] = nil -- takes no arguments
  end
  for name, f in pairs(getmetatable(client).methods) do
    functions["client." .. name] = { f, client }
  end
  add_methods(functions, collection.root, client)
  local objects = { Inbox = inbox, Message = message, Thread = inbox:thread "t",
                    Draft = inbox:draft "d", Pod = client:pod "p" }
  for class, value in pairs(objects) do
    for name, f in pairs(object.classes[class].methods) do
      functions[class .. "." .. name] = { f, value }
    end
  end
  local page = assert(listing.inbox { listing.page { "m1" } }.messages:list())
  local _, _, failure = inbox:get(nil, { attempts = 1 })
  for class, value in pairs { Page = page, Failure = failure, Download = message:attachment "f",
                              RawMessage = message:raw() } do
    for name, f in pairs(getmetatable(value).__index) do
      functions[class .. "." .. name] = { f, value }
    end
  end
  local watcher = inbox.messages:watch { after = 1 }
  functions["watcher.close"] = { watcher.close, watcher }
  return functions
end

describe("a caller's mistake in any public function", function()
  local functions = public_functions()

  -- The errors of each function for a wrong argument, a call with a dot, and wrong options.
  local function each_mistake(program, check)
    local seen = 0
    for name, one in pairs(functions) do
      local raised = 0
      for _, given in ipairs { { one[2], 7 }, { nil, 7 }, { one[2], "x", 7 } } do
        local ok, words = pcall(program, one[1], given[1], given[2], given[3])
        if not ok then
          raised = raised + 1
          check(name, words)
        end
      end
      assert.is_true(raised > 0, name .. " took anything")
      seen = seen + 1
    end
    assert.is_true(seen > 200, seen)
  end

  it("names the line of the call", function()
    each_mistake(CALL, function(name, words)
      assert.matches("^program:2: ", words, name)
    end)
  end)

  it("names the nearest remaining line after a tail call, and says so", function()
    each_mistake(TAIL_CALL, function(name, words)
      if name == "agentmail.key" then return assert.matches("^program:2: ", words) end -- in C
      assert.matches("^in a tail call under program:3: ", words, name)
    end)
  end)

  it("names the nearest remaining line after several tail calls", function()
    each_mistake(TAIL_CALLS, function(name, words)
      if name == "agentmail.key" then return end
      assert.matches("^in a tail call under program:4: ", words, name)
    end)
  end)

  it("called from C names no line, as there is none", function()
    for _, mistake in ipairs {
      { pcall(message.reply, message, 7) }, { pcall(agentmail.new, 7) },
      { pcall(coroutine.wrap(message.reply), message, 7) },
    } do
      assert.matches("^[%w.]+:? takes a table", mistake[2])
    end
  end)

  it("in a tail call without a remaining line says so", function()
    local words = select(2, pcall(coroutine.wrap(function() return message:reply(7) end)))
    assert.matches("^in a tail call: inboxes.messages.reply: takes a table", words)
  end)

  it("names the script's line in a callback of the library", function()
    local scripted, log = helper.scripted { { status = 204 } }
    local raised = {}
    local callback = load([[local message, raised = ...
      return function()
        for _, argument in ipairs { 7, { text = "a mail in a mail" } } do
          local ok, words = pcall(function()
            local result = message:reply(argument)
            return result
          end)
          raised[#raised + 1] = words
        end
      end]], "=callback")
    scripted.inboxes:delete("a", { on_attempt = callback(scripted:inbox "a":message "m", raised) })
    assert.matches("^callback:5: inboxes.messages.reply: takes a table", raised[1])
    assert.matches("^callback:5: agentmail: nothing can be called from inside", raised[2])
    assert.equal(1, #log)
  end)

  it("names the line of an access to an unknown field", function()
    local watcher = inbox.messages:watch { after = 1 }
    for words, program in pairs {
      ["a client has no 'inbxes'"] = "local client = ...\nlocal _ = client.inbxes",
      ["a client's 'timeout' cannot be set"] = "local client = ...\nclient.timeout = 1",
      ["inboxes has no 'creat'"] = "local client = ...\nclient.inboxes:creat {}",
      ["a watcher has no 'stat'"] = "local _, watcher = ...\nlocal _ = watcher.stat",
      ["a watcher's 'state' cannot be set"] = "local _, watcher = ...\nwatcher.state = {}",
    } do
      local _, raised = pcall(load(program, "=program"), client, watcher)
      assert.equal("program:2: " .. words, raised:sub(1, #words + 11))
    end
  end)

  it("in a loop names the line of the loop", function()
    local box = listing.inbox { { status = 403, body = "{}" }, { status = 403, body = "{}" },
                                { status = 403, body = "{}" } }
    for _, loop in ipairs { "each()", "watch()", "watch { after = 1 }" } do
      local _, raised = pcall(load("local box = ...\nfor _ in box.messages:" .. loop .. " do end",
                                   "=program"), box)
      assert.matches("^program:2: inboxes.messages.list: ", raised, loop)
    end
  end)

  -- A host with embedded modules of the library, under some name or stripped.
  local HOST = [[
    table.insert(package.searchers, 1, function(name)
      local path = name:find "^agentmail" and package.searchpath(name, package.path)
      if not path then return nil end
      local file <close> = assert(io.open(path))
      local chunk = assert(load(file:read "a", %s))
      if %s then chunk = load(string.dump(chunk, true)) end
      return chunk
    end)
    local agentmail = require "agentmail"
    local client = agentmail.new { api_key = "k" }
    local message = client:inbox "a":message "m"
    for _, f in ipairs {
      function() local r = message:reply(7) return r end, function() return message:reply(7) end,
      function() local r = client:inbox(7) return r end, function() local r = agentmail.new(7) end,
    } do
      print((select(2, pcall(f)):gsub("/[^ ]*:(%%d+): ", "%%1 "):match "^[%%l ]*%%d+"))
    end]]

  it("names no line of a library embedded in a host", function()
    local line = select(2, HOST:match "^(.-)message:reply":gsub("\n", "")) + 1
    for name, stripped in pairs { ['"=" .. name'] = "false", ["name"] = "false",
                                  ['"=" .. name '] = "true" } do
      local output = helper.run(HOST:format(name, stripped))
      assert.equal(("%d\nin a tail call under %d\n%d\n%d\n"):format(line, line + 3, line + 1,
        line + 1), output)
    end
  end)

  it("names no line of the library, and works without the debug library", function()
    local output = helper.run([[
      local agentmail = require "agentmail"
      local message = agentmail.new { api_key = "k" }:inbox "a":message "m"
      local _, words = pcall(function() local r = message:reply(7) return r end)
      print((words:gsub("^.*:(%d+): ", "%1 ")))
      debug = nil
      _, words = pcall(function() local r = message:relabel(7) return r end)
      print((words:gsub("^.*:(%d+): ", "%1 ")))]])
    assert.equal("3 inboxes.messages.reply: takes a table of named parameters, not a number\n"
      .. "6 inboxes.messages.update: relabel takes { add = …, remove = … }, not a number\n", output)
    output = helper.run [[
      debug = nil
      local agentmail = require "agentmail"
      print(select(2, pcall(agentmail.new, 7)))]]
    assert.matches("agentmail.new takes a table of options, not a number\n$", output)
  end)
end)
