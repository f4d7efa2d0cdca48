-- SPDX-License-Identifier: MIT
-- The official npm package, unchanged, against the sandbox: spec/npm/drive.mjs does what it can,
-- in scenarios. Without Node.js, or without the package and a registry to get it from, each of
-- them is skipped by name.
local sandboxes = require "agentmail.sandbox"

local DRIVER = "spec/npm/drive.mjs"

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  return text
end

-- Without what a sanitizer preloads: node is none of its business.
local CLEAN = "unset LD_PRELOAD; "

local function runs(command) return (os.execute(CLEAN .. command .. " >/dev/null 2>&1")) end

-- Why the package cannot be had; nil when it is there.
local function missing()
  if not runs "node --version" then return "Node.js is not here" end
  local wanted = read "spec/package.json":match '"agentmail": "([%d.]+)"'
  local check = ([[cd spec && node -e 'process.exit(require("agentmail/package.json").version ===
    "%s" ? 0 : 1)']]):format(wanted)
  if runs(check) then return nil end
  runs("cd spec && npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=0 "
    .. "--fetch-timeout=20000")
  return not runs(check) and "npm cannot get agentmail " .. wanted or nil
end

describe("the official npm package", function()
  local results, why = {}, nil

  setup(function()
    why = missing()
    if why then return end
    local sandbox = assert(sandboxes.start { namespace = "npm" })
    local command = (CLEAN .. "node %s %s %s"):format(DRIVER, sandbox.url, sandbox.api_key)
    local output = assert(io.popen(command))
    for line in output:lines() do
      local fine, name, problem = line:match "^(%l*%s?ok) %- ([^:]*):?(.*)$"
      if name then results[name] = fine == "ok" and "ok" or problem end
    end
    output:close()
    sandbox:close()
  end)

  for name in read(DRIVER):gmatch '\nscenario%("([^"]+)"' do
    it("works with the sandbox: " .. name, function()
      if why then return pending(why) end
      assert.equal("ok", results[name])
    end)
  end
end)
