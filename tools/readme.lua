-- SPDX-License-Identifier: MIT
-- Generates the tables of README.md and docs/guide.md from their declarations.
--   lua5.4 tools/readme.lua            writes both files anew
--   lua5.4 tools/readme.lua --check    fails if that would change them
-- The tables of costs are measured, not declared: `make bench` prints them.
package.path = "tools/?.lua;" .. package.path
local agentmail = require "agentmail"
local declared = require "declared"
local files = require "files"

local function amount(limit)
  local value = limit.default
  if limit.unit == "seconds" then return ("%g s"):format(value) end
  if limit.unit == "bytes" then
    return value % 1048576 == 0 and ("%d MiB"):format(value // 1048576)
      or value % 1024 == 0 and ("%d KiB"):format(value // 1024) or ("%d B"):format(value)
  end
  return ("%d"):format(value)
end

local function limits()
  local rows = { "| limit | default | what it bounds |", "|---|---|---|" }
  for _, limit in ipairs(agentmail.limits) do
    rows[#rows + 1] = ("| `%s` | %s | %s |"):format(limit.name, amount(limit), limit.about)
  end
  return table.concat(rows, "\n")
end

local function codes()
  local rows = { "| `code` | it means |", "|---|---|" }
  for _, code in ipairs(declared.codes()) do
    rows[#rows + 1] = ("| `%s` | %s |"):format(code[1], code[2])
  end
  return table.concat(rows, "\n")
end

local function with_block(path, name, block)
  local mark = ("(<!%%-%%- %s %%-%%->\n).-(<!%%-%%- /%s %%-%%->)"):format(name, name)
  local text, count = files.read(path):gsub(mark, function(from, to)
    return from .. block .. "\n" .. to
  end)
  assert(count == 1, path .. " has no block " .. name)
  return text
end

files.write({
  ["README.md"] = with_block("README.md", "codes", codes()),
  ["docs/guide.md"] = with_block("docs/guide.md", "limits", limits()),
}, "readme")
