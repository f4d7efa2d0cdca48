-- SPDX-License-Identifier: MIT
-- The official npm packages, new and old, against the sandbox: spec/npm/drive.mjs uses all their
-- features, in scenarios, and their types are strict. npm's svix verifies webhooks. Without
-- Node.js, or without the packages and a registry to get them from, all of it is skipped by name.
local npm = require "spec.support.npm"
local sandboxes = require "agentmail.sandbox"

local CLEAN, PACKAGES, missing, read = npm.CLEAN, npm.PACKAGES, npm.missing, npm.read

-- What a program printed of its scenarios: "ok", what is wrong, or why it is left out.
local function results_of(program, arguments, options)
  local started, authorities = { namespace = "npm" }, ""
  for name, value in pairs(options or {}) do started[name] = value end
  local sandbox = assert(sandboxes.start(started))
  if sandbox.certificate then
    authorities = os.tmpname()
    local file = assert(io.open(authorities, "w"))
    file:write(sandbox.certificate)
    file:close()
  end
  local output = assert(io.popen(("%s NODE_EXTRA_CA_CERTS=%s %s %s %s %s 2>&1"):format(CLEAN,
    authorities, program, sandbox.url, sandbox.api_key, arguments)))
  local results = {}
  for line in output:lines() do
    local word, name, rest = line:match "^([%l ]+) %- ([^:]*):? ?(.*)$"
    if name then results[name] = word == "ok" and "ok" or word .. ": " .. rest end
  end
  output:close()
  sandbox:close()
  os.remove(authorities)
  return results
end

-- The scenarios of a program: { name, the oldest version with the feature it needs, that feature }.
local function scenarios_of(...)
  local list = {}
  for _, path in ipairs { ... } do
    for name, more in read(path):gmatch '\nscenario%("([^"]+)", ([^\n]*)' do
      local since, needs = more:match '^since%("([%d.]+)", "([^"]+)"'
      list[#list + 1] = { name = name, since = since or "0", needs = needs }
    end
  end
  return list
end

local function number_of(version)
  local sum = 0
  for part in version:gmatch "%d+" do sum = sum * 1000 + math.tointeger(tonumber(part)) end
  return sum
end

local DRIVEN = scenarios_of("spec/npm/organization.mjs", "spec/npm/mail.mjs")
local NEWEST = "agentmail"

for _, one in ipairs(PACKAGES) do
  if one.name:find "^agentmail" then
    describe("the official npm package " .. one.version, function()
      local results, why

      setup(function()
        why = missing()
        if why then return end
        results = results_of(("STRICT=%s node --import ./spec/npm/strict.mjs spec/npm/drive.mjs")
          :format(one.name == NEWEST and "fields" or "types"), one.name .. " " .. one.version)
      end)

      local left_out = {}
      for _, scenario in ipairs(DRIVEN) do
        if number_of(one.version) < number_of(scenario.since) then
          left_out[scenario.name] = "left out: no " .. scenario.needs
        else
          it("works with the sandbox: " .. scenario.name, function()
            if why then return pending(why) end
            assert.equal("ok", results[scenario.name])
          end)
        end
      end

      if next(left_out) then
        it("skips, by name, scenarios for which it has no method or field", function()
          if why then return pending(why) end
          for name, words in pairs(left_out) do assert.equal(words, results[name]) end
        end)
      end
    end)
  end
end

for title, given in pairs {
  ["npm's svix verifies what the sandbox delivers:"] = { "spec/npm/svix.mjs" },
  ["WebSockets, by the official npm package and by ws:"] = { "spec/npm/websocket.mjs" },
  ["WebSockets under TLS, by the same:"] = { "spec/npm/websocket.mjs", { tls = "self" } },
} do
  local program, options = given[1], given[2]

  describe(title, function()
    local results, why

    setup(function()
      why = missing()
      results = not why and results_of("node " .. program, "", options)
    end)

    for _, scenario in ipairs(scenarios_of(program)) do
      it(scenario.name, function()
        if why then return pending(why) end
        assert.equal("ok", results[scenario.name])
      end)
    end
  end)
end
