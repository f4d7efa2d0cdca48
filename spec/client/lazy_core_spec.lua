-- SPDX-License-Identifier: MIT
-- How agentmail.core finds the module behind it, agentmail/native.so.

local outside = require "spec.support.outside"

local function core_path() return assert(package.searchpath("agentmail.core", package.cpath)) end

-- The output of a program in a folder that has copies of the two files, or of the first alone.
local function run(program, names)
  return outside.folder(function(folder)
    local from = core_path():gsub("core%.so$", "")
    assert(os.execute("mkdir -p " .. folder .. "/m/agentmail"))
    for _, name in ipairs(names) do
      assert(os.execute(("cp %s%s.so %s/m/agentmail/%s.so"):format(from, name, folder, name)))
    end
    outside.write(folder .. "/program.lua", program)
    return (outside.shell(("cd %s && %s %s program.lua"):format(folder, outside.paths(),
                                                              outside.lua)):gsub("%s+$", ""))
  end)
end

describe("agentmail.core", function()
  it("is found by a relative path, by an absolute one, and without a path", function()
    local both = { "core", "native" }
    assert.equal("table", run([[package.cpath = "./m/?.so"
      print(type(require "agentmail.core"))]], both))
    assert.equal("table", run([[package.cpath = os.getenv "PWD" .. "/m/?.so"
      print(type(require "agentmail.core"))]], both))
    assert.equal("table", run([[
      local open = assert(package.loadlib("./m/agentmail/core.so", "luaopen_agentmail_core"))
      print(type(open()))]], both))
    assert.equal("table", run([[
      package.preload["agentmail.core"] =
        assert(package.loadlib("./m/agentmail/core.so", "luaopen_agentmail_core"))
      print(type(require "agentmail.core"))]], both))
  end)

  it("names the file that is missing", function()
    assert.matches("agentmail: cannot load its module: %./m/agentmail/native%.so: ",
                   run([[package.cpath = "./m/?.so"
      print(select(2, pcall(require, "agentmail.core")))]], { "core" }))
  end)
end)
