-- SPDX-License-Identifier: MIT
-- The happy path does not get slower: instructions of one GET of an inbox through the public
-- surface, libcurl and Lua included, as callgrind counts them, against the figure below. Unlike
-- time, the count hardly depends on the machine and on what else it does. Speaks TAP.
--   lua5.4 .ci/instructions.lua         (environment of `make -s print-RUN`)
local KNOWN = 149500 -- Debian 12: libcurl 7.88.1, Lua 5.4.4
local TOLERANCE, FEW, MANY = 0.05, 500, 2500

local function read(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  return pipe:close() and text or error("failed: " .. command .. "\n" .. text)
end

local dir = read("mktemp -d"):match("%S+")
local server = dofile("bench/server.lua").start(dir, 0)

local function count(requests)
  local text = read(("valgrind --tool=callgrind --callgrind-out-file=/dev/null %s bench/client.lua"
    .. " get %s %d 2>&1"):format(os.getenv("LUA") or "lua5.4", server.http, requests))
  return tonumber(text:match("Collected : (%d+)")) or error(text)
end

local ok, result = pcall(function()
  return (count(MANY) - count(FEW)) / (MANY - FEW)
end)
server.stop()
os.execute("rm -rf " .. dir)
if not ok then
  error(result, 0)
end
local change = result / KNOWN - 1
print(("%.0f instructions, known as %d: %+.1f %%, allowed +%.0f %%"):format(result, KNOWN,
  change * 100, TOLERANCE * 100))
print("1..1")
print((change <= TOLERANCE and "ok" or "not ok") .. " 1 - the happy path is no slower")
os.exit(change <= TOLERANCE)
