-- SPDX-License-Identifier: MIT
-- What a send with an outbox costs: instructions, by callgrind, over those of a plain send and of
-- the two commits alone (commits.c). Speaks TAP.
--   lua5.4 bench/outbox.lua         (environment of `make -s print-RUN`; `make bench-outbox`)
package.path = ".ci/?.lua;" .. package.path
local counting = require "counting"

--- What it may cost, and what is let pass: see .ci/ratios.lua.
local GOAL, ROOM = 1.25, 0.05
local COUNT, PROCESSES = 300, 3

local build = os.getenv "AGENTMAIL_BUILD" or "build"
local lua = os.getenv "LUA" or "lua5.4"

counting.beside_server(function(server, dir)
  local program = ("%s bench/recorded.lua %s %d"):format(lua, server.http, COUNT)
  local function count(mark, command)
    return counting.instructions(dir, mark, command, COUNT)
  end
  local plain = counting.repeated(PROCESSES, function() return count("core_uuid", program) end)
  local recorded = counting.repeated(PROCESSES, function(i)
    return count("core_uuid", ("%s %s/%d.db"):format(program, dir, i))
  end)
  local commits = count("cpu_seconds", ("%s/bench/commits %s %d"):format(build, dir, COUNT))
  local ratio = recorded / (plain + commits)
  print "1..1"
  print(("# plain %.0f, commits %.0f, recorded %.0f"):format(plain, commits, recorded))
  print(("%s 1 - a send with an outbox over a plain send and two commits: %.3f, goal %.2f"):format(
    ratio <= GOAL * (1 + ROOM) and "ok" or "not ok", ratio, GOAL))
end)
