-- SPDX-License-Identifier: MIT
local held = require "agentmail.util.held"
local helper = require "spec.support.helper"

describe("a held module", function()
  it("is compiled on first use, without a file by then", function()
    local folder = os.tmpname()
    os.remove(folder)
    assert.equal("4 held_example " .. folder .. "/held_example.lua\n", helper.run(([[
      os.execute "mkdir %s"
      local path = "%s/held_example.lua"
      local file = io.open(path, "w")
      file:write "compiled = true return { size = 4, name = ..., path = select(2, ...) }"
      file:close()
      package.path = "%s/?.lua;" .. package.path
      local example = require "agentmail.util.held" "held_example"
      os.remove(path)
      os.execute "rmdir %s"
      assert(not compiled and not package.loaded.held_example)
      print(example.size, example.name, example.path)
      assert(compiled and require "held_example".size == 4)
    ]]):format(folder, folder, folder, folder)):gsub("\t", " "))
  end)

  it("is kept outside of Lua's heap; one of more than 1 MiB is loaded at once", function()
    local folder = os.tmpname()
    os.remove(folder)
    assert.equal("no no\nyes yes\n", helper.run(([[
      local held = require "agentmail.util.held"
      package.path = "%s/?.lua;" .. package.path
      os.execute "mkdir %s"
      for _, size in ipairs { 400000, 2000000 } do
        local name = "held_" .. size
        local file = io.open("%s/" .. name .. ".lua", "w")
        file:write("return { text = '", ("x"):rep(size), "' }")
        file:close()
        collectgarbage()
        local before = collectgarbage "count"
        local module = held(name)
        collectgarbage()
        print(collectgarbage "count" - before > 100 and "yes" or "no",
              package.loaded[name] and "yes" or "no")
        assert(#module.text == size)
      end
      os.execute "rm -r %s"
    ]]):format(folder, folder, folder, folder)):gsub("\t", " "))
  end)

  it("may be compiled already, as `require` takes modules", function()
    local folder = os.tmpname()
    os.remove(folder)
    assert.equal("4\n", helper.run(([[
      os.execute "mkdir %s"
      local path = "%s/held_example.lua"
      local file = io.open(path, "wb")
      file:write(string.dump(load "return { size = 4 }"))
      file:close()
      package.path = "%s/?.lua;" .. package.path
      local example = require "agentmail.util.held" "held_example"
      os.execute "rm -r %s"
      print(example.size)
    ]]):format(folder, folder, folder, folder)))
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
