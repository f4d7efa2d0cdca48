-- SPDX-License-Identifier: MIT
-- What a send with an outbox costs: instructions, by callgrind, beside a plain send and the two
-- commits alone (commits.c).
--   lua5.4 bench/outbox.lua         (environment of `make -s print-RUN`; `make bench-outbox`)
package.path = ".ci/?.lua;" .. package.path
local counting = require "counting"

--- What a send may cost over a plain one and the two commits.
local GOAL, COUNT, PROCESSES = 1.25, 300, 3

local build = os.getenv "AGENTMAIL_BUILD" or "build"
local lua = os.getenv "LUA" or "lua5.4"

-- The instructions before the second call of a function.
local function instructions(dir, mark, command)
  local file = dir .. "/callgrind.out"
  os.execute("rm -f " .. file .. "*")
  counting.read(("taskset -c 0 valgrind --tool=callgrind --dump-before=%s --callgrind-out-file=%s "
    .. "%s 2>&1"):format(mark, file, command))
  local part = assert(io.open(file .. ".2"), mark .. " was not called")
  local text = part:read "a"
  part:close()
  return tonumber(text:match "\nsummary: (%d+)") / COUNT
end

local function median(measure)
  local values = {}
  for i = 1, PROCESSES do values[i] = measure(i) end
  table.sort(values)
  return values[(PROCESSES + 1) // 2]
end

counting.beside_server(function(server, dir)
  local program = ("%s bench/recorded.lua %s %d"):format(lua, server.http, COUNT)
  local plain = median(function() return instructions(dir, "core_uuid", program) end)
  local recorded = median(function(i)
    return instructions(dir, "core_uuid", ("%s %s/%d.db"):format(program, dir, i))
  end)
  local commits = instructions(dir, "cpu_seconds", ("%s/bench/commits %s %d"):format(build, dir,
    COUNT))
  print(("plain %.0f  commits %.0f  sum %.0f  x1.25 %.0f"):format(plain, commits, plain + commits,
    GOAL * (plain + commits)))
  print(("recorded %.0f  ratio %.3f"):format(recorded, recorded / (plain + commits)))
end)
