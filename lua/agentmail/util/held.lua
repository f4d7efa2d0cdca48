-- SPDX-License-Identifier: MIT
-- A module that is read now and compiled on first use. For what a call may need at its end and most
-- programs never use: once a request is on its way, there may be no file descriptor left, or
-- another working directory. What such a module requires must be loaded, or held, by then.

local open = io and io.open

-- The source of a module, and its path; nil if it comes from elsewhere than a file.
local function source_of(name)
  local path = not package.preload[name] and package.searchpath(name, package.path)
  local file <close> = path and open and open(path, "rb") or nil
  return file and file:read "a", path
end

---@param name string
---@return table
local function held(name)
  local loaded = package.loaded
  local text, path = nil, nil
  if not loaded[name] then text, path = source_of(name) end
  if not text then return require(name) end
  return setmetatable({}, {
    __index = function(module, key)
      if not loaded[name] then
        loaded[name] = assert(load(text, "@" .. path, "t"))(name, path)
        text = nil
      end
      local value = loaded[name][key]
      module[key] = value
      return value
    end,
  })
end

return held
