-- SPDX-License-Identifier: MIT
-- The samples of a Markdown page, and a way to run those in C.

local outside = require "spec.support.outside"

local samples = {}

function samples.page(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end

--- The blocks of a language, in order: { text, heading }; the heading is the nearest above.
function samples.blocks(page, language)
  local found, heading, block = {}, "", nil
  for line in page:gmatch "([^\n]*)\n" do
    if block and line == "```" then
      if block.language == language then
        found[#found + 1] = { text = table.concat(block, "\n") .. "\n", heading = heading }
      end
      block = nil
    elseif block then
      block[#block + 1] = line
    elseif line:find "^```" then
      block = { language = line:match "^```(%a*)" }
    else
      heading = line:match "^#+ (.*)$" or heading
    end
  end
  return found
end

--- Applies changes to a text, each of which must match: { from (a pattern), to } each.
function samples.changed(text, changes)
  for _, change in ipairs(changes) do
    local count
    text, count = text:gsub(change[1], change[2])
    assert(count == 1, change[1] .. " is there " .. count .. " times")
  end
  return text
end

--- Compiles a C program into a folder; the library may be built with sanitizers.
function samples.compile(folder, source, flags)
  outside.write(folder .. "/app.c", source)
  local build = os.getenv "AGENTMAIL_BUILD" or "build"
  local sanitizers = build:find "asan" and "-fsanitize=address,undefined" or ""
  local output, done = outside.shell((outside.BARE .. "cc %s -std=c11 -Wall -Wextra -Werror "
    .. "%s/app.c -o %s/app %s"):format(sanitizers, folder, folder, flags))
  assert(done, output)
end

--- Whether csrc/agentmail.h declares a code.
function samples.has_code(word)
  return samples.page "csrc/agentmail.h":find('"' .. word .. '"', 1, true) ~= nil
end

return samples
