-- SPDX-License-Identifier: MIT
-- The fixtures of examples/ for other languages: each starts a sandbox, tests with it, and ends it.
local npm = require "spec.support.npm"
local outside = require "spec.support.outside"

local PYTHON = os.execute "unset LD_PRELOAD; python3 --version >/dev/null 2>&1"

-- What a sanitizer preloads is for the sandbox, and for no other program.
local PRELOAD = os.getenv "LD_PRELOAD"

-- A shell's words for the sandbox of this checkout, with these options.
local function sandbox_command(options)
  return ("AGENTMAIL_SANDBOX=%q"):format(("%s%s %s/sandbox/bin/agentmail-sandbox%s"):format(
    PRELOAD and "env LD_PRELOAD=" .. PRELOAD .. " " or "", outside.lua, outside.root,
    options or ""))
end

-- What a command prints, in a folder with the files of examples/<folder>.
local function run(folder, command, sandbox)
  return outside.folder(function(path)
    assert(os.execute(("%s cp %s/examples/%s/* %s && ln -s %s/spec/node_modules %s/node_modules")
      :format(npm.CLEAN, outside.root, folder, path, outside.root, path)))
    local paths = outside.paths():gsub("^LD_PRELOAD=%S+ ", "")
    return outside.shell(("%s cd %s && no_proxy=127.0.0.1 %s %s %s"):format(npm.CLEAN, path, paths,
      sandbox or sandbox_command(), command))
  end)
end

local fixtures = {
  { name = "node:test", folder = "node", tests = "\n# pass 2\n# fail 0\n",
    command = "node --test --test-reporter=tap --test-force-exit node_test.mjs",
    missing = npm.missing },
  { name = "vitest", folder = "node", tests = "Tests  2 passed %(2%)",
    command = "NO_COLOR=1 node node_modules/vitest/vitest.mjs run vitest.test.mjs",
    missing = npm.missing },
  { name = "Python's unittest", folder = "python", tests = "Ran 2 tests in .*\nOK\n",
    command = "python3 -B -m unittest test_orders.py",
    missing = function() return not PYTHON and "python3 is not here" or nil end },
}

for _, one in ipairs(fixtures) do
  describe("the fixture for " .. one.name, function()
    it("starts a sandbox for its tests, and they pass", function()
      local why = one.missing()
      if why then return pending(why) end
      local output, done = run(one.folder, one.command)
      assert.is_true(done, output)
      assert.matches(one.tests, output)
    end)

    it("fails if the sandbox loses its keys", function()
      local why = one.missing()
      if why then return pending(why) end
      local output, done = run(one.folder, one.command, sandbox_command " seed_era=true")
      assert.is_false(done, output)
    end)

    it("says why no sandbox starts", function()
      local why = one.missing()
      if why then return pending(why) end
      local output, done = run(one.folder, one.command, sandbox_command " prot=1")
      assert.is_false(done)
      assert.matches("unknown option 'prot' %(did you mean 'port'%?%)", output)
      assert.matches("ended with status 2", output)
      output, done = run(one.folder, one.command, "AGENTMAIL_SANDBOX=/nonexistent")
      assert.is_false(done)
      assert.matches("/nonexistent", output)
    end)

    it("leaves no sandbox behind", function()
      local why = one.missing()
      if why then return pending(why) end
      local mark = ("namespace=left_%d_%s"):format(os.time(), one.name:gsub("%W", "_"))
      assert.is_true(select(2, run(one.folder, one.command, sandbox_command(" " .. mark))))
      local listed = outside.shell [[
        unset LD_PRELOAD
        cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ']]
      assert.is_truthy(listed:find(outside.lua, 1, true), listed)
      assert.is_nil(listed:find(mark, 1, true))
    end)
  end)
end
