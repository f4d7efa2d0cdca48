-- SPDX-License-Identifier: MIT
-- Many timers on the host's single alarm. A timer has a name; setting it again moves it.

---@class agentmail.sandbox.Timers
local methods = {}
local mt = { __index = methods, __name = "agentmail.sandbox.Timers" }

--- `host` has now() in milliseconds and alarm(seconds or nil).
---@return agentmail.sandbox.Timers
local function new(host)
  return setmetatable({ host = host, set_at = {} }, mt)
end

function methods:_arm()
  local first
  for _, timer in pairs(self.set_at) do first = math.min(first or timer.at, timer.at) end
  self.host.alarm(first and math.max(0, first - self.host.now()) / 1000 or nil)
end

--- Calls fn once, after that many seconds; without seconds, cancels the timer.
---@param name string
---@param seconds number?
---@param fn function?
function methods:set(name, seconds, fn)
  self.set_at[name] = seconds and { at = self.host.now() + math.ceil(seconds * 1000), fn = fn }
  self:_arm()
end

---@param name string
function methods:is_set(name) return self.set_at[name] ~= nil end

--- Calls what is due.
function methods:run()
  local now, due = self.host.now(), {}
  for name, timer in pairs(self.set_at) do
    if timer.at <= now then due[#due + 1] = name end
  end
  table.sort(due)
  for _, name in ipairs(due) do
    local timer = self.set_at[name]
    self.set_at[name] = nil
    if timer then timer.fn() end
  end
  self:_arm()
end

return { new = new }
