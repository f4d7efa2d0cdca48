-- SPDX-License-Identifier: MIT
-- What the specs share. busted runs this file once before them; each `require`s it as well.

local agentmail = require "agentmail"
local cjson = require "cjson"

local helper = {}

-- Whatever a test leaves behind must be collectable, in that test's own time.
if ... ~= "spec.helper" then
  require "busted".subscribe({ "test", "end" }, function()
    collectgarbage()
    collectgarbage()
    return nil, true
  end)
end

local Handle = {}
Handle.__index = Handle
function Handle.__close() end

function Handle:wait()
  if self.over then return "done" end
  return "judging", self.play.status or 200, self.play.body or ""
end

function Handle:judge(verdict, code, name)
  self.over, self.verdict = true, verdict
  self.log.verdict, self.log.code, self.log.name = verdict, code, name
  return "done"
end

function Handle:result()
  local play, status = self.play, self.play.status or 200
  local bad = self.verdict == "broken" and "bad_response" or status >= 300 and "rejected" or nil
  local outcome = play.outcome or (bad == "bad_response" and "unknown")
    or (bad and "not_applied") or "applied"
  return outcome, play.code or bad, play.attempts or 1, 0.25, status
end

function Handle:advice()
  return { reason = self.play.reason or "final", retryable = self.play.retryable or false,
           not_before = self.play.not_before, detail = self.play.detail, tries = 1 }
end

function Handle:header(...)
  for _, name in ipairs { ... } do
    local value = self.play.headers and self.play.headers[name]
    if value then return value end
  end
end

function Handle:events()
  local events = self.play.events
  self.play.events = nil
  return events
end

--- A client whose core plays a script instead of speaking HTTP: each request gets the next entry,
--- { status =, body = table or JSON, … }. The log has what was submitted.
function helper.scripted(script, options)
  local settings = { api_key = "am_test_scripted", base_url = "http://127.0.0.1:9", proxy = "" }
  for name, value in pairs(options or {}) do settings[name] = value end
  local client, log = agentmail.new(settings), {}
  client.core = {
    submit = function(_, method, target, protection, body, key, call_options)
      local entry = { method = method, target = target, protection = protection, body = body,
                      key = key, options = call_options }
      log[#log + 1] = entry
      local play = table.remove(script, 1) or error("the script has no answer left")
      if play.refused then return nil, play.message, play.refused end
      if type(play.body) == "table" then play.body = cjson.encode(play.body) end
      return setmetatable({ play = play, log = entry }, Handle)
    end,
    close = function() end,
  }
  return client, log
end

local sandbox

--- One sandbox for all specs; each gets an organization of its own by its key.
function helper.sandbox()
  sandbox = sandbox or require("agentmail.sandbox").start {}
  return sandbox
end

local count = 0

--- A client of a new organization in the sandbox, its key, and the sandbox as it sees it. It
--- repeats without waiting long: specs have no time.
function helper.client(options)
  count = count + 1
  local view = helper.sandbox():view(("lua%d_%s"):format(count, agentmail.uuid():sub(1, 8)))
  local settings = { base_url = view.url, api_key = view.api_key,
                     limits = { backoff_base = 0.001, backoff_cap = 0.002 } }
  for name, value in pairs(options or {}) do settings[name] = value end
  return agentmail.new(settings), settings.api_key, view
end

--- The error of a call that must fail, without its position.
function helper.mistake(f, ...)
  local done, message = pcall(f, ...)
  if done then error("no error was raised", 2) end
  return (tostring(message):gsub("^[^\n]-:%d+: ", ""))
end

--- Runs a Lua program in a process of its own, with these modules in reach; its output.
function helper.run(program, environment)
  local name = os.tmpname()
  local file = assert(io.open(name, "w"))
  file:write(program)
  file:close()
  local pipe = assert(io.popen(("%s LUA_PATH=%q LUA_CPATH=%q %s %s 2>&1"):format(
    environment or "", package.path, package.cpath, os.getenv "LUA" or "lua5.4", name)))
  local output = pipe:read("a")
  pipe:close()
  os.remove(name)
  return output
end

return helper
