-- SPDX-License-Identifier: MIT
-- Reads the declarations of types/ as tables. For types_spec and surface_spec of docs/.

local luacats = dofile "tools/luacats.lua"

local M = {
  FILES = { "agentmail", "models", "collections", "objects" },
  -- Class or alias → { parents, fields, methods }; a method → its @param types by name and @return.
  classes = {},
  -- Name of a class → where it is mentioned.
  mentioned = {},
  -- The places of annotations that cannot be parsed.
  unread = {},
}

--- The text of a file.
function M.read_file(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

local function read(path)
  local variables = {}
  local class, params, returned, number = nil, {}, nil, 0
  for line in io.lines(path) do
    number = number + 1
    local found, here = luacats.line(line), path .. ":" .. number
    if line:find "^%-%-%-@" and not found then M.unread[#M.unread + 1] = here end
    for _, name in ipairs(found and found.names or {}) do M.mentioned[name] = here end
    if found and (found.tag == "class" or found.tag == "alias") then
      assert(not M.classes[found.name], found.name .. " is there twice")
      class = { parents = found.names, fields = {}, methods = {} }
      M.classes[found.name] = class
    elseif found and found.tag == "field" then
      class.fields[found.name:gsub("%?$", "")] = found.type
    elseif found and found.tag == "overload" then
      class.overload = found.type
    elseif found and found.tag == "param" then
      params[found.name:gsub("%?$", "")] = found.type
    elseif found and found.tag == "return" then
      returned = returned or found.type
    elseif line:find "^local " then
      variables[line:match "^local ([%w_]+)"] = class
    elseif line:find "^function " then
      local variable, name = line:match "^function ([%w_]+)[.:]([%w_]+)%("
      local owner = variables[variable]
      owner.methods[name] = { params = params, returned = returned }
      params, returned = {}, nil
    end
  end
end

for _, name in ipairs(M.FILES) do read("types/" .. name .. ".lua") end

--- A field or method of a class or its parents.
function M.member(name, kind, key)
  local class = assert(M.classes[name], "no class " .. name)
  if class[kind][key] then return class[kind][key] end
  for _, parent in ipairs(class.parents) do
    local found = M.classes[parent] and M.member(parent, kind, key)
    if found then return found end
  end
end

--- The names of a class's own fields or methods and of its parents', as a set.
function M.members(name, kind, set)
  set = set or {}
  local class = assert(M.classes[name], "no class " .. name)
  for key in pairs(class[kind]) do set[key] = true end
  for _, parent in ipairs(class.parents) do
    if M.classes[parent] then M.members(parent, kind, set) end
  end
  return set
end

return M
