-- SPDX-License-Identifier: MIT
-- Prints the Lua files under a folder as C data, for csrc/embed/embed.h: their source, so that any
-- build of Lua 5.4 can load it.
--   lua5.4 tools/embed.lua lua >files.c
package.path = "tools/?.lua;" .. package.path
local files = require "files"

local folder = arg[1]

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["?"] = "\\?" } -- ?: trigraphs

-- Octal escapes have at most three digits, so that what follows is not part of them.
local function quoted(line)
  return '    "' .. line:gsub('[%c"\\?\x7F-\xFF]', function(byte)
    return ESCAPES[byte] or ("\\%03o"):format(byte:byte())
  end) .. '\\n"\n'
end

local modules = {}
for _, path in ipairs(files.sources(folder)) do
  local name = path:sub(#folder + 2):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")
  modules[#modules + 1] = { name = name, text = files.read(path) }
end
assert(#modules > 0, "no Lua file is under " .. folder)
table.sort(modules, function(a, b) return a.name < b.name end)

local out = { "/* Written by tools/embed.lua. */\n#include \"embed/embed.h\"\n\n",
              "const am_embedded am_embedded_files[] = {\n" }
for _, module in ipairs(modules) do
  assert(module.text:sub(-1) == "\n", module.name .. " does not end in a newline")
  out[#out + 1] = ('  { "%s",\n'):format(module.name)
  for line in module.text:gmatch "([^\n]*)\n" do out[#out + 1] = quoted(line) end
  out[#out + 1] = ("    , %d },\n"):format(#module.text)
end
out[#out + 1] = ("};\n\nconst size_t am_embedded_count = %d;\n"):format(#modules)
io.write(table.concat(out))
