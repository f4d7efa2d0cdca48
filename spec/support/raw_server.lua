-- SPDX-License-Identifier: MIT
-- A server that writes exact bytes, in its own process:
--
--   local server <close> = raw_server.start { { bytes = "HTTP/1.1 200 OK\r\n…", cut = 20 }, … }
--   agentmail.new { base_url = server.url, … }
--   #server:log(), server:log()[1].key, server:log().connections
--
-- Each complete request gets the next answer; the last one repeats. An answer:
--   bytes      the complete response
--   cut        send only this many bytes of it
--   finish     then "keep" the connection (the default), "close" it, "reset" it, or "stall": it
--              stays open and nothing more is sent on it
--   to         a pattern of "METHOD target": only matching requests get it
--   executed   false: the service counts the request as not done
--   endless    bytes repeated after the others until the client leaves, or until they reach
--              `most`, by default 1 MiB
--   late       { bytes =, finish =, after = }: sent on the then idle connection after `after`
--              seconds or, without it, when server:speak() is called

local agentmail = require "agentmail"
local cjson = require "cjson"
local raw = require "spec.support.raw_answers"
local socket = require "socket"

local PATIENCE = 60 -- seconds

-- All waits are short, and no budget prevents repeats.
local LIMITS = { backoff_base = 0.001, backoff_cap = 0.001, budget_cost = 0,
                 budget_timeout_cost = 0 }

local raw_server = {
  --- An answer that is an inbox, "a@b.c", and one that never comes.
  INBOX = { bytes = raw.json(200, '{"inbox_id":"a@b.c"}') },
  STALL = { bytes = "", finish = "stall" },
}

---@class spec.RawServer
---@field url string
local methods = {}
local mt = { __index = methods }

function methods:_ask(...)
  local text = cjson.encode { ... }
  assert(self.control:send(#text .. "\n" .. text))
  local size = tonumber(assert(self.control:receive "*l"))
  return cjson.decode((assert(self.control:receive(size))))[1]
end

--- Plays these answers from now on. Clears the log, and ends all connections.
function methods:script(answers)
  self:_ask("script", answers)
  return self
end

--- A client of this server that repeats at once, within limits.
function methods:client(limits, options)
  local settings = { api_key = "am_test_raw", base_url = self.url, limits = {} }
  for name, value in pairs(options or {}) do settings[name] = value end
  for name, value in pairs(LIMITS) do settings.limits[name] = value end
  for name, value in pairs(limits or {}) do settings.limits[name] = value end
  return agentmail.new(settings)
end

--- The complete requests, in order: method, target, key, headers, body, connection, number (on its
--- connection), answer (which one it got), executed. Fields of the list: connections; incomplete,
--- the number of truncated requests; spoken, the number of late bytes sent.
function methods:log()
  local seen = self:_ask "log"
  local log = seen.requests
  log.connections, log.incomplete, log.spoken = seen.connections, seen.incomplete, seen.spoken
  return log
end

--- The number of requests done whose target matches this pattern.
function methods:executed(pattern)
  local count = 0
  for _, request in ipairs(self:log()) do
    if request.executed and (not pattern or request.target:find(pattern)) then count = count + 1 end
  end
  return count
end

--- Sends the late bytes on the idle connections; returns the number of connections.
function methods:speak() return self:_ask "speak" end

function methods:close()
  self.control:close()
  self.pipe:read "a"
  self.pipe:close()
end

mt.__close = methods.close

-- Each server has an address of its own. The system gives a port again, and a client's engine keeps
-- the retry budget of an address and port for as long as it lives.
local function an_address()
  return ("127.8.%d.%d"):format(math.random(0, 255), math.random(1, 254))
end

--- Starts a server; without answers, script() must follow.
---@param answers table[]?
---@return spec.RawServer
function raw_server.start(answers)
  local address = an_address()
  local pipe = assert(io.popen(("%s spec/support/raw_server_process.lua %s"):format(
    os.getenv "LUA" or "lua5.4", address)))
  local port, control_port = pipe:read("n", "n")
  local control = assert(socket.connect("127.0.0.1", control_port))
  control:settimeout(PATIENCE)
  control:setoption("tcp-nodelay", true)
  local server = setmetatable({
    url = ("http://%s:%d"):format(address, port), pipe = pipe, control = control }, mt)
  if answers then server:script(answers) end
  return server
end

return raw_server
