-- SPDX-License-Identifier: MIT
-- A plain WebSocket client, which sends any frame and hides nothing of what comes back.

local json = require "agentmail.sandbox.http.json"
local socket = require "socket"

local websocket = {}

local TIMEOUT = 10
local SELECTABLE = 1024 -- descriptors below it
local NONCE, ACCEPT = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" -- RFC 6455, 1.3

websocket.TEXT, websocket.BINARY, websocket.CLOSE, websocket.PING, websocket.PONG = 1, 2, 8, 9, 10

---@class spec.WebSocket
local client = {}
client.__index = client

--- The lines of a handshake, of which some may be given: name → value, or false to leave it out.
function websocket.handshake(target, given)
  local headers = { Host = "127.0.0.1", Upgrade = "websocket", Connection = "Upgrade",
                    ["Sec-WebSocket-Version"] = "13", ["Sec-WebSocket-Key"] = NONCE }
  for name, value in pairs(given or {}) do headers[name] = value end
  local lines = { "GET " .. target .. " HTTP/1.1" }
  for name, value in pairs(headers) do
    if value then lines[#lines + 1] = name .. ": " .. value end
  end
  return table.concat(lines, "\r\n") .. "\r\n\r\n"
end

-- The status and the headers of the answer, or nil and how the connection ended.
local function read_head(sock)
  local line, problem = sock:receive "*l"
  if not line then return nil, problem end
  local headers = {}
  for header in function() return sock:receive "*l" end do
    if header == "" then break end
    local name, value = header:match "^([^:]+):%s*(.*)$"
    headers[name:lower()] = value
  end
  return tonumber(line:match "^HTTP/1%.1 (%d+)"), headers
end

--- Options: api_key, headers, target, early (bytes sent with the handshake), step (bytes a time).
---@return spec.WebSocket? client, integer|string? status, table? body
function websocket.connect(url, options)
  local host, port = url:match "^http://([^:/]+):(%d+)"
  local sock = assert(socket.connect(host, tonumber(port)))
  sock:settimeout(TIMEOUT)
  sock:setoption("tcp-nodelay", true)
  local self = setmetatable({ sock = sock, step = options.step }, client)
  local headers = { Authorization = options.api_key and "Bearer " .. options.api_key }
  for name, value in pairs(options.headers or {}) do headers[name] = value end
  self:send(websocket.handshake(options.target or "/v0", headers) .. (options.early or ""))
  local status, answered = read_head(sock)
  if status == 101 then
    assert(answered["sec-websocket-accept"] == ACCEPT)
    return self
  end
  local length = status and tonumber(answered["content-length"])
  local body = length and sock:receive(length)
  sock:close()
  return nil, status or answered, body and json.decode(body), answered
end

local function mask(payload, key)
  local bytes = { payload:byte(1, -1) }
  for i = 1, #bytes do bytes[i] = string.char(bytes[i] ~ key[(i - 1) % 4 + 1]) end
  return table.concat(bytes)
end

--- The bytes of a frame. Options: fin = false, rsv, unmasked.
function websocket.frame(opcode, payload, options)
  options = options or {}
  local first = (options.fin == false and 0 or 0x80) | (options.rsv or 0) << 4 | opcode
  local masked = options.unmasked and 0 or 0x80
  local length = #payload < 126 and string.char(masked | #payload)
    or #payload < 65536 and string.pack(">BI2", masked | 126, #payload)
    or string.pack(">BI8", masked | 127, #payload)
  if options.unmasked then return string.char(first) .. length .. payload end
  return string.char(first) .. length .. "\1\2\3\4" .. mask(payload, { 1, 2, 3, 4 })
end

function client:send(bytes)
  if not self.step then return self.sock:send(bytes) end
  for i = 1, #bytes, self.step do
    if not self.sock:send(bytes:sub(i, i + self.step - 1)) then return nil end
  end
  return #bytes
end

function client:frame(...) return self:send(websocket.frame(...)) end

-- How a connection ended.
local function ending(problem, failed)
  if problem == "timeout" then return "timeout" end
  return failed and "reset" or "closed"
end

--- The next frame: opcode and payload; or nil and "closed", "reset" or "timeout".
function client:read()
  local sock = self.sock
  local failed = false
  if sock:getfd() < SELECTABLE then
    socket.select({ sock }, nil, TIMEOUT)
    failed = sock:getoption "error" ~= nil -- reading would clear it
  end
  local head, problem = sock:receive(2)
  if not head then return nil, ending(problem, failed) end
  local first, length = head:byte(1, 2)
  assert(first & 0xF0 == 0x80 and length < 128, "not a whole, unmasked frame")
  if length == 126 then length = string.unpack(">I2", sock:receive(2))
  elseif length == 127 then length = string.unpack(">I8", sock:receive(8)) end
  if length == 0 then return first & 15, "" end
  local payload, why = sock:receive(length)
  if not payload then return nil, ending(why, failed) end
  return first & 15, payload
end

--- The next text frame, decoded; or nil and how it ended: "closed", "reset", "timeout" or, by a
--- close frame, its code (0: it had none).
function client:next()
  local opcode, payload = self:read()
  if not opcode then return nil, payload end
  if opcode == websocket.CLOSE then
    return nil, #payload >= 2 and string.unpack(">I2", payload) or 0
  end
  assert(opcode == websocket.TEXT, "opcode " .. opcode)
  return json.decode(payload), payload
end

--- Sends a frame of JSON and reads what comes next.
function client:ask(frame)
  self:frame(websocket.TEXT, type(frame) == "string" and frame or json.encode(frame))
  return self:next()
end

--- Nothing has come: a ping is answered before anything else.
function client:is_quiet()
  self:frame(websocket.PING, "quiet?")
  local opcode, payload = self:read()
  return opcode == websocket.PONG and payload == "quiet?", payload
end

function client:close() self.sock:close() end

return websocket
