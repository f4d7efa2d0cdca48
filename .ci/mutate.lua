-- SPDX-License-Identifier: MIT
-- Shared by the scripts that break a source on purpose: files, commands, one replacement in a text.
local M = { read = require "source".read }

function M.write(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text) and file:close())
end

function M.run(command)
  return (os.execute(command .. " >/dev/null 2>&1"))
end

-- The text with its single match replaced, or nil and why not.
function M.mutate(text, search, replacement)
  local first, last = text:find(search, 1, true)
  if not first then
    return nil, "not found"
  elseif text:find(search, last + 1, true) then
    return nil, "found more than once"
  end
  return text:sub(1, first - 1) .. replacement .. text:sub(last + 1)
end

-- A new folder for what is built.
function M.folder()
  local folder = os.tmpname()
  os.remove(folder)
  assert(M.run("mkdir -p " .. folder))
  return folder
end

-- Ends a script: its status is that of main(pattern), which returns whether all is well; what it
-- built in the folder is removed.
function M.finish(main, folder)
  local ok, result = pcall(main, arg[1] or "")
  M.run("rm -rf " .. folder)
  if not ok then
    print(result)
  end
  os.exit(ok and result)
end

return M
