-- SPDX-License-Identifier: MIT
-- A plain HTTP client, which hides nothing about its connection, and a sandbox for a group of
-- tests.

local busted = require "busted"
local json = require "agentmail.sandbox.http.json"
local sandboxes = require "agentmail.sandbox"
local service = require "agentmail.sandbox.service"
local socket = require "socket"

local http = {}

local TIMEOUT = 10

---@class spec.Connection
local connection = {}
connection.__index = connection

--- A connection to a URL like http://127.0.0.1:1234; or nil and "connection refused".
function http.try(url)
  local host, port = url:match "^http://([^:/]+):(%d+)"
  local sock, problem = socket.connect(host, tonumber(port))
  if not sock then return nil, problem end
  sock:settimeout(TIMEOUT)
  return setmetatable({ sock = sock, authority = host .. ":" .. port }, connection)
end

function http.connect(url) return assert(http.try(url)) end

--- The server may cut the connection meanwhile; a read reports that.
function connection:send(bytes) return self.sock:send(bytes) end

--- Sends a request; `headers` is an array of lines.
function connection:write(method, target, body, headers)
  local lines = { ("%s %s HTTP/1.1"):format(method, target), "Host: " .. self.authority }
  for _, line in ipairs(headers or {}) do lines[#lines + 1] = line end
  if body then lines[#lines + 1] = "Content-Length: " .. #body end
  self:send(table.concat(lines, "\r\n") .. "\r\n\r\n" .. (body or ""))
end

-- How a connection ended before an answer: "reset", "closed" or "timeout".
local function ending(problem, failed)
  if problem == "timeout" then return "timeout" end
  return failed and "reset" or "closed"
end

--- Reads an answer: status, body, headers; or nil, "reset", "closed", "timeout", "garbage" or
--- "truncated", and the body received.
function connection:read()
  local sock = self.sock
  socket.select({ sock }, nil, TIMEOUT)
  local failed = sock:getoption "error" ~= nil
  local line, problem = sock:receive "*l"
  if not line then return nil, ending(problem, failed) end
  local status = tonumber(line:match "^HTTP/1%.1 (%d+)")
  if not status then return nil, "garbage", line end
  local headers = {}
  for header in function() return sock:receive "*l" end do
    if header == "" then break end
    local name, value = header:match "^([^:]+):%s*(.*)$"
    headers[name:lower()] = value
  end
  local length = tonumber(headers["content-length"] or 0)
  if length == 0 then return status, "", headers end
  local body, why, partial = sock:receive(length)
  if body then return status, body, headers end
  return nil, why == "timeout" and why or "truncated", partial, status
end

function connection:request(...)
  self:write(...)
  return self:read()
end

function connection:close() self.sock:close() end

--- A function call(method, path, body, headers) → status, decoded body, headers, which calls a
--- sandbox as one organization over one connection, and reconnects after a cut.
function http.api(sandbox)
  local open
  return function(method, path, body, headers)
    local lines = { "Authorization: Bearer " .. sandbox.api_key }
    for name, value in pairs(headers or {}) do lines[#lines + 1] = name .. ": " .. value end
    if type(body) == "table" then body = json.encode(body) end
    local problem
    if not open then open, problem = http.try(sandbox.url) end
    if not open then return nil, problem end
    local status, answer, answer_headers, extra = open:request(method, path, body, lines)
    if not status or (answer_headers.connection or ""):lower() == "close" then
      open:close()
      open = nil
    end
    if not status then return nil, answer, answer_headers, extra end
    return status, answer ~= "" and json.decode(answer) or nil, answer_headers
  end
end

--- A sandbox for the tests of the calling `describe`, and its api. By default its clock is stopped.
--- Before each test it is reset, including its switches, and has inboxes of these names.
---@param options table for agentmail.sandbox.start
---@return agentmail.Sandbox sandbox, function api
function http.sandbox(options, ...)
  options.clock = options.clock or "2030-05-01T12:00:00Z"
  local sandbox, names = assert(sandboxes.start(options)), { ... }
  local api, switches = http.api(sandbox), sandbox:info().switches
  busted.teardown(function() sandbox:close() end)
  busted.before_each(function()
    sandbox:reset()
    sandbox:switch(switches)
    for _, name in ipairs(names) do http.ok(api("POST", "/v0/inboxes", { username = name })) end
  end)
  return sandbox, api
end

--- After each test: checks that each successful write has an effect in the journal.
function http.check_effects(sandbox)
  busted.after_each(function()
    for _, row in ipairs(sandbox:requests()) do
      if row.method ~= "GET" and (row.status == 200 or row.status == 204) then
        busted.assert.not_equal("none", row.effect, row.operation)
      end
    end
  end)
end

--- The body of a success; raises for anything else.
function http.ok(status, body, ...)
  if not status or status >= 300 then error(json.encode { status or "none", body or "" }, 2) end
  return body, ...
end

--- "404 not_found"
function http.code(status, body) return status .. " " .. (body and body.code or "") end

--- The journal's last row.
function http.last(sandbox)
  local all = sandbox:requests()
  return all[#all]
end

--- A function send(key, to, text): sends a mail from the inbox "a", with the key as its subject.
function http.sender(api)
  return function(key, to, text)
    return api("POST", "/v0/inboxes/a@agentmail.to/messages/send",
               { to = to or "x@example.com", subject = key, text = text },
               { ["Idempotency-Key"] = key })
  end
end

--- The service of the namespace "n" in this Lua state, without a listener: for tests of what is
--- invisible from outside. Its host's clock is stopped.
---@param host table? functions of the listener's host that matter
function http.service(config, host)
  local plain = { host = "127.0.0.1", namespace = "n", seed = 1, version = "0" }
  for name, value in pairs(config or {}) do plain[name] = value end
  return service.open(json.encode(plain), setmetatable({
    port = 1, control_port = 2, now = function() return 1000000000000 end, alarm = function() end,
  }, { __index = host }))
end

--- Percent-encodes a path segment.
function http.escape(text)
  return (text:gsub("[^%w._~-]", function(c) return ("%%%02X"):format(c:byte()) end))
end

--- The labels of the sender's copy of the only mail sent, and the mail that came into the inbox.
function http.outcome(sandbox, api, inbox)
  local sent = sandbox:sent()
  assert(#sent == 1, #sent .. " mails left, not one")
  local _, copy = api("GET", inbox .. "/messages/" .. http.escape(sent[1].message_id))
  local _, list = api("GET", inbox .. "/messages?labels=received")
  return copy.labels, list.messages
end

return http
