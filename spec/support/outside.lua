-- SPDX-License-Identifier: MIT
-- Runs programs outside the checkout that find its modules.

local outside = {}

--- The output of a shell command, both streams, and whether it succeeded.
function outside.shell(command)
  local pipe = assert(io.popen("( " .. command .. "\n) 2>&1"))
  local output = pipe:read "a"
  return output, pipe:close() == true
end

outside.root = outside.shell "pwd":match "[^\n]+"
outside.lua = os.getenv "LUA" or "lua5.4"

--- A prefix that keeps the sanitizers and the jobs of a `make test` out of a command.
outside.BARE = "env -u LD_PRELOAD -u MAKEFLAGS -u MFLAGS -u MAKELEVEL "

local function absolute(path)
  return (";" .. path):gsub(";([^/;])", ";" .. outside.root:gsub("%%", "%%%%") .. "/%1"):sub(2)
end

--- Assignments for a shell: the paths of the checkout's modules, valid in any folder, and the
--- libraries that these modules need preloaded. Modules in `first`, a folder, are found, too.
function outside.paths(first)
  return ("LD_PRELOAD=%q LUA_PATH=%q LUA_CPATH=%q"):format(os.getenv "LD_PRELOAD" or "",
    (first and first .. "/?.lua;" or "") .. absolute(package.path), absolute(package.cpath))
end

--- Calls f with a new, empty folder, and removes it afterwards.
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

--- Compiles a file of C into a library.
function outside.library(source, library, flags)
  local output, done = outside.shell(("%scc -shared -fPIC -Wall -Werror %s -o %s %s"):format(
    outside.BARE, source, library, flags or ""))
  assert(done, output)
end

--- Compiles C, and loads a function of it into this process.
function outside.compiled(source, name)
  local flags = outside.shell "unset LD_PRELOAD; pkg-config --cflags lua5.4"
  return outside.folder(function(folder)
    outside.write(folder .. "/source.c", source)
    outside.library(folder .. "/source.c", folder .. "/made.so", flags)
    return assert(package.loadlib(folder .. "/made.so", name))
  end)
end

--- The output of a Lua program that runs in a new folder; `before` may fill the folder.
function outside.run(program, before)
  return outside.folder(function(folder)
    outside.write(folder .. "/program.lua", program)
    if before then before(folder) end
    return outside.shell(("cd %s && %s %s program.lua"):format(folder, outside.paths(),
                                                               outside.lua))
  end)
end

return outside
