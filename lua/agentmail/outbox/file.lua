-- SPDX-License-Identifier: MIT
-- The file of an outbox, with its settings. It is opened on first use, and again by a forked child.

local core = require "agentmail.core"
local door = require "agentmail.util.door"
local failures = require "agentmail.call.failure"
local mistakes = require "agentmail.util.mistakes"
local option = require "agentmail.call.options"
local outbox_core = require "agentmail.outbox_core"

local format, min = string.format, math.min

--- The pause between two tries while another process writes: first, longest, growth. No wait of a
--- blocking caller is longer, so that its hooks are called.
local PAUSE_FROM, PAUSE_TO, PAUSE_GROWTH = 0.001, 0.05, 1.5

---@class agentmail.OutboxOptions  of the outbox of a client
---@field path string
---@field on_conflict "error"|"first"|nil  other bytes under a key: fail (default), or use the first
---@field after_expiry "unknown"|"resend"|nil  if a key is too old, and the mail is not found
---@field keyed boolean?  false: the service ignores Idempotency-Key; mail is sent as a draft
---@field label boolean?  false: mail gets no label, so it cannot be looked for
---@field clock fun():number|nil  seconds since 1970, for decisions; default: the system's clocks
local KINDS = { path = "string", on_conflict = "string", after_expiry = "string",
                keyed = "boolean", label = "boolean", clock = "function" }
local CHOICES = { on_conflict = { error = true, first = true },
                  after_expiry = { unknown = true, resend = true } }


---@class agentmail.Outbox.File
---@field client table       whose it is
---@field settings table     for the core
---@field on_conflict "error"|"first"
---@field drafts boolean     mail is sent as a draft
---@field label boolean
---@field wait number         seconds, for another process' write
---@field box userdata?      open
---@field is_closed boolean?
local File = {}
File.__index = File

--- The open file; or nil, message, code.
function File:open()
  if self.is_closed then return nil, "the client is closed", "closed" end
  if self.box then return self.box end
  local box, message, code = outbox_core.open(self.settings)
  self.box = box
  return box, message, code == "busy" and code or "storage"
end

--- Calls f, which returns nil, message, "busy" while another process writes, until it returns
--- something else. Returns the first three results of f; or nil, message, code.
---@param is_firm boolean  neither a deadline nor a cancel ends the wait
function File:patiently(is_firm, f, ...)
  local result, more, code = f(...)
  if result ~= nil or code ~= "busy" then return result, more, code end
  local pause, till = PAUSE_FROM, core.now() + self.wait
  repeat
    local slept, message, why = door.pause(min(core.now() + pause, till), is_firm)
    if not slept then return nil, message, why end
    pause = min(pause * PAUSE_GROWTH, PAUSE_TO)
    result, more, code = f(...)
    if result ~= nil or code ~= "busy" then return result, more, code end
  until core.now() >= till
  return nil, (more:gsub("is writing into the outbox",
    "has been writing into the outbox for %%g seconds"):format(self.wait)), "storage"
end

local function call(file, f)
  local box, message, code = file:open()
  if not box then return nil, message, code end
  return f(box)
end

-- Returns what f has returned. A process that inherited the file first releases it and its parent's
-- jobs, and calls f once more.
local function used(file, f, result, more, code)
  if result ~= nil or code ~= "forked" then return result, more, code end
  if file.box then file.box:close() end
  file.box = nil
  return file:patiently(false, call, file, f)
end

--- Calls f with the open file, and returns what f returns, up to three values; or nil, message,
--- code.
---@param f fun(box: userdata): ...
function File:use(f)
  return used(self, f, self:patiently(false, call, self, f))
end

--- The row of a mail; nil: there is none; nil and true: the file cannot be read. Other processes'
--- writes do not delay a read; where they do, the caller has already waited.
---@param inbox_id string
---@param key string
---@return table? row, boolean? is_unread
function File:read(inbox_id, key)
  local function get(box) return box:get(inbox_id, key) end
  local row, _, code = used(self, get, call(self, get))
  return row, row == nil and code ~= nil
end

--- Sets the state of a failure to that of its mail by now.
---@param request agentmail.Request
---@param failure agentmail.Failure
function File:tell_state(request, failure)
  local row = self:read(request.scope.ids.inbox_id, request.key)
  if not row then return end
  failure.outcome, failure.state, failure.pending = row.outcome, row.state, row.pending
  failures.reword(failure)
end

--- The label of a mail; its put does not compute it again.
---@param inbox_id string
---@param key string
---@return string
function File:label_of(inbox_id, key)
  if self.box then return self.box:label(inbox_id, key) end
  return outbox_core.label(inbox_id, key)
end

-- While there are jobs, the box stays open until the last one is released: their results can be
-- recorded.
function File:shut()
  local box = self.box
  self.box = nil
  if box then box:leave() end
end

--- After this, nothing begins.
function File:close()
  self.is_closed = true
  self:shut()
end

--- Returns nil, message, failure for something that is not a request.
---@param message string
---@param code string?
---@param outcome string?  default: not_applied
function File.fail(_, message, code, outcome)
  return failures.new({ operation = "outbox", code = code or "storage",
                        outcome = outcome or "not_applied", message = message, retryable = false })
end

-- nil and the mistake, if the options are not valid.
local function check(given)
  for name, value in pairs(given) do
    local kind = KINDS[name]
    if not kind then return mistakes.unknown(name, KINDS, "outbox option") end
    if type(value) ~= kind then
      return nil, format("outbox option '%s' must be a %s, not a %s", name, kind, type(value))
    end
    if CHOICES[name] and not CHOICES[name][value] then
      return nil, format("outbox option '%s' has no choice %q", name, value)
    end
  end
  if not given.path then return nil, "outbox option 'path' is missing" end
  return true
end

--- The file of a client's outbox; nil and the mistake.
---@param client table  the private part
---@param options agentmail.Options
---@return agentmail.Outbox.File? file, string? mistake
local function new(client, options)
  local given = options.outbox
  if type(given) == "string" then given = { path = given } end
  local ok, mistake = check(given)
  if not ok then return nil, mistake end
  local settings = {
    path = given.path, service = client.base_url, clock = given.clock,
    drafts = given.keyed == false, unlabelled = given.label == false,
    resend = given.after_expiry == "resend",
  }
  for _, name in ipairs { "blind", "horizon", "grace" } do
    settings[name] = option.limit_of(options, "outbox_" .. name)
  end
  settings.wait = -1 -- see File:patiently
  return setmetatable({
    client = client, settings = settings, drafts = settings.drafts, label = given.label ~= false,
    on_conflict = given.on_conflict or "error", wait = option.limit_of(options, "outbox_wait"),
  }, File)
end

return { new = new }
