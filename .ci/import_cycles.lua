-- SPDX-License-Identifier: MIT
-- The shipped Lua modules import each other in one direction only, and load what a call needs
-- before the call: only entry modules load lazily. Reads the text of lua/ and sandbox/.
package.path = ".ci/?.lua;" .. package.path
local source = require "source"

--- The entry modules. A lazy load by one of them is not an import: a caller has asked it for
--- something that only the other module has.
local DOORS = {
  ["agentmail"] = true, ["agentmail.object.collection"] = true, ["agentmail.object.object"] = true,
}

local LAZY, HELD = "agentmail.util.lazy", "agentmail.util.held"

--- Modules of lua/ that may `require` inside their functions.
local LATE = {
  [LAZY] = true, [HELD] = true,
  ["agentmail.api.plan"] = true,      -- while it compiles a plan
  ["agentmail.util.mistakes"] = true, -- optional
}

local function module_of(path)
  return (path:gsub("^%a+/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", "."))
end

-- Visits each import of a line: its name (nil if it cannot be read from the text), whether it is
-- lazy, and whether it is inside a function.
local function each_import(line, visit)
  for _, word in ipairs { "require", "lazy", "held" } do
    local from = 1
    while true do
      local start, stop = line:find("%f[%w_\"']" .. word .. "%f[^%w_]", from)
      if not start then break end
      local late = line:find("^%s") or line:sub(1, start):find("function", 1, true)
      local name, rest = line:match("^%s*[(,]?%s*[\"']([%w_.]+)[\"'](.*)", stop + 1)
      if name or word == "require" then visit(name, word == "lazy", late) end
      local lazily = name == LAZY and rest:match("^%s*%(?%s*[\"']([%w_.]+)[\"']")
      if lazily then visit(lazily, true, late) end
      from = stop + 1
    end
  end
end

-- name → { path =, imports = { { name =, line =, lazy =, late = }, … } }
local modules, order = {}, {}
for _, path in ipairs(source.files("lua/*.lua", "sandbox/agentmail/*.lua")) do
  local imports, number = {}, 0
  for line in source.read(path):gmatch("(.-)\n") do
    number = number + 1
    each_import(line:gsub("%-%-.*", ""), function(name, lazy, late)
      imports[#imports + 1] = { name = name, line = number, lazy = lazy, late = late }
    end)
  end
  local name = module_of(path)
  modules[name] = { path = path, imports = imports }
  order[#order + 1] = name
end

-- The cycles that a walk from each module finds, as "a → b → a": every cycle shows in at least one
-- of them.
local function circles()
  local state, way, found = {}, {}, {}
  local function visit(name)
    state[name] = "open"
    way[#way + 1] = name
    for _, import in ipairs(modules[name].imports) do
      local other = import.name
      if modules[other] and not (import.lazy and DOORS[name]) then
        if state[other] == "open" then
          local from = #way
          while way[from] ~= other do from = from - 1 end
          found[#found + 1] = table.concat(way, " → ", from) .. " → " .. other
        elseif not state[other] then
          visit(other)
        end
      end
    end
    way[#way] = nil
    state[name] = "done"
  end
  for _, name in ipairs(order) do
    if not state[name] then visit(name) end
  end
  return found
end

-- The imports that the judge complains about.
local function judged(judge)
  local complaints = {}
  for _, name in ipairs(order) do
    for _, import in ipairs(modules[name].imports) do
      local path = modules[name].path
      local complaint = judge(name, import, path)
      if complaint then
        complaints[#complaints + 1] = ("%s:%d: %s"):format(path, import.line, complaint)
      end
    end
  end
  return complaints
end

source.rule("no module imports itself, be it through others", circles)

source.rule("only the doors load modules lazily", function()
  return judged(function(name, import)
    return import.lazy and not DOORS[name] and import.name .. " is loaded lazily, but not by a door"
  end)
end)

source.rule("no call loads anything", function()
  return judged(function(name, import, path)
    return import.late and not LATE[name] and path:find("^lua/")
      and (import.name or "it") .. " is loaded by a function, not with the module"
  end)
end)

source.rule("every import names its module", function()
  return judged(function(name, import)
    return not import.name and name ~= LAZY and name ~= HELD and "require of what?"
  end)
end)

source.finish()
