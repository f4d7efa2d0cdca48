-- SPDX-License-Identifier: MIT
-- Reads and writes files, for the scripts that generate some.
local M = {}

--- The text of a file.
---@param path string
---@return string
function M.read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read("a")
end

--- The Lua sources under a folder, sorted.
---@param folder string
---@return string[]
function M.sources(folder)
  local list <close> = assert(io.popen("find " .. folder .. " -name '*.lua' | LC_ALL=C sort"))
  local paths = {}
  for path in list:lines() do paths[#paths + 1] = path end
  return paths
end

--- Writes files, or with --check fails and names those that would change.
---@param texts table<string, string>  by path
---@param target string                the make target that writes them
function M.write(texts, target)
  local stale = {}
  for path, text in pairs(texts) do
    local old <close> = io.open(path, "rb")
    if not old or old:read("a") ~= text then stale[#stale + 1] = path end
  end
  if arg[1] == "--check" and #stale > 0 then
    table.sort(stale)
    io.stderr:write(table.concat(stale, ", "), ": not what `make ", target, "` writes\n")
    os.exit(1)
  end
  for _, path in ipairs(stale) do
    local file <close> = assert(io.open(path, "wb"))
    file:write(texts[path])
  end
end

return M
