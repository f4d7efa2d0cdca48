-- SPDX-License-Identifier: MIT
-- Generates the tables of docs/sandbox.md on what a fault rule takes, from faults/schema.lua.
--   lua5.4 tools/faults.lua            writes the file anew
--   lua5.4 tools/faults.lua --check    fails if that would change it
package.path = "tools/?.lua;" .. package.path
local files = require "files"
local schema = require "agentmail.sandbox.faults.schema"

local GUIDE = "docs/sandbox.md"

local function rows(heading, list, describe)
  local lines = { heading, (heading:gsub("[^|]+", "---")) }
  for _, row in ipairs(list) do lines[#lines + 1] = describe(table.unpack(row)) end
  return table.concat(lines, "\n")
end

local blocks = {}

function blocks.places()
  return rows("| place (`at`) | state of the service | what can happen (`do`) |", schema.places,
    function(at, state, kinds) return ("| `%s` | %s | `%s` |"):format(at, state, kinds) end)
end

function blocks.kinds()
  return rows("| `do` | what happens |", schema.kinds, function(kinds, about)
    return ("| `%s` | %s |"):format(kinds:gsub(" ", "` `"), about)
  end)
end

function blocks.fields()
  local lines = { "| field | |", "|---|---|" }
  for _, where in ipairs(schema.order) do
    for _, row in ipairs(schema.fields[where]) do
      local name = where == "" and row[1] or where .. "." .. row[1]
      lines[#lines + 1] = ("| `%s` | %s: %s |"):format(name, schema.expected(where, row[1]), row[3])
    end
  end
  return table.concat(lines, "\n")
end

function blocks.presets()
  return rows("| preset | |", schema.presets, function(name, about, _, example, required)
    local written = example and name .. "=" .. example or name
    return ("| `%s` | %s%s |"):format(written, about,
      example and not required and "; default: " .. example or "")
  end)
end

local text = files.read(GUIDE)
for name, make in pairs(blocks) do
  local mark = ("(<!%%-%%- faults: %s %%-%%->\n).-(<!%%-%%- /%s %%-%%->)"):format(name, name)
  local block = make()
  local written, count = text:gsub(mark, function(from, to) return from .. block .. "\n" .. to end)
  assert(count == 1, GUIDE .. " has no block " .. name)
  text = written
end

files.write({ [GUIDE] = text }, "readme")
