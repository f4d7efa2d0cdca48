-- SPDX-License-Identifier: MIT
-- A module that is read now and compiled on first use. For what a call may need at its end and most
-- programs never use: once a request is on its way, there may be no file descriptor left, or
-- another working directory. What such a module requires must be loaded by then, and what it holds
-- must be held.

local open = io and io.open

-- The source of a module, and its path; nil if it comes from elsewhere than a file.
local function source_of(name)
  local path = not package.preload[name] and package.searchpath(name, package.path)
  local file <close> = path and open and open(path, "rb") or nil
  return file and file:read "a", path
end

local loaded, known = package.loaded, {}

---@param name string
---@return table
local function held(name)
  if known[name] and not loaded[name] then return known[name] end
  local text, path = nil, nil
  if not loaded[name] then text, path = source_of(name) end
  if not text then return require(name) end
  known[name] = setmetatable({}, {
    __index = function(module, key)
      if not loaded[name] then
        loaded[name] = assert(load(text, "@" .. path, "t"))(name, path)
      end
      local value = loaded[name][key]
      module[key] = value
      return value
    end,
  })
  return known[name]
end

return held
