-- SPDX-License-Identifier: MIT
-- agentmail.coroutine: Lua's library, except that a wait of this library in one of its coroutines
-- yields if a wait in the resuming coroutine would. So a generator in a task does not block other
-- tasks. What the program itself yields goes to the resuming coroutine, as in Lua.

local core = require "agentmail.core"
local waiting = require "agentmail.task.waiting"
local waits = require "agentmail.task.waits"

local isyieldable, resume, running, yield = coroutine.isyieldable, coroutine.resume,
                                            coroutine.running, coroutine.yield
local claim, resumers, wait_of, WAIT = waits.claim, waits.resumers, core.wait_of, waiting.WAIT

local WAITS = "cannot resume this coroutine: it waits, resumed by another task"

local library = {}
for name, fn in pairs(coroutine) do library[name] = fn end

-- Coroutines whose wait is passed on → the task that waits for them.
local awaited = setmetatable({}, { __mode = "k" })

local pass_on

-- Waits in place of a coroutine until the task's turn: others may resume this coroutine meanwhile.
local function wait_for(co)
  local task = claim()
  awaited[co] = task
  resumers[co] = nil
  repeat yield(wait_of(task)) until wait_of(task) == WAIT
  resumers[co] = running()
  awaited[co] = nil
  return pass_on(co, resume(co))
end

-- Passes the waits of a coroutine on, until it yields by itself or ends.
function pass_on(co, ok, ...)
  if ok and resumers[co] and ... == WAIT then return wait_for(co) end
  resumers[co] = nil
  return ok, ...
end

function library.resume(co, ...)
  if type(co) ~= "thread" then return resume(co, ...) end
  if coroutine.status(co) == "suspended" then
    -- If the same task resumes it again, an error such as Ctrl-C has ended its earlier wait.
    if awaited[co] and awaited[co] ~= claim() then return false, WAITS end
    awaited[co] = nil
    resumers[co] = isyieldable() and running() or nil
  end
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
