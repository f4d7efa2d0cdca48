-- SPDX-License-Identifier: MIT
-- The process of raw_server.lua: writes exact bytes to its clients, and counts their requests. Its
-- argument is the service's address. It prints two ports, of the service and of the control
-- connection, and ends with the latter.

local cjson = require "cjson"
local socket = require "socket"

local MOST_ENDLESS = 1024 * 1024 -- bytes of an endless answer by default

local service = assert(socket.bind(arg[1], 0))
local door = assert(socket.bind("127.0.0.1", 0))
print(select(2, service:getsockname()), (select(2, door:getsockname())))
io.stdout:flush()
door:settimeout(60) -- else this would outlive a parent that died
local control = assert(door:accept())
door:close()

local answers, used, log = {}, {}, {}
local connections, incomplete, spoken = 0, 0, 0
local open = {} -- socket → its connection

local function drop(conn, how)
  open[conn.sock] = nil
  if how == "reset" then conn.sock:setoption("linger", { on = true, timeout = 0 }) end
  conn.sock:close()
end

-- The first answer for this request that was not used yet; else the last one for it.
local function choose(request)
  local line, last = request.method .. " " .. request.target, nil
  for i, answer in ipairs(answers) do
    if not answer.to or line:find(answer.to) then
      last = i
      if not used[i] then break end
    end
  end
  if last then used[last] = true end
  return last
end

-- The bytes between the header block and the next request; nil while incomplete.
local function body_of(head, rest)
  if head:find "\r\ntransfer%-encoding:[^\r]*chunked" then
    local at, parts = 1, {}
    while true do
      local from, to, size = rest:find("^(%x+)[^\r\n]*\r\n", at)
      if not from then return nil end
      local length = tonumber(size, 16)
      if length == 0 then
        local _, last = rest:find("\r\n\r\n", to - 1, true)
        if not last then return nil end
        return table.concat(parts), rest:sub(last + 1)
      end
      if #rest < to + length + 2 then return nil end
      parts[#parts + 1] = rest:sub(to + 1, to + length)
      at = to + length + 3
    end
  end
  local length = tonumber(head:match "\r\ncontent%-length: *(%d+)") or 0
  if #rest < length then return nil end
  return rest:sub(1, length), rest:sub(length + 1)
end

-- Takes a complete request from the bytes received.
local function request_of(conn)
  local from, to = conn.input:find("\r\n\r\n", 1, true)
  if not from then return nil end
  local head = conn.input:sub(1, to)
  local plain = head:lower()
  if plain:find "\r\nexpect: *100%-continue" and not conn.continued then
    conn.continued = true
    conn.sock:send "HTTP/1.1 100 Continue\r\n\r\n"
  end
  local body, rest = body_of(plain, conn.input:sub(to + 1))
  if not body then return nil end
  conn.input, conn.continued = rest, nil
  conn.requests = conn.requests + 1
  local headers = {}
  for name, value in head:gmatch "\r\n([^:\r]+): *([^\r]*)" do headers[name:lower()] = value end
  local method, target = head:match "^(%S+) (%S+)"
  return { method = method, target = target, headers = headers, body = body,
           key = headers["idempotency-key"], connection = conn.number, number = conn.requests }
end

local function finish(conn, how)
  if how == "close" or how == "reset" then return drop(conn, how) end
  conn.stalled = how == "stall"
end

-- The bytes to write next; nil: the answer ends here.
local function more(conn)
  local endless = conn.answer.endless
  if not endless or conn.written >= (conn.answer.most or MOST_ENDLESS) then return nil end
  return endless:rep((conn.answer.most and 65536 or 4096) // #endless + 1)
end

-- Writes as much as the peer accepts.
local function write(conn)
  while conn.output do
    local sent, problem, part = conn.sock:send(conn.output, conn.at)
    conn.at = (sent or part) + 1
    if problem == "timeout" then return end
    if problem then return drop(conn) end
    conn.written = conn.written + #conn.output
    conn.output, conn.at = more(conn), 1
  end
  finish(conn, conn.answer.endless and "close" or conn.answer.finish)
end

local function begin(conn, answer, bytes)
  conn.answer, conn.written, conn.at = answer, 0, 1
  conn.output = bytes ~= "" and bytes or more(conn)
  write(conn)
end

local function serve(conn)
  local request = request_of(conn)
  if not request then return end
  local chosen = choose(request)
  local answer = answers[chosen] or { bytes = "", finish = "close" }
  request.answer, request.executed = chosen, answer.executed ~= false
  log[#log + 1] = request
  conn.late = answer.late
  conn.due = conn.late and conn.late.after and socket.gettime() + conn.late.after
  begin(conn, answer, answer.bytes:sub(1, answer.cut or #answer.bytes))
end

local function read(conn)
  local bytes, problem, part = conn.sock:receive(65536)
  if not conn.stalled then conn.input = conn.input .. (bytes or part or "") end
  if not conn.output and not conn.stalled and conn.input ~= "" then serve(conn) end
  if problem == "timeout" or not problem or not open[conn.sock] then return end
  if conn.input ~= "" and not conn.stalled then incomplete = incomplete + 1 end
  drop(conn)
end

-- Sends the late bytes of its last answer on an idle connection.
local function speak(conn)
  local late = conn.late
  conn.late, conn.due, spoken = nil, nil, spoken + 1
  begin(conn, late, late.bytes or "")
end

local actions = {}

function actions.script(list)
  for _, conn in pairs(open) do drop(conn) end
  answers, used, log = list, {}, {}
  connections, incomplete, spoken = 0, 0, 0
end

function actions.log()
  return { requests = log, connections = connections, incomplete = incomplete, spoken = spoken }
end

function actions.speak()
  local count = 0
  for _, conn in pairs(open) do
    if conn.late then
      speak(conn)
      count = count + 1
    end
  end
  return count
end

-- Performs one action; false when the spec is gone.
local function obey()
  local size = control:receive "*l"
  local text = size and control:receive(tonumber(size))
  if not text then return false end
  local wanted = cjson.decode(text)
  local reply = cjson.encode { actions[wanted[1]](wanted[2]) }
  return control:send(#reply .. "\n" .. reply) ~= nil
end

local function accept()
  local sock = service:accept()
  if not sock then return end
  sock:settimeout(0)
  sock:setoption("tcp-nodelay", true)
  connections = connections + 1
  open[sock] = { sock = sock, number = connections, requests = 0, input = "" }
end

service:settimeout(0)
while true do
  local readers, writers, first = { control, service }, {}, nil
  for sock, conn in pairs(open) do
    readers[#readers + 1] = sock
    if conn.output then writers[#writers + 1] = sock end
    if conn.due then first = math.min(first or conn.due, conn.due) end
  end
  local wait = first and math.max(0, first - socket.gettime())
  local readable, writable = socket.select(readers, writers, wait)
  for _, sock in ipairs(writable) do
    if open[sock] then write(open[sock]) end
  end
  for _, sock in ipairs(readable) do
    if sock == service then
      accept()
    elseif open[sock] then
      read(open[sock])
    end
  end
  for _, conn in pairs(open) do
    if conn.due and conn.due <= socket.gettime() then speak(conn) end
  end
  if readable[control] and not obey() then break end
end
