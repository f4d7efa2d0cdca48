-- SPDX-License-Identifier: MIT
-- Runs programs: side by side, or killed again and again.
local programs = {}

local function execute(command)
  local pipe = assert(io.popen("( " .. command .. "\n) 2>&1"))
  local output = pipe:read "a"
  pipe:close()
  return output
end

--- Runs the commands beside each other; they must print nothing.
---@param commands string[]
function programs.run(commands)
  local output = execute(table.concat(commands, " & ") .. " & wait")
  assert(output == "", output)
end

--- Runs the command until it comes to its end: each time it is killed before a random one of the
--- first system calls of those that spec/crash/kill_at.c counts.
---@param killer string   path of that library
---@param command string  what follows `env`
---@param most integer    the last call before which it may be killed
---@return integer runs
function programs.run_killed(killer, command, most)
  local state, runs = 88172645463325252, 0
  repeat
    state = (state * 6364136223846793005 + 1442695040888963407) & math.maxinteger
    runs = runs + 1
    local at = (state >> 24) % most + 1
    local output = execute(("env LD_PRELOAD=%s KILL_AT=%d %s; echo status $?"):format(
      killer, at, command))
    assert(output:find "status 137\n$" or output:find "status 0\n$", output)
  until output:find "status 0\n$"
  return runs
end

return programs
