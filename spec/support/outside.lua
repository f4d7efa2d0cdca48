-- SPDX-License-Identifier: MIT
-- Runs programs in another folder than the checkout's, with its modules in reach.

local outside = {}

--- What a shell command prints, both streams, and whether it succeeded.
function outside.shell(command)
  local pipe = assert(io.popen("( " .. command .. "\n) 2>&1"))
  local output = pipe:read "a"
  return output, pipe:close() == true
end

outside.root = outside.shell "pwd":match "[^\n]+"
outside.lua = os.getenv "LUA" or "lua5.4"

--- Before a command that neither the sanitizers nor the jobs of a `make test` are to reach.
outside.BARE = "env -u LD_PRELOAD -u MAKEFLAGS -u MFLAGS -u MAKELEVEL "

local function absolute(path)
  return (";" .. path):gsub(";([^/;])", ";" .. outside.root:gsub("%%", "%%%%") .. "/%1"):sub(2)
end

--- Assignments for a shell: where Lua finds the checkout's modules from any folder, and what these
--- modules need to be loaded first.
function outside.paths()
  return ("LD_PRELOAD=%q LUA_PATH=%q LUA_CPATH=%q"):format(os.getenv "LD_PRELOAD" or "",
    absolute(package.path), absolute(package.cpath))
end

--- Calls f with a new empty folder, and removes it afterwards.
function outside.folder(f)
  local folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir " .. folder))
  local results = table.pack(pcall(f, folder))
  os.execute("rm -rf " .. folder)
  if not results[1] then error(results[2], 0) end
  return table.unpack(results, 2, results.n)
end

function outside.write(path, text)
  local file <close> = assert(io.open(path, "w"))
  assert(file:write(text))
end

--- What a Lua program prints that runs in a new folder; `before` may fill the folder.
function outside.run(program, before)
  return outside.folder(function(folder)
    outside.write(folder .. "/program.lua", program)
    if before then before(folder) end
    return outside.shell(("cd %s && %s %s program.lua"):format(folder, outside.paths(),
                                                               outside.lua))
  end)
end

return outside
