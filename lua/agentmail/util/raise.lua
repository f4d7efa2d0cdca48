-- SPDX-License-Identifier: MIT
-- Errors for a caller's mistakes. They name the line that called the library, regardless of how
-- deep in the library the mistake was found.
--
-- A public function must still be on the stack when the error is raised, or it is unknown whether
-- its caller is. So it calls a function that may raise as `return same(f(…))`, never as the tail
-- call `return f(…)`.

local getinfo = debug and debug.getinfo

-- The chunk name of this file, and the common prefix of all chunk names, "@…/agentmail/", or
-- "=agentmail." in a host with embedded modules. There, stripped code has no name, "=?".
local HERE = getinfo and getinfo(1, "S").source
local OWN = HERE and HERE:match "^(.*[./])util[./]raise"
local PARTS = { init = true, api = true, call = true, loop = true, object = true,
                outbox = true, task = true, util = true }

local function is_own(info)
  local name = info.source
  if name == HERE then return true end
  if not OWN then return false end
  return name:sub(1, #OWN) == OWN and PARTS[name:match("^%w+", #OWN + 1)] or name .. "." == OWN
end

-- Whether a function is in C and a function of the library has called it: the core, which calls the
-- library back.
local function is_between(info, level)
  local above = info.what == "C" and not info.istailcall and getinfo(level + 2, "S")
  return above and is_own(above)
end

-- The line that called the library; "" when C did. If a tail call removed the calling function from
-- the stack, the nearest remaining line, and true.
local function caller()
  local level, is_gone = 2, false
  local info = getinfo(level, "Slt")
  while info and (is_own(info) or is_between(info, level)) do
    level, is_gone = level + 1, info.istailcall
    info = getinfo(level, "Slt")
  end
  while is_gone and info and info.currentline < 1 do -- C
    level = level + 1
    info = getinfo(level, "Sl")
  end
  if not info or info.currentline < 1 then return "", is_gone end
  return ("%s:%d: "):format(info.short_src, info.currentline), is_gone
end

--- Raises an error at the line that called the library.
---@param message string
local function raise(message)
  if not getinfo then error(message, 3) end
  local line, is_gone = caller()
  if is_gone then line = "in a tail call" .. (line == "" and ": " or " under " .. line) end
  error(line .. message, 0)
end

--- Returns its arguments.
local function same(...) return ... end

return { raise = raise, same = same }
