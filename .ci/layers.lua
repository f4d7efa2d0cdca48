-- SPDX-License-Identifier: MIT
-- The layering of the C sources, read from the sources and from the objects in $BUILD.
package.path = ".ci/?.lua;" .. package.path
local source = require "source"
local rule, files, code = source.rule, source.files, source.code
local build = arg[1] or "build"

-- The folders of csrc/ are the layers: a file includes its own folder and those before it, and the
-- public headers at the root, which stand alone.
local LAYERS = { base = 1, retry = 2, engine = 3, lua = 4 }
local PURE = { buf = true, retry = true, retry_after = true, key = true }

local function stem(path)
  return path:match("([^/]+)%.[ch]$")
end

local function folder(path)
  return path:match("^csrc/([%w_]+)/")
end

local function each_include(visit)
  local complaints = {}
  for _, path in ipairs(files("csrc/*.[ch]")) do
    for header in code(path):gmatch('#%s*include%s*[<"]([^>"]+)[>"]') do
      local complaint = visit(path, stem(path), header)
      if complaint then
        complaints[#complaints + 1] = path .. " includes " .. header .. ": " .. complaint
      end
    end
  end
  return complaints
end

rule("only transport.c includes curl", function()
  return each_include(function(path, _, header)
    return header:match("^curl/") and path ~= "csrc/engine/transport.c" and "belongs to transport.c"
  end)
end)

rule("only csrc/lua/ includes Lua", function()
  return each_include(function(path, _, header)
    return (header:match("^l%a*lib%.h$") or header == "lua.h") and folder(path) ~= "lua"
      and "belongs to csrc/lua/"
  end)
end)

rule("headers are included downwards only", function()
  return each_include(function(path, _, header)
    if path:match("^csrc/[^/]+%.h$") then
      return io.open("csrc/" .. header) and "a public header stands alone"
    end
    local mine, its = LAYERS[folder(path)], LAYERS[header:match("^([%w_]+)/")]
    if not mine then return folder(path) .. " is no layer: add it to .ci/layers.lua" end
    return its and its > mine and "not a lower layer"
  end)
end)

local WORLD = {
  "time", "clock", "clock_gettime", "gettimeofday", "rand", "random", "srand", "getrandom",
  "RAND_bytes", "arc4random", "getenv", "open", "fopen", "read", "poll", "nanosleep",
}

rule("buf, key and retry know no clock, no randomness, no world", function()
  local complaints = each_include(function(_, name, header)
    return PURE[name] and (header:match("time%.h$") or header:match("rand") or header:match("^sys/")
      or header:match("^unistd") or header:match("^fcntl") or header:match("clock%.h$")
      or header:match("poller%.h$")) and "is an argument here"
  end)
  for _, path in ipairs(files("csrc/*.c")) do
    local text = PURE[stem(path)] and code(path) or ""
    for _, name in ipairs(WORLD) do
      if text:find("%f[%w_]" .. name .. "%s*%(") then
        complaints[#complaints + 1] = path .. " calls " .. name
      end
    end
  end
  return complaints
end)

local BANNED = {
  "strcpy", "strcat", "strncat", "strncpy", "sprintf", "vsprintf", "gets", "scanf",
  "atoi", "atol", "atoll", "atof", "strtok", "strtok_r", "alloca", "setjmp", "longjmp", "signal",
  "system", "popen", "tmpnam", "mktemp", "rand", "srand", "gmtime", "localtime",
  "asctime", "ctime", "inet_ntoa", "gethostbyname", "curl_global_cleanup", "exit", "abort",
}

rule("no banned function", function()
  local complaints = {}
  for _, path in ipairs(files("csrc/*.[ch]", "sandbox/*.[ch]")) do
    local number = 0
    for line in (code(path) .. "\n"):gmatch("(.-)\n") do
      number = number + 1
      for _, name in ipairs(BANNED) do
        if line:find("%f[%w_]" .. name .. "%s*%(") then
          complaints[#complaints + 1] = ("%s:%d calls %s"):format(path, number, name)
        end
      end
    end
  end
  return complaints
end)

rule("no mutable static", function()
  local complaints, seen = {}, 0
  for _, object in ipairs(source.run("find " .. build .. "/csrc " .. build
    .. "/sandbox -name '*.o'")) do
    seen = seen + 1
    for _, line in ipairs(source.run("objdump -t " .. object)) do
      local section, name = line:match("%s(%.?[%w_.*]+)%s+%x+%s+(%S.*)$")
      local mutable = section and (section:match("^%.data") or section:match("^%.bss")
        or section:match("^%.t?bss") or section:match("^%.tdata") or section == "*COM*")
      if mutable and not section:match("rel%.ro") and not line:match("^%x+ l%s+d%s") then
        complaints[#complaints + 1] = object .. ": " .. name .. " in " .. section
      end
    end
  end
  return seen > 0 and complaints or { "no object in " .. build }
end)

rule("modules export their luaopen_ function and nothing else", function()
  local complaints = {}
  local modules = source.run("find " .. build .. "/lib -name '*.so'")
  for _, path in ipairs(modules) do
    local wanted = "luaopen_" .. path:match("/lib/(.*)%.so$"):gsub("/", "_")
    local names = source.run("nm -D --defined-only " .. path .. " | awk '{ print $3 }'")
    local found = table.concat(names, " ")
    if found ~= wanted then
      complaints[#complaints + 1] = path .. " exports " .. found .. ", not " .. wanted
    end
  end
  return #modules > 0 and complaints or { "no module in " .. build }
end)

source.finish()
