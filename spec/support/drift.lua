-- SPDX-License-Identifier: MIT
-- How operations.lua and enums.lua differ from the official npm package. What is known of that is
-- listed in spec/wire/drift.txt.

local enums = require "agentmail.api.enums"
local operations = require "agentmail.api.operations"
local plans = require "agentmail.api.plan"

local drift = {}

local KNOWN = "spec/wire/drift.txt"

local function names_of(declaration)
  local names = {}
  for _, field in ipairs(plans.fields(declaration or "")) do names[field.name] = true end
  return names
end

-- "+ ours - theirs" of two sets of names; "" if they are equal.
local function difference(ours, theirs)
  local words = {}
  for name in pairs(ours) do
    if not theirs[name] then words[#words + 1] = "+" .. name end
  end
  for name in pairs(theirs) do
    if not ours[name] then words[#words + 1] = "-" .. name end
  end
  table.sort(words)
  return table.concat(words, " ")
end

local function set(list)
  local names = {}
  for _, name in ipairs(list) do names[name] = true end
  return names
end

--- The differences, one line each, sorted: "new" is here only, "missing" there only.
---@param package table  `operations`: { method, path, query, body } by our name; `words`: lists
---                       by the name of the enum
---@return string[]
function drift.of(package)
  local lines, theirs = {}, package.operations
  local function add(...) lines[#lines + 1] = table.concat({ ... }, " ") end
  for name, row in pairs(operations) do
    local other = theirs[name]
    if not other then
      add("new", name, row[1], row[2])
    else
      if row[1] ~= other.method or row[2] ~= other.path then
        add("changed", name, row[1], row[2], "was", other.method, other.path)
      end
      for _, part in ipairs { "query", "body" } do
        local words = difference(names_of(row[part]), set(other[part]))
        if words ~= "" then add("changed", name, part, words) end
      end
    end
  end
  for name, list in pairs(package.words) do
    local words = difference(set(enums[name]), set(list))
    if words ~= "" then add("changed", name, words) end
  end
  for name, other in pairs(theirs) do
    if not operations[name] then add("missing", name, other.method, other.path) end
  end
  table.sort(lines)
  return lines
end

--- The differences that are known.
---@return string[]
function drift.known()
  local lines = {}
  for line in io.lines(KNOWN) do
    if not line:find "^#" then lines[#lines + 1] = line end
  end
  return lines
end

return drift
