-- SPDX-License-Identifier: MIT
-- Shared by the scripts that measure: commands, the server of bench/.
local counting = {}

--- The output of a command, which must succeed.
---@param command string
---@return string
function counting.read(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  return pipe:close() and text or error("failed: " .. command .. "\n" .. text)
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
