-- SPDX-License-Identifier: MIT
-- agentmail.sandbox: a local AgentMail in this process, in its own thread.
--
--   local sandbox = require "agentmail.sandbox".start { namespace = "my-spec" }
--   sandbox.url, sandbox.api_key            give these to any client
--   sandbox:fault "lost_ack"                the mail leaves, the answer does not
--   sandbox:sent(), sandbox:audit()         what really happened
--   sandbox:close()

local hosts = require "agentmail.sandbox.http.hosts"
local json = require "agentmail.sandbox.http.json"
local listener = require "agentmail.sandbox.listener"
local read_options = require "agentmail.sandbox.options".read
local url_escape = require "agentmail.sandbox.http.query".escape

---@class agentmail.Sandbox
---@field url string
---@field control_url string the control interface, which an outage leaves open
---@field api_key string
---@field certificate string? in PEM: what the sandbox says it is, where it speaks TLS
---@field seed integer
local methods = {}
local mt = { __index = methods, __name = "agentmail.Sandbox" }

-- Runs a control action in the sandbox's thread. A refusal is the caller's mistake, and the error
-- names the line that called the method: it must be on the stack, so no method tail-calls this.
function methods:_control(method, path, body, filters)
  local status, value = self:_ask(method, path, body ~= nil and json.encode(body) or "", filters)
  if status ~= 200 then error("sandbox: " .. value.message, 3) end
  return value
end

function methods:_ask(method, path, bytes, filters, media_type)
  local parts = {}
  for name, value in pairs(filters or {}) do
    parts[#parts + 1] = url_escape(name) .. "=" .. url_escape(value)
  end
  local status, answer = self._listener:call(method, path, table.concat(parts, "&"), bytes,
    self.namespace, media_type)
  return status, json.decode(answer)
end

-- Rules together with the seed: together they reproduce a failing run.
local function with_seed(answer)
  answer.rules.seed = answer.seed
  return answer.rules
end

--- Arms a fault: a preset ("lost_ack", { flaky = 2 }) or a rule { match, when, at, do, until } (or
--- do_, until_). Returns all armed rules, and the seed.
function methods:fault(rule) return with_seed(self:_control("POST", "faults", rule)) end

--- Without an argument: the armed rules, an array with the field `seed`. With rules, or with the
--- answer of a GET ({ seed, rules }): replaces them, and the seed if given.
function methods:faults(list)
  if list == nil then return with_seed(self:_control("GET", "faults")) end
  return with_seed(self:_control("PUT", "faults",
    { seed = list.seed, rules = json.array(list.rules or list) }))
end

--- Disarms all faults, or the named one.
function methods:heal(name)
  return self:_control("DELETE", "faults", nil, { name = name }).removed
end

--- The mails that really left, each with the numbers of the requests for it.
function methods:sent(filters) return self:_control("GET", "sent", nil, filters).sent end

--- The physical requests, in order.
function methods:requests(filters)
  return self:_control("GET", "requests", nil, filters).requests
end

--- { sent, duplicates, extra_mails, losses, unsent, … }
function methods:audit() return (self:_control("GET", "audit")) end

--- Waits until `sent` (or `requests`: what) has this number of rows (count, at_least, at_most) with
--- these fields (match), for at most `within` ("5s") of real time.
---@return table[]? rows, string? message, table? difference
function methods:expect(wanted)
  local status, value = self:_ask("POST", "expect", json.encode(wanted or {}))
  if status == 200 then return value.sent or value.requests end
  if status ~= 417 then error("sandbox: " .. value.message, 2) end
  return nil, value.message, value.difference
end

--- A person writes: { to = inbox, from = …, subject = …, text = … }, or a whole message as bytes
--- (message/rfc822), optionally to an envelope recipient.
function methods:inbound(letter, to)
  if type(letter) ~= "string" then return (self:_control("POST", "inbound", letter)) end
  local status, value = self:_ask("POST", "inbound", letter, { to = to }, "message/rfc822")
  if status ~= 200 then error("sandbox: " .. value.message, 2) end
  return value
end

--- Creates an initial state: { seed = integer, inboxes = { "a" }, inbound = { letters }, faults }.
function methods:plant(fixtures) return (self:_control("POST", "seed", fixtures)) end

--- Saves the whole state under a name, for restore.
function methods:snapshot(name) return (self:_control("POST", "snapshot", { name = name })) end

--- Restores a snapshot: mails, drafts, faults, journal, time.
function methods:restore(name) return (self:_control("POST", "restore", { name = name })) end

--- Replies to a sent mail, as the person who got it.
function methods:reply(message_id, letter)
  return (self:_control("POST", "messages/" .. url_escape(message_id) .. "/reply", letter or {}))
end

--- A recipient of a sent mail opens it. true the first time, which causes an event.
function methods:open(message_id)
  return self:_control("POST", "messages/" .. url_escape(message_id) .. "/open").first
end

--- The log of webhook deliveries, each with its attempts. Filters: webhook_id, event_type, state, …
function methods:deliveries(filters)
  return self:_control("GET", "deliveries", nil, filters).deliveries
end

--- Redelivers an item of the log.
function methods:redeliver(id)
  return (self:_control("POST", ("deliveries/%d/redeliver"):format(id)))
end

--- Decides how the checks of a domain ended: "VERIFIED", "FAILED", …
function methods:domain(name, status, reason)
  local body = { status = status, reason = reason }
  return (self:_control("PUT", "domains/" .. url_escape(name), body))
end

--- Advances the clock ("25h", or seconds) and runs what falls due on the way.
function methods:advance(by) return (self:_control("POST", "clock/advance", { by = by })) end

--- Stops the clock, at the given time if any.
function methods:freeze(at) return (self:_control("PUT", "clock", { mode = "frozen", at = at })) end

--- Lets the clock run again, from where it stopped.
function methods:thaw()
  local state = self:_control("GET", "clock")
  return state.mode == "real" and state
    or self:_control("PUT", "clock", { mode = "real", at = state.now })
end

--- Resets the clock to the machine's, however it was moved.
function methods:real_time() return (self:_control("PUT", "clock", { mode = "real" })) end

--- The time in this sandbox, as the API writes it.
function methods:now() return self:_control("GET", "clock").now end

--- The same in whole seconds, like os.time().
function methods:time() return self:_control("GET", "clock").time end

--- Sets switches of this namespace for what the service leaves open, see switches.lua.
function methods:switch(wanted) return (self:_control("PUT", "switches", wanted)) end

function methods:info() return (self:_control("GET", "info")) end

function methods:coverage() return (self:_control("GET", "coverage")) end

--- Deletes all state of this namespace: mails, faults, journal, time.
function methods:reset() self:_control("POST", "reset") end

--- The same sandbox, seen by another organization with its own key.
---@return agentmail.Sandbox
function methods:view(namespace)
  return setmetatable({
    url = self.url, control_url = self.control_url, seed = self.seed, namespace = namespace,
    certificate = self.certificate, api_key = "am_test_" .. namespace, _listener = self._listener,
  }, mt)
end

function methods:close() self._listener:close() end

--- Sleeps until SIGINT or SIGTERM.
function methods:wait() return self._listener:wait() end

mt.__close = methods.close

function mt:__tostring()
  return self._listener:closed() and "sandbox (closed)" or "sandbox at " .. self.url
end

--- Starts a sandbox. Options: namespace, seed, path (a file instead of memory), host, port,
--- control_port, clock ("real", "frozen" or a time), switches, hosts (additional accepted Host
--- names), public_url (the start of URLs in answers), tls ("self", or the files certificate and
--- key), webhook_hosts (additional hosts for webhook deliveries), max_body.
---@param options table?
---@return agentmail.Sandbox? sandbox, string? message
local function start(options)
  local config, settings = read_options(options or {})
  settings.module = "agentmail.sandbox.service"
  local started, message = listener.start(settings)
  if not started then return nil, message end
  local namespace, scheme = config.namespace, config.certificate and "https" or "http"
  return setmetatable({
    url = hosts.url(config.host, started:port(), scheme),
    control_url = hosts.url(config.host, started:control_port(), scheme),
    certificate = config.certificate,
    namespace = namespace, api_key = "am_test_" .. namespace, seed = started:call("seed"),
    _listener = started,
  }, mt)
end

--- The same handle on a sandbox that already runs: at `url` (default: $AGENTMAIL_BASE_URL), as the
--- organization of `namespace` or `api_key` (default: $AGENTMAIL_API_KEY). close() lets it run on.
---@param options { url: string?, namespace: string?, api_key: string? }?
---@return agentmail.Sandbox? sandbox, string? message
local function connect(options)
  local fields, message = require "agentmail.sandbox.connect".connect(options or {})
  if not fields then return nil, message end
  return setmetatable(fields, mt)
end

--- The program: `agentmail-sandbox [option=value …]`.
local function main(arguments)
  os.exit(require "agentmail.sandbox.main".run(arguments, start), true)
end

return { start = start, connect = connect, main = main }
