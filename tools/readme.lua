-- SPDX-License-Identifier: MIT
-- Prints the tables of README.md and docs/guide.md that are declared elsewhere.
--   lua5.4 tools/readme.lua            writes both files
--   lua5.4 tools/readme.lua --check    fails if that would change them
-- The tables of costs are measured, not declared: `make bench` prints them.
package.path = "tools/?.lua;" .. package.path
local agentmail = require "agentmail"
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

-- From the one table in C: AM_CODES of agentmail.h.
local function codes()
  local rows = { "| `code` | it means |", "|---|---|" }
  local declared = files.read("csrc/agentmail.h"):match("#define AM_CODES%(X%)(.-)\n\n")
  for word, about in declared:gmatch('X%([%w_]+, "([%w_]+)",[%s\\]*"([^"]+)"%)') do
    if word ~= "ok" then rows[#rows + 1] = ("| `%s` | %s |"):format(word, about) end
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
