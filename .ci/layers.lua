-- SPDX-License-Identifier: MIT
-- The layering of the C sources, read from the sources and from the objects in $BUILD.
package.path = ".ci/?.lua;" .. package.path
local source = require "source"
local rule, files, code = source.rule, source.files, source.code
local build = arg[1] or "build"

-- A file may include its own header, agentmail.h, and headers of lower layers. The engine is one
-- thing in several files, which share engine.h.
local LAYERS = {
  { "base64", "buf", "budget", "heap", "list", "clock", "url", "ca_dir", "fork", "save", "poller",
    "header", "words", "limits" },
  { "body", "incoming", "retry", "retry_after", "key", "webhook", "outbox" },
  { "transport" },
  { "engine", "client", "request", "submit", "call", "call_view" },
}
local SHARED = { engine = true, retry = true, lua_core = true }
local PURE = { buf = true, retry = true, retry_after = true, key = true }

local function stem(path)
  return path:match("([^/]+)%.[ch]$")
end

local function layer(wanted)
  for number, names in ipairs(LAYERS) do
    for _, name in ipairs(names) do
      if name == wanted then
        return number
      end
    end
  end
  return wanted:match("^lua_") and #LAYERS + 1
end

local function each_include(visit)
  local complaints = {}
  for _, path in ipairs(files("csrc/*.c", "csrc/*.h")) do
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
    return header:match("^curl/") and path ~= "csrc/transport.c" and "belongs to transport.c"
  end)
end)

rule("only lua_*.c and its headers include Lua", function()
  return each_include(function(_, name, header)
    return (header:match("^l%a*lib%.h$") or header == "lua.h") and not name:match("^lua_")
      and "belongs to lua_*.c"
  end)
end)

rule("headers are included downwards only", function()
  return each_include(function(path, name, header)
    if not path:match("agentmail%.h$") and not layer(name) then
      return name .. " stands in no layer: add it to .ci/layers.lua"
    end
    local other = header:match("^([%w_]+)%.h$")
    if not other or not io.open("csrc/" .. header) or other == name or other == "agentmail" then
      return nil
    end
    if name == "agentmail" then
      return "the public header stands alone"
    end
    local mine, its = layer(name), layer(other)
    return not (its and (its < mine or its == mine and SHARED[other])) and "not a lower layer"
  end)
end)

local WORLD = {
  "time", "clock", "clock_gettime", "gettimeofday", "rand", "random", "srand", "getrandom",
  "RAND_bytes", "arc4random", "getenv", "open", "fopen", "read", "poll", "nanosleep",
}

rule("buf, key and retry know no clock, no randomness, no world", function()
  local complaints = each_include(function(_, name, header)
    return PURE[name] and (header:match("time%.h$") or header:match("rand") or header:match("^sys/")
      or header:match("^unistd") or header:match("^fcntl") or header:match("^clock")
      or header:match("^poller")) and "is an argument here"
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
  for _, path in ipairs(files("csrc/*.c", "csrc/*.h", "sandbox/*.c", "sandbox/*.h")) do
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
