-- SPDX-License-Identifier: MIT
-- Watches inboxes: a loop over incoming mail. A mail is done when the loop asks for the next one,
-- and the state records what is done. So a program that crashes and restarts from its stored state
-- gets the mail that it was working on once more, and misses none.

local bookmarks = require "agentmail.object.watch_bookmark"
local core = require "agentmail.core"
local gates = require "agentmail.util.gate"
local incoming = require "agentmail.object.incoming"
local mistakes = require "agentmail.util.mistakes"
local raise = require "agentmail.util.raise".raise
local settings = require "agentmail.object.watch_settings"
local sleep = require "agentmail.util.sleep"
local source = require "agentmail.object.watch_inbox"

local format, huge = string.format, math.huge

---@class agentmail.Watch
---@field sources agentmail.Source[]
---@field turn integer       the next source
---@field till number        no look begins after this
---@field on_failure fun(message: string, failure: agentmail.Failure)?
---@field current { source: agentmail.Source, item: agentmail.Scan.Item }?  the last one returned
---@field closed boolean
---@field gate agentmail.Gate  one task at a time looks

local function bounded(watch, inbox)
  return incoming.bounded(inbox.search, watch.till - core.now())
end

-- Sleeps until there is something to do, or until the timeout if that comes first.
local function sleep_until(watch, time)
  local now = core.now()
  if now < watch.till then time = math.min(time, watch.till) end
  sleep(math.max(0, time - now))
end

-- A random number from 0 to 1. The sequence of math.random belongs to the program.
local function chance() return tonumber(core.uuid():sub(1, 8), 16) / 0xffffffff end

local function back_off(watch, inbox, message, failure)
  source.back_off(inbox, failure, core.now(), chance())
  if not watch.on_failure then return end
  local ok, problem = pcall(watch.on_failure, message, failure)
  if not ok then warn("agentmail: on_failure failed: ", tostring(problem)) end
end

-- Marks the last mail returned as done.
local function settle(watch)
  local current = watch.current
  watch.current = nil
  if current then source.done(current.source, current.item) end
end

-- The next inbox with something to do; or nil and the time when there will be one.
local function choose(watch)
  local now, soonest, count = core.now(), huge, #watch.sources
  for i = 0, count - 1 do
    local index = (watch.turn + i - 1) % count + 1
    local inbox = watch.sources[index]
    if not source.is_over(inbox, now, watch.till) then
      local due = source.due_at(inbox, now)
      if due <= now then
        watch.turn = index + 1
        return inbox
      end
      soonest = math.min(soonest, due)
    end
  end
  return nil, soonest
end

-- The next message, nil at the end, or nil and a failure's message. Several tasks may ask.
local function take(watch)
  local turn <close> = gates.turn(watch.gate)
  gates.enter(turn)
  if not watch.closed then settle(watch) end
  while not watch.closed do
    local inbox, soonest = choose(watch)
    if inbox then
      local message, item_or_text, failure = source.step(inbox, bounded(watch, inbox), core.now())
      if failure and not failure.retryable then
        source.forget_look(inbox)
        return nil, item_or_text
      elseif failure then
        back_off(watch, inbox, item_or_text, failure)
      elseif message ~= true then
        watch.current = { source = inbox, item = item_or_text }
        return message
      end
    elseif soonest == huge then
      return nil
    else
      sleep_until(watch, soonest)
    end
  end
end

-- Reads which mail each inbox already has, before returning any: a state stored from then on covers
-- all inboxes. Returns true, or nil and a failure's message. If the timeout passes before that, the
-- loop does not run.
local function prepare(watch)
  for _, inbox in ipairs(watch.sources) do
    while not inbox.mark and not watch.closed do
      local _, message, failure = source.learn(inbox, bounded(watch, inbox))
      if failure and not failure.retryable then return nil, message end
      if failure then
        watch.closed = core.now() >= watch.till
        back_off(watch, inbox, message, failure)
        if not watch.closed then sleep_until(watch, inbox.due) end
      end
    end
  end
  return true
end

-- The object --------------------------------------------------------------------------------------

--- A loop over incoming mail: `for message in watcher do … end`.
---@class agentmail.Watcher
---@field state table<string, agentmail.Bookmark.Stored>  the mail done, by inbox_id: plain data
---@overload fun(): agentmail.Message?
local methods = {}

local mt = { __name = "agentmail.Watcher" }

--- The private part: watcher → agentmail.Watch.
local inner = setmetatable({}, { __mode = "k" })

--- Ends the loop. The last mail returned is done only if the loop has asked for the next one.
function methods:close()
  local watch = inner[self] or raise(mistakes.dot "watcher.close")
  watch.closed = true
end

mt.__close = methods.close

-- The bookmarks of all inboxes, as plain data.
local function state_of(watch)
  local state = {}
  for _, inbox in ipairs(watch.sources) do
    if inbox.mark then state[inbox.inbox_id] = bookmarks.store(inbox.mark) end
  end
  return state
end

function mt.__index(watcher, key)
  if key == "state" then return state_of(inner[watcher]) end
  if methods[key] then return methods[key] end
  local hint = mistakes.suggestion(key, { state = true, close = true })
  raise(format("a watcher has no '%s'%s", tostring(key), hint))
end

function mt.__newindex(_, key)
  raise(format("a watcher's '%s' cannot be set: pass state to watch { … }", tostring(key)))
end

function mt.__tostring(watcher)
  local watch = inner[watcher]
  local count = watch and #watch.sources or 0
  return format("agentmail.Watcher { %d inbox%s%s }", count, count == 1 and "" or "es",
                watch and watch.closed and ", closed" or "")
end

function mt.__call(watcher)
  local message, text = take(inner[watcher])
  if message == nil and text then raise(text) end
  return message
end

-- Makes the object, and the values that a generic `for` needs.
local function begin(sources, search, wanted)
  local watch = { sources = sources, turn = 1, till = core.now() + search.timeout, closed = false,
                  gate = gates.new(), on_failure = wanted and wanted.on_failure, current = nil }
  local ok, message = prepare(watch)
  if not ok then raise(message) end
  local watcher = setmetatable({}, mt)
  inner[watcher] = watch
  return watcher, nil, nil, watcher
end

--- A loop over the incoming mail of an inbox, oldest first, each once and complete.
---@param plan agentmail.Plan  of messages:list
---@param scope table
---@param wanted agentmail.Watched?
---@param options agentmail.CallOptions?  of each request
---@return agentmail.Watcher watcher, nil, nil, agentmail.Watcher to_close
local function watch(plan, scope, wanted, options)
  local sources, search = settings.read(plan, scope, wanted, options)
  if not sources then raise("inboxes.messages.watch: " .. search) end
  return begin(sources, search, wanted)
end

--- The same for several inboxes: oldest first within each.
---@param plan agentmail.Plan  of messages:list
---@param scope table
---@param wanted agentmail.Watched
---@param options agentmail.CallOptions?
---@return agentmail.Watcher watcher, nil, nil, agentmail.Watcher to_close
local function watch_several(plan, scope, wanted, options)
  local sources, search = settings.read_several(plan, scope, wanted, options)
  if not sources then raise("inboxes.watch: " .. search) end
  return begin(sources, search, wanted)
end

return { watch = watch, watch_several = watch_several, methods = methods }
