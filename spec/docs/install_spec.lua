-- SPDX-License-Identifier: MIT
-- `make install` installs what Lua and C programs need, and `make uninstall` removes all of it.

local helper = require "spec.support.helper"
local outside = require "spec.support.outside"
local samples = require "spec.support.samples"

local build = os.getenv "AGENTMAIL_BUILD" or "build"

local function make(target, folder)
  local output, done = outside.shell(("%s make -s %s BUILD=%s DESTDIR=%s PREFIX=/opt/mail"):format(
    outside.BARE, target, build, folder))
  assert(done, output)
end

describe("the PREFIX of make install", function()
  it("serves Lua and C programs, and is gone after make uninstall", function()
    local client, key = helper.client()
    local environment = ("AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s"):format(helper.sandbox().url,
                                                                             key)
    outside.folder(function(folder)
      local prefix = folder .. "/opt/mail"
      make("install", folder)
      outside.write(folder .. "/use.lua", [[
        local client = require "agentmail".new()
        print(assert(client.inboxes:create { username = "installed" }).inbox_id)]])
      local share, lib = prefix .. "/share/lua/5.4", prefix .. "/lib/lua/5.4"
      local output = outside.shell(("cd / && %s %s LUA_PATH=%q LUA_CPATH=%q %s %s/use.lua"):format(
        outside.paths(), environment, share .. "/?.lua;" .. share .. "/?/init.lua",
        lib .. "/?.so;" .. package.cpath, outside.lua, folder))
      assert.equal("installed@agentmail.to\n", output)

      samples.compile(folder, samples.blocks(samples.page "docs/guide.md", "c")[1].text,
        ("-I%s/include -L%s/lib -lagentmail -lcurl -lcrypto -lpthread"):format(prefix, prefix))
      output = outside.shell(("env -u LD_PRELOAD %s %s/app"):format(environment, folder))
      assert.equal("10 of 10 applied\n", output)

      local readme = samples.page "README.md"
      local paths = assert(readme:match "`(LUA_PATH=[^`]*LUA_CPATH=[^`]*)`")
      local command = "cd / && DIR=%s && %s && export LUA_PATH LUA_CPATH && %s -e %q"
      output = outside.shell(command:format(prefix, paths, outside.lua,
        'print(package.searchpath("agentmail", package.path), '
          .. 'package.searchpath("agentmail.core", package.cpath))'))
      assert.equal(share .. "/agentmail/init.lua\t" .. lib .. "/agentmail/core.so\n", output)
      local flags = assert(readme:match "`(%-I$DIR[^`]*)`")
      samples.compile(folder, samples.blocks(readme, "c")[1].text,
        flags:gsub("$DIR", (prefix:gsub("%%", "%%%%"))) .. " -lagentmail -lcurl -lcrypto -lpthread")

      local other = lib .. "/agentmail/other.so"
      outside.write(other, "of another package")
      make("uninstall", folder)
      assert.equal(other .. "\n", (outside.shell("find " .. prefix .. " ! -type d")))
      assert(os.remove(other))
      make("uninstall", folder)
      assert.equal("", (outside.shell("find " .. prefix .. " ! -type d -o -name 'agentmail*'")))
    end)
    client:close()
  end)
end)

describe("make clean", function()
  it("removes build/ and what luarocks left, and nothing else", function()
    outside.folder(function(folder)
      local function at(path) return folder .. "/" .. path end
      assert(os.execute(("cd %s && mkdir -p build/lib csrc/base sandbox/build agentmail"):format(
        folder)))
      for _, path in ipairs { "Makefile", "sandbox/modules.mk" } do
        outside.write(at(path), samples.page(path))
      end
      for _, path in ipairs { "build/lib/x.so", "csrc/base/buf.c", "csrc/base/buf.o",
                              "sandbox/build/gmime.so", "agentmail/core.so",
                              "agentmail/native.so" } do
        outside.write(at(path), "")
      end
      local output, done = outside.shell(("%s make -s -C %s clean"):format(outside.BARE, folder))
      assert(done, output)
      output = outside.shell(("cd %s && find . | sort"):format(folder))
      assert.equal(".\n./Makefile\n./csrc\n./csrc/base\n./csrc/base/buf.c\n./sandbox\n"
        .. "./sandbox/modules.mk\n", output)
    end)
  end)
end)
