-- SPDX-License-Identifier: MIT
-- Shared by the scripts that measure: commands, what callgrind counts, the server of bench/.
local counting = {}

--- The output of a command, which must succeed.
---@param command string
---@return string
function counting.read(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  return pipe:close() and text or error("failed: " .. command .. "\n" .. text)
end

--- The value in the middle; of an even number, the lower of the two.
---@param values number[]
---@return number
function counting.median(values)
  local sorted = table.move(values, 1, #values, 1, {})
  table.sort(sorted)
  return sorted[(#sorted + 1) // 2]
end

--- The median of what several calls return. Each process counts a little differently: Lua's seed
--- for hashes differs.
---@param times integer
---@param measure fun(i: integer): number
---@return number
function counting.repeated(times, measure)
  local values = {}
  for i = 1, times do values[i] = measure(i) end
  return counting.median(values)
end

counting.CALLGRIND = "taskset -c 0 valgrind --tool=callgrind" -- on the server's core

--- The instructions, by callgrind, that a command runs before each call of a C function, from the
--- one before on; and what it prints.
---@param dir string       for callgrind's files
---@param mark string      the function
---@param command string
---@return integer[] parts, string output
function counting.parts(dir, mark, command)
  local file = dir .. "/callgrind.out"
  os.execute("rm -f " .. file .. "*")
  local text = counting.read(("%s --dump-before=%s --callgrind-out-file=%s %s 2>&1")
    :format(counting.CALLGRIND, mark, file, command))
  local parts = {}
  while true do
    local part = io.open(file .. "." .. #parts + 1)
    if not part then break end
    parts[#parts + 1] = tonumber(part:read "a":match "\nsummary: (%d+)")
    part:close()
  end
  assert(#parts > 0, mark .. " was not called, or the program has no symbols")
  return parts, text
end

--- The same between the first two calls, of one of `count` parts.
---@param dir string
---@param mark string
---@param command string
---@param count integer
---@return number
function counting.instructions(dir, mark, command, count)
  return counting.parts(dir, mark, command)[2] / count
end

--- Runs `body(server, dir)` with a server and a temporary folder, and removes both afterwards.
---@generic T
---@param body fun(server: table, dir: string): T
---@return T
function counting.beside_server(body)
  local dir = counting.read("mktemp -d"):match("%S+")
  local server = dofile("bench/server.lua").start(dir, 0)
  local ok, result = pcall(body, server, dir)
  server.stop()
  os.execute("rm -rf " .. dir)
  if not ok then error(result, 0) end
  return result
end

return counting
