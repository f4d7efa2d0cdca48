-- SPDX-License-Identifier: MIT
-- Shared by the specs of the client: a service that plays scripts, the sandbox, and a client of
-- either.

local agentmail = require "agentmail"
local cjson = require "cjson"

local helper = {}

local service, scripts = nil, 0

-- The requests to a script: log[i].method, .target, .body, .key, .headers, .connection.
local Log = {}

function Log:__index(i)
  if type(i) ~= "number" then return nil end
  return cjson.decode(service:call("log", rawget(self, "name")))[i]
end

function Log:__len()
  return service:call("count", rawget(self, "name"))
end

local function encoded(script)
  local entries = {}
  for i, entry in ipairs(script) do
    local copy = {}
    for name, value in pairs(entry) do copy[name] = value end
    if type(copy.body) == "table" then copy.body = cjson.encode(copy.body) end
    entries[i] = copy
  end
  return #entries == 0 and "[]" or cjson.encode(entries)
end

--- A client of a service that plays a script on a real socket: each request gets the next entry,
--- { status =, body = table or text, headers =, effect = }. By default nothing is tried twice. The
--- log has the requests received.
function helper.scripted(script, options)
  service = service or assert(require("agentmail.sandbox.listener").start {
    module = "spec.support.scripted_service", max_body = 64 * 1024 * 1024 })
  scripts = scripts + 1
  local log = setmetatable({ name = "s" .. scripts }, Log)
  service:call("script", log.name, encoded(script))
  local url = ("http://127.0.0.1:%d/%s"):format(service:port(), log.name)
  local settings = { api_key = "am_test_scripted", base_url = url, limits = { attempts = 1 } }
  for name, value in pairs(options or {}) do settings[name] = value end
  return agentmail.new(settings), log, url
end

--- Limits with which a scripted call repeats at once.
helper.REPEATING = { attempts = 5, backoff_base = 0.001, backoff_cap = 0.002 }

local sandbox

--- One sandbox for all specs; each gets its own organization through its key.
function helper.sandbox()
  sandbox = sandbox or require("agentmail.sandbox").start {}
  return sandbox
end

local count = 0

--- A client of a new organization in the sandbox, its key, and its view of the sandbox. It repeats
--- after short waits, as specs must be fast.
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

--- The error of a run of tasks that must fail.
function helper.problem_of(f, ...)
  local done, problem = pcall(agentmail.run, f, ...)
  assert(not done, "no error was raised")
  return problem
end

--- Runs a Lua program in a new process that finds these modules; returns its output.
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
