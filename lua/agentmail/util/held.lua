-- SPDX-License-Identifier: MIT
-- A module that is read now and compiled on first use. For what a call may need at its end and most
-- programs never use: once a request is on its way, there may be no file descriptor left, or
-- another working directory. So the modules that such a module requires must be loaded already, or
-- be held as well.

local core = require "agentmail.core"

local package = package

-- The library from memory (csrc/embed) has a `require` of its own, and no files.
local has_files = require == _ENV.require and io and io.open and package and package.searchpath
local loaded, known = has_files and package.loaded, {}

-- The source of a module, and its path; nil if it does not come from a file.
local function source_of(name)
  local path = not package.preload[name] and package.searchpath(name, package.path)
  return path and core.keep(path), path
end

---@param name string
---@return table
local function held(name)
  if not has_files or loaded[name] then return require(name) end
  if known[name] then return known[name] end
  local source, path = source_of(name)
  if not source then return require(name) end
  known[name] = setmetatable({}, {
    __index = function(module, key)
      if not loaded[name] then
        loaded[name] = assert(source:load("@" .. path))(name, path)
      end
      local value = loaded[name][key]
      module[key] = value
      return value
    end,
  })
  return known[name]
end

return held
