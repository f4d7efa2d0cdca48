-- SPDX-License-Identifier: MIT
-- agentmail.coroutine: Lua's library, but a wait of this library in one of its coroutines yields
-- where a wait in the coroutine that resumes it would. So a generator in a task does not block the
-- others. What the program itself yields goes to the one that resumed, as in Lua.

local waiting = require "agentmail.task.waiting"
local waits = require "agentmail.task.waits"

local isyieldable, resume, running, yield = coroutine.isyieldable, coroutine.resume,
                                            coroutine.running, coroutine.yield
local resumers, WAIT = waits.resumers, waiting.WAIT

local library = {}
for name, fn in pairs(coroutine) do library[name] = fn end

-- Passes the waits of a coroutine on, until it yields by itself or ends.
local function pass_on(co, ok, ...)
  if ok and select("#", ...) == 1 and ... == WAIT and resumers[co] then
    return pass_on(co, resume(co, yield(WAIT)))
  end
  resumers[co] = nil
  return ok, ...
end

function library.resume(co, ...)
  if type(co) ~= "thread" then return resume(co, ...) end
  if coroutine.status(co) == "suspended" then resumers[co] = isyieldable() and running() or nil end
  return pass_on(co, resume(co, ...))
end

-- An error, with the line as coroutine.wrap adds it.
local function results_of(co, ok, ...)
  if ok then return ... end
  local problem = ...
  if coroutine.status(co) == "dead" then
    local closed, while_closing = coroutine.close(co)
    if not closed then problem = while_closing end
  end
  error(problem, type(problem) == "string" and 2 or 0)
end

function library.wrap(fn)
  local co = coroutine.create(fn)
  return function(...) return results_of(co, library.resume(co, ...)) end
end

return library
