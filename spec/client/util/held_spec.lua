-- SPDX-License-Identifier: MIT
local held = require "agentmail.util.held"
local helper = require "spec.support.helper"

describe("a held module", function()
  -- What a program prints that has a folder of modules, and `write(name, text)` for a module in it.
  local function run(program)
    local folder = os.tmpname()
    os.remove(folder)
    local printed = helper.run(([[
      local folder, held = %q, require "agentmail.util.held"
      os.execute("mkdir " .. folder)
      package.path = folder .. "/?.lua;" .. package.path
      local function write(name, text)
        local path = folder .. "/" .. name .. ".lua"
        local file <close> = io.open(path, "wb")
        file:write(text)
        return path
      end
      %s
      os.execute("rm -rf " .. folder)
    ]]):format(folder, program)):gsub("\t", " ")
    return printed, folder
  end

  it("is compiled on first use, without a file by then", function()
    local printed, folder = run [[
      local path = write("held_example",
        "compiled = true return { size = 4, name = ..., path = select(2, ...) }")
      local example = held "held_example"
      os.remove(path)
      os.execute("rmdir " .. folder)
      assert(not compiled and not package.loaded.held_example)
      print(example.size, example.name, example.path)
      assert(compiled and require "held_example".size == 4)]]
    assert.equal("4 held_example " .. folder .. "/held_example.lua\n", printed)
  end)

  it("is kept outside of Lua's heap; one of more than 1 MiB is loaded at once", function()
    assert.equal("no no\nyes yes\n", (run [[
      for _, size in ipairs { 400000, 2000000 } do
        local name = "held_" .. size
        write(name, "return { text = '" .. ("x"):rep(size) .. "' }")
        collectgarbage()
        local before = collectgarbage "count"
        local module = held(name)
        collectgarbage()
        print(collectgarbage "count" - before > 100 and "yes" or "no",
              package.loaded[name] and "yes" or "no")
        assert(#module.text == size)
      end]]))
  end)

  it("may be compiled already, as `require` takes modules", function()
    assert.equal("4\n", (run [[
      write("held_example", string.dump(load "return { size = 4 }"))
      local example = held "held_example"
      os.execute("rm -r " .. folder)
      print(example.size)]]))
  end)

  it("is the loaded one, where there is one", function()
    assert.equal(held, held "agentmail.util.held")
    package.preload["spec.held_example"] = function() return { answer = 42 } end
    assert.equal(42, held "spec.held_example".answer)
    assert.equal(42, package.loaded["spec.held_example"].answer)
    package.preload["spec.held_example"], package.loaded["spec.held_example"] = nil, nil
  end)

  it("is missed at once", function()
    assert.error_matches(function() held "spec.no_such_module" end, "module 'spec.no_such_module'")
  end)

  it("is loaded at once where no file can be read, and in the library from memory", function()
    for before, expected in pairs {
      ["given = require"] = "held", ["given = require io = nil"] = "loaded",
      ["given = require io = {}"] = "loaded", ["given = require package = nil"] = "loaded",
      ["given = require package = {}"] = "loaded",
      ["given = require require = nil"] = "loaded", -- csrc/embed/embed.c
      ["function given(name) return require(name) end"] = "loaded",
    } do
      assert.equal(expected .. "\n", helper.run(([[
        local loaded = package.loaded
        local file <close> = io.open(package.searchpath("agentmail.util.held", package.path))
        local text = "local require = ... " .. file:read "a"
        %s
        local name = "agentmail.util.printable"
        local module = assert(load(text))(given)(name)
        print(loaded[name] and "loaded" or "held")
        assert(module.shown("a", 9) == "a")
      ]]):format(before)), before)
    end
  end)

  it("of the library is not compiled by a call that succeeds", function()
    local _, _, url = helper.scripted { { body = { inbox_id = "a" } } }
    assert.equal("a\n", helper.run(([[
      local client = require "agentmail".new { api_key = "k", base_url = %q }
      local inbox = assert(client.inboxes:get "a")
      for _, name in ipairs { "object.printing", "api.operations", "api.models", "api.enums" } do
        assert(not package.loaded["agentmail." .. name], name)
      end
      assert(tostring(inbox) == 'agentmail.Inbox { inbox_id = "a" }')
      print(inbox.inbox_id)]]):format(url)))
  end)
end)
