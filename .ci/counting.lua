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

--- The instructions that a command runs between two calls of a C function, by callgrind, in one of
--- `count` parts. It shares the server's core.
---@param dir string       for callgrind's files
---@param mark string      the function
---@param command string
---@param count integer
---@return number
function counting.instructions(dir, mark, command, count)
  local file = dir .. "/callgrind.out"
  os.execute("rm -f " .. file .. "*")
  counting.read(("taskset -c 0 valgrind --tool=callgrind --dump-before=%s --callgrind-out-file=%s "
    .. "%s 2>&1"):format(mark, file, command))
  local part = assert(io.open(file .. ".2"), mark .. " was not called")
  local text = part:read "a"
  part:close()
  return tonumber(text:match "\nsummary: (%d+)") / count
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
