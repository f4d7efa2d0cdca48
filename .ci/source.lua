-- SPDX-License-Identifier: MIT
-- Shared by the checks: files of the tree, C text without comments, a TAP report.
local M = {}

local function lines_of(command)
  local result, pipe = {}, assert(io.popen(command))
  for line in pipe:lines() do
    result[#result + 1] = line
  end
  assert(pipe:close(), "failed: " .. command)
  return result
end

M.run = lines_of

-- Files that git tracks or would add, so that build products are not checked.
function M.files(...)
  local patterns = {}
  for _, glob in ipairs { ... } do
    patterns[#patterns + 1] = "'" .. glob .. "'"
  end
  local found = lines_of("git ls-files --cached --others --exclude-standard -- "
    .. table.concat(patterns, " "))
  local present = {}
  for _, path in ipairs(found) do
    local file = io.open(path)
    if file then
      file:close()
      present[#present + 1] = path
    end
  end
  return present
end

function M.read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

-- C text with comments and string contents blanked out; line structure is kept.
function M.code(path)
  local text = M.read(path)
  text = text:gsub("/%*.-%*/", function(comment)
    return (comment:gsub("[^\n]", " "))
  end)
  return (text:gsub("//[^\n]*", ""):gsub('\\"', "  "):gsub('(#%s*include%s*)"', "%1\1")
    :gsub('"[^"\n]*"', '""'):gsub("\1", '"'))
end

local count, bad = 0, 0

-- Each rule is one test. `judge` returns a list of complaints.
function M.rule(name, judge)
  count = count + 1
  local complaints = judge()
  print((#complaints == 0 and "ok %d - %s" or "not ok %d - %s"):format(count, name))
  for _, complaint in ipairs(complaints) do
    print("# " .. complaint)
  end
  bad = bad + (#complaints > 0 and 1 or 0)
end

function M.finish()
  print("1.." .. count)
  os.exit(bad == 0)
end

return M
