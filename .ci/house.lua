-- SPDX-License-Identifier: MIT
-- The house rules that no other tool checks: lists that must agree, lengths, words.
package.path = ".ci/?.lua;" .. package.path
local source = require "source"
local plain = require "words"
local rule, files, read = source.rule, source.files, source.read

local C_FILES = { "csrc/*.[ch]", "sandbox/*.[ch]", "spec/*.[ch]", "bench/*.[ch]" }
local PAGE_FILES = { "sandbox/*.js", "sandbox/*.css" }
local LUA_MODULES = { "lua/*.lua", "sandbox/agentmail/*.lua" }
local LUA_FILES = { "*.lua", ".busted", ".luacheckrc" }

local function lines_of(path)
  local lines = {}
  for line in (read(path):gsub("\n$", "") .. "\n"):gmatch("(.-)\n") do
    lines[#lines + 1] = line
  end
  return lines
end

local function make_list(name)
  local words = {}
  for word in source.run("make -s print-" .. name)[1]:gmatch("%S+") do
    words[#words + 1] = word
  end
  return words
end

local function rockspec(path)
  local spec = {}
  assert(loadfile(path, "t", spec))()
  return spec
end

local BASE_ROCK = source.files("rockspec/*.rockspec")[1]
local SANDBOX_ROCK = source.files("sandbox/rockspec/*.rockspec")[1]

-- Complaints about words that only one of two lists has.
local function differences(left, left_name, right, right_name)
  local complaints, in_right = {}, {}
  for _, word in ipairs(right) do
    in_right[word] = true
  end
  for _, word in ipairs(left) do
    if not in_right[word] then
      complaints[#complaints + 1] = word .. " is in " .. left_name .. ", not in " .. right_name
    end
    in_right[word] = nil
  end
  for word in pairs(in_right) do
    complaints[#complaints + 1] = word .. " is in " .. right_name .. ", not in " .. left_name
  end
  return complaints
end

local function append(list, more)
  return table.move(more, 1, #more, #list + 1, list)
end

rule("the wildcards of the Makefile find every C source", function()
  local listed = {}
  local built = { "BASE", "BINDING", "LAZY", "EMBED", "OUTBOX", "LUA_OUTBOX", "LISTENER", "SQLITE",
    "GMIME", "ICAL", "UNITS", "SUPPORT" }
  for _, name in ipairs(built) do
    append(listed, make_list(name))
  end
  return differences(files("csrc/*.c", "sandbox/*.c", "spec/c/*.c"), "the tree", listed,
    "the Makefile")
end)

-- The base rock lists the sources of its module; the sandbox's rock lists the modules that its
-- Makefile builds from sandbox/modules.mk, as the Makefile of the checkout does.
rule("the rockspecs build what the Makefile builds", function()
  if not SANDBOX_ROCK then
    return { "no sandbox/rockspec/*.rockspec" }
  end
  local core = append(make_list("BASE"), make_list("BINDING"))
  local modules = rockspec(BASE_ROCK).build.modules
  local complaints = differences(core, "the Makefile", modules["agentmail.native"].sources,
    "the rockspec's agentmail.native")
  append(complaints, differences(make_list("LAZY"), "the Makefile",
    modules["agentmail.core"].sources, "the rockspec's agentmail.core"))
  -- The outbox has copies of some sources of the core, of which it calls nothing.
  local outbox, shared = append(make_list("OUTBOX"), make_list("LUA_OUTBOX")), {}
  for _, path in ipairs(modules["agentmail.outbox_core"].sources) do
    if not path:find("^csrc/base/") and not path:find("^csrc/retry/") then
      shared[#shared + 1] = path
    end
  end
  append(complaints, differences(outbox, "the Makefile", shared,
    "the rockspec's agentmail.outbox_core"))
  local made, installed = {}, {}
  for _, name in ipairs(make_list("SANDBOX_MODULES")) do
    made[#made + 1] = "agentmail.sandbox." .. name .. " = build/" .. name .. ".so"
  end
  for module, path in pairs(rockspec(SANDBOX_ROCK).build.install.lib) do
    installed[#installed + 1] = module .. " = " .. path
  end
  return append(complaints, differences(made, "sandbox/modules.mk", installed, SANDBOX_ROCK))
end)

rule("the rockspecs list every Lua module under its own name", function()
  local complaints = {}
  for path, prefix in pairs { [BASE_ROCK] = "lua/", [SANDBOX_ROCK or BASE_ROCK] = "sandbox/" } do
    local root, listed = prefix == "lua/" and "" or prefix, {}
    local build = rockspec(path).build
    for module, file in pairs(build.modules or build.install.lua) do
      if type(file) == "string" and file:find("%.lua$") then
        listed[#listed + 1] = root .. file
        local name = (root .. file):sub(#prefix + 1):gsub("%.lua$", ""):gsub("/init$", "")
        if name:gsub("/", ".") ~= module then
          complaints[#complaints + 1] = path .. ": " .. module .. " is " .. file
        end
      end
    end
    append(complaints, differences(files(prefix .. "agentmail/*.lua"), "the tree", listed, path))
  end
  return complaints
end)

rule("one version everywhere", function()
  local version = read("csrc/agentmail.h"):match('#define AM_VERSION "([^"]+)"')
  local complaints = {}
  for _, path in ipairs(files("*.rockspec")) do
    local spec = rockspec(path)
    local named = path:match("[^/]+$") == spec.package .. "-" .. spec.version .. ".rockspec"
    if spec.version ~= version .. "-1" or not named then
      complaints[#complaints + 1] = path .. " says " .. spec.version .. ", AM_VERSION " .. version
    end
  end
  if not read("CHANGELOG.md"):find("\n## " .. version, 1, true) then
    complaints[#complaints + 1] = "CHANGELOG.md has no chapter " .. version
  end
  return complaints
end)

-- The public header has more to say than other files, and all of it in one place.
local LONGER = { ["csrc/agentmail.h"] = 520 }

local function too_long(most, ...)
  local complaints = {}
  for _, path in ipairs(files(...)) do
    local length, limit = #lines_of(path), LONGER[path] or most
    if length > limit then
      complaints[#complaints + 1] = ("%s has %d lines, at most %d"):format(path, length, limit)
    end
  end
  return complaints
end

rule("C files have at most 400 lines", function()
  return too_long(400, table.unpack(C_FILES))
end)

rule("the files of the sandbox's page have at most 400 lines", function()
  return too_long(400, table.unpack(PAGE_FILES))
end)

rule("Lua modules have at most 250 lines", function()
  return too_long(250, table.unpack(LUA_MODULES))
end)

rule("the Makefile has at most 110 columns", function()
  local complaints = {}
  for number, line in ipairs(lines_of("Makefile")) do
    local columns = utf8.len((line:gsub("^\t", (" "):rep(8))))
    if columns > 110 then
      complaints[#complaints + 1] = ("Makefile:%d has %d columns"):format(number, columns)
    end
  end
  return complaints
end)

local function each_file(judge, ...)
  local complaints = {}
  for _, path in ipairs(files(...)) do
    local complaint = judge(read(path), path)
    if complaint then
      complaints[#complaints + 1] = path .. ": " .. complaint
    end
  end
  return complaints
end

rule("every source says its licence first", function()
  local sources = append({ "*.sh", ".ci/run", "Makefile", table.unpack(C_FILES) }, LUA_FILES)
  append(sources, PAGE_FILES)
  return each_file(function(text)
    local head = text:sub(1, 120):gsub("^#![^\n]*\n", "")
    return not head:match("^%S+ SPDX%-License%-Identifier: MIT") and "no SPDX line on top"
  end, table.unpack(sources))
end)

local function is_picture(path)
  return path:find("%.png$") ~= nil
end

rule("text is clean: UTF-8, LF, no tab, no trailing blank, one final newline", function()
  return each_file(function(text, path)
    if is_picture(path) then
      return nil
    end
    if not utf8.len(text) then
      return "not UTF-8"
    end
    return text:find("\r") and "CR" or text:find("[ \t]\n") and "trailing blank"
      or not text:find("[^\n]\n$") and "no single final newline"
      or not path:find("Makefile$") and text:find("\t") and "tab"
  end, "*")
end)

-- Nothing may reveal where it was written: no folder of this machine, and no hosts except the
-- project's own, the tools' home pages, and names that are reserved for examples.
local HOSTS = {
  "agentmail.to", "agentmail.eu", "lua.org", "luarocks.org", "curl.se", "semver.org", "sqlite.org",
  "gnu.org", "keepachangelog.com", "rfc-editor.org", "w3.org", "example.com", "example.org",
  "example.net", "example", "test", "invalid",
}

local function known_host(host)
  if not host:find("%a") or not host:find(".", 1, true) then
    return true
  end
  for _, name in ipairs(HOSTS) do
    if host == name or host:sub(-#name - 1) == "." .. name then
      return true
    end
  end
  return false
end

rule("no path of this machine, no foreign host", function()
  local here = source.run("pwd")[1]
  local foreign = { here, here:match("^(.*)/[^/]+$") .. "/", "../" .. "shared" }
  return each_file(function(text)
    for _, path in ipairs(foreign) do
      if #path > 2 and path ~= "/tmp/" and text:find(path, 1, true) then
        return "mentions " .. path
      end
    end
    for host in text:gmatch("%f[%w]https?://([%w.-]+)") do
      if not known_host(host:gsub("%.$", "")) then
        return "mentions " .. host
      end
    end
  end, "*")
end)

-- Mails and other test data may use any words.
local function is_prose(path)
  return not path:find("^spec/sandbox/mails/") and not path:find("%.json$")
    and path ~= ".ci/misspelt.txt"
end

rule("plain words only, see .ci/words.lua", function()
  local complaints = {}
  for _, path in ipairs(files("*")) do
    for _, hit in ipairs(is_prose(path) and plain.find(read(path)) or {}) do
      complaints[#complaints + 1] = ("%s:%d says '%s'"):format(path, hit.line, hit.word)
    end
  end
  return complaints
end)

rule("the check of words finds each one that is planted", function()
  local complaints = {}
  for _, word in ipairs(plain.WORDS) do
    for _, text in ipairs { word, word:upper() .. ".", "(" .. word:gsub(" ", "\n-- ") .. ")" } do
      local hits = plain.find("-- x\n-- " .. text .. " y")
      if #hits ~= 1 or hits[1].word ~= word or hits[1].line ~= 2 then
        complaints[#complaints + 1] = "missed: " .. text
      end
    end
    if #plain.find("x" .. word .. "x") > 0 then
      complaints[#complaints + 1] = "found within another word: " .. word
    end
  end
  return complaints
end)

source.finish()
